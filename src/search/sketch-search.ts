import { Arena } from '../host/arena.ts';
import type { CellStore } from '../vectors/cell-store.ts';
import { CANDIDATE_BYTES, type Probed, type QueryBatch } from '../vectors/query-batch.ts';
import type { CellSketches } from './cell-sketches.ts';

/** Scans sketches for the queries of a batch, and scores what they found in float32. */
export class SketchScan {
  readonly #rows: CellStore;
  readonly #sketches: CellSketches;
  readonly #batch: QueryBatch;
  readonly #buffers: Arena;
  readonly #tables: number;
  readonly #centroids: number;
  readonly #places: number;

  /** @throws LanewiseError `MEMORY_EXHAUSTED` */
  constructor(rows: CellStore, sketches: CellSketches, batch: QueryBatch, capacity: number) {
    const { segments } = sketches.centroids;
    const { memory } = rows.runtime;
    this.#rows = rows;
    this.#sketches = sketches;
    this.#batch = batch;
    this.#buffers = new Arena(memory);
    try {
      this.#tables = this.#buffers.allocate(sketches.sketcher.tableBytes);
      this.#centroids = this.#buffers.allocate(4 * segments.length);
      this.#places = this.#buffers.allocate(CANDIDATE_BYTES * capacity);
    } catch (error) {
      this.#buffers.release();
      throw error;
    }
    memory.u32.set(segments, this.#centroids / 4);
  }

  /** Estimates the rows of the cells of ranks from..to for query `i`. */
  probeCells(i: number, ranking: QueryBatch, { from, to, table }: Probed): void {
    const { sketcher, share, centroids } = this.#sketches;
    const query = this.#batch.addressOf(i);
    const shift = Math.log2(centroids.layout.rowsPerSegment);
    sketcher.makeTables(query, this.#tables);
    this.#rows.runtime.kernels.probeSketches(
      query,
      ranking.addressOf(i),
      from,
      to,
      table,
      this.#tables,
      this.#centroids,
      shift,
      share,
    );
  }

  /** Scores the rows that query `i` has found and keeps the best k of them. */
  score(i: number, k: number): void {
    const { f32, u32 } = this.#rows.runtime.memory;
    const found = this.#batch.ids(i);
    for (let j = 0, at = this.#places / 4; j < found.length; j++, at += CANDIDATE_BYTES / 4) {
      const { segment, row } = this.#rows.place(this.#rows.slotOf(found[j]!));
      f32[at] = Number.POSITIVE_INFINITY;
      u32[at + 1] = row;
      u32[at + 2] = segment;
    }
    this.#batch.restart(i, k);
    this.#batch.scoreCandidates(i, this.#places, found.length);
  }

  release(): void {
    this.#buffers.release();
  }
}
