import type { Memory } from '../host/memory.ts';
import type { Runtime } from './kernels.ts';
import { type Metric, normError } from './metric.ts';
import type { SegmentLayout } from './segment.ts';

/** Bytes copied, measured and encoded at a time: they stay in the second-level cache. */
const CHUNK_BYTES = 128 << 10;

/** What rows are staged in: a store that has made room for them. */
export interface StagingStore {
  readonly dimensions: number;
  readonly metric: Metric;
  readonly layout: SegmentLayout;
  readonly runtime: Runtime;
  place(slot: number): { readonly segment: number; readonly row: number };
  encode(segment: number, from: number, to: number): number;
  commit(staged: StagedRows): void;
  rollback(): void;
}

/** Some of the rows of `values`, rows x dimensions. */
export interface RowRange {
  readonly values: Float32Array;
  readonly first: number;
  readonly rows: number;
  readonly dimensions: number;
}

/** Copies rows to `address`, padding each to the stride with zeros. */
export function writeRows(
  { f32 }: Memory,
  { stride }: Pick<SegmentLayout, 'stride'>,
  address: number,
  { values, first, rows, dimensions }: RowRange,
): void {
  const target = address / 4;
  const start = first * dimensions;
  if (stride === 4 * dimensions) {
    f32.set(values.subarray(start, start + rows * dimensions), target);
    return;
  }
  for (let i = 0; i < rows; i++) {
    const from = start + i * dimensions;
    const to = target + (i * stride) / 4;
    f32.set(values.subarray(from, from + dimensions), to);
    f32.fill(0, to + dimensions, to + stride / 4);
  }
}

/** Rows that are written behind the last slot but do not show yet: committed all at once, or rolled back. */
export class StagedRows {
  readonly ids: Int32Array;
  readonly #store: StagingStore;
  readonly #firstSlot: number;
  #written = 0;

  constructor(store: StagingStore, firstSlot: number, ids: Int32Array) {
    this.#store = store;
    this.#firstSlot = firstSlot;
    this.ids = ids;
  }

  /** How many rows are written. */
  get written(): number {
    return this.#written;
  }

  /**
   * Writes the next chunk of `values`, rows x dimensions, from row `written` on, or of the rows whose numbers are
   * `drawn`; returns how many are written then.
   *
   * @throws LanewiseError `INVALID_VALUE`, `ZERO_VECTOR`; the rows must then be rolled back
   */
  writeChunk(values: Float32Array, drawn?: Int32Array): number {
    const { dimensions, layout, metric, runtime } = this.#store;
    const { segment, row } = this.#store.place(this.#firstSlot + this.#written);
    const rows = Math.min(
      this.ids.length - this.#written,
      layout.rowsPerSegment - row,
      Math.max(1, Math.floor(CHUNK_BYTES / layout.stride)),
    );
    const address = segment + layout.rows + row * layout.stride;
    const numbers = drawn?.subarray(this.#written, this.#written + rows);
    if (numbers) {
      for (const [i, first] of numbers.entries())
        writeRows(runtime.memory, layout, address + i * layout.stride, {
          values,
          first,
          rows: 1,
          dimensions,
        });
    } else writeRows(runtime.memory, layout, address, { values, first: this.#written, rows, dimensions });
    const encoded = this.#store.encode(segment, row, row + rows);
    this.#written += rows;
    if (encoded < row + rows) {
      const norm = runtime.memory.f32[(segment + layout.norms) / 4 + encoded]!;
      const number = numbers?.[encoded - row] ?? this.#written - rows + encoded - row;
      throw normError(metric, `Vector ${number}`, norm);
    }
    return this.#written;
  }

  /** Writes what is left of `values` and commits; when that fails, nothing has happened. Returns the ids. */
  writeAll(values: Float32Array): Int32Array {
    try {
      while (this.#written < this.ids.length) this.writeChunk(values);
      this.commit();
    } catch (error) {
      this.rollback();
      throw error;
    }
    return this.ids;
  }

  commit(): void {
    this.#store.commit(this);
  }

  rollback(): void {
    this.#store.rollback();
  }
}
