import type { CommonSearchOptions, SearchResult } from 'lanewise';
import { type Matrix, rowOf } from './matrix.ts';
import type { Metric } from './options.ts';

/** The best k of what it is offered, kept in order: for small k, shifting a short array beats a heap. */
class BestRows {
  readonly rows: Int32Array;
  /** Of each, larger is nearer. */
  readonly closeness: Float64Array;

  constructor(k: number) {
    this.rows = new Int32Array(k).fill(-1);
    this.closeness = new Float64Array(k).fill(-Infinity);
  }

  offer(row: number, closeness: number): void {
    let place = this.rows.length - 1;
    if (closeness <= this.closeness[place]) return;
    for (; place > 0 && closeness > this.closeness[place - 1]; place--) {
      this.rows[place] = this.rows[place - 1];
      this.closeness[place] = this.closeness[place - 1];
    }
    this.rows[place] = row;
    this.closeness[place] = closeness;
  }
}

function dot(left: Float32Array, right: Float32Array, offset: number): number {
  let sum = 0;
  for (let i = 0; i < left.length; i++) sum += left[i] * right[offset + i];
  return sum;
}

function squaredDistance(left: Float32Array, right: Float32Array, offset: number): number {
  let sum = 0;
  for (let i = 0; i < left.length; i++) {
    const difference = left[i] - right[offset + i];
    sum += difference * difference;
  }
  return sum;
}

function unitRows(matrix: Matrix): Matrix {
  const data = matrix.data.slice();
  for (let row = 0; row < matrix.rows; row++) {
    const vector = rowOf({ ...matrix, data }, row);
    const norm = Math.sqrt(dot(vector, vector, 0));
    for (let i = 0; i < vector.length; i++) vector[i] /= norm;
  }
  return { ...matrix, data };
}

/** Vector search as one writes it without a library: a loop over typed arrays, cosine as a dot product of unit rows. */
export class JavaScriptLoop {
  readonly #rows: Matrix;
  readonly #metric: Metric;

  constructor(rows: Matrix, metric: Metric) {
    this.#rows = metric === 'cosine' ? unitRows(rows) : rows;
    this.#metric = metric;
  }

  get dimensions(): number {
    return this.#rows.dimensions;
  }

  memoryUsage(): { readonly total: number } {
    return { total: this.#rows.data.byteLength };
  }

  /** The k nearest rows of each query, best first. A query's own length changes no order, so it is left as it is. */
  search(queries: Float32Array, { k = 10 }: CommonSearchOptions = {}): SearchResult {
    const count = queries.length / this.dimensions;
    const ids = new Int32Array(count * k);
    const scores = new Float32Array(count * k);
    for (let i = 0; i < count; i++) {
      const best = this.#searchOne(queries.subarray(i * this.dimensions, (i + 1) * this.dimensions), k);
      ids.set(best.rows, i * k);
      scores.set(best.closeness, i * k);
    }
    return { ids, scores, k };
  }

  #searchOne(query: Float32Array, k: number): BestRows {
    const { rows, dimensions, data } = this.#rows;
    const best = new BestRows(k);
    if (this.#metric === 'l2') {
      for (let row = 0; row < rows; row++) best.offer(row, -squaredDistance(query, data, row * dimensions));
    } else {
      for (let row = 0; row < rows; row++) best.offer(row, dot(query, data, row * dimensions));
    }
    return best;
  }
}
