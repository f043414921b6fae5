// From integer products to certified upper bounds, a block of sixteen rows at a time.
//
// For every row, key <= product*scale*step + error*errorFactor + norm*(normFactor - norm*squareFactor) + constant, with
// every rounding paid for in the factors (docs/certified-search.md). The constant stays on the other side of the
// comparison, inside the query's bound.

import { collect, rescoreWhenFull } from './candidates';
import { COSINE, metricOf } from './query';
import { errorsOf, normsOf, scalesOf } from './segment';

/** The part of four rows' upper bounds that every metric has: scaled products, and errors. */
export function codeBounds(
  products: usize,
  scales: usize,
  errors: usize,
  step: v128,
  errorFactor: v128,
): v128 {
  const scaled = f32x4.mul(f32x4.convert_i32x4_s(v128.load(products)), v128.load(scales));
  return f32x4.add(f32x4.mul(scaled, step), f32x4.mul(v128.load(errors), errorFactor));
}

/** What the norms of four rows add to their upper bounds. */
export function normBounds(norms: usize, normFactor: v128, squareFactor: v128): v128 {
  const norm = v128.load(norms);
  return f32x4.mul(norm, f32x4.sub(normFactor, f32x4.mul(norm, squareFactor)));
}

/** Takes the products of the 16 rows of a block; rows whose upper bound reaches the query's bound become candidates. */
export function boundBlock(query: usize, segment: usize, plane: usize, row: u32, products: usize): void {
  const at = (<usize>row) << 2;
  const scales = scalesOf(plane) + at;
  const errors = errorsOf(plane) + at;
  const step = v128.load_splat<f32>(query, 8);
  const errorFactor = v128.load_splat<f32>(query, 12);
  let a = codeBounds(products, scales, errors, step, errorFactor);
  let b = codeBounds(products + 16, scales + 16, errors + 16, step, errorFactor);
  let c = codeBounds(products + 32, scales + 32, errors + 32, step, errorFactor);
  let d = codeBounds(products + 48, scales + 48, errors + 48, step, errorFactor);
  if (metricOf(query) !== COSINE) {
    const norms = normsOf(segment) + at;
    const normFactor = v128.load_splat<f32>(query, 16);
    const squareFactor = v128.load_splat<f32>(query, 20);
    a = f32x4.add(a, normBounds(norms, normFactor, squareFactor));
    b = f32x4.add(b, normBounds(norms + 16, normFactor, squareFactor));
    c = f32x4.add(c, normBounds(norms + 32, normFactor, squareFactor));
    d = f32x4.add(d, normBounds(norms + 48, normFactor, squareFactor));
  }
  // pmax is one instruction; max, which orders NaN and -0, is seven, and bounds are never NaN.
  const largest = f32x4.pmax(f32x4.pmax(a, b), f32x4.pmax(c, d));
  const bound = v128.load_splat<f32>(query, 36);
  if (!v128.any_true(f32x4.ge(largest, bound))) return;
  collect(query, segment, a, bound, row);
  collect(query, segment, b, bound, row + 4);
  collect(query, segment, c, bound, row + 8);
  collect(query, segment, d, bound, row + 12);
  rescoreWhenFull(query);
}
