// Scan of sketches: an estimate of every row's key in one swizzle a code, and the best of them kept.
//
//   key ~ cellTerm + scale * (step * sum + bias) + term        sum: of one table entry of 8 bits a sub-vector
//
//   tables
//   +0    step    f32  value of 1 in every table
//   +4    bias    f32  the sum of the tables' least values
//   +8    base    i32  of the scales (assembly/sketch.ts)
//   +12   groups  u32  pairs of sub-vectors
//   +16   most    u32  rows that results are cut to where they are a list (k is 0); 0 where they are a heap
//   +64   sums    u16 x 32, of two blocks, on their way from the look-ups to the keys
//   +128  entries u8 x 16 a sub-vector
//
// All tables share one step, the least for which four neighbouring entries add up to 255 at most, so that four look-ups
// are added as bytes before they are widened, and all of them to 65535. (16 bits a row then count every sub-vector of up
// to 65536 dimensions; what coarser steps add to the error of the codes is below 2 % up to 16384 dimensions.)
//
// Two blocks at a time share the tables' loads. Swizzle and its relaxed form agree on every engine for indices below 16.
//
// Cost: 5 instructions a code of 16 rows, and some 60 a block. Source: Andre et al., "Cache locality is not enough"
// (2015) and "Quicker ADC" (arXiv 1812.09162).

import { qualifies } from './candidates';
import { L2, lanesOf, metricOf } from './query';
import { offer, selectBest } from './results';
import { scoreRows } from './score';
import { BLOCK, countOf, idsOf, nextOf, sketchesOf } from './segment';
import { enterCodeSpace, sketchBlockBytes, subvectorsOf } from './sketch';

const ENTRIES: usize = 128;
const SUMS: usize = 64;
/** What four entries may add up to, less half a step of rounding each, and a little for the rounding of the range. */
const MOST_OF_FOUR: f32 = 252;
const MOST_OF_ALL: f32 = 65535;

/** Writes the tables of a prepared query: 128 bytes, and 16 a sub-vector. */
export function makeTables(query: usize, sketcher: usize, tables: usize): void {
  const scratch = load<usize>(sketcher, 32);
  const space = load<usize>(sketcher, 36);
  const subvectors = subvectorsOf(sketcher);
  memory.copy(scratch, load<usize>(query), lanesOf(query) << 4);
  enterCodeSpace(sketcher, scratch, lanesOf(query));
  const values = scratch + 3 * space;
  multiplyCodebooks(sketcher, scratch, values);
  let bias: f32 = 0;
  let total: f32 = 0;
  let four: f32 = 0;
  let mostOfFour: f32 = 0;
  for (let i: u32 = 0; i < subvectors; i++) {
    const least = leastOf(values + (i << 6));
    const range = -leastOfNegated(values + (i << 6)) - least;
    bias += least;
    total += range;
    four = i & 3 ? four + range : range;
    mostOfFour = max(mostOfFour, four);
  }
  const step = max(mostOfFour / MOST_OF_FOUR, total / (MOST_OF_ALL - <f32>subvectors));
  store<f32>(tables, step);
  store<f32>(tables, bias, 4);
  store<u32>(tables, load<u32>(sketcher, 24), 8);
  store<u32>(tables, subvectors >> 1, 12);
  for (let i: u32 = 0; i < subvectors; i++) {
    roundEntries(values + (i << 6), step > 0 ? 1 / step : 0, tables + ENTRIES + (i << 4));
  }
}

