// Certified scan of 8-bit codes, one query: a quarter of the bytes of the float rows.
//
// Integer products of the query's codes with every row of a block of 16, then their upper bounds. relaxed_dot takes four
// products a lane; without it the codes are widened to 16 bits and a lane holds half a row, summed at the end.
//
// Two blocks at a time, half a segment apart: eight sums keep both multiply ports full (a dot product takes five cycles,
// and two start in each), the query is loaded once for both, and memory is read in two streams, which prefetchers follow
// better than one (1.4x where the codes exceed the caches).
//
// Cost: dimensions bytes and multiply-adds a row; bound by memory in the relaxed tier.

import { boundBlock } from './bounds';
import { rescore } from './candidates';
import { lanesOf } from './query';
import { BLOCK, blocksOf, codesOf, correctionsOf, countOf, GROUP_BYTES } from './segment';

/** Scans a segment for one query. `products` holds 128 bytes. */
export function scanCodes(query: usize, segment: usize, products: usize): void {
  boundCodes(query, segment, products);
  rescore(query);
}

/** The same, but some candidates may be left waiting. */
export function boundCodes(query: usize, segment: usize, products: usize): void {
  const plane = codesOf(segment);
  const groups = lanesOf(query);
  const codes = load<usize>(query, 4);
  const corrections = correctionsOf(plane);
  const blockBytes = groups * GROUP_BYTES;
  const blocks = (countOf(segment) + BLOCK - 1) / BLOCK;
  const half = (blocks + 1) >> 1;
  const first = blocksOf(plane);
  for (let a: u32 = 0; a < half; a++) {
    const b = min(a + half, blocks - 1); // the last pair of an odd number of blocks takes the last one twice
    const correctionA = corrections + a * GROUP_BYTES;
    const correctionB = corrections + b * GROUP_BYTES;
    const blockA = first + a * blockBytes;
    const blockB = first + b * blockBytes;
    multiplyPair(codes, blockA, blockB, groups, correctionA, correctionB, products);
    boundBlock(query, segment, plane, a * BLOCK, products);
    if (a + half < blocks) boundBlock(query, segment, plane, b * BLOCK, products + 64);
  }
}

/** Products of the query with the 16 rows of either block: 64 bytes a block. */
export function multiplyPair(
  codes: usize,
  blockA: usize,
  blockB: usize,
  groups: u32,
  correctionA: usize,
  correctionB: usize,
  products: usize,
): void {
  if (ASC_FEATURE_RELAXED_SIMD) {
    multiplyBlocks(codes, blockA, blockB, groups, correctionA, correctionB, products);
  } else {
    multiplyHalves(codes, blockA, blockB, groups, correctionA, correctionB, products);
    const to = products + 32;
    multiplyHalves(codes, blockA + 32, blockB + 32, groups, correctionA + 32, correctionB + 32, to);
  }
}

