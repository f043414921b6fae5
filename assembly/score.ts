// The float32 score: the one definition of what lanewise answers, whatever found the row.
//
// Lane l of a 128-bit accumulator sums dimensions l, l+4, l+8, ... in order, each product rounded before it is added
// (never fused: a fused sum differs between processors); then (lane 0 + lane 2) + (lane 1 + lane 3). Under cosine the
// sum is divided by the row's norm. Every kernel that scores keeps this order, so a score is the same bits in every
// tier, runtime and path. One accumulator a row: parallelism comes from scoring four rows at once.
//
// Cost: 2 * dimensions flops a row (3 for l2); bound by memory from some 8 rows on.

import { COSINE, L2, lanesOf, metricOf } from './query';
import { normsOf, rowsOf } from './segment';

/** Sums each of four accumulators across its lanes: lane r of the result is row r. */
function sumLanes(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = f32x4.add(i32x4.shuffle(a, b, 0, 4, 1, 5), i32x4.shuffle(a, b, 2, 6, 3, 7)); // a02 b02 a13 b13
  const cd = f32x4.add(i32x4.shuffle(c, d, 0, 4, 1, 5), i32x4.shuffle(c, d, 2, 6, 3, 7));
  return f32x4.add(i32x4.shuffle(ab, cd, 0, 1, 4, 5), i32x4.shuffle(ab, cd, 2, 3, 6, 7));
}

/** Inner products of the vector with four rows. */
function products(vector: usize, lanes: u32, a: usize, b: usize, c: usize, d: usize): v128 {
  let sumA = f32x4.splat(0);
  let sumB = f32x4.splat(0);
  let sumC = f32x4.splat(0);
  let sumD = f32x4.splat(0);
  const bytes = lanes << 4;
  let at: usize = 0;
  // Two steps a turn share their four addresses, which V8 computes apart from the loads.
  for (; at + 16 < bytes; at += 32) {
    const q = v128.load(vector + at);
    const next = v128.load(vector + at, 16);
    sumA = f32x4.add(sumA, f32x4.mul(q, v128.load(a + at)));
    sumB = f32x4.add(sumB, f32x4.mul(q, v128.load(b + at)));
    sumC = f32x4.add(sumC, f32x4.mul(q, v128.load(c + at)));
    sumD = f32x4.add(sumD, f32x4.mul(q, v128.load(d + at)));
    sumA = f32x4.add(sumA, f32x4.mul(next, v128.load(a + at, 16)));
    sumB = f32x4.add(sumB, f32x4.mul(next, v128.load(b + at, 16)));
    sumC = f32x4.add(sumC, f32x4.mul(next, v128.load(c + at, 16)));
    sumD = f32x4.add(sumD, f32x4.mul(next, v128.load(d + at, 16)));
  }
  if (at < bytes) {
    const q = v128.load(vector + at);
    sumA = f32x4.add(sumA, f32x4.mul(q, v128.load(a + at)));
    sumB = f32x4.add(sumB, f32x4.mul(q, v128.load(b + at)));
    sumC = f32x4.add(sumC, f32x4.mul(q, v128.load(c + at)));
    sumD = f32x4.add(sumD, f32x4.mul(q, v128.load(d + at)));
  }
  return sumLanes(sumA, sumB, sumC, sumD);
}

/** Squared Euclidean distances of the vector to four rows. */
function distances(vector: usize, lanes: u32, a: usize, b: usize, c: usize, d: usize): v128 {
  let sumA = f32x4.splat(0);
  let sumB = f32x4.splat(0);
  let sumC = f32x4.splat(0);
  let sumD = f32x4.splat(0);
  const bytes = lanes << 4;
  for (let at: usize = 0; at < bytes; at += 16) {
    const q = v128.load(vector + at);
    const toA = f32x4.sub(q, v128.load(a + at));
    const toB = f32x4.sub(q, v128.load(b + at));
    const toC = f32x4.sub(q, v128.load(c + at));
    const toD = f32x4.sub(q, v128.load(d + at));
    sumA = f32x4.add(sumA, f32x4.mul(toA, toA));
    sumB = f32x4.add(sumB, f32x4.mul(toB, toB));
    sumC = f32x4.add(sumC, f32x4.mul(toC, toC));
    sumD = f32x4.add(sumD, f32x4.mul(toD, toD));
  }
  return sumLanes(sumA, sumB, sumC, sumD);
}

/** The keys of four rows of a segment, one a lane. */
export function scoreRows(query: usize, segment: usize, a: u32, b: u32, c: u32, d: u32): v128 {
  const stride = lanesOf(query) << 4;
  const rows = rowsOf(segment);
  const norms = normsOf(segment);
  return scoreAt(
    query,
    rows + a * stride,
    rows + b * stride,
    rows + c * stride,
    rows + d * stride,
    norms + (a << 2),
    norms + (b << 2),
    norms + (c << 2),
    norms + (d << 2),
  );
}

/** The keys of four rows, wherever they and their norms stand, one a lane. */
export function scoreAt(
  query: usize,
  a: usize,
  b: usize,
  c: usize,
  d: usize,
  normA: usize,
  normB: usize,
  normC: usize,
  normD: usize,
): v128 {
  const vector = load<usize>(query);
  const lanes = lanesOf(query);
  const metric = metricOf(query);
  if (metric === L2) return f32x4.neg(distances(vector, lanes, a, b, c, d));
  const sums = products(vector, lanes, a, b, c, d);
  if (metric !== COSINE) return sums;
  let divisor = v128.load32_zero(normA);
  divisor = v128.load_lane<f32>(normB, divisor, 1);
  divisor = v128.load_lane<f32>(normC, divisor, 2);
  divisor = v128.load_lane<f32>(normD, divisor, 3);
  return f32x4.div(sums, divisor);
}
