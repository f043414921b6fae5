// Certified scan of 8-bit codes, one query: a quarter of the bytes of the float rows.
//
// For each block of 16 rows: the integer product of the query's codes with every row, then their upper bounds.
// relaxed_dot takes four products a lane; without it the codes are widened to 16 bits and a lane holds half a row,
// summed at the end of the block.
//
// Cost: dimensions bytes and multiply-adds a row; bound by memory in the relaxed tier.

import { boundBlock } from './bounds';
import { rescore } from './candidates';
import { lanesOf } from './query';
import { BLOCK, blocksOf, codesOf, correctionsOf, countOf, GROUP_BYTES } from './segment';

/** Scans a segment for one query. `products` holds 64 bytes. */
export function scanCodes(query: usize, segment: usize, products: usize): void {
  const plane = codesOf(segment);
  const count = countOf(segment);
  const groups = lanesOf(query);
  const codes = load<usize>(query, 4);
  const corrections = correctionsOf(plane);
  let block = blocksOf(plane);
  for (let row: u32 = 0; row < count; row += BLOCK, block += groups * GROUP_BYTES) {
    const correction = corrections + ((<usize>row) << 2);
    if (ASC_FEATURE_RELAXED_SIMD) multiplyBlock(codes, block, groups, correction, products);
    else multiplyBlockWidened(codes, block, groups, correction, products);
    boundBlock(query, segment, plane, row, products);
  }
  rescore(query, segment);
}

/** Products of 16 rows; two groups a turn, because a dot product takes five cycles and two start in each. */
function multiplyBlock(codes: usize, block: usize, groups: u32, correction: usize, products: usize): void {
  let rows = block;
  let a = v128.load(correction);
  let b = v128.load(correction, 16);
  let c = v128.load(correction, 32);
  let d = v128.load(correction, 48);
  let a2 = i32x4.splat(0);
  let b2 = i32x4.splat(0);
  let c2 = i32x4.splat(0);
  let d2 = i32x4.splat(0);
  const end = codes + ((<usize>groups) << 2);
  let at = codes;
  for (; at + 4 < end; at += 8, rows += 2 * GROUP_BYTES) {
    const q = v128.load_splat<u32>(at);
    a = i32x4.relaxed_dot_i8x16_i7x16_add_s(v128.load(rows), q, a);
    b = i32x4.relaxed_dot_i8x16_i7x16_add_s(v128.load(rows, 16), q, b);
    c = i32x4.relaxed_dot_i8x16_i7x16_add_s(v128.load(rows, 32), q, c);
    d = i32x4.relaxed_dot_i8x16_i7x16_add_s(v128.load(rows, 48), q, d);
    const next = v128.load_splat<u32>(at, 4);
    a2 = i32x4.relaxed_dot_i8x16_i7x16_add_s(v128.load(rows, 64), next, a2);
    b2 = i32x4.relaxed_dot_i8x16_i7x16_add_s(v128.load(rows, 80), next, b2);
    c2 = i32x4.relaxed_dot_i8x16_i7x16_add_s(v128.load(rows, 96), next, c2);
    d2 = i32x4.relaxed_dot_i8x16_i7x16_add_s(v128.load(rows, 112), next, d2);
  }
  if (at < end) {
    const q = v128.load_splat<u32>(at);
    a = i32x4.relaxed_dot_i8x16_i7x16_add_s(v128.load(rows), q, a);
    b = i32x4.relaxed_dot_i8x16_i7x16_add_s(v128.load(rows, 16), q, b);
    c = i32x4.relaxed_dot_i8x16_i7x16_add_s(v128.load(rows, 32), q, c);
    d = i32x4.relaxed_dot_i8x16_i7x16_add_s(v128.load(rows, 48), q, d);
  }
  v128.store(products, i32x4.add(a, a2));
  v128.store(products, i32x4.add(b, b2), 16);
  v128.store(products, i32x4.add(c, c2), 32);
  v128.store(products, i32x4.add(d, d2), 48);
}

function multiplyBlockWidened(
  codes: usize,
  block: usize,
  groups: u32,
  correction: usize,
  products: usize,
): void {
  let rows = block;
  let a = i32x4.splat(0);
  let b = i32x4.splat(0);
  let c = i32x4.splat(0);
  let d = i32x4.splat(0);
  let a2 = i32x4.splat(0);
  let b2 = i32x4.splat(0);
  let c2 = i32x4.splat(0);
  let d2 = i32x4.splat(0);
  const end = codes + ((<usize>groups) << 2);
  for (let at = codes; at < end; at += 4, rows += GROUP_BYTES) {
    const q = i16x8.extend_low_i8x16_u(v128.load_splat<u32>(at));
    a = i32x4.add(a, i32x4.dot_i16x8_s(q, v128.load_ext<i8>(rows)));
    a2 = i32x4.add(a2, i32x4.dot_i16x8_s(q, v128.load_ext<i8>(rows, 8)));
    b = i32x4.add(b, i32x4.dot_i16x8_s(q, v128.load_ext<i8>(rows, 16)));
    b2 = i32x4.add(b2, i32x4.dot_i16x8_s(q, v128.load_ext<i8>(rows, 24)));
    c = i32x4.add(c, i32x4.dot_i16x8_s(q, v128.load_ext<i8>(rows, 32)));
    c2 = i32x4.add(c2, i32x4.dot_i16x8_s(q, v128.load_ext<i8>(rows, 40)));
    d = i32x4.add(d, i32x4.dot_i16x8_s(q, v128.load_ext<i8>(rows, 48)));
    d2 = i32x4.add(d2, i32x4.dot_i16x8_s(q, v128.load_ext<i8>(rows, 56)));
  }
  v128.store(products, i32x4.add(joinHalves(a, a2), v128.load(correction)));
  v128.store(products, i32x4.add(joinHalves(b, b2), v128.load(correction, 16)), 16);
  v128.store(products, i32x4.add(joinHalves(c, c2), v128.load(correction, 32)), 32);
  v128.store(products, i32x4.add(joinHalves(d, d2), v128.load(correction, 48)), 48);
}

/** Sums neighbouring lanes: two rows in each operand become four rows, one a lane. */
export function joinHalves(first: v128, second: v128): v128 {
  return i32x4.add(i32x4.shuffle(first, second, 0, 2, 4, 6), i32x4.shuffle(first, second, 1, 3, 5, 7));
}
