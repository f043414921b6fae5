// Sketches: rows in a few bytes, 4 bits a sub-vector of what a row differs from its cell's centroid, and three bytes
// that make an estimate of the row's key from them.
//
// One format serves two codes. 4-bit product quantization: trained codebooks of 16 centroids. Sign bits (RaBitQ): the
// difference is rotated at random, a sub-vector is four dimensions, and its 16 "centroids" are the 16 patterns of signs.
//
//   block of 16 rows
//   16 x subvectors/2   byte r of group j: code of sub-vector 2j of row r below, of sub-vector 2j+1 above
//   u8 x 16             scale: 3 bits of exponent, 5 of mantissa: f32 bits (code << 18) + base
//   u16 x 16            term: the upper half of an f32
//
// Algebra. A row is v = c + r: its cell's centroid and the rest (v is normalised under cosine). r0 is what the codes
// stand for, f = <r,r> / <r,r0>, and f r0 is the best that can be said of r: <r, f r0> is <r,r>, and what f r0 misses is
// orthogonal to r. A query q meets the row through y = q - c, so that what is near its cell is estimated best:
//
//   ip, cosine   <q,v> = <q,c> + <y,r> + <c,r>             ~  <q,c> + f <q,r0> + (<c,r> - f <c,r0>)
//   l2           -|q-v|^2 = -|q-c|^2 + 2 <y,r> - <r,r>     ~  -|q-c|^2 + 2f <q,r0> - (<r,r> + 2f <c,r0>)
//                                                             of the cell   scale   term
//
// <q,r0> is a sum of look-ups in tables of the query, which no cell changes. For signs, <y, f r0> is the estimator of
// RaBitQ: over the random rotation its mean is <y,r>, and (Theorem 3.2) its error is within
//
//   eps / sqrt(D - 1) * |y| * |r| * sqrt(1 - p^2) / p,      p = <r,r0> / (|r| |r0|), some 0.8 in any dimension
//
// with probability 1 - 2 exp(-c eps^2). As f = |r| / (p sqrt(D)), that is f * |y| * eps * sqrt((1 - p^2) D / (D - 1)): a
// factor of the cell times the scale that a row holds anyway.
//
//   sketcher (u32 words)
//   +0   subvectors   even
//   +4   width        dimensions of a sub-vector
//   +8   codebooks    assembly/subvectors.ts draws them
//   +12  next         bytes from one sub-vector's codebook to the next; 0 where all share one
//   +16  factors      of the rotation (assembly/rotate.ts); 0 for none
//   +20  window       of the rotation
//   +24  base         f32 bits of the least scale, a power of two
//   +28  metric
//   +32  scratch      three vectors of the code space, padded to whole rows, and 64 bytes a sub-vector
//   +36  space        bytes of such a vector
//   +40  largest      f32, the largest scale met so far
//   +44  alignment    f32, the least p^2 met so far
//
// Cost of a row: that of finding its centroids; a rotation.
// Sources: Jegou et al. (2011); Andre et al., "Quicker ADC" (arXiv 1812.09162); Gao and Long, RaBitQ (arXiv 2405.12497).

import { L2 } from './query';
import { rotate } from './rotate';
import { BLOCK, sketchesOf } from './segment';
import { nearestCentroid } from './subvectors';

/** Bytes of a block that are no codes: scales and terms. */
const TAIL_BYTES: u32 = 48;
/** Bits of f32 below the 5 of mantissa that a scale keeps. */
const SCALE_SHIFT: u32 = 18;
const CENTROIDS: u32 = 16;

export function subvectorsOf(sketcher: usize): u32 {
  return load<u32>(sketcher);
}

/** Bytes of a block's codes; scales and terms stand behind. */
export function codeBytesOf(subvectors: u32): u32 {
  return subvectors << 3;
}

export function sketchBlockBytes(subvectors: u32): u32 {
  return codeBytesOf(subvectors) + TAIL_BYTES;
}

/** Copies the sketch of a row of a segment to the place of another. */
export function moveSketch(segment: usize, from: u32, to: u32): void {
  const bytes = load<u32>(segment, 56);
  const source = sketchesOf(segment) + (from / BLOCK) * bytes + (from % BLOCK);
  const target = sketchesOf(segment) + (to / BLOCK) * bytes + (to % BLOCK);
  const terms = bytes - 32;
  for (let at: u32 = 0; at < terms; at += BLOCK) store<u8>(target + at, load<u8>(source + at));
  store<u16>(target + (to % BLOCK) + terms, load<u16>(source + (from % BLOCK) + terms));
}

/** Brings a padded vector of `lanes` groups of four into the code space, at `to`: padded with zeros, and rotated. */
export function enterCodeSpace(sketcher: usize, to: usize, lanes: u32): void {
  const space = load<usize>(sketcher, 36);
  memory.fill(to + (lanes << 4), 0, space - (lanes << 4));
  const factors = load<usize>(sketcher, 16);
  if (factors !== 0) {
    const dimensions = load<u32>(sketcher) * load<u32>(sketcher, 4);
    rotate(to, factors, dimensions, load<u32>(sketcher, 20), load<usize>(sketcher, 32) + 2 * space);
  }
}

