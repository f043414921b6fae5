// Certified scan of 8-bit codes, six queries at once: a register tile.
//
//             8 rows of a block (2 loads a group)
//           +-----------+-----------+
//   query 0 |  sums 00  |  sums 01  |     each cell holds 4 rows, one a lane; the two loads of a group serve every
//   query 1 |  sums 10  |  sums 11  |     query, and the codes of a segment stay in the second-level cache while the
//     ...   |    ...    |    ...    |     queries of a batch pass over them six by six
//   query 5 |  sums 50  |  sums 51  |
//           +-----------+-----------+
//
// Twelve sums, because a dot product takes five cycles and two start in each: eight would leave the ports idle for a
// fifth of the time. Bound by arithmetic, not by memory.

import { boundBlock } from './bounds';
import { rescore } from './candidates';
import { joinHalves } from './codes';
import { lanesOf } from './query';
import { BLOCK, blocksOf, codesOf, correctionsOf, countOf, GROUP_BYTES } from './segment';

/** Queries in a full tile. */
export const TILE: u32 = 6;
/** Bytes of one group of a tile's codes: 4 dimensions of each query. */
export const TILE_BYTES: u32 = 24;
/** A tile opens with the addresses of its queries. */
export const HEAD_BYTES: usize = 32;

/** The address of the query in a place of a tile. */
export function queryOf(tile: usize, place: u32): usize {
  return load<usize>(tile + (place << 2));
}

/**
 * Writes a tile of the `size` queries (1 to 6) whose addresses stand at `queries`: their addresses, then their codes,
 * interleaved four bytes at a time, 24 bytes a group of 4 dimensions. A short tile repeats its last query.
 */
export function packTile(queries: usize, size: u32, tile: usize): void {
  const groups = lanesOf(load<usize>(queries));
  for (let place: u32 = 0; place < TILE; place++) {
    const query = load<usize>(queries + (min(place, size - 1) << 2));
    store<usize>(tile + (place << 2), query);
    placeCodes(load<usize>(query, 4), groups, tile, place);
  }
}

/** Writes the codes of one query into its place of a tile. */
export function placeCodes(codes: usize, groups: u32, tile: usize, place: u32): void {
  const to = tile + HEAD_BYTES + (place << 2);
  for (let group: u32 = 0; group < groups; group++) {
    store<u32>(to + group * TILE_BYTES, load<u32>(codes + (group << 2)));
  }
}

/**
 * Scans a segment for the `size` queries of a tile. `products` holds 384 bytes: 64 a query. In the relaxed tier a short
 * tile costs as much as a full one.
 */
export function scanTile(tile: usize, size: u32, segment: usize, products: usize): void {
  boundTile(tile, size, segment, products);
  for (let place: u32 = 0; place < size; place++) rescore(queryOf(tile, place));
}

/** The same, but some candidates may be left waiting. */
export function boundTile(tile: usize, size: u32, segment: usize, products: usize): void {
  const plane = codesOf(segment);
  const count = countOf(segment);
  const groups = lanesOf(queryOf(tile, 0));
  const corrections = correctionsOf(plane);
  let block = blocksOf(plane);
  for (let row: u32 = 0; row < count; row += BLOCK, block += groups * GROUP_BYTES) {
    multiplyTile(tile, size, groups, block, corrections + ((<usize>row) << 2), products);
    for (let place: u32 = 0; place < size; place++) {
      boundBlock(queryOf(tile, place), segment, plane, row, products + (place << 6));
    }
  }
}

/** Products of the queries of a tile with the 16 rows of a block: 64 bytes a query. */
export function multiplyTile(
  tile: usize,
  size: u32,
  groups: u32,
  block: usize,
  correction: usize,
  products: usize,
): void {
  const codes = tile + HEAD_BYTES;
  for (let half: usize = 0; half < 64; half += 32) {
    if (ASC_FEATURE_RELAXED_SIMD) {
      multiplyHalfBlock(codes, block + half, groups, correction + half, products + half);
    } else {
      for (let pair: u32 = 0; pair < size; pair += 2) {
        const at = products + half + (pair << 6);
        multiplyWidened(codes + (pair << 2), block + half, groups, correction + half, at);
      }
    }
  }
}

