import type { Arena } from '../host/arena.ts';
import { LanewiseError } from '../host/errors.ts';
import { grownRows, type KeptRows, layoutCell, MOST_ROWS, ROW_BITS } from './cell-layout.ts';
import { type Runtime, runtime } from './kernels.ts';
import {
  arraysOf,
  BLOCK_ROWS,
  COUNT_WORD,
  describeSegment,
  NEXT_WORD,
  type SegmentLayout,
} from './segment.ts';

/** A part of a cell: rows that follow one another in memory. */
export interface CellSegment {
  readonly cell: number;
  address: number;
  layout: SegmentLayout;
  /** Rows and tombstones. */
  count: number;
  live: number;
}

/** Rows on their way into a segment: which of the caller's, and where. */
export interface Piece {
  readonly segment: CellSegment;
  readonly number: number;
  /** The block that the segment has grown into, or its own. */
  readonly address: number;
  readonly layout: SegmentLayout;
  readonly from: number;
  readonly rows: Int32Array;
}

/**
 * The segments of cells: a cell is a chain of them, of which only the last has room. They are numbered, so that a slot
 * outlives the growth of its segment.
 */
export class CellSegments {
  /** u32 a cell: the address of its first segment, or 0. */
  readonly table: number;
  readonly #arena: Arena;
  readonly #runtime: Runtime = runtime();
  readonly #dimensions: number;
  readonly #kept: KeptRows;
  readonly #segments: (CellSegment | undefined)[] = [];
  readonly #chains: number[][];
  readonly #free: number[] = [];

  /** @throws LanewiseError `MEMORY_EXHAUSTED` */
  constructor(arena: Arena, dimensions: number, cells: number, kept: KeptRows) {
    this.#arena = arena;
    this.#dimensions = dimensions;
    this.#kept = kept;
    this.#chains = Array.from({ length: cells }, () => []);
    this.table = arena.allocate(4 * cells);
    this.#runtime.memory.u32.fill(0, this.table / 4, this.table / 4 + cells);
  }

  /** Those that there are. */
  get all(): CellSegment[] {
    return this.#segments.filter((segment) => segment !== undefined);
  }

  /** The segment of a slot. */
  of(slot: number): CellSegment {
    return this.#segments[slot >>> ROW_BITS]!;
  }

  numberOf(segment: CellSegment): number {
    return this.#segments.indexOf(segment);
  }

  /** Segments of a cell, in order. */
  ofCell(cell: number): CellSegment[] {
    return this.#chains[cell]!.map((number) => this.#segments[number]!);
  }

  /** Room for some rows of one cell: what its last segment has or can grow to, then segments of its own. */
  plan(cell: number, rows: Int32Array, pieces: Piece[]): void {
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
    const layout = this.#layoutOf(grownRows(from, needed));
    const address = this.#copy(segment, layout);
    return { segment, number, address, layout, from, rows };
  }

  #begin(cell: number, rows: Int32Array): Piece {
    const layout = this.#layoutOf(rows.length);
    const address = this.#arena.allocate(layout.bytes);
    this.#runtime.memory.u32.set(describeSegment(layout, address), address / 4);
    const number = this.#free.pop() ?? this.#segments.push(undefined) - 1;
    const segment = { cell, address: 0, layout, count: 0, live: 0 };
    return { segment, number, address, layout, from: 0, rows };
  }

  /** Gives the blocks of pieces back that were never taken in. */
  drop(pieces: readonly Piece[]): void {
    for (const { segment, number, address } of pieces) {
      if (segment.address === address) continue;
      this.#arena.free(address);
      if (segment.address === 0) this.#free.push(number);
    }
  }

  #layoutOf(rows: number): SegmentLayout {
    return layoutCell(this.#dimensions, this.#kept, rows);
  }

  /** A copy of a segment in a block of another layout. */
  #copy({ address, layout, count }: CellSegment, target: SegmentLayout): number {
    const copy = this.#arena.allocate(target.bytes);
    const { memory } = this.#runtime;
    memory.u32.set(describeSegment(target, copy), copy / 4);
    memory.u32[copy / 4 + COUNT_WORD] = count;
    const arrays = arraysOf(target);
    for (const [i, { offset, bytesOf }] of arraysOf(layout).entries()) {
      memory.u8.copyWithin(copy + arrays[i]!.offset, address + offset, address + offset + bytesOf(count));
    }
    const blocks = Math.ceil(count / BLOCK_ROWS) * BLOCK_ROWS;
    if (blocks > count) this.#runtime.kernels.clearRows(copy, target.lanes, count, blocks);
    return copy;
  }

  /** Takes the rows of a piece in: its segment stands where the piece was written. */
  take({ segment, number, address, layout, from, rows }: Piece): void {
    if (segment.address !== address) this.#move(segment, address, layout);
    if (!this.#segments[number]) this.#chains[segment.cell]!.push(number);
    this.#segments[number] = segment;
    segment.live += rows.length;
    this.setCount(segment, from + rows.length);
    this.#link(segment.cell);
  }

  setCount(segment: CellSegment, count: number): void {
    segment.count = count;
    this.#runtime.memory.u32[segment.address / 4 + COUNT_WORD] = count;
  }

  /** Gives a segment without rows back. */
  remove(segment: CellSegment): void {
    const number = this.numberOf(segment);
    this.#arena.free(segment.address);
    this.#segments[number] = undefined;
    this.#free.push(number);
    const chain = this.#chains[segment.cell]!;
    chain.splice(chain.indexOf(number), 1);
    this.#link(segment.cell);
  }

  /** Moves a segment to a smaller block; where memory has none, it stays where it is. */
  shrink(segment: CellSegment): void {
    try {
      const layout = this.#layoutOf(segment.count);
      const address = this.#copy(segment, layout);
      this.#move(segment, address, layout);
      this.#link(segment.cell);
    } catch (error) {
      if (!(error instanceof LanewiseError)) throw error;
    }
  }

  /** Writes where a cell begins and how its segments follow one another. */
  #link(cell: number): void {
    const { u32 } = this.#runtime.memory;
    const addresses = this.#chains[cell]!.map((number) => this.#segments[number]!.address);
    u32[this.table / 4 + cell] = addresses[0] ?? 0;
    addresses.forEach((address, i) => {
      u32[address / 4 + NEXT_WORD] = addresses[i + 1] ?? 0;
    });
  }

  #move(segment: CellSegment, address: number, layout: SegmentLayout): void {
    if (segment.address) this.#arena.free(segment.address);
    segment.address = address;
    segment.layout = layout;
  }
}
