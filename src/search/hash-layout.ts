import type { Plane } from '../vectors/segment.ts';
import { TILE_QUERIES, tileBytes } from '../vectors/tile.ts';

/** What a store keeps beside the rows of hash tables. */
export const HASHED_PLANES: readonly Plane[] = ['codes'];
/** Queries hashed at once: a block of rows. */
export const HASHED_QUERIES = 16;
/** Bytes of a row's link in a table. */
const LINK_BYTES = 8;
const FAMILY_BYTES = 40;
/** What transposing reads beyond the last hyperplane (assembly/hash.ts). */
const SIDES_BEYOND = 32;
const LEAST_HEAD_BITS = 4;

/** Hash functions: tiles of hyperplanes, and bytes of what stands in linear memory for them (assembly/hash.ts). */
export interface FamilyLayout {
  readonly tiles: number;
  readonly tileBytes: number;
  readonly descriptorBytes: number;
  readonly hyperplaneBytes: number;
  readonly productBytes: number;
  readonly sideBytes: number;
  readonly queryLinkBytes: number;
}

/** @param lanes groups of four dimensions */
export function layoutFamily(lanes: number, tables: number, bits: number): FamilyLayout {
  const tiles = Math.ceil((tables * bits) / TILE_QUERIES);
  const bytes = tileBytes(lanes);
  return {
    tiles,
    tileBytes: bytes,
    descriptorBytes: FAMILY_BYTES,
    hyperplaneBytes: tiles * bytes,
    productBytes: tiles * TILE_QUERIES * 4 * HASHED_QUERIES,
    sideBytes: 2 * (tiles * TILE_QUERIES + SIDES_BEYOND),
    queryLinkBytes: linkBytes(HASHED_QUERIES, tables),
  };
}

/** Bytes of the links of rows in all tables. */
export function linkBytes(rows: number, tables: number): number {
  return rows * tables * LINK_BYTES;
}

/** Bits of a signature that choose a bucket: of at least as many buckets as rows, unless the signatures are fewer. */
export function headBitsFor(rows: number, bits: number): number {
  const wanted = 32 - Math.clz32(Math.max(1, rows) - 1);
  return Math.max(LEAST_HEAD_BITS, Math.min(bits, wanted));
}

/** Bytes of the heads of the buckets of all tables. */
export function headBytes(tables: number, headBits: number): number {
  return 4 * tables * 2 ** headBits;
}
