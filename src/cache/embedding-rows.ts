import { Arena } from '../host/arena.ts';
import { blockBytes } from '../host/block.ts';
import { type ExactRows, searchExact } from '../search/exact-search.ts';
import { type Runtime, runtime } from '../vectors/kernels.ts';
import { METRIC_CODES, type Metric, normError, normRange } from '../vectors/metric.ts';
import {
  BLOCK_ROWS,
  COUNT_WORD,
  describeSegment,
  layoutSegment,
  type SegmentLayout,
  scratchBytes,
} from '../vectors/segment.ts';
import { writeRows } from '../vectors/staged-rows.ts';
import { areSame, bitsOf } from './bits.ts';

/** Bytes of a segment, about: what a cache holds too much of is less than that. */
const SEGMENT_BYTES = 2 ** 18;
const MOST_ROWS = 1024;

/** The rows most similar to a query: slots of equal similarity, and none where there are no rows. */
export interface Nearest {
  readonly slots: readonly number[];
  readonly similarity: number;
}

/**
 * Embeddings in slots 0, 1, 2, ... without gaps: a row is written over another in place, and where one is removed, the
 * last one takes its slot. Nothing is ever compacted, a search passes live rows only, and of memory less than a segment
 * is unused. Segments are those of all rows (src/vectors/segment.ts), only smaller; a row's id is its slot.
 */
export class EmbeddingRows implements ExactRows {
  readonly dimensions: number;
  readonly metric: Metric;
  readonly layout: SegmentLayout;
  readonly arena: Arena;
  readonly runtime: Runtime;
  readonly idsAreSlots = true;
  readonly #segments: number[] = [];
  /** A segment of one row, where embeddings are checked before they take any slot, and what encoding wants. */
  readonly #checked: number;
  readonly #checkedLayout: SegmentLayout;
  readonly #scratch: number;
  #size = 0;

