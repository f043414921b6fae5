import { type Matrix, rowOf } from './matrix.ts';
import type { Metric } from './options.ts';

/** Half the distance between 1 and the next float32. */
const FLOAT32_ROUNDING = 2 ** -24;
const MILLISECONDS_TO_SPEND = 4_000;

function dot(left: Float32Array, right: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < left.length; i++) sum += left[i] * right[i];
  return sum;
}

function squaredDistance(left: Float32Array, right: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < left.length; i++) sum += (left[i] - right[i]) ** 2;
  return sum;
}

function normsOf(matrix: Matrix): Float64Array {
  return Float64Array.from({ length: matrix.rows }, (_, row) => {
    const vector = rowOf(matrix, row);
    return Math.sqrt(dot(vector, vector));
  });
}

/**
 * Ground truth in float64, from the formulas and every row, with no code shared with what it judges. A score is
 * "closeness" here: larger is nearer under every metric.
 */
export class Reference {
  readonly #rows: Matrix;
  readonly #metric: Metric;
  readonly #norms: Float64Array;
  readonly #largestNorm: number;

  constructor(rows: Matrix, metric: Metric) {
    this.#rows = rows;
    this.#metric = metric;
    this.#norms = normsOf(rows);
    this.#largestNorm = this.#norms.reduce((largest, norm) => Math.max(largest, norm), 0);
  }

  /**
   * What a row must reach to be among the k nearest of each query, for as many of the first queries as a few seconds
   * allow. Rows that float32 cannot tell from the k-th count as tied with it.
   */
  thresholds(queries: Matrix, k: number): Float64Array {
    const thresholds: number[] = [];
    const start = performance.now();
    for (let query = 0; query < queries.rows; query++) {
      if (performance.now() - start > MILLISECONDS_TO_SPEND) break;
      const vector = rowOf(queries, query);
      const ascending = this.#closenessOfAll(vector).sort();
      thresholds.push(ascending[ascending.length - k] - this.#ambiguity(vector));
    }
    return Float64Array.from(thresholds);
  }

  /** The part of the k nearest that an answer found: its distinct rows that reach the threshold. */
  recall(query: Float32Array, threshold: number, answer: Int32Array): number {
    const norm = Math.sqrt(dot(query, query));
    const found = new Set(answer.filter((row) => row >= 0 && this.#closeness(query, norm, row) >= threshold));
    return found.size / answer.length;
  }

  #closenessOfAll(query: Float32Array): Float64Array {
    const norm = Math.sqrt(dot(query, query));
    return Float64Array.from({ length: this.#rows.rows }, (_, row) => this.#closeness(query, norm, row));
  }

  #closeness(query: Float32Array, queryNorm: number, row: number): number {
    const vector = rowOf(this.#rows, row);
    switch (this.#metric) {
      case 'cosine':
        return dot(query, vector) / (queryNorm * this.#norms[row]);
      case 'ip':
        return dot(query, vector);
      case 'l2':
        return -squaredDistance(query, vector);
    }
  }

  /**
   * How far apart two true scores may lie while float32 orders them the other way. A sum of d products is off by at most
   * d roundings of the product of the norms (of their sum, squared, for a distance), and scaling a row to unit length
   * by as many again; two rows are compared.
   */
  #ambiguity(query: Float32Array): number {
    const norm = Math.sqrt(dot(query, query));
    const magnitude = {
      cosine: 1,
      ip: norm * this.#largestNorm,
      l2: (norm + this.#largestNorm) ** 2,
    }[this.#metric];
    return 2 * (2 * this.#rows.dimensions + 4) * FLOAT32_ROUNDING * magnitude;
  }
}
