// The best items for a user: scores of a stretch of items, and the best k of them.
//
//   rows      f32 x stride an item, row-major, zeros behind the last factor; the vector the same     stride in bytes, of 16
//   scores    f32 an item
//   excluded  a bit an item, set where it does not qualify: item i is bit i % 32 of u32 i / 32
//   query     +32 threshold f32, +40 results, +44 found u32, +48 k u32       as in assembly/results.ts
//
// Cost: a multiply-add a factor; a comparison of four items at once with the threshold.

import { offer } from './results';

/** out[i] = vector . row i * scales[i] + biases[i]; without scales or biases where these are 0. */
export function scoreRows(
  vector: usize,
  rows: usize,
  stride: usize,
  count: u32,
  scales: usize,
  biases: usize,
  out: usize,
): void {
  const end = vector + stride;
  let row = rows;
  for (let i: usize = 0; i < (<usize>count) << 2; i += 4) {
    let a = f32x4.splat(0);
    let b = a;
    let at = vector;
    for (; at + 16 < end; at += 32) {
      a = f32x4.add(a, f32x4.mul(v128.load(at), v128.load(row)));
      b = f32x4.add(b, f32x4.mul(v128.load(at, 16), v128.load(row, 16)));
      row += 32;
    }
    if (at < end) {
      a = f32x4.add(a, f32x4.mul(v128.load(at), v128.load(row)));
      row += 16;
    }
    a = f32x4.add(a, b);
    a = f32x4.add(a, v128.shuffle<f32>(a, a, 2, 3, 0, 1));
    let score = f32x4.extract_lane(a, 0) + f32x4.extract_lane(a, 1);
    if (scales !== 0) score *= load<f32>(scales + i);
    if (biases !== 0) score += load<f32>(biases + i);
    store<f32>(out + i, score);
  }
}

/** Offers the scores of the items first..first + count - 1 to the query; `excluded` is 0 where all qualify. */
export function selectItems(query: usize, scores: usize, first: u32, count: u32, excluded: usize): void {
  let threshold = f32x4.splat(load<f32>(query, 32));
  let i: u32 = 0;
  for (; i + 4 <= count; i += 4) {
    if (!v128.any_true(f32x4.ge(v128.load(scores + (i << 2)), threshold))) continue;
    for (let j: u32 = i; j < i + 4; j++) take(query, scores, first, j, excluded);
    threshold = f32x4.splat(load<f32>(query, 32));
  }
  for (; i < count; i++) take(query, scores, first, i, excluded);
}

function take(query: usize, scores: usize, first: u32, i: u32, excluded: usize): void {
  const item = first + i;
  if (excluded !== 0 && ((load<u32>(excluded + ((item >> 5) << 2)) >> (item & 31)) & 1) !== 0) return;
  offer(query, load<f32>(scores + (i << 2)), <i32>item);
}
