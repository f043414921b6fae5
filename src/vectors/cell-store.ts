import { Arena } from '../host/arena.ts';
import { LanewiseError } from '../host/errors.ts';
import { type Runtime, runtime } from '../host/kernels.ts';
import { IdMap } from './id-map.ts';
import { checkNewIds } from './ids.ts';
import { LARGEST_ID } from './input.ts';
import { METRIC_CODES, type Metric, normError, normRange } from './metric.ts';
import {
  arraysOf,
  BLOCK_ROWS,
  COUNT_WORD,
  describeSegment,
  layoutSegment,
  NEXT_WORD,
  type Plane,
  SCRATCH_BYTES,
  type SegmentLayout,
} from './segment.ts';
import { sketchRowBytes, writeSketches } from './sketch-rows.ts';
import { writeRows } from './staged-rows.ts';

const TOMBSTONE = -1;
/** A slot is the number of a segment and a row of it. */
const ROW_BITS = 12;
/** Rows of a segment, at most; a cell of more goes on in another one. */
const MOST_ROWS = 1 << ROW_BITS;
/** Rows that pass at a time where they are not kept. */
const PASSING_ROWS = 256;
/** A segment that must grow grows by this factor at least, so that adding one by one copies each row a few times only. */
const GROWTH = 1.25;

/** A part of a cell: rows that follow one another in memory. */
interface CellSegment {
  readonly cell: number;
  address: number;
  layout: SegmentLayout;
  /** Rows and tombstones. */
  count: number;
  live: number;
}

/** Rows on their way into a segment: which of the caller's, and where. */
interface Piece {
  readonly segment: CellSegment;
  readonly number: number;
  /** The block that the segment has grown into, or its own. */
  readonly address: number;
  readonly layout: SegmentLayout;
  readonly from: number;
  readonly rows: Int32Array;
}

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

/** What a store keeps of its rows. */
export interface KeptRows {
  readonly planes: readonly Plane[];
  /** Bytes of the sketches of a block of rows. @default 0, for none */
  readonly sketchBytes?: number;
  /** Whether the float rows are kept. @default true */
  readonly keepsRows?: boolean;
}

/** Rows that are written but do not show yet. */
export interface StagedCells {
  readonly ids: Int32Array;
  readonly pieces: readonly Piece[];
  /** Pieces written so far. */
  written: number;
}

/**
 * Inverted lists: the rows of a cell follow one another in a segment of their own, which grows without touching the
 * others. Rows are looked up by id in O(1).
 */
export class CellStore {
  readonly dimensions: number;
  readonly metric: Metric;
  readonly cells: number;
  /** The layout of a full segment. */
  readonly layout: SegmentLayout;
  readonly arena: Arena;
  readonly runtime: Runtime;
  /** u32 a cell: the address of its first segment, or 0. */
  readonly table: number;
  readonly #kept: KeptRows;
  /** A segment that rows pass through which are not kept. */
  readonly #passing: { readonly address: number; readonly layout: SegmentLayout } | undefined;
  readonly #scratch: number;
  readonly #segments: (CellSegment | undefined)[] = [];
  readonly #chains: number[][];
  readonly #free: number[] = [];
  readonly #slotsById = new IdMap();
  #nextId = 0;
  #isStaged = false;

  /** @throws LanewiseError `MEMORY_EXHAUSTED` */
  constructor(dimensions: number, metric: Metric, cells: number, kept: KeptRows) {
    this.dimensions = dimensions;
    this.metric = metric;
    this.cells = cells;
    this.#kept = kept;
    this.layout = layoutSegment({ dimensions, ...kept, rows: MOST_ROWS });
    this.runtime = runtime();
    this.arena = new Arena(this.runtime.memory);
    this.#chains = Array.from({ length: cells }, () => []);
    try {
      this.#scratch = this.arena.allocate(this.layout.stride + SCRATCH_BYTES);
      this.table = this.arena.allocate(4 * cells);
      this.#passing = this.keepsRows ? undefined : this.#newPassing();
    } catch (error) {
      this.arena.release();
      throw error;
    }
    this.runtime.memory.u32.fill(0, this.table / 4, this.table / 4 + cells);
  }