/** Products of a vector's sub-vectors with all of their 16 centroids. */
function multiplyCodebooks(sketcher: usize, vector: usize, values: usize): void {
  const subvectors = subvectorsOf(sketcher);
  const width = load<u32>(sketcher, 4);
  const next = load<u32>(sketcher, 12);
  const codebooks = load<usize>(sketcher, 8);
  let from = vector;
  for (let i: u32 = 0; i < subvectors; i++) {
    let a = f32x4.splat(0);
    let b = f32x4.splat(0);
    let c = f32x4.splat(0);
    let d = f32x4.splat(0);
    let column = codebooks + i * next;
    for (let j: u32 = 0; j < width; j++, column += 64, from += 4) {
      const value = v128.load_splat<u32>(from);
      a = f32x4.add(a, f32x4.mul(value, v128.load(column)));
      b = f32x4.add(b, f32x4.mul(value, v128.load(column, 16)));
      c = f32x4.add(c, f32x4.mul(value, v128.load(column, 32)));
      d = f32x4.add(d, f32x4.mul(value, v128.load(column, 48)));
    }
    const to = values + (i << 6);
    v128.store(to, a);
    v128.store(to, b, 16);
    v128.store(to, c, 32);
    v128.store(to, d, 48);
  }
}

function leastOf(values: usize): f32 {
  return leastLane(
    f32x4.pmin(
      f32x4.pmin(v128.load(values), v128.load(values, 16)),
      f32x4.pmin(v128.load(values, 32), v128.load(values, 48)),
    ),
  );
}

function leastOfNegated(values: usize): f32 {
  return leastLane(
    f32x4.neg(
      f32x4.pmax(
        f32x4.pmax(v128.load(values), v128.load(values, 16)),
        f32x4.pmax(v128.load(values, 32), v128.load(values, 48)),
      ),
    ),
  );
}

function leastLane(lanes: v128): f32 {
  return min(
    min(f32x4.extract_lane(lanes, 0), f32x4.extract_lane(lanes, 1)),
    min(f32x4.extract_lane(lanes, 2), f32x4.extract_lane(lanes, 3)),
  );
}

/** Rounds 16 values to whole steps above the least of them. */
function roundEntries(values: usize, perStep: f32, entries: usize): void {
  const least = f32x4.splat(leastOf(values));
  const factor = f32x4.splat(perStep);
  v128.store(
    entries,
    i8x16.narrow_i16x8_u(
      i16x8.narrow_i32x4_s(roundLanes(values, least, factor), roundLanes(values + 16, least, factor)),
      i16x8.narrow_i32x4_s(roundLanes(values + 32, least, factor), roundLanes(values + 48, least, factor)),
    ),
  );
}

function roundLanes(values: usize, least: v128, factor: v128): v128 {
  return i32x4.trunc_sat_f32x4_s(f32x4.nearest(f32x4.mul(f32x4.sub(v128.load(values), least), factor)));
}

/**
 * Estimates the key of every row of a segment whose sketches its descriptor names, and offers those that
 * qualify, by their ids, to the query's results.
 *
 * @param cellTerm what the cell adds to every key
 * @param margin added to a row's product with the query, before it is scaled: with |y| * eps * sqrt(1 - p^2) the keys
 * are upper bounds, with 0 estimates
 */
export function scanSketches(query: usize, segment: usize, tables: usize, cellTerm: f32, margin: f32): void {
  const count = countOf(segment);
  const first = sketchesOf(segment);
  const blocks = (count + BLOCK - 1) / BLOCK;
  const bytes = sketchBlockBytes(load<u32>(tables, 12) << 1);
  const bias = load<f32>(tables, 4) + margin;
  for (let a: u32 = 0; a < blocks; a += 2) {
    const b = min(a + 1, blocks - 1);
    sumBlocks(query, tables, first + a * bytes, first + b * bytes);
    offerBlock(query, segment, tables, first + a * bytes, a * BLOCK, tables + SUMS, cellTerm, bias);
    if (b > a)
      offerBlock(query, segment, tables, first + b * bytes, b * BLOCK, tables + SUMS + 32, cellTerm, bias);
  }
}

/**
 * Scans the cells of ranks from..to (assembly/probe.ts). Centroids stand in segments of 2^shift rows whose addresses
 * `centroids` holds. Results are a list with room for 2 x most + 16. Under cosine and inner product a cell's rows are sketched against `share` times its centroid.
 */
