// The nearest centroid of every row, certified: a tile of six centroids passes over the 8-bit codes of the rows.
//
//              16 rows of a block
//            +--------------------+
//   centroid |  upper bounds of   |   a bound that reaches the row's best key so far sends the row to the float32
//   of a tile|  16 keys           |   score, which alone decides; the others cost no more than their integer product
//            +--------------------+
//
//   keys   f32 a row    key of the row's nearest centroid so far, which only rises
//   cells  u32 a row    that centroid; of equal keys the lower one
//
// The centroids are queries (assembly/query.ts), the roles are turned around. The better the keys are at the start, the
// less is scored: after the first iteration of k-means a row's last centroid is nearly always nearly the best. The
// result is that of scoring every pair, since no bound is ever below its key (docs/certified-search.md).
//
// Cost: rows x centroids x dimensions 8-bit multiply-adds, and some 4 floating-point operations a pair.

import { codeBounds, normBounds } from './bounds';
import { squaredNorm } from './norm';
import { COSINE, lanesOf, metricOf, QUERY_BYTES } from './query';
import { scoreRows } from './score';
import {
  BLOCK,
  blocksOf,
  codesOf,
  correctionsOf,
  countOf,
  errorsOf,
  GROUP_BYTES,
  normsOf,
  rowsOf,
  scalesOf,
} from './segment';
import { multiplyTile, queryOf, TILE } from './tile';

/**
 * Assigns the rows of a segment to the nearest of `centroids` centroids, numbered from `first` on, whose tiles of
 * `tileBytes` follow one another. `keys` and `cells` hold a key and a cell a row, to begin with those of any centroid,
 * or -Infinity. `products` holds 384 bytes.
 */
export function assignRows(
  tiles: usize,
  tileBytes: usize,
  centroids: u32,
  first: u32,
  segment: usize,
  keys: usize,
  cells: usize,
  products: usize,
): void {
  const plane = codesOf(segment);
  const count = countOf(segment);
  const groups = lanesOf(queryOf(tiles, 0));
  const corrections = correctionsOf(plane);
  let block = blocksOf(plane);
  for (let row: u32 = 0; row < count; row += BLOCK, block += groups * GROUP_BYTES) {
    const rows = min(BLOCK, count - row);
    let tile = tiles;
    for (let centroid: u32 = 0; centroid < centroids; centroid += TILE, tile += tileBytes) {
      const size = min(TILE, centroids - centroid);
      multiplyTile(tile, size, groups, block, corrections + ((<usize>row) << 2), products);
      for (let place: u32 = 0; place < size; place++) {
        const query = queryOf(tile, place);
        const mask = reaching(query, segment, plane, row, keys, products + (place << 6));
        if (mask) scoreReaching(query, first + centroid + place, segment, row, rows, mask, keys, cells);
      }
    }
  }
}

/** The rows of a block whose upper bound reaches their key, one bit a row. */
function reaching(query: usize, segment: usize, plane: usize, row: u32, keys: usize, products: usize): u32 {
  const at = (<usize>row) << 2;
  const scales = scalesOf(plane) + at;
  const errors = errorsOf(plane) + at;
  const norms = normsOf(segment) + at;
  const best = keys + at;
  const step = v128.load_splat<f32>(query, 8);
  const errorFactor = v128.load_splat<f32>(query, 12);
  const constant = v128.load_splat<f32>(query, 24);
  let a = codeBounds(products, scales, errors, step, errorFactor);
  let b = codeBounds(products + 16, scales + 16, errors + 16, step, errorFactor);
  let c = codeBounds(products + 32, scales + 32, errors + 32, step, errorFactor);
  let d = codeBounds(products + 48, scales + 48, errors + 48, step, errorFactor);
  if (metricOf(query) !== COSINE) {
    const normFactor = v128.load_splat<f32>(query, 16);
    const squareFactor = v128.load_splat<f32>(query, 20);
    a = f32x4.add(a, normBounds(norms, normFactor, squareFactor));
    b = f32x4.add(b, normBounds(norms + 16, normFactor, squareFactor));
    c = f32x4.add(c, normBounds(norms + 32, normFactor, squareFactor));
    d = f32x4.add(d, normBounds(norms + 48, normFactor, squareFactor));
  }
  // Rounding is monotonic: a bound that reaches the key in real numbers does so after the addition too.
  a = f32x4.ge(f32x4.add(a, constant), v128.load(best));
  b = f32x4.ge(f32x4.add(b, constant), v128.load(best, 16));
  c = f32x4.ge(f32x4.add(c, constant), v128.load(best, 32));
  d = f32x4.ge(f32x4.add(d, constant), v128.load(best, 48));
  if (!v128.any_true(v128.or(v128.or(a, b), v128.or(c, d)))) return 0;
  return i32x4.bitmask(a) | (i32x4.bitmask(b) << 4) | (i32x4.bitmask(c) << 8) | (i32x4.bitmask(d) << 12);
}

