import type { Metric } from 'lanewise';
import { type Ranked, rankBy } from './ranking.ts';

/** Half a unit in the last place of 1 in float32. */
const ROUNDOFF = 2 ** -24;
/** What a float32 operation loses at most when its result is below the normal range. */
const UNDERFLOW = 2 ** -150;

function dot(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
}

function norm(vector: Float32Array): number {
  return Math.sqrt(dot(vector, vector));
}

/** The score by its definition, in float64. */
export function scoreFloat64(query: Float32Array, row: Float32Array, metric: Metric): number {
  if (metric === 'l2') return row.reduce((sum, value, i) => sum + (query[i]! - value) ** 2, 0);
  // Divided one by one: the product of two norms could leave float64's accuracy for none, but not its range.
  return metric === 'ip' ? dot(query, row) : dot(query, row) / norm(query) / norm(row);
}

/** All rows in the order of their float64 scores, best first, for one query. */
export function rankFloat64(rows: Float32Array, query: Float32Array, metric: Metric): Ranked {
  return rankBy(rows, query.length, metric, (row) => scoreFloat64(query, row, metric));
}

/**
 * How far a float32 score may be from the one in float64 (Higham, section 3.1). A lane sums ceil(d/4) products: one
 * rounding for the product, ceil(d/4) - 1 for the sums, two for joining the lanes; so |error| <= (d/4 + 3) u |q||x|, and
 * one u more covers the squares of u. Every operation that underflows adds at most 2^-150.
 *
 * - l2: the difference errs by u, its square by 2u more; the terms are positive, so the error is relative.
 * - cosine: the query's components, the row's norm and the quotient are rounded, each by u; a norm in the denormal
 *   range errs by 2^-150, which is 2^-150 / norm of the score, and the query's components by 2^-150 each.
 */
export function float32Tolerance(query: Float32Array, row: Float32Array, metric: Metric): number {
  const d = row.length;
  const sums = d / 4 + 4;
  if (metric === 'ip') return sums * ROUNDOFF * norm(query) * norm(row) + d * UNDERFLOW;
  if (metric === 'l2') return (sums + 3) * ROUNDOFF * scoreFloat64(query, row, metric) + d * UNDERFLOW;
  return (sums + 3) * ROUNDOFF + ((d + 2) / norm(row) + d) * UNDERFLOW;
}