/** Products of six queries with 8 rows: two vectors a query, 64 bytes apart. */
function multiplyHalfBlock(
  codes: usize,
  block: usize,
  groups: u32,
  correction: usize,
  products: usize,
): void {
  let rows = block;
  let s00 = v128.load(correction);
  let s01 = v128.load(correction, 16);
  let s10 = s00;
  let s11 = s01;
  let s20 = s00;
  let s21 = s01;
  let s30 = s00;
  let s31 = s01;
  let s40 = s00;
  let s41 = s01;
  let s50 = s00;
  let s51 = s01;
  const end = codes + groups * TILE_BYTES;
  for (let at = codes; at < end; at += TILE_BYTES, rows += GROUP_BYTES) {
    const x0 = v128.load(rows);
    const x1 = v128.load(rows, 16);
    let q = v128.load_splat<u32>(at);
    s00 = i32x4.relaxed_dot_i8x16_i7x16_add_s(x0, q, s00);
    s01 = i32x4.relaxed_dot_i8x16_i7x16_add_s(x1, q, s01);
    q = v128.load_splat<u32>(at, 4);
    s10 = i32x4.relaxed_dot_i8x16_i7x16_add_s(x0, q, s10);
    s11 = i32x4.relaxed_dot_i8x16_i7x16_add_s(x1, q, s11);
    q = v128.load_splat<u32>(at, 8);
    s20 = i32x4.relaxed_dot_i8x16_i7x16_add_s(x0, q, s20);
    s21 = i32x4.relaxed_dot_i8x16_i7x16_add_s(x1, q, s21);
    q = v128.load_splat<u32>(at, 12);
    s30 = i32x4.relaxed_dot_i8x16_i7x16_add_s(x0, q, s30);
    s31 = i32x4.relaxed_dot_i8x16_i7x16_add_s(x1, q, s31);
    q = v128.load_splat<u32>(at, 16);
    s40 = i32x4.relaxed_dot_i8x16_i7x16_add_s(x0, q, s40);
    s41 = i32x4.relaxed_dot_i8x16_i7x16_add_s(x1, q, s41);
    q = v128.load_splat<u32>(at, 20);
    s50 = i32x4.relaxed_dot_i8x16_i7x16_add_s(x0, q, s50);
    s51 = i32x4.relaxed_dot_i8x16_i7x16_add_s(x1, q, s51);
  }
  storePair(products, s00, s01);
  storePair(products + 64, s10, s11);
  storePair(products + 128, s20, s21);
  storePair(products + 192, s30, s31);
  storePair(products + 256, s40, s41);
  storePair(products + 320, s50, s51);
}

function storePair(to: usize, first: v128, second: v128): void {
  v128.store(to, first);
  v128.store(to, second, 16);
}

/** Products of two queries with 8 rows, by 16-bit multiplication: two vectors a query, 64 bytes apart. */
function multiplyWidened(codes: usize, block: usize, groups: u32, correction: usize, products: usize): void {
  let rows = block;
  let a0 = i32x4.splat(0);
  let b0 = i32x4.splat(0);
  let c0 = i32x4.splat(0);
  let d0 = i32x4.splat(0);
  let a1 = i32x4.splat(0);
  let b1 = i32x4.splat(0);
  let c1 = i32x4.splat(0);
  let d1 = i32x4.splat(0);
  const end = codes + groups * TILE_BYTES;
  for (let at = codes; at < end; at += TILE_BYTES, rows += GROUP_BYTES) {
    const first = i16x8.extend_low_i8x16_u(v128.load_splat<u32>(at));
    const second = i16x8.extend_low_i8x16_u(v128.load_splat<u32>(at, 4));
    let x = v128.load_ext<i8>(rows);
    a0 = i32x4.add(a0, i32x4.dot_i16x8_s(x, first));
    a1 = i32x4.add(a1, i32x4.dot_i16x8_s(x, second));
    x = v128.load_ext<i8>(rows, 8);
    b0 = i32x4.add(b0, i32x4.dot_i16x8_s(x, first));
    b1 = i32x4.add(b1, i32x4.dot_i16x8_s(x, second));
    x = v128.load_ext<i8>(rows, 16);
    c0 = i32x4.add(c0, i32x4.dot_i16x8_s(x, first));
    c1 = i32x4.add(c1, i32x4.dot_i16x8_s(x, second));
    x = v128.load_ext<i8>(rows, 24);
    d0 = i32x4.add(d0, i32x4.dot_i16x8_s(x, first));
    d1 = i32x4.add(d1, i32x4.dot_i16x8_s(x, second));
  }
  const low = v128.load(correction);
  const high = v128.load(correction, 16);
  storePair(products, i32x4.add(joinHalves(a0, b0), low), i32x4.add(joinHalves(c0, d0), high));
  storePair(products + 64, i32x4.add(joinHalves(a1, b1), low), i32x4.add(joinHalves(c1, d1), high));
}