/** Scores the rows of a block that `mask` names, four at a time, and keeps what is better. */
function scoreReaching(
  query: usize,
  centroid: u32,
  segment: usize,
  row: u32,
  rows: u32,
  mask: u32,
  keys: usize,
  cells: usize,
): void {
  let left = mask & ((1 << rows) - 1);
  while (left !== 0) {
    const a = ctz(left);
    left &= left - 1;
    const b = left !== 0 ? ctz(left) : a;
    left &= left - 1;
    const c = left !== 0 ? ctz(left) : b;
    left &= left - 1;
    const d = left !== 0 ? ctz(left) : c;
    left &= left - 1;
    const scores = scoreRows(query, segment, row + a, row + b, row + c, row + d);
    keepBetter(f32x4.extract_lane(scores, 0), centroid, row + a, keys, cells);
    keepBetter(f32x4.extract_lane(scores, 1), centroid, row + b, keys, cells);
    keepBetter(f32x4.extract_lane(scores, 2), centroid, row + c, keys, cells);
    keepBetter(f32x4.extract_lane(scores, 3), centroid, row + d, keys, cells);
  }
}

function keepBetter(key: f32, centroid: u32, row: u32, keys: usize, cells: usize): void {
  const at = (<usize>row) << 2;
  const best = load<f32>(keys + at);
  if (key > best || (key === best && centroid < load<u32>(cells + at))) {
    store<f32>(keys + at, key);
    store<u32>(cells + at, centroid);
  }
}

/** Writes the keys of the rows of a segment with the centroids that `cells` names; the queries follow one another. */
export function scoreCells(queries: usize, segment: usize, keys: usize, cells: usize): void {
  const count = countOf(segment);
  for (let row: u32 = 0; row < count; row++) {
    const at = (<usize>row) << 2;
    const query = queries + load<u32>(cells + at) * QUERY_BYTES;
    store<f32>(keys + at, f32x4.extract_lane(scoreRows(query, segment, row, row, row, row), 0));
  }
}

/**
 * Adds the rows of a segment to the sums of their cells: `stride` doubles a cell, and a count. Under cosine a row counts
 * with its direction. Rows are taken in order, so the sums are the same bits everywhere.
 */
export function sumCells(
  segment: usize,
  lanes: u32,
  metric: u32,
  cells: usize,
  sums: usize,
  counts: usize,
): void {
  const count = countOf(segment);
  const stride = lanes << 4;
  for (let row: u32 = 0; row < count; row++) {
    const cell = load<u32>(cells + (row << 2));
    const vector = rowsOf(segment) + row * stride;
    const sum = sums + cell * (stride << 1);
    const weight = metric === COSINE ? 1 / sqrt(squaredNorm(vector, lanes)) : 1;
    addScaled(vector, lanes, weight, sum);
    store<u32>(counts + (cell << 2), load<u32>(counts + (cell << 2)) + 1);
  }
}

function addScaled(vector: usize, lanes: u32, weight: f64, sum: usize): void {
  const weights = f64x2.splat(weight);
  for (let lane: u32 = 0; lane < lanes; lane++) {
    const values = v128.load(vector + (lane << 4));
    const to = sum + (lane << 5);
    const low = f64x2.promote_low_f32x4(values);
    const high = f64x2.promote_low_f32x4(i32x4.shuffle(values, values, 2, 3, 2, 3));
    v128.store(to, f64x2.add(v128.load(to), f64x2.mul(low, weights)));
    v128.store(to, f64x2.add(v128.load(to, 16), f64x2.mul(high, weights)), 16);
  }
}