/**
 * Writes the sketches of rows from..to of one cell. `vectors` and `norms` are those of row `from` (norms 0: not
 * divided), `centroid` is padded as a row is.
 */
export function encodeSketches(
  sketcher: usize,
  vectors: usize,
  lanes: u32,
  norms: usize,
  centroid: usize,
  blocks: usize,
  from: u32,
  to: u32,
): void {
  const rest = load<usize>(sketcher, 32);
  const center = rest + load<usize>(sketcher, 36);
  const blockBytes = sketchBlockBytes(load<u32>(sketcher));
  memory.copy(center, centroid, lanes << 4);
  enterCodeSpace(sketcher, center, lanes);
  for (let row = from, vector = vectors; row < to; row++, vector += lanes << 4) {
    const norm: f32 = norms !== 0 ? load<f32>(norms + ((row - from) << 2)) : 1;
    subtract(vector, centroid, lanes, norm, rest);
    enterCodeSpace(sketcher, rest, lanes);
    encodeRest(sketcher, rest, blocks + (row / BLOCK) * blockBytes, row % BLOCK);
  }
}

/** Writes vector / norm - centroid. */
function subtract(vector: usize, centroid: usize, lanes: u32, norm: f32, to: usize): void {
  const divisor = f32x4.splat(norm);
  for (let at: usize = 0; at < (<usize>lanes) << 4; at += 16) {
    v128.store(to + at, f32x4.sub(f32x4.div(v128.load(vector + at), divisor), v128.load(centroid + at)));
  }
}

/** Writes the sketch of a row that differs from its cell's centroid by `rest`; the centroid stands behind it. */
function encodeRest(sketcher: usize, rest: usize, block: usize, row: u32): void {
  const subvectors = load<u32>(sketcher);
  const width = load<u32>(sketcher, 4);
  const next = load<u32>(sketcher, 12);
  const coded = rest + 2 * load<usize>(sketcher, 36);
  let codebook = load<usize>(sketcher, 8);
  let at: usize = 0;
  for (let i: u32 = 0; i < subvectors; i++, codebook += next) {
    const code = nearestCentroid(rest + at, codebook, width, CENTROIDS);
    const byte = block + ((i >> 1) << 4) + row;
    store<u8>(byte, i & 1 ? load<u8>(byte) | <u8>(code << 4) : <u8>code);
    const end = at + (width << 2);
    for (let value = codebook + (code << 2); at < end; at += 4, value += CENTROIDS << 2) {
      store<f32>(coded + at, load<f32>(value));
    }
  }
  finish(sketcher, rest, at, block + codeBytesOf(subvectors), row);
}

/** Writes the scale and the term of a row; `end` bytes of the code space are in use. */
function finish(sketcher: usize, rest: usize, end: usize, tail: usize, row: u32): void {
  const space = load<usize>(sketcher, 36);
  const square = dot(rest, rest, end);
  const product = dot(rest, rest + 2 * space, end);
  const centerCoded = dot(rest + space, rest + 2 * space, end);
  const weight: f64 = load<u32>(sketcher, 28) === L2 ? 2 : 1;
  const exact = product > 0 ? weight * (square / product) : 0;
  const scale = <f64>storeScale(sketcher, tail + row, <f32>exact);
  const term =
    weight === 2 ? -square - scale * centerCoded : dot(rest, rest + space, end) - scale * centerCoded;
  storeTerm(tail + 16 + (row << 1), <f32>term);
  if (product <= 0) return;
  store<f32>(sketcher, max(load<f32>(sketcher, 40), <f32>exact), 40);
  const codedSquare = dot(rest + 2 * space, rest + 2 * space, end);
  const alignment = <f32>((product * product) / (square * codedSquare));
  store<f32>(sketcher, min(load<f32>(sketcher, 44), alignment), 44);
}

/** The inner product of two vectors of `end` bytes. */
function dot(a: usize, b: usize, end: usize): f64 {
  let sum = f32x4.splat(0);
  let at: usize = 0;
  for (; at + 16 <= end; at += 16) sum = f32x4.add(sum, f32x4.mul(v128.load(a + at), v128.load(b + at)));
  let total: f64 =
    <f64>f32x4.extract_lane(sum, 0) +
    <f64>f32x4.extract_lane(sum, 1) +
    <f64>f32x4.extract_lane(sum, 2) +
    <f64>f32x4.extract_lane(sum, 3);
  for (; at < end; at += 4) total += <f64>load<f32>(a + at) * <f64>load<f32>(b + at);
  return total;
}

/** Stores a scale in 8 bits, to the nearest that they hold; returns what they hold. */
function storeScale(sketcher: usize, to: usize, scale: f32): f32 {
  const base = load<i32>(sketcher, 24);
  const above = reinterpret<i32>(scale) + (1 << (SCALE_SHIFT - 1)) - base;
  const code = min(max(above >> SCALE_SHIFT, 0), 255);
  store<u8>(to, <u8>code);
  return reinterpret<f32>((code << SCALE_SHIFT) + base);
}

/** Stores the upper half of an f32, rounded to the nearest, to even between two. */
function storeTerm(to: usize, term: f32): void {
  const bits = reinterpret<u32>(term);
  store<u16>(to, <u16>((bits + 0x7fff + ((bits >> 16) & 1)) >> 16));
}
