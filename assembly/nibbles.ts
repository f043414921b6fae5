// Certified scan of 4-bit codes, one query, relaxed tier: an eighth of the bytes of the float rows.
//
// Two dimensions share a byte, and only one of them has to be unpacked. The lower nibble l is masked out. The upper
// dimension is read from the whole signed byte b = 16*h + l: the encoder knows l before it chooses h, so it picks the
// h for which b/16 comes nearest to the value, and the lower bits cost no precision. A masked and an unmasked dot
// product a load then keep pace with 8-bit codes, at half their bytes.
//
// Values in units of 1/16 step: upper b, lower 16*l - 120. Cost: dimensions/2 bytes a row; bound by memory.

import { boundBlock } from './bounds';
import { rescore } from './candidates';
import { octetsOf } from './query';
import { BLOCK, blocksOf, correctionsOf, countOf, GROUP_BYTES, nibblesOf } from './segment';

/** Scans a segment for one query. `products` holds 64 bytes. */
export function scanNibbles(query: usize, segment: usize, products: usize): void {
  const plane = nibblesOf(segment);
  const count = countOf(segment);
  const groups = octetsOf(query);
  const corrections = correctionsOf(plane);
  let block = blocksOf(plane);
  for (let row: u32 = 0; row < count; row += BLOCK, block += groups * GROUP_BYTES) {
    if (ASC_FEATURE_RELAXED_SIMD)
      multiplyBlock(query, block, groups, corrections + ((<usize>row) << 2), products);
    boundBlock(query, segment, plane, row, products);
  }
  rescore(query);
}

function multiplyBlock(query: usize, block: usize, groups: u32, correction: usize, products: usize): void {
  let rows = block;
  const codes = load<usize>(query, 4);
  const zero = i32x4.splat(load<i32>(query, 28));
  const mask = v128.load_splat<u32>(query, 96);
  let a = i32x4.sub(v128.load(correction), zero);
  let b = i32x4.sub(v128.load(correction, 16), zero);
  let c = i32x4.sub(v128.load(correction, 32), zero);
  let d = i32x4.sub(v128.load(correction, 48), zero);
  let lowerA = i32x4.splat(0);
  let lowerB = i32x4.splat(0);
  let lowerC = i32x4.splat(0);
  let lowerD = i32x4.splat(0);
  const end = codes + ((<usize>groups) << 3);
  for (let at = codes; at < end; at += 8, rows += GROUP_BYTES) {
    const upper = v128.load_splat<u32>(at);
    const lower = v128.load_splat<u32>(at, 4);
    const bytesA = v128.load(rows);
    const bytesB = v128.load(rows, 16);
    const bytesC = v128.load(rows, 32);
    const bytesD = v128.load(rows, 48);
    a = i32x4.relaxed_dot_i8x16_i7x16_add_s(bytesA, upper, a);
    b = i32x4.relaxed_dot_i8x16_i7x16_add_s(bytesB, upper, b);
    c = i32x4.relaxed_dot_i8x16_i7x16_add_s(bytesC, upper, c);
    d = i32x4.relaxed_dot_i8x16_i7x16_add_s(bytesD, upper, d);
    lowerA = i32x4.relaxed_dot_i8x16_i7x16_add_s(v128.and(bytesA, mask), lower, lowerA);
    lowerB = i32x4.relaxed_dot_i8x16_i7x16_add_s(v128.and(bytesB, mask), lower, lowerB);
    lowerC = i32x4.relaxed_dot_i8x16_i7x16_add_s(v128.and(bytesC, mask), lower, lowerC);
    lowerD = i32x4.relaxed_dot_i8x16_i7x16_add_s(v128.and(bytesD, mask), lower, lowerD);
  }
  // The lower nibbles weigh 16 times what the whole bytes weigh.
  v128.store(products, i32x4.add(a, i32x4.shl(lowerA, 4)));
  v128.store(products, i32x4.add(b, i32x4.shl(lowerB, 4)), 16);
  v128.store(products, i32x4.add(c, i32x4.shl(lowerC, 4)), 32);
  v128.store(products, i32x4.add(d, i32x4.shl(lowerD, 4)), 48);
}
