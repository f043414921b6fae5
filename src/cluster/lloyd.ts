import { Arena } from '../host/arena.ts';
import type { Progress } from '../host/progress.ts';
import type { Random } from '../host/random.ts';
import { METRIC_CODES } from '../vectors/metric.ts';
import { type Assignment, QueryBatch } from '../vectors/query-batch.ts';
import type { VectorStore } from '../vectors/store.ts';
import { TILE_QUERIES } from '../vectors/tile.ts';

/** From so many clusters on, more than one centroid is drawn before distances are measured again. */
const DRAWN_ONE_BY_ONE = 64;
/** Multiply-adds between two looks at the clock: some 3 ms in the slower tier. */
const PIECE_PRODUCTS = 5e7;

/** How Lloyd's algorithm is run. */
export interface LloydOptions {
  readonly clusters: number;
  readonly maxIterations: number;
  /** Ends when the inertia falls by no more than this share. */
  readonly tolerance: number;
}

/** What Lloyd's algorithm ends with. */
export interface Clustering {
  /** clusters x dimensions, row-major. */
  readonly centroids: Float32Array;
  /** Sum of the squared distances of the rows to their centroids. */
  readonly inertia: number;
  readonly iterations: number;
}

/**
 * k-means on the rows of a store: seeding by k-means++ (Arthur and Vassilvitskii 2007), then Lloyd's iterations with
 * certified assignment (assembly/assign.ts), which gives the cells that comparing every pair in float32 would give.
 * Under `cosine` rows count with their directions, and centroids are directions too.
 */
export class Lloyd {
  readonly #store: VectorStore;
  readonly #options: LloydOptions;
  readonly #random: Random;
  readonly #arena: Arena;
  readonly #assignments: Assignment[] = [];
  readonly #centroids: Float32Array;
  readonly #sums: number;
  readonly #counts: number;
  #sumBytes = 0;
  #done = 0;
  #total = 0;

