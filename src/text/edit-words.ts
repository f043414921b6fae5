import type { Arena } from '../host/arena.ts';
import { LanewiseError } from '../host/errors.ts';
import type { Progress } from '../host/progress.ts';
import { areWide, GROUP, layoutWordClass, SIGNATURE_BYTES } from './edit-layout.ts';
import { mostUnits, type TextUnit, writeUnits } from './units.ts';

/** Where the sizes of signatures stand among them. */
const SIZES = 64;
/** Codes are two bytes at most. */
const MOST_SYMBOLS = 65_536;
/** Words between two looks at the clock: a millisecond or two. */
const PIECE = 1 << 14;

/** The words of one length, in linear memory. */
export interface WordClass {
  readonly length: number;
  readonly count: number;
  readonly ids: number;
  readonly codes: number;
  readonly signatures: number;
}

/** Words as the kernels read them. */
export interface EncodedWords {
  readonly size: number;
  /** The code of each symbol: the most common ones come first, so that few look-ups find them. */
  readonly codes: ReadonlyMap<number, number>;
  /** Whether codes are of two bytes. */
  readonly isWide: boolean;
  /** By their lengths, ascending. */
  readonly classes: readonly WordClass[];
}

/** The units of words, one word after another: word w is starts[w] .. starts[w + 1] - 1. */
interface Units {
  readonly units: Uint32Array;
  readonly starts: Uint32Array;
}

/**
 * Encodes words. Progress counts them, twice: once as they are read, once as they are written.
 *
 * @throws LanewiseError `INVALID_ARGUMENT` for more than 65 536 different symbols, `MEMORY_EXHAUSTED`
 */
export function* encodeWords(
  words: readonly string[],
  unit: TextUnit,
  arena: Arena,
): Generator<Progress, EncodedWords> {
  const size = words.length;
  const read = yield* readUnits(words, unit);
  const codes = encodeSymbols(read.units);
  const isWide = areWide(codes.size);
  const classes: WordClass[] = [];
  let done = size;
  for (const ids of byLength(read.starts)) {
    classes.push(writeClass(read, ids, isWide, arena));
    done += ids.length;
    yield { done, total: 2 * size };
  }
  return { size, codes, isWide, classes };
}

function* readUnits(words: readonly string[], unit: TextUnit): Generator<Progress, Units> {
  const starts = new Uint32Array(words.length + 1);
  let most = 0;
  for (const word of words) most += mostUnits(word, unit);
  const units = new Uint32Array(most);
  for (let word = 0; word < words.length; word++) {
    starts[word + 1] = writeUnits(words[word]!, unit, units, starts[word]!);
    if (word % PIECE === PIECE - 1) yield { done: word, total: 2 * words.length };
  }
  return { units: units.subarray(0, starts.at(-1)), starts };
}

/** Replaces symbols by their codes, in place: 0 is the most common one. */
function encodeSymbols(units: Uint32Array): Map<number, number> {
  const counts = new Map<number, number>();
  const places = new Uint32Array(MOST_SYMBOLS);
  for (const unit of units) {
    if (unit < MOST_SYMBOLS) places[unit]!++;
    else counts.set(unit, (counts.get(unit) ?? 0) + 1);
  }
  for (const [unit, count] of places.entries()) if (count > 0) counts.set(unit, count);
  if (counts.size > MOST_SYMBOLS) {
    throw new LanewiseError(
      'INVALID_ARGUMENT',
      `The words are of ${counts.size} different symbols, of at most ${MOST_SYMBOLS}. Split them into dictionaries.`,
      { expected: MOST_SYMBOLS, got: counts.size },
    );
  }
  const ranked = [...counts].sort(([a, x], [b, y]) => y - x || a - b);
  const codes = new Map(ranked.map(([unit], code) => [unit, code] as const));
  for (const [unit, code] of codes) if (unit < MOST_SYMBOLS) places[unit] = code;
  for (let i = 0; i < units.length; i++) {
    const unit = units[i]!;
    units[i] = unit < MOST_SYMBOLS ? places[unit]! : codes.get(unit)!;
  }
  return codes;
}

/** The ids of words, those of the same length together. */
function byLength(starts: Uint32Array): readonly Uint32Array[] {
  const ids = new Map<number, number[]>();
  for (let word = 0; word + 1 < starts.length; word++) {
    const length = starts[word + 1]! - starts[word]!;
    const others = ids.get(length);
    if (others) others.push(word);
    else ids.set(length, [word]);
  }
  return [...ids].sort(([a], [b]) => a - b).map(([, words]) => Uint32Array.from(words));
}

function writeClass({ units, starts }: Units, words: Uint32Array, isWide: boolean, arena: Arena): WordClass {
  const count = words.length;
  const length = starts[words[0]! + 1]! - starts[words[0]!]!;
  const layout = layoutWordClass(length, count, isWide);
  const { width } = layout;
  const ids = arena.allocate(layout.ids);
  const codes = arena.allocate(layout.codes);
  const signatures = arena.allocate(layout.signatures);
  const { u8, u32 } = arena.memory;
  u8.fill(0, codes, codes + layout.codes);
  u8.fill(0xff, signatures, signatures + layout.signatures);
  const { sorted, bits } = bySignature({ units, starts }, words, length);
  u32.set(sorted, ids / 4);
  for (let place = 0; place < count; place++) {
    const lane = place % GROUP;
    const group = (place - lane) / GROUP;
    const start = starts[sorted[place]!]!;
    let at = codes + width * length * group + lane;
    for (let i = 0; i < length; i++, at += width) {
      const code = units[start + i]!;
      u8[at] = code & 0xff;
      if (isWide) u8[at + GROUP] = code >> 8;
    }
    putSignature(u8, signatures + SIGNATURE_BYTES * group + lane, bits[place]!);
  }
  return { length, count, ids, codes, signatures };
}

/** Words by their signatures, then by their ids, and the signatures in that order. */
function bySignature(
  { units, starts }: Units,
  words: Uint32Array,
  length: number,
): { sorted: Uint32Array; bits: Uint32Array } {
  const keys = new BigUint64Array(words.length);
  const halves = new Uint32Array(keys.buffer);
  for (const [place, word] of words.entries()) {
    const start = starts[word]!;
    halves[2 * place] = word;
    halves[2 * place + 1] = signatureOf(units.subarray(start, start + length));
  }
  keys.sort();
  const sorted = words.map((_, place) => halves[2 * place]!);
  return { sorted, bits: words.map((_, place) => halves[2 * place + 1]!) };
}

/** A bit for each symbol, of the 32 that all of them share (assembly/edit-words.ts). */
export function signatureOf(codes: Uint32Array): number {
  let bits = 0;
  for (let i = 0; i < codes.length; i++) bits |= 1 << (codes[i]! & 31);
  return bits >>> 0;
}

/** Writes a signature, a byte in each vector, and its size. */
export function putSignature(u8: Uint8Array, at: number, bits: number): void {
  let size = 0;
  for (let left = bits; left !== 0; left &= left - 1) size++;
  for (let i = 0; i < 4; i++) u8[at + GROUP * i] = bits >>> (8 * i);
  u8[at + SIZES] = size;
}
