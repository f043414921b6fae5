import type { CentroidTable } from '../cluster/assignment.ts';
import { drawRandomly } from '../cluster/codebooks.ts';
import { Arena } from '../host/arena.ts';
import type { Progress } from '../host/progress.ts';
import { Random } from '../host/random.ts';
import type { RowSketches, SketchedRange } from '../vectors/piece-writer.ts';
import type { VectorStore } from '../vectors/store.ts';
import type { SketchKind } from './sketch-layout.ts';
import { Sketcher } from './sketcher.ts';

/** Rows of the sample that codebooks and scales are learned from: 256 for each of 16 centroids. */
const TRAINED_ROWS = 4096;

/** The sketches of the rows of cells: what makes them, and what rows are sketched against. */
export class CellSketches implements RowSketches {
  readonly sketcher: Sketcher;
  readonly centroids: VectorStore;
  readonly #arena: Arena;
  readonly #center: number;
  /**
   * Rows are sketched against this share of their centroid. Centroids under cosine are directions, and the mean of the
   * rows around one is shorter.
   */
  share = 1;

  /** @throws LanewiseError `MEMORY_EXHAUSTED` */
  constructor(kind: SketchKind, centroids: VectorStore, seed: number) {
    const { runtime, dimensions, metric, layout } = centroids;
    this.centroids = centroids;
    this.#arena = new Arena(runtime.memory);
    try {
      this.sketcher = new Sketcher(runtime, this.#arena, { kind, dimensions, metric, seed });
      this.#center = this.#arena.allocate(layout.stride);
    } catch (error) {
      this.#arena.release();
      throw error;
    }
  }

  get bytes(): number {
    return this.#arena.bytes;
  }

  /** Learns from rows x dimensions of a sample; in pieces of a few milliseconds. */
  *train(sample: Float32Array, table: CentroidTable, seed: number): Generator<Progress, void> {
    const { dimensions, metric } = this.centroids;
    const random = new Random(seed);
    const rows = drawRandomly(sample, dimensions, TRAINED_ROWS, random);
    const count = rows.length / dimensions;
    const cells = new Int32Array(count);
    for (let done = 0; done < count; ) {
      done += table.assign(rows, done, cells);
      yield { done: 0, total: 1 };
    }
    const centers = Array.from(cells, (cell) => this.centroids.get(cell)!);
    if (metric === 'cosine') {
      let sum = 0;
      centers.forEach((center, i) => {
        const row = rows.subarray(i * dimensions, (i + 1) * dimensions);
        const length = Math.sqrt(dot(row, row));
        for (let j = 0; j < dimensions; j++) row[j] = row[j]! / length;
        sum += dot(row, center) / Math.sqrt(dot(center, center));
      });
      this.share = Math.fround(sum / count);
    }
    centers.forEach((center, i) => {
      for (let j = 0; j < dimensions; j++) rows[i * dimensions + j]! -= Math.fround(this.share * center[j]!);
    });
    yield* this.sketcher.train(rows, dimensions, random);
  }

  encode({ vectors, norms, cell, blocks, from, to }: SketchedRange): void {
    const { runtime, metric, dimensions } = this.centroids;
    const center = this.centroids.get(cell)!;
    const at = this.#center / 4;
    const { f32 } = runtime.memory;
    for (let j = 0; j < dimensions; j++) f32[at + j] = this.share * center[j]!;
    f32.fill(0, at + dimensions, at + this.centroids.layout.stride / 4);
    this.sketcher.encode(vectors, metric === 'cosine' ? norms : 0, this.#center, blocks, from, to);
  }

  release(): void {
    this.#arena.release();
  }
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
