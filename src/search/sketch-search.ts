import { Arena } from '../host/arena.ts';
import type { CellStore } from '../vectors/cell-store.ts';
import type { Probed, QueryBatch } from '../vectors/query-batch.ts';
import type { CellSketches } from './cell-sketches.ts';

/** Word of a query's tables that says what its results are cut to (assembly/fastscan.ts). */
const MOST = 4;
/** Bytes of a place (assembly/allowed.ts). */
const PLACE_BYTES = 8;
/** Results that a scan may add before it looks whether there is room. */
const BLOCK_ROWS = 16;

/** Scans sketches for the queries of a batch, and scores what they found in float32. */
export class SketchScan {
  readonly #rows: CellStore;
  readonly #sketches: CellSketches;
  readonly #batch: QueryBatch;
  readonly #buffers: Arena;
  readonly #tables: number;
  readonly #centroids: number;
  readonly #places: number;

  /** Results that memory must hold for a query that keeps the best `most`. */
  static capacityFor(most: number): number {
    return 2 * most + BLOCK_ROWS;
  }

  /**
   * @param most rows that each query of the batch is to find; its results are a list
   * @throws LanewiseError `MEMORY_EXHAUSTED`
   */
  constructor(rows: CellStore, sketches: CellSketches, batch: QueryBatch, most: number) {
    const { segments } = sketches.centroids;
    const { memory } = rows.runtime;
    this.#rows = rows;
    this.#sketches = sketches;
    this.#batch = batch;
    this.#buffers = new Arena(memory);
    try {
      this.#tables = this.#buffers.allocate(sketches.sketcher.tableBytes);
      this.#centroids = this.#buffers.allocate(4 * segments.length);
      this.#places = this.#buffers.allocate(PLACE_BYTES * most);
    } catch (error) {
      this.#buffers.release();
      throw error;
    }
    memory.u32.set(segments, this.#centroids / 4);
    memory.u32[this.#tables / 4 + MOST] = most;
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
    const { u32, i32 } = this.#rows.runtime.memory;
    const found = this.#batch.found(i);
    const ids = this.#batch.resultsOf(i) / 4 + 1;
    for (let j = 0, at = this.#places / 4; j < found; j++, at += PLACE_BYTES / 4) {
      const { segment, row } = this.#rows.place(this.#rows.slotOf(i32[ids + 2 * j]!));
      u32[at] = row;
      u32[at + 1] = segment;
    }
    this.#batch.restart(i, k);
    this.#batch.scorePlaces(i, this.#places, found);
  }

  release(): void {
    this.#buffers.release();
  }
}