/** The same by relaxed dot products. */
function multiplyBlocks(
  codes: usize,
  blockA: usize,
  blockB: usize,
  groups: u32,
  correctionA: usize,
  correctionB: usize,
  products: usize,
): void {
  let a0 = v128.load(correctionA);
  let a1 = v128.load(correctionA, 16);
  let a2 = v128.load(correctionA, 32);
  let a3 = v128.load(correctionA, 48);
  let b0 = v128.load(correctionB);
  let b1 = v128.load(correctionB, 16);
  let b2 = v128.load(correctionB, 32);
  let b3 = v128.load(correctionB, 48);
  let rowsA = blockA;
  let rowsB = blockB;
  const end = codes + ((<usize>groups) << 2);
  for (let at = codes; at < end; at += 4, rowsA += GROUP_BYTES, rowsB += GROUP_BYTES) {
    const q = v128.load_splat<u32>(at);
    a0 = i32x4.relaxed_dot_i8x16_i7x16_add_s(v128.load(rowsA), q, a0);
    a1 = i32x4.relaxed_dot_i8x16_i7x16_add_s(v128.load(rowsA, 16), q, a1);
    a2 = i32x4.relaxed_dot_i8x16_i7x16_add_s(v128.load(rowsA, 32), q, a2);
    a3 = i32x4.relaxed_dot_i8x16_i7x16_add_s(v128.load(rowsA, 48), q, a3);
    b0 = i32x4.relaxed_dot_i8x16_i7x16_add_s(v128.load(rowsB), q, b0);
    b1 = i32x4.relaxed_dot_i8x16_i7x16_add_s(v128.load(rowsB, 16), q, b1);
    b2 = i32x4.relaxed_dot_i8x16_i7x16_add_s(v128.load(rowsB, 32), q, b2);
    b3 = i32x4.relaxed_dot_i8x16_i7x16_add_s(v128.load(rowsB, 48), q, b3);
  }
  v128.store(products, a0);
  v128.store(products, a1, 16);
  v128.store(products, a2, 32);
  v128.store(products, a3, 48);
  v128.store(products, b0, 64);
  v128.store(products, b1, 80);
  v128.store(products, b2, 96);
  v128.store(products, b3, 112);
}

/** Products of the query with 8 rows of either block, by 16-bit multiplication; 64 bytes from block to block. */
function multiplyHalves(
  codes: usize,
  blockA: usize,
  blockB: usize,
  groups: u32,
  correctionA: usize,
  correctionB: usize,
  products: usize,
): void {
  let a0 = i32x4.splat(0);
  let a1 = i32x4.splat(0);
  let a2 = i32x4.splat(0);
  let a3 = i32x4.splat(0);
  let b0 = i32x4.splat(0);
  let b1 = i32x4.splat(0);
  let b2 = i32x4.splat(0);
  let b3 = i32x4.splat(0);
  let rowsA = blockA;
  let rowsB = blockB;
  const end = codes + ((<usize>groups) << 2);
  for (let at = codes; at < end; at += 4, rowsA += GROUP_BYTES, rowsB += GROUP_BYTES) {
    const q = i16x8.extend_low_i8x16_u(v128.load_splat<u32>(at));
    a0 = i32x4.add(a0, i32x4.dot_i16x8_s(q, v128.load_ext<i8>(rowsA)));
    a1 = i32x4.add(a1, i32x4.dot_i16x8_s(q, v128.load_ext<i8>(rowsA, 8)));
    a2 = i32x4.add(a2, i32x4.dot_i16x8_s(q, v128.load_ext<i8>(rowsA, 16)));
    a3 = i32x4.add(a3, i32x4.dot_i16x8_s(q, v128.load_ext<i8>(rowsA, 24)));
    b0 = i32x4.add(b0, i32x4.dot_i16x8_s(q, v128.load_ext<i8>(rowsB)));
    b1 = i32x4.add(b1, i32x4.dot_i16x8_s(q, v128.load_ext<i8>(rowsB, 8)));
    b2 = i32x4.add(b2, i32x4.dot_i16x8_s(q, v128.load_ext<i8>(rowsB, 16)));
    b3 = i32x4.add(b3, i32x4.dot_i16x8_s(q, v128.load_ext<i8>(rowsB, 24)));
  }
  v128.store(products, i32x4.add(joinHalves(a0, a1), v128.load(correctionA)));
  v128.store(products, i32x4.add(joinHalves(a2, a3), v128.load(correctionA, 16)), 16);
  v128.store(products, i32x4.add(joinHalves(b0, b1), v128.load(correctionB)), 64);
  v128.store(products, i32x4.add(joinHalves(b2, b3), v128.load(correctionB, 16)), 80);
}

/** Sums neighbouring lanes: two rows in each operand become four rows, one a lane. */
export function joinHalves(first: v128, second: v128): v128 {
  return i32x4.add(i32x4.shuffle(first, second, 0, 2, 4, 6), i32x4.shuffle(first, second, 1, 3, 5, 7));
}
