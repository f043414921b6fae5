import type { Arena } from '../host/arena.ts';
import { layoutPassing, PASSING_ROWS } from './cell-layout.ts';
import type { Piece } from './cell-segments.ts';
import { type Runtime, runtime } from './kernels.ts';
import { METRIC_CODES, type Metric, normError, normRange } from './metric.ts';
import { BLOCK_ROWS, describeSegment, type SegmentLayout, scratchBytes } from './segment.ts';
import { sketchRowBytes, writeSketches } from './sketch-rows.ts';
import { writeRows } from './staged-rows.ts';

const TOMBSTONE = -1;

/** Rows from..to of a segment of a cell: where their floats and norms stand, and the blocks of the segment's sketches. */
export interface SketchedRange {
  readonly vectors: number;
  readonly norms: number;
  readonly cell: number;
  readonly blocks: number;
  readonly from: number;
  readonly to: number;
}

/** What writes the sketches of rows. */
export interface RowSketches {
  encode(range: SketchedRange): void;
}

/** Writes rows into the segments of cells: floats, norms, codes and sketches, as far as these are kept. */
export class PieceWriter {
  readonly #dimensions: number;
  readonly #metric: Metric;
  readonly #runtime: Runtime = runtime();
  readonly #scratch: number;
  /** A segment that rows pass through which are not kept. */
  readonly #passing: { readonly address: number; readonly layout: SegmentLayout } | undefined;

  /** @throws LanewiseError `MEMORY_EXHAUSTED` */
  constructor(arena: Arena, dimensions: number, metric: Metric, keepsRows: boolean) {
    this.#dimensions = dimensions;
    this.#metric = metric;
    this.#scratch = arena.allocate(scratchBytes(layoutPassing(dimensions)));
    this.#passing = keepsRows ? undefined : this.#newPassing(arena);
  }

  /** Writes the rows of a piece; they do not show yet. @throws LanewiseError `INVALID_VALUE`, `ZERO_VECTOR` */
  write(piece: Piece, values: Float32Array, sketches: RowSketches | undefined): void {
    const { address, layout, from, rows } = piece;
    const end = from + rows.length;
    if (this.#passing) this.#pass(this.#passing, piece, values, sketches);
    else {
      this.#writeRows({ address, layout }, from, values, rows);
      const metric = METRIC_CODES[this.#metric];
      this.#runtime.kernels.encodeRows(address, this.#dimensions, metric, from, end, this.#scratch);
      this.#sketch({ address, layout }, from, piece, { from, to: end }, sketches);
    }
    this.#hide(piece);
  }

  /** Writes the rows of a piece by their sketches, one after the other in `sketches`, where no rows are kept. */
  writeSketches(piece: Piece, sketches: Uint8Array): void {
    const { address, layout, from, rows } = piece;
    const bytes = sketchRowBytes(layout);
    const { u8 } = this.#runtime.memory;
    rows.forEach((row, i) => {
      writeSketches(u8, address, layout, from + i, sketches.subarray(row * bytes, (row + 1) * bytes));
    });
    this.#hide(piece);
  }

  /** Copies rows into a segment from row `from` on, and measures them. @throws LanewiseError `INVALID_VALUE`, `ZERO_VECTOR` */
  #writeRows(
    { address, layout }: { readonly address: number; readonly layout: SegmentLayout },
    from: number,
    values: Float32Array,
    rows: Int32Array,
  ): void {
    const { memory, kernels } = this.#runtime;
    const dimensions = this.#dimensions;
    for (let i = 0; i < rows.length; i++) {
      const to = address + layout.rows + (from + i) * layout.stride;
      writeRows(memory, layout, to, { values, first: rows[i]!, rows: 1, dimensions });
    }
    const end = from + rows.length;
    const { least, most } = normRange(this.#metric);
    const measured = kernels.measureRows(address, layout.lanes, from, end, least, most);
    if (measured < end) {
      const norm = memory.f32[(address + layout.norms) / 4 + measured]!;
      throw normError(this.#metric, `Vector ${rows[measured - from]}`, norm);
    }
  }

  /** Writes the sketches of rows of a piece that stand, measured, from row `first` of `source` on. */
  #sketch(
    { address, layout }: { readonly address: number; readonly layout: SegmentLayout },
    first: number,
    piece: Piece,
    { from, to }: { readonly from: number; readonly to: number },
    sketches: RowSketches | undefined,
  ): void {
    sketches?.encode({
      vectors: address + layout.rows + first * layout.stride,
      norms: address + layout.norms + 4 * first,
      cell: piece.segment.cell,
      blocks: piece.address + piece.layout.sketches,
      from,
      to,
    });
  }

  /** Sketches the rows of a piece without keeping them. */
  #pass(
    passing: { readonly address: number; readonly layout: SegmentLayout },
    piece: Piece,
    values: Float32Array,
    sketches: RowSketches | undefined,
  ): void {
    for (let done = 0; done < piece.rows.length; done += PASSING_ROWS) {
      const rows = piece.rows.subarray(done, done + PASSING_ROWS);
      const from = piece.from + done;
      this.#writeRows(passing, 0, values, rows);
      this.#sketch(passing, 0, piece, { from, to: from + rows.length }, sketches);
    }
  }

  #newPassing(arena: Arena): { address: number; layout: SegmentLayout } {
    const layout = layoutPassing(this.#dimensions);
    const address = arena.allocate(layout.bytes);
    this.#runtime.memory.u32.set(describeSegment(layout, address), address / 4);
    return { address, layout };
  }

  /** Kernels read whole blocks: rows that share one with those that show must not show themselves. */
  #hide({ address, layout, from, rows }: Piece): void {
    const { memory, kernels } = this.#runtime;
    const end = from + rows.length;
    const blocks = Math.ceil(end / BLOCK_ROWS) * BLOCK_ROWS;
    if (blocks > end) kernels.clearRows(address, layout.lanes, end, blocks);
    memory.i32.fill(TOMBSTONE, (address + layout.ids) / 4 + from, (address + layout.ids) / 4 + end);
  }
}