  /** @throws LanewiseError `MEMORY_EXHAUSTED` */
  constructor(dimensions: number, metric: Metric, mostRows: number) {
    this.dimensions = dimensions;
    this.metric = metric;
    this.layout = layoutOf(dimensions, mostRows);
    this.#checkedLayout = layoutSegment({ dimensions, planes: [], rows: 1 });
    this.runtime = runtime();
    this.arena = new Arena(this.runtime.memory);
    const { bytes } = this.#checkedLayout;
    this.#checked = this.arena.allocate(bytes + scratchBytes(this.#checkedLayout));
    this.#scratch = this.#checked + bytes;
    this.runtime.memory.u32.set(describeSegment(this.#checkedLayout, this.#checked), this.#checked / 4);
  }

  get size(): number {
    return this.#size;
  }

  get slots(): number {
    return this.#size;
  }

  get segments(): readonly number[] {
    return this.#segments;
  }

  /** Bytes of linear memory that one row more would take. */
  get growth(): number {
    return this.#size === this.#segments.length * this.layout.rowsPerSegment ? this.layout.bytes : 0;
  }

  /** Bytes of linear memory that a single row takes. */
  static leastBytes(dimensions: number, mostRows: number): number {
    const checked = layoutSegment({ dimensions, planes: [], rows: 1 });
    const held = blockBytes(checked.bytes + scratchBytes(checked));
    return held + layoutOf(dimensions, mostRows).bytes;
  }

  slotOf(id: number): number {
    return id < this.#size ? id : -1;
  }

  place(slot: number): { readonly segment: number; readonly row: number } {
    const { rowsPerSegment } = this.layout;
    return { segment: this.#segments[Math.floor(slot / rowsPerSegment)]!, row: slot % rowsPerSegment };
  }

  /** Checks an embedding, and keeps it for `put`. @throws LanewiseError `INVALID_VALUE`, `ZERO_VECTOR` */
  check(values: Float32Array): void {
    const { memory } = this.runtime;
    const { rows, norms, lanes } = this.#checkedLayout;
    const { dimensions } = this;
    writeRows(memory, this.layout, this.#checked + rows, { values, first: 0, rows: 1, dimensions });
    const { least, most } = normRange(this.metric);
    if (this.runtime.kernels.measureRows(this.#checked, lanes, 0, 1, least, most) === 0) {
      throw normError(this.metric, 'The embedding', memory.f32[(this.#checked + norms) / 4]!);
    }
  }

  /** Whether a row holds these very bits. */
  equals(slot: number, values: Float32Array): boolean {
    const { i32 } = this.runtime.memory;
    return areSame(i32, this.#rowAddress(slot) / 4, bitsOf(values), 0, values.length);
  }

  /** Writes the embedding that was checked last into a slot, or the next one; returns it. @throws LanewiseError `MEMORY_EXHAUSTED` */
  put(slot: number = this.#append()): number {
    this.#write(slot, this.#checked + this.#checkedLayout.rows);
    return slot;
  }

  /** Removes a row. The last one takes its slot; returns which that was. */
  remove(slot: number): number {
    const last = this.#size - 1;
    if (slot !== last) this.#write(slot, this.#rowAddress(last));
    const { segment, row } = this.place(last);
    this.#size = last;
    if (row === 0) this.arena.free(this.#segments.pop()!);
    else this.#settle(segment, row, row + 1);
    return last;
  }

  /** Gives the memory of all rows back. */
  clear(): void {
    while (this.#segments.length > 0) this.arena.free(this.#segments.pop()!);
    this.#size = 0;
  }

  /** The most similar rows: exact float32 scores, as those of a `FlatIndex`. @throws LanewiseError `INVALID_VALUE`, `ZERO_VECTOR` */
  nearest(values: Float32Array): Nearest {
    for (let k = 2; ; k *= 4) {
      const { ids, scores } = searchExact(this, values, { k, filter: undefined, method: 'certified' });
      let tied = 0;
      while (tied < k && ids[tied]! >= 0 && scores[tied] === scores[0]) tied++;
      if (tied < k) return { slots: Array.from(ids.subarray(0, tied)), similarity: scores[0]! };
    }
  }

  #append(): number {
    const slot = this.#size;
    if (this.growth > 0) {
      const address = this.arena.allocate(this.layout.bytes);
      this.runtime.memory.u32.set(describeSegment(this.layout, address), address / 4);
      this.#segments.push(address);
    }
    this.#size++;
    const { segment, row } = this.place(slot);
    // Kernels read whole blocks: what a new one has left is kept empty.
    this.#settle(segment, row + 1, row % BLOCK_ROWS === 0 ? row + BLOCK_ROWS : row + 1);
    return slot;
  }

  /** Sets the rows of a segment to `count`, and empties those from there to `end`. */
  #settle(segment: number, count: number, end: number): void {
    const { kernels, memory } = this.runtime;
    memory.u32[segment / 4 + COUNT_WORD] = count;
    if (end > count) kernels.clearRows(segment, this.layout.lanes, count, end);
  }

  #write(slot: number, from: number): void {
    const { kernels, memory } = this.runtime;
    const { layout, metric, dimensions } = this;
    const { segment, row } = this.place(slot);
    memory.u8.copyWithin(this.#rowAddress(slot), from, from + layout.stride);
    memory.i32[(segment + layout.ids) / 4 + row] = slot;
    const { least, most } = normRange(metric);
    kernels.measureRows(segment, layout.lanes, row, row + 1, least, most);
    kernels.encodeRows(segment, dimensions, METRIC_CODES[metric], row, row + 1, this.#scratch);
  }

  #rowAddress(slot: number): number {
    const { segment, row } = this.place(slot);
    return segment + this.layout.rows + row * this.layout.stride;
  }
}

function layoutOf(dimensions: number, mostRows: number): SegmentLayout {
  const planes = ['codes', 'nibbles'] as const;
  const rowBytes = layoutSegment({ dimensions, planes, rows: BLOCK_ROWS }).bytes / BLOCK_ROWS;
  const fitting = Math.floor(
    Math.min(MOST_ROWS, mostRows + BLOCK_ROWS - 1, SEGMENT_BYTES / rowBytes) / BLOCK_ROWS,
  );
  return layoutSegment({ dimensions, planes, rows: BLOCK_ROWS * Math.max(1, fitting) });
}