  /** Whether the float rows are kept; only their sketches are otherwise. */
  get keepsRows(): boolean {
    return this.#kept.keepsRows ?? true;
  }

  /** Live rows. */
  get size(): number {
    return this.#slotsById.size;
  }

  /** Rows and tombstones. */
  get slots(): number {
    return this.#segments.reduce((sum, segment) => sum + (segment?.count ?? 0), 0);
  }

  /** Addresses of the segments. */
  get segments(): number[] {
    return this.#segments.flatMap((segment) => (segment ? [segment.address] : []));
  }

  /** Bytes of JavaScript memory that the ids take. */
  get idBytes(): number {
    return this.#slotsById.bytes;
  }

  /** Rows that the segments have room for. */
  get capacity(): number {
    return this.#segments.reduce((sum, segment) => sum + (segment?.layout.rowsPerSegment ?? 0), 0);
  }

  get nextId(): number {
    return this.#nextId;
  }

  skipIds(nextId: number): void {
    this.#nextId = Math.max(this.#nextId, nextId);
  }

  has(id: number): boolean {
    return this.#slotsById.get(id) >= 0;
  }

  /** The slot of a live row, or -1. */
  slotOf(id: number): number {
    return this.#slotsById.get(id);
  }

  place(slot: number): { readonly segment: number; readonly row: number } {
    return { segment: this.#segments[slot >>> ROW_BITS]!.address, row: slot & (MOST_ROWS - 1) };
  }

  /** A copy of a row as it was added, or undefined. Rows must be kept. */
  get(id: number): Float32Array | undefined {
    const slot = this.#slotsById.get(id);
    if (slot < 0) return undefined;
    const { address, layout } = this.#segments[slot >>> ROW_BITS]!;
    const start = (address + layout.rows + (slot & (MOST_ROWS - 1)) * layout.stride) / 4;
    return this.runtime.memory.f32.slice(start, start + this.dimensions);
  }

  /** The live rows of a cell, in their order: where their segments stand, and how many rows these hold. */
  *cellSegments(cell: number): Generator<{ address: number; layout: SegmentLayout; count: number }> {
    for (const number of this.#chains[cell]!) yield this.#segments[number]!;
  }

  /**
   * Makes room for rows in the cells given, one a row; nothing shows until `commit`.
   *
   * @throws LanewiseError `DUPLICATE_ID`, `MEMORY_EXHAUSTED`, `INVALID_ARGUMENT` while other rows are staged
   */
  stage(cells: Int32Array, ids: Int32Array | undefined, replaces: boolean): StagedCells {
    this.checkIdle();
    this.checkIds(cells.length, ids, replaces);
    const pieces: Piece[] = [];
    try {
      for (const [cell, rows] of groupRows(cells, this.cells)) this.#plan(cell, rows, pieces);
    } catch (error) {
      this.#drop(pieces);
      throw error;
    }
    this.#isStaged = true;
    return {
      ids: ids ?? Int32Array.from({ length: cells.length }, (_, i) => this.#nextId + i),
      pieces,
      written: 0,
    };
  }

  /** @throws LanewiseError `DUPLICATE_ID`, `INVALID_ARGUMENT` where ids are used up */
  checkIds(rows: number, ids: Int32Array | undefined, replaces: boolean): void {
    if (ids) checkNewIds(ids, replaces ? undefined : this.#slotsById);
    else if (this.#nextId + rows - 1 > LARGEST_ID) {
      throw new LanewiseError('INVALID_ARGUMENT', 'Automatic ids are used up. Give ids of your own.');
    }
  }

  /** Writes the next piece of staged rows, some thousand of `values` at most. @throws LanewiseError `INVALID_VALUE`, `ZERO_VECTOR` */
  writePiece(staged: StagedCells, values: Float32Array, sketches?: RowSketches): void {
    const piece = staged.pieces[staged.written++]!;
    const { address, layout, from, rows } = piece;
    const { kernels } = this.runtime;
    const end = from + rows.length;
    if (this.#passing) this.#pass(this.#passing, piece, values, sketches);
    else {
      this.#writeRows({ address, layout }, from, values, rows);
      kernels.encodeRows(address, this.dimensions, METRIC_CODES[this.metric], from, end, this.#scratch);
      this.#sketch({ address, layout }, from, piece, { from, to: end }, sketches);
    }
    this.#hide(piece);
  }

  /** Writes the next piece of staged rows by their sketches, one after the other in `sketches`, where no rows are kept. */
  writeSketchPiece(staged: StagedCells, sketches: Uint8Array): void {
    const piece = staged.pieces[staged.written++]!;
    const { address, layout, from, rows } = piece;
    const bytes = sketchRowBytes(layout);
    const { u8 } = this.runtime.memory;
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
    const { memory, kernels } = this.runtime;
    const { dimensions } = this;
    for (let i = 0; i < rows.length; i++) {
      const to = address + layout.rows + (from + i) * layout.stride;
      writeRows(memory, layout, to, { values, first: rows[i]!, rows: 1, dimensions });
    }
    const end = from + rows.length;
    const { least, most } = normRange(this.metric);
    const measured = kernels.measureRows(address, layout.lanes, from, end, least, most);
    if (measured < end) {
      const norm = memory.f32[(address + layout.norms) / 4 + measured]!;
      throw normError(this.metric, `Vector ${rows[measured - from]}`, norm);
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

  #newPassing(): { address: number; layout: SegmentLayout } {
    const layout = layoutSegment({ dimensions: this.dimensions, planes: [], rows: PASSING_ROWS });
    const address = this.arena.allocate(layout.bytes);
    this.runtime.memory.u32.set(describeSegment(layout, address), address / 4);
    return { address, layout };
  }

  /** Kernels read whole blocks: rows that share one with those that show must not show themselves. */
  #hide({ address, layout, from, rows }: Piece): void {
    const { memory, kernels } = this.runtime;
    const end = from + rows.length;
    const blocks = Math.ceil(end / BLOCK_ROWS) * BLOCK_ROWS;
    if (blocks > end) kernels.clearRows(address, layout.lanes, end, blocks);
    memory.i32.fill(TOMBSTONE, (address + layout.ids) / 4 + from, (address + layout.ids) / 4 + end);
  }

  /** Takes staged rows in: their ids are known from now on, rows that they replace are gone. */
  commit({ ids, pieces }: StagedCells): void {
    this.#slotsById.reserve(this.#slotsById.size + ids.length);
    const { memory } = this.runtime;
    const touched = new Set<CellSegment>();
    for (const { segment, number, address, layout, from, rows } of pieces) {
      if (segment.address !== address) {
        if (segment.address) this.arena.free(segment.address);
        segment.address = address;
        segment.layout = layout;
      }
      if (!this.#segments[number]) this.#chains[segment.cell]!.push(number);
      this.#segments[number] = segment;
      segment.count = from + rows.length;
      segment.live += rows.length;
      memory.u32[address / 4 + COUNT_WORD] = segment.count;
      this.#link(segment.cell);
    }
    // Segments stand where they stay: tombstones of replaced rows are not lost to a move.
    for (const { number, address, layout, from, rows } of pieces) {
      for (let i = 0; i < rows.length; i++) {
        const id = ids[rows[i]!]!;
        const replaced = this.#slotsById.set(id, (number << ROW_BITS) | (from + i));
        if (replaced >= 0) touched.add(this.#bury(replaced));
        memory.i32[(address + layout.ids) / 4 + from + i] = id;
        if (id >= this.#nextId) this.#nextId = id + 1;
      }
    }
    this.#isStaged = false;
    for (const segment of touched) this.#packWhenSparse(segment);
  }

  /** Leaves staged rows out, as if they had never been there. */
  rollback({ pieces, written }: StagedCells): void {
    const { lanes } = this.layout;
    for (const { segment, address, from, rows } of pieces.slice(0, written)) {
      if (segment.address === address)
        this.runtime.kernels.clearRows(address, lanes, from, from + rows.length);
    }
    this.#drop(pieces);
    this.#isStaged = false;
  }

  /** Removes rows by id; unknown ids are passed over. Returns how many were removed. */
  remove(ids: Int32Array): number {
    this.checkIdle();
    const touched = new Set<CellSegment>();
    let removed = 0;
    for (const id of ids) {
      const slot = this.#slotsById.get(id);
      if (slot < 0) continue;
      touched.add(this.#bury(slot));
      this.#slotsById.delete(id);
      removed++;
    }
    for (const segment of touched) this.#packWhenSparse(segment);
    return removed;
  }

  /** Moves rows over the tombstones and gives back what is left over, as far as there is memory to move to. */
  compact(): void {
    this.checkIdle();
    for (const segment of this.#segments) if (segment && segment.live < segment.count) this.#pack(segment);
  }

  /** @throws LanewiseError `INVALID_ARGUMENT` while rows are staged */
  checkIdle(): void {
    if (!this.#isStaged) return;
    throw new LanewiseError(
      'INVALID_ARGUMENT',
      'A build is adding rows to this index. Wait for it, or abort it, first.',
    );
  }

  release(): void {
    this.arena.release();
  }

  /** Room for some rows of one cell: what its last segment has or can grow to, then segments of its own. */
  #plan(cell: number, rows: Int32Array, pieces: Piece[]): void {
    const number = this.#chains[cell]!.at(-1);
    const last = number === undefined ? undefined : this.#segments[number]!;
    let done = 0;
    if (last && last.count < MOST_ROWS) {
      done = Math.min(rows.length, MOST_ROWS - last.count);
      pieces.push(this.#grow(last, number!, rows.subarray(0, done)));
    }
    while (done < rows.length) {
      const taken = rows.subarray(done, done + MOST_ROWS);
      pieces.push(this.#begin(cell, taken));
      done += taken.length;
    }
  }

  #grow(segment: CellSegment, number: number, rows: Int32Array): Piece {
    const from = segment.count;
    const needed = from + rows.length;
    if (needed <= segment.layout.rowsPerSegment) {
      return { segment, number, address: segment.address, layout: segment.layout, from, rows };
    }
    const layout = this.#layoutOf(Math.min(MOST_ROWS, Math.max(needed, Math.ceil(GROWTH * from))));
    const address = this.#copy(segment, layout);
    return { segment, number, address, layout, from, rows };
  }

  #begin(cell: number, rows: Int32Array): Piece {
    const layout = this.#layoutOf(rows.length);
    const address = this.arena.allocate(layout.bytes);
    this.runtime.memory.u32.set(describeSegment(layout, address), address / 4);
    const number = this.#free.pop() ?? this.#segments.push(undefined) - 1;
    const segment = { cell, address: 0, layout, count: 0, live: 0 };
    return { segment, number, address, layout, from: 0, rows };
  }

  /** Gives the blocks of pieces back that were never taken in. */
  #drop(pieces: readonly Piece[]): void {
    for (const { segment, number, address } of pieces) {
      if (segment.address === address) continue;
      this.arena.free(address);
      if (segment.address === 0) this.#free.push(number);
    }
  }

  #layoutOf(rows: number): SegmentLayout {
    const whole = Math.ceil(rows / BLOCK_ROWS) * BLOCK_ROWS;
    return layoutSegment({ dimensions: this.dimensions, ...this.#kept, rows: whole });
  }

  /** A copy of a segment in a block of another layout. */
  #copy({ address, layout, count }: CellSegment, target: SegmentLayout): number {
    const copy = this.arena.allocate(target.bytes);
    const { memory } = this.runtime;
    memory.u32.set(describeSegment(target, copy), copy / 4);
    memory.u32[copy / 4 + COUNT_WORD] = count;
    const arrays = arraysOf(target);
    for (const [i, { offset, bytesOf }] of arraysOf(layout).entries()) {
      memory.u8.copyWithin(copy + arrays[i]!.offset, address + offset, address + offset + bytesOf(count));
    }
    const blocks = Math.ceil(count / BLOCK_ROWS) * BLOCK_ROWS;
    if (blocks > count) this.runtime.kernels.clearRows(copy, target.lanes, count, blocks);
    return copy;
  }

  /** Leaves a tombstone where a row was. */
  #bury(slot: number): CellSegment {
    const segment = this.#segments[slot >>> ROW_BITS]!;
    const row = slot & (MOST_ROWS - 1);
    this.runtime.memory.i32[(segment.address + segment.layout.ids) / 4 + row] = TOMBSTONE;
    segment.live--;
    return segment;
  }

  #packWhenSparse(segment: CellSegment): void {
    if (2 * segment.live < segment.count) this.#pack(segment);
  }

  #pack(segment: CellSegment): void {
    const number = this.#segments.indexOf(segment);
    if (segment.live === 0) {
      this.arena.free(segment.address);
      this.#segments[number] = undefined;
      this.#free.push(number);
      const chain = this.#chains[segment.cell]!;
      chain.splice(chain.indexOf(number), 1);
      this.#link(segment.cell);
      return;
    }
    const { kernels, memory } = this.runtime;
    const { lanes } = segment.layout;
    const end = kernels.packRows(segment.address, lanes);
    kernels.clearRows(segment.address, lanes, end, segment.count);
    segment.count = end;
    memory.u32[segment.address / 4 + COUNT_WORD] = end;
    const ids = (segment.address + segment.layout.ids) / 4;
    for (let row = 0; row < end; row++)
      this.#slotsById.set(memory.i32[ids + row]!, (number << ROW_BITS) | row);
    if (2 * end < segment.layout.rowsPerSegment) this.#shrink(segment);
  }

  /** Moves a segment to a smaller block; where memory has none, it stays where it is. */
  #shrink(segment: CellSegment): void {
    try {
      const layout = this.#layoutOf(segment.count);
      const address = this.#copy(segment, layout);
      this.arena.free(segment.address);
      segment.address = address;
      segment.layout = layout;
      this.#link(segment.cell);
    } catch (error) {
      if (!(error instanceof LanewiseError)) throw error;
    }
  }

  /** Writes where a cell begins and how its segments follow one another. */
  #link(cell: number): void {
    const { u32 } = this.runtime.memory;
    const addresses = this.#chains[cell]!.map((number) => this.#segments[number]!.address);
    u32[this.table / 4 + cell] = addresses[0] ?? 0;
    addresses.forEach((address, i) => {
      u32[address / 4 + NEXT_WORD] = addresses[i + 1] ?? 0;
    });
  }
}

/** The rows of each cell that has any, in their order. */
function* groupRows(cellOf: Int32Array, cells: number): Generator<[number, Int32Array]> {
  const starts = new Uint32Array(cells + 2);
  for (const cell of cellOf) starts[cell + 2]!++;
  for (let cell = 1; cell < cells + 2; cell++) starts[cell]! += starts[cell - 1]!;
  const rows = new Int32Array(cellOf.length);
  for (let row = 0; row < cellOf.length; row++) rows[starts[cellOf[row]! + 1]!++] = row;
  for (let cell = 0; cell < cells; cell++) {
    if (starts[cell]! < starts[cell + 1]!) yield [cell, rows.subarray(starts[cell]!, starts[cell + 1]!)];
  }
}
