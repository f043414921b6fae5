/**
 * The float32 score as docs/certified-search.md and assembly/score.ts define it, one rounding at a time: lane l sums
 * dimensions l, l+4, l+8, ... in order, each product rounded before it is added; then (lane 0 + lane 2) + (lane 1 + lane 3).
 *
 * `Math.fround` of a float64 result is the float32 result: float64 holds a product of two float32 exactly, and 53 bits
 * are more than 2 * 24 + 1, so rounding sums and quotients twice is rounding them once.
 */
import type { Metric } from 'lanewise';
import { type Ranked, rankBy } from './ranking.ts';

const { fround } = Math;

function sumLanes(dimensions: number, term: (dimension: number) => number): number {
  const lanes = [0, 0, 0, 0];
  for (let i = 0; i < dimensions; i++) lanes[i & 3] = fround(lanes[i & 3]! + term(i));
  return fround(fround(lanes[0]! + lanes[2]!) + fround(lanes[1]! + lanes[3]!));
}

/** The norm in float64: squares of float32 are exact there, lanes are summed as in assembly/norm.ts. */
function norm(vector: Float32Array): number {
  const lanes = [0, 0, 0, 0];
  for (let i = 0; i < vector.length; i++) lanes[i & 3]! += vector[i]! * vector[i]!;
  return Math.sqrt(lanes[0]! + lanes[2]! + (lanes[1]! + lanes[3]!));
}

/** The query as it is scored: under cosine divided by its norm, and rounded. */
function prepare(query: Float32Array, metric: Metric): Float32Array {
  if (metric !== 'cosine') return query;
  const length = norm(query);
  return query.map((value) => value / length);
}

function score(query: Float32Array, row: Float32Array, metric: Metric): number {
  if (metric === 'l2') {
    return sumLanes(row.length, (i) => {
      const difference = fround(query[i]! - row[i]!);
      return fround(difference * difference);
    });
  }
  const product = sumLanes(row.length, (i) => fround(query[i]! * row[i]!));
  return metric === 'ip' ? product : fround(product / fround(norm(row)));
}

/** All rows in the order of their float32 scores, best first, for one query. */
export function rankFloat32(rows: Float32Array, query: Float32Array, metric: Metric): Ranked {
  const prepared = prepare(query, metric);
  return rankBy(rows, query.length, metric, (row) => score(prepared, row, metric));
}

/** The number and the key of the centroid nearest to each row, the first of equally near ones: centroids are queries. */
export function assignFloat32(
  rows: Float32Array,
  centroids: Float32Array,
  dimensions: number,
  metric: Metric,
): { cells: Int32Array; keys: Float64Array } {
  const queries: Float32Array[] = [];
  for (let at = 0; at < centroids.length; at += dimensions)
    queries.push(prepare(centroids.subarray(at, at + dimensions), metric));
  const sign = metric === 'l2' ? -1 : 1;
  const cells = new Int32Array(rows.length / dimensions);
  const keys = new Float64Array(cells.length).fill(Number.NEGATIVE_INFINITY);
  for (let row = 0; row < cells.length; row++) {
    const values = rows.subarray(row * dimensions, (row + 1) * dimensions);
    for (const [cell, query] of queries.entries()) {
      const key = sign * score(query, values, metric);
      if (!(key > keys[row]!)) continue;
      keys[row] = key;
      cells[row] = cell;
    }
  }
  return { cells, keys };
}
