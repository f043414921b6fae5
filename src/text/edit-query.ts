import type { Arena } from '../host/arena.ts';
import { type EncodedWords, putSignature, signatureOf } from './edit-words.ts';

/** A query as the kernels read it (assembly/edit-lanes.ts). */
const QUERY_BYTES = 352;
const SIGNATURE = 64;
const ONE = 144;
const LANES = 16;
/** Look-ups begin with two vectors, of the first symbol's two bytes. */
const LOOKUP_HEAD = 32;
/** Bytes of masks a symbol, of work, and columns beyond the last (assembly/edit-blocks.ts). */
const MASK_BYTES = 32;
const WORK_BYTES = 64;
const PADDING = 4;
/** Queries up to here are compared with sixteen words at once. */
const MOST_ROWS = 32;
/** A code that no word has. */
const UNKNOWN = 0xffff_ffff;

/** What a query looks for. */
export interface Wanted {
  readonly k: number;
  /** The most that a distance may be. */
  readonly limit: number;
}

/** Writes a query into linear memory; returns its address. @throws LanewiseError `MEMORY_EXHAUSTED` */
export function writeQuery(
  units: Uint32Array,
  words: EncodedWords,
  { k, limit }: Wanted,
  arena: Arena,
): number {
  const m = units.length;
  const query = arena.allocate(QUERY_BYTES);
  const results = arena.allocate(8 * k);
  arena.memory.u8.fill(0, query, query + QUERY_BYTES);
  const codes = units.map((unit) => words.codes.get(unit) ?? UNKNOWN);
  const parts = m <= MOST_ROWS ? writeLookups(query, codes, words, arena) : writeLong(codes, words, arena);
  const { u8, u32 } = arena.memory;
  u32.set([m, ...parts, words.isWide ? 1 : 0, results, 0, k, limit], query / 4);
  const known = codes.filter((code) => code !== UNKNOWN);
  const bits = signatureOf(known);
  for (let lane = 0; lane < LANES; lane++) putSignature(u8, query + SIGNATURE + lane, bits);
  return query;
}

/** Of sixteen neighbouring codes, in which rows of the query each stands. */
function writeLookups(query: number, codes: Uint32Array, words: EncodedWords, arena: Arena): number[] {
  const lane = codes.length <= 8 ? 1 : codes.length <= 16 ? 2 : 4;
  const stride = LOOKUP_HEAD + LANES * lane;
  const neighbours = [...new Set(codes)].filter((code) => code !== UNKNOWN).map((code) => code >>> 4);
  const places = new Map([...new Set(neighbours)].map((block, place) => [block, place] as const));
  const lookups = arena.allocate(stride * places.size);
  const longest = words.classes.at(-1)?.length ?? 0;
  const work = arena.allocate(LANES * lane * longest);
  const { u8 } = arena.memory;
  for (const [block, place] of places) {
    const at = lookups + stride * place;
    u8.fill((block << 4) & 0xff, at, at + LANES);
    u8.fill(block >>> 4, at + LANES, at + LOOKUP_HEAD);
    u8.fill(0, at + LOOKUP_HEAD, at + stride);
  }
  for (const [row, code] of codes.entries()) {
    const place = places.get(code >>> 4);
    if (code === UNKNOWN || place === undefined) continue;
    u8[lookups + stride * place + LOOKUP_HEAD + LANES * (row >> 3) + (code & 15)]! |= 1 << (row & 7);
  }
  for (let i = 0; i < LANES; i += lane) u8[query + ONE + i] = 1;
  return [places.size, lookups, 0, 0, 0, 0, work];
}

/** Symbol 0 is none of the query's, so that codes count from 1. */
function writeLong(codes: Uint32Array, words: EncodedWords, arena: Arena): number[] {
  const longest = words.classes.at(-1)?.length ?? 0;
  const symbols = words.codes.size + 2;
  const pattern = arena.allocate(4 * codes.length);
  const masks = arena.allocate(MASK_BYTES * symbols);
  const text = arena.allocate(4 * longest);
  const deltas = arena.allocate(longest + PADDING);
  const work = arena.allocate(WORK_BYTES);
  const { u8, u32 } = arena.memory;
  u8.fill(0, masks, masks + MASK_BYTES * symbols);
  u32.set(
    codes.map((code) => Math.min(code, symbols - 2) + 1),
    pattern / 4,
  );
  return [0, 0, pattern, masks, text, deltas, work];
}
