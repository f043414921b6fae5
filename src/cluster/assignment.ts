import { Arena } from '../host/arena.ts';
import { runtime } from '../vectors/kernels.ts';
import type { Metric } from '../vectors/metric.ts';
import { type Assignment, QueryBatch } from '../vectors/query-batch.ts';
import { RowChunk } from '../vectors/row-chunk.ts';

/** Centroids that rows are compared with, chunk by chunk. */
export class CentroidTable {
  readonly #arena: Arena;
  readonly #chunk: RowChunk;
  readonly #centroids: QueryBatch;
  readonly #count: number;
  readonly #assignment: Assignment;

  /** @throws LanewiseError `MEMORY_EXHAUSTED` */
  constructor(centroids: Float32Array, dimensions: number, metric: Metric) {
    this.#arena = new Arena(runtime().memory);
    this.#count = centroids.length / dimensions;
    try {
      this.#chunk = new RowChunk(this.#arena, dimensions, metric);
      const { capacity } = this.#chunk;
      this.#assignment = {
        keys: this.#arena.allocate(4 * capacity),
        cells: this.#arena.allocate(4 * capacity),
      };
      this.#centroids = new QueryBatch(this.#chunk, this.#count, { k: 1, capacity: 1, filter: undefined });
    } catch (error) {
      this.#arena.release();
      throw error;
    }
    this.#centroids.prepare(centroids, 0, Number.NEGATIVE_INFINITY);
    this.#centroids.packTiles();
  }

  /**
   * Writes the nearest centroids of the rows of `values` from `first` on; returns how many rows it took.
   *
   * @throws LanewiseError `INVALID_VALUE`, `ZERO_VECTOR`
   */
  assign(values: Float32Array, first: number, cells: Int32Array): number {
    const rows = this.#chunk.load(values, first);
    const { memory } = this.#chunk.runtime;
    const keys = this.#assignment.keys / 4;
    const from = this.#assignment.cells / 4;
    memory.f32.fill(Number.NEGATIVE_INFINITY, keys, keys + rows);
    memory.f32.fill(Number.POSITIVE_INFINITY, keys + rows, keys + this.#chunk.capacity);
    memory.u32.fill(0, from, from + rows);
    this.#centroids.assignRows(this.#chunk.segment, this.#assignment, 0, this.#count);
    cells.set(memory.i32.subarray(from, from + rows), first);
    return rows;
  }

  /** Writes the keys of the rows with every centroid, `rows x centroids`; returns how many rows it took. */
  score(values: Float32Array, first: number, keys: Float32Array): number {
    const rows = this.#chunk.load(values, first);
    const { memory } = this.#chunk.runtime;
    const { keys: scored, cells } = this.#assignment;
    for (let centroid = 0; centroid < this.#count; centroid++) {
      memory.u32.fill(centroid, cells / 4, cells / 4 + rows);
      this.#centroids.scoreCells(this.#chunk.segment, this.#assignment);
      for (let row = 0; row < rows; row++) {
        keys[(first + row) * this.#count + centroid] = memory.f32[scored / 4 + row]!;
      }
    }
    return rows;
  }

  /** Bytes of linear memory held. */
  get bytes(): number {
    return this.#arena.bytes + this.#centroids.bytes;
  }

  release(): void {
    this.#centroids.release();
    this.#arena.release();
  }
}

/** The nearest centroid of each row. @throws LanewiseError `INVALID_VALUE`, `ZERO_VECTOR`, `MEMORY_EXHAUSTED` */
export function assignToCentroids(
  values: Float32Array,
  centroids: Float32Array,
  dimensions: number,
  metric: Metric,
): Int32Array {
  const rows = values.length / dimensions;
  const cells = new Int32Array(rows);
  const table = new CentroidTable(centroids, dimensions, metric);
  try {
    for (let done = 0; done < rows; ) done += table.assign(values, done, cells);
  } finally {
    table.release();
  }
  return cells;
}

/** Distances of each row to every centroid. @throws LanewiseError `INVALID_VALUE`, `ZERO_VECTOR`, `MEMORY_EXHAUSTED` */
export function distancesToCentroids(
  values: Float32Array,
  centroids: Float32Array,
  dimensions: number,
  metric: Metric,
): Float32Array {
  const rows = values.length / dimensions;
  const distances = new Float32Array(rows * (centroids.length / dimensions));
  const table = new CentroidTable(centroids, dimensions, metric);
  try {
    for (let done = 0; done < rows; ) done += table.score(values, done, distances);
  } finally {
    table.release();
  }
  for (let i = 0; i < distances.length; i++) {
    const key = distances[i]!;
    distances[i] = Math.sqrt(Math.max(0, metric === 'cosine' ? 2 - 2 * key : -key));
  }
  return distances;
}