  /** @throws LanewiseError `MEMORY_EXHAUSTED` */
  constructor(store: VectorStore, options: LloydOptions, random: Random) {
    const { layout, segments, runtime, dimensions } = store;
    const { clusters } = options;
    this.#store = store;
    this.#options = options;
    this.#random = random;
    this.#arena = new Arena(runtime.memory);
    this.#centroids = new Float32Array(clusters * dimensions);
    try {
      for (const _ of segments) {
        this.#assignments.push({
          keys: this.#arena.allocate(4 * layout.rowsPerSegment),
          cells: this.#arena.allocate(4 * layout.rowsPerSegment),
        });
      }
      this.#sumBytes = 2 * layout.stride * clusters;
      this.#sums = this.#arena.allocate(this.#sumBytes);
      this.#counts = this.#arena.allocate(4 * clusters);
    } catch (error) {
      this.#arena.release();
      throw error;
    }
  }

  /** Runs to the end; every yield is a piece of a few milliseconds. Ends with the memory given back, stopped or not. */
  *run(): Generator<Progress, Clustering> {
    const { clusters, maxIterations, tolerance } = this.#options;
    const rows = this.#store.size;
    this.#total = (maxIterations + 1) * rows * clusters;
    try {
      yield* this.#seed();
      let inertia = this.#inertia();
      let iterations = 0;
      while (iterations < maxIterations && inertia > 0) {
        yield* this.#update();
        yield* this.#assign(this.#centroids, clusters);
        iterations++;
        const previous = inertia;
        inertia = this.#inertia();
        if (previous - inertia <= tolerance * previous) break;
      }
      return { centroids: this.#centroids, inertia, iterations };
    } finally {
      this.#arena.release();
    }
  }

  /** k-means++: rows drawn with a probability in proportion to their squared distance from the nearest centroid. */
  *#seed(): Generator<Progress> {
    const { clusters } = this.#options;
    const { dimensions, size } = this.#store;
    this.#forgetCells();
    for (let chosen = 0; chosen < clusters; ) {
      const wanted = Math.min(TILE_QUERIES, Math.ceil(chosen / DRAWN_ONE_BY_ONE), clusters - chosen);
      const rows = chosen === 0 ? [this.#random.integer(size)] : this.#draw(wanted);
      const drawn = new Float32Array(rows.length * dimensions);
      rows.forEach((row, i) => {
        drawn.set(this.#row(row), i * dimensions);
      });
      this.#centroids.set(drawn, chosen * dimensions);
      yield* this.#assign(drawn, rows.length, chosen);
      chosen += rows.length;
    }
  }

  /** Rows drawn by their squared distances; where all of these are 0, any rows. */
  #draw(count: number): number[] {
    const targets = Array.from({ length: count }, () => this.#random.uniform());
    const total = this.#inertia();
    if (!(total > 0)) return targets.map((target) => Math.floor(target * this.#store.size));
    const order = targets.map((target) => target * total).sort((a, b) => a - b);
    const rows: number[] = [];
    let sum = 0;
    let last = 0;
    this.#forEachDistance((distance, row) => {
      if (distance > 0) last = row;
      sum += distance;
      while (rows.length < count && sum > order[rows.length]!) rows.push(row);
    });
    while (rows.length < count) rows.push(last);
    return rows;
  }

  /** Moves every centroid to the mean of its rows; a centroid without rows, to the row farthest from its own. */
  *#update(): Generator<Progress> {
    const { layout, metric, segments, runtime, dimensions } = this.#store;
    const { memory, kernels } = runtime;
    memory.u8.fill(0, this.#sums, this.#sums + this.#sumBytes);
    memory.u8.fill(0, this.#counts, this.#counts + 4 * this.#options.clusters);
    for (const [i, segment] of segments.entries()) {
      const { cells } = this.#assignments[i]!;
      kernels.sumCells(segment, layout.lanes, METRIC_CODES[metric], cells, this.#sums, this.#counts);
      yield this.#progress;
    }
    const sums = new Float64Array(memory.wasm.buffer, this.#sums, this.#sumBytes / 8);
    const counts = memory.u32.subarray(this.#counts / 4);
    const empty: number[] = [];
    const mean = new Float32Array(dimensions);
    for (let cell = 0; cell < this.#options.clusters; cell++) {
      const at = (cell * layout.stride) / 4;
      for (let i = 0; i < dimensions; i++) mean[i] = sums[at + i]! / counts[cell]!;
      // Directions that cancel out, or nearly so that nothing is left in float32, have no mean direction.
      const isEmpty = counts[cell] === 0 || (metric === 'cosine' && mean.every((value) => value === 0));
      if (isEmpty) empty.push(cell);
      else this.#centroids.set(mean, cell * dimensions);
    }
    if (empty.length > 0) this.#refill(empty);
  }

  #refill(empty: readonly number[]): void {
    const farthest: { distance: number; row: number }[] = [];
    this.#forEachDistance((distance, row) => {
      if (distance > 0) farthest.push({ distance, row });
    });
    farthest.sort((a, b) => b.distance - a.distance || a.row - b.row);
    for (const [i, cell] of empty.entries()) {
      const found = farthest[i];
      if (found) this.#centroids.set(this.#row(found.row), cell * this.#store.dimensions);
    }
  }

  /**
   * Compares every row with `count` centroids, numbered from `first` on. When these are all there are, keys are taken
   * anew from the cells so far, since the centroids have moved.
   */
  *#assign(centroids: Float32Array, count: number, first?: number): Generator<Progress> {
    const { segments, layout, size, dimensions } = this.#store;
    const wanted = { k: 1, capacity: 1, filter: undefined };
    const batch = new QueryBatch(this.#store, count, wanted);
    try {
      batch.prepare(centroids, 0, Number.NEGATIVE_INFINITY);
      batch.packTiles();
      const rows = Math.min(size, layout.rowsPerSegment);
      const tiles = Math.max(1, Math.floor(PIECE_PRODUCTS / (rows * dimensions * TILE_QUERIES)));
      for (const [i, segment] of segments.entries()) {
        const assignment = this.#assignments[i]!;
        if (first === undefined) batch.scoreCells(segment, assignment);
        for (let from = 0; from < count; from += TILE_QUERIES * tiles) {
          const to = Math.min(count, from + TILE_QUERIES * tiles);
          batch.assignRows(segment, assignment, from, to, first);
          this.#done += (to - from) * Math.min(layout.rowsPerSegment, size - i * layout.rowsPerSegment);
          yield this.#progress;
        }
      }
    } finally {
      batch.release();
    }
  }

  get #progress(): Progress {
    return { done: Math.min(this.#done, this.#total), total: this.#total };
  }

  /** Before the first centroid every row is infinitely far; places without a row want none. */
  #forgetCells(): void {
    const { layout, size, runtime } = this.#store;
    const { f32, u32 } = runtime.memory;
    this.#assignments.forEach(({ keys, cells }, i) => {
      const end = keys / 4 + layout.rowsPerSegment;
      const rows = Math.min(layout.rowsPerSegment, size - i * layout.rowsPerSegment);
      f32.fill(Number.NEGATIVE_INFINITY, keys / 4, keys / 4 + rows);
      f32.fill(Number.POSITIVE_INFINITY, keys / 4 + rows, end);
      u32.fill(0, cells / 4, cells / 4 + layout.rowsPerSegment);
    });
  }

  #inertia(): number {
    let inertia = 0;
    this.#forEachDistance((distance) => {
      inertia += distance;
    });
    return inertia;
  }

  /** Squared distances of the rows to their centroids, of directions under cosine, in the order of the rows. */
  #forEachDistance(take: (distance: number, row: number) => void): void {
    const { layout, size, runtime, metric } = this.#store;
    const { f32 } = runtime.memory;
    for (let row = 0; row < size; ) {
      const { keys } = this.#assignments[row / layout.rowsPerSegment]!;
      const end = Math.min(size, row + layout.rowsPerSegment);
      for (let at = keys / 4; row < end; at++, row++) {
        const key = f32[at]!;
        take(Math.max(0, metric === 'cosine' ? 2 - 2 * key : -key), row);
      }
    }
  }

  #row(slot: number): Float32Array {
    const { layout, runtime, dimensions } = this.#store;
    const { segment, row } = this.#store.place(slot);
    const start = (segment + layout.rows + row * layout.stride) / 4;
    return runtime.memory.f32.slice(start, start + dimensions);
  }
}