export function probeSketches(
  query: usize,
  ranked: usize,
  from: u32,
  to: u32,
  table: usize,
  tables: usize,
  centroids: usize,
  shift: u32,
  share: f32,
): void {
  const end = min(to, load<u32>(ranked, 44));
  const cells = load<usize>(ranked, 40);
  for (let rank = from; rank < end; rank++) {
    const cell = load<u32>(cells + (rank << 3), 4);
    const row = cell & ((1 << shift) - 1);
    const centers = load<usize>(centroids + ((cell >> shift) << 2));
    const key = f32x4.extract_lane(scoreRows(query, centers, row, row, row, row), 0);
    const cellTerm = metricOf(query) === L2 ? key : share * key;
    let segment = load<usize>(table + (cell << 2));
    for (; segment !== 0; segment = nextOf(segment)) scanSketches(query, segment, tables, cellTerm, 0);
  }
  const most = load<u32>(tables, 16);
  if (load<u32>(query, 44) > most) selectBest(query, most);
}

function lookUp(table: v128, codes: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD ? i8x16.relaxed_swizzle(table, codes) : i8x16.swizzle(table, codes);
}

/** Sums of the table entries of 16 rows of either block. */
function sumBlocks(query: usize, tables: usize, a: usize, b: usize): void {
  const groups = load<usize>(tables, 12);
  const mask = v128.load_splat<u32>(query, 96);
  // Lanes of 16 bits hold two rows: the sums of both, the upper one's times 256; and the upper one's alone.
  let bothA = i16x8.splat(0);
  let upperA = i16x8.splat(0);
  let bothB = i16x8.splat(0);
  let upperB = i16x8.splat(0);
  let blockA = a;
  let blockB = b;
  let table = tables + ENTRIES;
  const end = table + ((groups & ~1) << 5);
  for (; table < end; table += 64, blockA += 32, blockB += 32) {
    const t0 = v128.load(table);
    const t1 = v128.load(table, 16);
    const t2 = v128.load(table, 32);
    const t3 = v128.load(table, 48);
    const a0 = v128.load(blockA);
    const a1 = v128.load(blockA, 16);
    const sumA = i8x16.add(
      i8x16.add(lookUp(t0, v128.and(a0, mask)), lookUp(t1, v128.and(i16x8.shr_u(a0, 4), mask))),
      i8x16.add(lookUp(t2, v128.and(a1, mask)), lookUp(t3, v128.and(i16x8.shr_u(a1, 4), mask))),
    );
    bothA = i16x8.add(bothA, sumA);
    upperA = i16x8.add(upperA, i16x8.shr_u(sumA, 8));
    const b0 = v128.load(blockB);
    const b1 = v128.load(blockB, 16);
    const sumB = i8x16.add(
      i8x16.add(lookUp(t0, v128.and(b0, mask)), lookUp(t1, v128.and(i16x8.shr_u(b0, 4), mask))),
      i8x16.add(lookUp(t2, v128.and(b1, mask)), lookUp(t3, v128.and(i16x8.shr_u(b1, 4), mask))),
    );
    bothB = i16x8.add(bothB, sumB);
    upperB = i16x8.add(upperB, i16x8.shr_u(sumB, 8));
  }
  if (groups & 1) {
    const t0 = v128.load(table);
    const t1 = v128.load(table, 16);
    const a0 = v128.load(blockA);
    const b0 = v128.load(blockB);
    const sumA = i8x16.add(lookUp(t0, v128.and(a0, mask)), lookUp(t1, v128.and(i16x8.shr_u(a0, 4), mask)));
    const sumB = i8x16.add(lookUp(t0, v128.and(b0, mask)), lookUp(t1, v128.and(i16x8.shr_u(b0, 4), mask)));
    bothA = i16x8.add(bothA, sumA);
    upperA = i16x8.add(upperA, i16x8.shr_u(sumA, 8));
    bothB = i16x8.add(bothB, sumB);
    upperB = i16x8.add(upperB, i16x8.shr_u(sumB, 8));
  }
  storeSums(tables + SUMS, bothA, upperA);
  storeSums(tables + SUMS + 32, bothB, upperB);
}

