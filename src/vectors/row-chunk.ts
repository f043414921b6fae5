import type { Arena } from '../host/arena.ts';
import { type Runtime, runtime } from './kernels.ts';
import { METRIC_CODES, type Metric, normError, normRange } from './metric.ts';
import {
  BLOCK_ROWS,
  COUNT_WORD,
  describeSegment,
  layoutChunk,
  type SegmentLayout,
  scratchBytes,
} from './segment.ts';
import { writeRows } from './staged-rows.ts';

/** A segment that rows pass through, chunk by chunk: checked, measured and encoded, but not kept. */
export class RowChunk {
  readonly dimensions: number;
  readonly metric: Metric;
  readonly layout: SegmentLayout;
  readonly runtime: Runtime;
  readonly segment: number;
  readonly #scratch: number;

  /**
   * @param mostRows a multiple of sixteen
   * @throws LanewiseError `MEMORY_EXHAUSTED`
   */
  constructor(arena: Arena, dimensions: number, metric: Metric, mostRows?: number) {
    this.dimensions = dimensions;
    this.metric = metric;
    this.runtime = runtime();
    this.layout = layoutChunk(dimensions, mostRows);
    this.segment = arena.allocate(this.layout.bytes);
    this.#scratch = arena.allocate(scratchBytes(this.layout));
    this.runtime.memory.u32.set(describeSegment(this.layout, this.segment), this.segment / 4);
  }

  /** The most rows that pass at a time. */
  get capacity(): number {
    return this.layout.rowsPerSegment;
  }

  /**
   * Loads the rows of `values` from `first` on, as many as fit; returns how many.
   *
   * @throws LanewiseError `INVALID_VALUE`, `ZERO_VECTOR`
   */
  load(values: Float32Array, first: number): number {
    const { dimensions, metric, layout, segment } = this;
    const { kernels, memory } = this.runtime;
    const rows = Math.min(this.capacity, values.length / dimensions - first);
    writeRows(memory, layout, segment + layout.rows, { values, first, rows, dimensions });
    const { least, most } = normRange(metric);
    const measured = kernels.measureRows(segment, layout.lanes, 0, rows, least, most);
    if (measured < rows) {
      const norm = memory.f32[(segment + layout.norms) / 4 + measured]!;
      throw normError(metric, `Vector ${first + measured}`, norm);
    }
    kernels.encodeRows(segment, dimensions, METRIC_CODES[metric], 0, rows, this.#scratch);
    const blocks = Math.ceil(rows / BLOCK_ROWS) * BLOCK_ROWS;
    if (blocks > rows) kernels.clearRows(segment, layout.lanes, rows, blocks);
    memory.u32[segment / 4 + COUNT_WORD] = rows;
    return rows;
  }
}
