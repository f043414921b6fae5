// A query: its vector, its 7-bit codes, the coefficients of its bounds, and the results found so far.
//
//   +0   vector       usize   f32 x stride: the query, divided by its norm under cosine, padded with zeros
//   +4   codes        usize   u8, padded to whole groups of 8 dimensions: code + 64, in 1..127; padding is 64
//   +8   step         f32  \
//   +12  errorFactor  f32   |  upper bound of a row's key, given its integer product p with the query:
//   +16  normFactor   f32   |  p*scale*step + error*errorFactor + norm*(normFactor - norm*squareFactor) + constant
//   +20  squareFactor f32   |
//   +24  constant     f32  /
//   +28  nibbleZero   i32     what the unsigned lower nibbles add to every row's product
//   +32  threshold    f32     a row must reach this key to enter the results
//   +36  bound        f32     threshold less constant, rounded down: what the rest of the upper bound must reach
//   +40  results      usize   f32 key, i32 id; a heap with the worst on top, or a list when collecting a range
//   +44  found        u32     results held
//   +48  k            u32     results wanted; 0 collects every row that reaches the threshold
//   +52  candidates   usize   f32 upper bound, u32 row of the segment
//   +56  waiting      u32     candidates held
//   +60  rescored     u32     rows scored in float32 so far
//   +64  filter       usize   bitmap over ids, or 0
//   +68  filterLength u32     bits of the bitmap
//   +72  metric       u32     0 inner product, 1 cosine, 2 squared Euclidean distance
//   +76  dimensions   u32
//   +80  lanes        v128    four bounds or keys, on their way to be taken apart
//   +96  nibbleMask   u32     15 in each byte; V8 builds a constant vector anew at each use, but keeps a loaded one
//
// A key is a score turned so that larger is better: the inner product, the cosine, or the negated squared distance.

import { squaredNorm } from './norm';

export const IP: u32 = 0;
export const COSINE: u32 = 1;
export const L2: u32 = 2;

/** Bytes of a query descriptor; the descriptors of a batch stand one after the other. */
export const QUERY_BYTES: u32 = 112;
/** The query's codes lie in -63..63 and are stored 64 higher: relaxed dot products need their second operand in 0..127. */
const CODE_LIMIT: f64 = 63;
const CODE_ZERO: i32 = 64;

/** 16-byte groups of a padded float row. */
export function lanesOf(query: usize): u32 {
  return (load<u32>(query, 76) + 3) >> 2;
}

/** Groups of 8 dimensions. */
export function octetsOf(query: usize): u32 {
  return (load<u32>(query, 76) + 7) >> 3;
}

export function metricOf(query: usize): u32 {
  return load<u32>(query, 72);
}

function roundedUp(value: f64): f32 {
  return <f32>(value + abs(value) * 2.384185791015625e-7); // 1 + 2^-22 outweighs the rounding to float32
}

/**
 * Prepares the query whose raw vector stands at `vector` (padded with zeros): normalises it under cosine, writes its
 * codes and the coefficients of its bounds. The proof of the coefficients is docs/certified-search.md.
 *
 * @returns the query's norm, from which the host tells a query that cannot be searched (NaN, infinite, zero).
 */
export function prepareQuery(query: usize): f64 {
  const vector = load<usize>(query);
  const dimensions = load<u32>(query, 76);
  const metric = metricOf(query);
  const norm = sqrt(squaredNorm(vector, lanesOf(query)));
  store<u32>(query, 0x0f0f0f0f, 96);
  if (metric === COSINE) divide(vector, dimensions, norm);

  let largest: f64 = 0;
  for (let i: u32 = 0; i < dimensions; i++) largest = max(largest, <f64>abs(load<f32>(vector + (i << 2))));
  const step = <f32>(largest / CODE_LIMIT);
  const missed = encodeQuery(query, <f64>step);

  const length = metric === COSINE ? sqrt(squaredNorm(vector, lanesOf(query))) : norm;
  const rounding = (<f64>dimensions / 4 + 64) * 1.1920928955078125e-7; // 2^-23: twice the unit roundoff
  const underflow = <f64>(dimensions + 16) * 1.401298464324817e-45; // 2^-149
  const errorFactor = (length + missed) * (1 + 3.814697265625e-6); // 2^-18
  const normFactor = missed + rounding * length;
  if (metric === L2) {
    const kept = 1 - 4 * rounding;
    store<f32>(query, 2 * step, 8);
    store<f32>(query, roundedUp(2 * errorFactor), 12);
    store<f32>(query, roundedUp(2 * normFactor), 16);
    store<f32>(query, <f32>(kept * (1 - 2.384185791015625e-7)), 20);
    store<f32>(query, roundedUp(underflow - kept * length * length), 24);
  } else {
    // The rows behind a cosine have norm 1, so the term in the norm is a constant.
    store<f32>(query, step, 8);
    store<f32>(query, roundedUp(errorFactor), 12);
    store<f32>(query, metric === COSINE ? 0 : roundedUp(normFactor), 16);
    store<f32>(query, 0, 20);
    store<f32>(query, roundedUp(metric === COSINE ? normFactor + underflow : underflow), 24);
  }
  return norm;
}

function divide(vector: usize, dimensions: u32, norm: f64): void {
  for (let i: u32 = 0; i < dimensions; i++) {
    const at = vector + (i << 2);
    store<f32>(at, <f32>(<f64>load<f32>(at) / norm));
  }
}

/** Writes the query's codes; returns the norm of what they miss. */
function encodeQuery(query: usize, step: f64): f64 {
  const vector = load<usize>(query);
  const codes = load<usize>(query, 4);
  const dimensions = load<u32>(query, 76);
  const padded = octetsOf(query) << 3;
  let missed: f64 = 0;
  let lowerSum: i32 = 0;
  for (let i: u32 = 0; i < padded; i++) {
    const value = i < dimensions ? <f64>load<f32>(vector + (i << 2)) : 0;
    const code = step > 0 ? min(max(nearest(value / step), -CODE_LIMIT), CODE_LIMIT) : 0;
    const residual = value - code * step;
    missed += residual * residual;
    if (i & 4) lowerSum += <i32>code;
    store<u8>(codes + i, <u8>(<i32>code + CODE_ZERO));
  }
  store<i32>(query, 120 * lowerSum, 28);
  return sqrt(missed);
}