/** Takes two rows a lane apart and stores the sums in the order of rows. */
function storeSums(to: usize, both: v128, upper: v128): void {
  const lower = i16x8.sub(both, i16x8.shl(upper, 8));
  v128.store(to, i16x8.shuffle(lower, upper, 0, 8, 1, 9, 2, 10, 3, 11));
  v128.store(to, i16x8.shuffle(lower, upper, 4, 12, 5, 13, 6, 14, 7, 15), 16);
}

/** Turns the sums of a block into keys; offers the rows that reach the query's threshold. */
function offerBlock(
  query: usize,
  segment: usize,
  tables: usize,
  block: usize,
  row: u32,
  sums: usize,
  cellTerm: f32,
  bias: f32,
): void {
  const scales = block + (load<usize>(tables, 12) << 4);
  const terms = scales + 16;
  const step = v128.load_splat<f32>(tables);
  const base = v128.load_splat<u32>(tables, 8);
  const least = f32x4.splat(bias);
  const cell = f32x4.splat(cellTerm);
  const lowScales = v128.load_ext<u8>(scales);
  const highScales = v128.load_ext<u8>(scales, 8);
  const a = keys(sums, i32x4.extend_low_i16x8_u(lowScales), terms, step, least, base, cell);
  const b = keys(sums + 8, i32x4.extend_high_i16x8_u(lowScales), terms + 8, step, least, base, cell);
  const c = keys(sums + 16, i32x4.extend_low_i16x8_u(highScales), terms + 16, step, least, base, cell);
  const d = keys(sums + 24, i32x4.extend_high_i16x8_u(highScales), terms + 24, step, least, base, cell);
  const largest = f32x4.pmax(f32x4.pmax(a, b), f32x4.pmax(c, d));
  if (!v128.any_true(f32x4.ge(largest, v128.load_splat<f32>(query, 32)))) return;
  offerLanes(query, segment, a, row);
  offerLanes(query, segment, b, row + 4);
  offerLanes(query, segment, c, row + 8);
  offerLanes(query, segment, d, row + 12);
  const most = load<u32>(tables, 16);
  if (most > 0 && load<u32>(query, 44) >= 2 * most) selectBest(query, most);
}

/** The keys of four rows. */
function keys(
  sums: usize,
  scaleCodes: v128,
  terms: usize,
  step: v128,
  bias: v128,
  base: v128,
  cell: v128,
): v128 {
  const product = f32x4.add(f32x4.mul(f32x4.convert_i32x4_s(v128.load_ext<u16>(sums)), step), bias);
  const scale = i32x4.add(i32x4.shl(scaleCodes, 18), base);
  const term = i32x4.shl(v128.load_ext<u16>(terms), 16);
  return f32x4.add(cell, f32x4.add(f32x4.mul(scale, product), term));
}

/** Offers those of four rows that reach the query's threshold and qualify. */
function offerLanes(query: usize, segment: usize, four: v128, row: u32): void {
  let mask = i32x4.bitmask(f32x4.ge(four, v128.load_splat<f32>(query, 32)));
  if (mask === 0) return;
  const count = countOf(segment);
  v128.store(query, four, 80);
  for (let at = row, lane: usize = query; mask !== 0; at++, lane += 4, mask >>= 1) {
    if ((mask & 1) === 0 || at >= count) continue;
    const id = load<i32>(idsOf(segment) + (at << 2));
    if (qualifies(query, id)) offer(query, load<f32>(lane, 80), id);
  }
}
