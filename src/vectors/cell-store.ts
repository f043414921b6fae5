import { Arena } from '../host/arena.ts';
import { LanewiseError } from '../host/errors.ts';
import { type KeptRows, MOST_ROWS, ROW_BITS } from './cell-layout.ts';
import { type CellSegment, CellSegments, type Piece } from './cell-segments.ts';
import { IdMap } from './id-map.ts';
import { checkNewIds } from './ids.ts';
import { LARGEST_ID } from './input.ts';
import { type Runtime, runtime } from './kernels.ts';
import type { Metric } from './metric.ts';
import { PieceWriter, type RowSketches } from './piece-writer.ts';
import { layoutSegment, type SegmentLayout } from './segment.ts';

const TOMBSTONE = -1;
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
  readonly #keepsRows: boolean;
  readonly #segments: CellSegments;
  readonly #writer: PieceWriter;
  readonly #slotsById = new IdMap();
  #nextId = 0;
  #isStaged = false;
  #version = 0;

  /** @throws LanewiseError `MEMORY_EXHAUSTED` */
  constructor(dimensions: number, metric: Metric, cells: number, kept: KeptRows) {
    this.dimensions = dimensions;
    this.metric = metric;
    this.cells = cells;
    this.#keepsRows = kept.keepsRows ?? true;
    this.layout = layoutSegment({ dimensions, ...kept, rows: MOST_ROWS });
    this.runtime = runtime();
    this.arena = new Arena(this.runtime.memory);
    try {
      this.#segments = new CellSegments(this.arena, dimensions, cells, kept);
      this.#writer = new PieceWriter(this.arena, dimensions, metric, this.#keepsRows);
    } catch (error) {
      this.arena.release();
      throw error;
    }
  }

  /** Whether the float rows are kept; only their sketches are otherwise. */
  get keepsRows(): boolean {
    return this.#keepsRows;
  }

  /** u32 a cell: the address of its first segment, or 0. */
  get table(): number {
    return this.#segments.table;
  }

  /** Changes with the rows that there are, and with their order in a cell. */
  get version(): number {
    return this.#version;
  }

  /** Live rows. */
  get size(): number {
    return this.#slotsById.size;
  }

  /** Rows and tombstones. */
  get slots(): number {
    return this.#segments.all.reduce((sum, { count }) => sum + count, 0);
  }

  /** Addresses of the segments. */
  get segments(): number[] {
    return this.#segments.all.map(({ address }) => address);
  }

  /** Bytes of JavaScript memory that the ids take. */
  get idBytes(): number {
    return this.#slotsById.bytes;
  }

  /** Rows that the segments have room for. */
  get capacity(): number {
    return this.#segments.all.reduce((sum, { layout }) => sum + layout.rowsPerSegment, 0);
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
    return { segment: this.#segments.of(slot).address, row: slot & (MOST_ROWS - 1) };
  }

  /** A copy of a row as it was added, or undefined. Rows must be kept. */
  get(id: number): Float32Array | undefined {
    const slot = this.#slotsById.get(id);
    if (slot < 0) return undefined;
    const { address, layout } = this.#segments.of(slot);
    const start = (address + layout.rows + (slot & (MOST_ROWS - 1)) * layout.stride) / 4;
    return this.runtime.memory.f32.slice(start, start + this.dimensions);
  }

  /** The live rows of a cell, in their order: where their segments stand, and how many rows these hold. */
  cellSegments(
    cell: number,
  ): readonly { readonly address: number; readonly layout: SegmentLayout; readonly count: number }[] {
    return this.#segments.ofCell(cell);
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
      for (const [cell, rows] of groupRows(cells, this.cells)) this.#segments.plan(cell, rows, pieces);
    } catch (error) {
      this.#segments.drop(pieces);
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
    this.#writer.write(staged.pieces[staged.written++]!, values, sketches);
  }

  /** Writes the next piece of staged rows by their sketches, one after the other in `sketches`, where no rows are kept. */
  writeSketchPiece(staged: StagedCells, sketches: Uint8Array): void {
    this.#writer.writeSketches(staged.pieces[staged.written++]!, sketches);
  }

  /** Takes staged rows in: their ids are known from now on, rows that they replace are gone. */
  commit({ ids, pieces }: StagedCells): void {
    this.#slotsById.makeRoom(ids.length);
    this.#version += ids.length;
    const { memory } = this.runtime;
    const touched = new Set<CellSegment>();
    for (const piece of pieces) this.#segments.take(piece);
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
    this.#segments.drop(pieces);
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
      this.#version++;
      removed++;
    }
    for (const segment of touched) this.#packWhenSparse(segment);
    return removed;
  }

  /** Moves rows over the tombstones and gives back what is left over, as far as there is memory to move to. */
  compact(): void {
    this.checkIdle();
    for (const segment of this.#segments.all) if (segment.live < segment.count) this.#pack(segment);
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

  /** Leaves a tombstone where a row was. */
  #bury(slot: number): CellSegment {
    const segment = this.#segments.of(slot);
    const row = slot & (MOST_ROWS - 1);
    this.runtime.memory.i32[(segment.address + segment.layout.ids) / 4 + row] = TOMBSTONE;
    segment.live--;
    return segment;
  }

  #packWhenSparse(segment: CellSegment): void {
    if (2 * segment.live < segment.count) this.#pack(segment);
  }

  #pack(segment: CellSegment): void {
    this.#version++;
    if (segment.live === 0) {
      this.#segments.remove(segment);
      return;
    }
    const { kernels, memory } = this.runtime;
    const { address, layout, count } = segment;
    const end = kernels.packRows(address, layout.lanes);
    kernels.clearRows(address, layout.lanes, end, count);
    this.#segments.setCount(segment, end);
    const first = this.#segments.numberOf(segment) << ROW_BITS;
    const ids = (address + layout.ids) / 4;
    for (let row = 0; row < end; row++) this.#slotsById.set(memory.i32[ids + row]!, first | row);
    if (2 * end < layout.rowsPerSegment) this.#segments.shrink(segment);
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
