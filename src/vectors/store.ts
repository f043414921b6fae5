import { Arena } from '../host/arena.ts';
import { LanewiseError } from '../host/errors.ts';
import { countsUp, countUp } from './counting.ts';
import { IdMap } from './id-map.ts';
import { checkNewIds } from './ids.ts';
import { LARGEST_ID } from './input.ts';
import { type Runtime, runtime } from './kernels.ts';
import { METRIC_CODES, type Metric, normRange } from './metric.ts';
import {
  BLOCK_ROWS,
  COUNT_WORD,
  describeSegment,
  EXACT_PLANES,
  layoutSegment,
  type Plane,
  type SegmentLayout,
  scratchBytes,
} from './segment.ts';
import { StagedRows } from './staged-rows.ts';

const TOMBSTONE = -1;

/** Where a row stands. */
export interface RowPlace {
  /** Address of its segment. */
  readonly segment: number;
  /** Its row there. */
  readonly row: number;
}

/**
 * Rows in linear memory: fixed-size segments of float rows, norms, codes and ids, with O(1) look-up by id.
 *
 * A slot counts rows over all segments, in the order of adding. Removing leaves a tombstone in the slot; when every
 * other slot is one, the last rows move into the gaps. Adding never moves a row.
 */
export class VectorStore {
  readonly dimensions: number;
  readonly metric: Metric;
  readonly layout: SegmentLayout;
  readonly arena: Arena;
  readonly runtime: Runtime;
  readonly #shift: number;
  readonly #scratch: number;
  readonly #segments: number[] = [];
  readonly #slotsById = new IdMap();
  readonly #compactsItself: boolean;
  #slots = 0;
  #idsAreSlots = true;
  #nextId = 0;
  #compactions = 0;
  #version = 0;
  #staged: StagedRows | undefined;

  /** @param compactsItself whether rows move without being told to; an owner that knows them by slot says when */
  constructor(
    dimensions: number,
    metric: Metric,
    planes: readonly Plane[] = EXACT_PLANES,
    compactsItself = true,
  ) {
    this.#compactsItself = compactsItself;
    this.dimensions = dimensions;
    this.metric = metric;
    this.layout = layoutSegment({ dimensions, planes });
    this.#shift = Math.log2(this.layout.rowsPerSegment);
    this.runtime = runtime();
    this.arena = new Arena(this.runtime.memory);
    this.#scratch = this.arena.allocate(scratchBytes(this.layout));
  }

  /** Live rows. */
  get size(): number {
    return this.#slotsById.size;
  }

  /** Rows and tombstones. */
  get slots(): number {
    return this.#slots;
  }

  /** Changes with the rows that there are; rows that only move leave it. */
  get version(): number {
    return this.#version;
  }

  /** How often rows have moved: whoever keeps slots must look them up anew when it changes. */
  get compactions(): number {
    return this.#compactions;
  }

  /** Whether every live row's id is its slot, as it is while ids are automatic and no row has moved. */
  get idsAreSlots(): boolean {
    return this.#idsAreSlots;
  }

  /** Addresses of the segments, in order. */
  get segments(): readonly number[] {
    return this.#segments;
  }

  /** Bytes of JavaScript memory that the ids take. */
  get idBytes(): number {
    return this.#slotsById.bytes;
  }

  /** The id that the next row without one is given. */
  get nextId(): number {
    return this.#nextId;
  }

  /** Lets automatic ids begin no earlier than at `nextId`. */
  skipIds(nextId: number): void {
    this.#nextId = Math.max(this.#nextId, nextId);
  }

  has(id: number): boolean {
    return this.#slotsById.get(id) >= 0;
  }

  place(slot: number): RowPlace {
    const { rowsPerSegment } = this.layout;
    return { segment: this.#segments[slot >>> this.#shift]!, row: slot & (rowsPerSegment - 1) };
  }

  /** The slot of a live row, or -1. */
  slotOf(id: number): number {
    return this.#slotsById.get(id);
  }

  /** The id in a slot; -1 where its row was removed. */
  idAt(slot: number): number {
    return this.runtime.memory.i32[this.#idIndex(slot)]!;
  }

  /** A copy of a row as it was added, or undefined. */
  get(id: number): Float32Array | undefined {
    const slot = this.#slotsById.get(id);
    if (slot < 0) return undefined;
    const start = this.#rowAddress(slot) / 4;
    return this.runtime.memory.f32.slice(start, start + this.dimensions);
  }

  /**
   * Makes room for rows under the given ids, or under the next ones; nothing shows until `commit()`.
   *
   * @throws LanewiseError `DUPLICATE_ID`, `MEMORY_EXHAUSTED`, `INVALID_ARGUMENT` while other rows are staged
   */
  stage(rows: number, ids: Int32Array | undefined, replaces: boolean): StagedRows {
    this.checkIdle();
    if (ids) checkNewIds(ids, replaces ? undefined : this.#slotsById);
    else if (this.#nextId + rows - 1 > LARGEST_ID) {
      throw new LanewiseError('INVALID_ARGUMENT', 'Automatic ids are used up. Give ids of your own.');
    }
    const segmentsBefore = this.#segments.length;
    try {
      while (this.#segments.length * this.layout.rowsPerSegment < this.#slots + rows) this.#addSegment();
    } catch (error) {
      this.#dropSegments(segmentsBefore);
      throw error;
    }
    this.#staged = new StagedRows(this, this.#slots, ids ?? countUp(this.#nextId, rows));
    return this.#staged;
  }

  /** Takes the staged rows in: their ids are known from now on, rows that they replace are gone. */
  commit({ ids }: StagedRows): void {
    const first = this.#slots;
    const areNext = countsUp(ids, first) && this.#slotsById.append(first, ids.length);
    if (!areNext) this.#slotsById.makeRoom(ids.length);
    this.#writeIds(ids, first);
    this.#version += ids.length;
    if (areNext) this.#nextId = Math.max(this.#nextId, first + ids.length);
    else this.#takeIds(ids, first);
    const slots = first + ids.length;
    const beginsBlock = Math.ceil(slots / BLOCK_ROWS) > Math.ceil(first / BLOCK_ROWS);
    this.#settle(slots, beginsBlock);
    if (this.#compactsItself && this.isSparse) this.compact();
  }

  /** Leaves the staged rows out, as if they had never been there. */
  rollback(): void {
    this.#settle(this.#slots, true);
  }

  /** Removes rows by id; unknown ids are passed over. Returns how many were removed. Amortized O(1) a row. */
  remove(ids: Int32Array): number {
    this.checkIdle();
    let removed = 0;
    for (const id of ids) {
      const slot = this.#slotsById.get(id);
      if (slot < 0) continue;
      // First what may allocate: it fails before anything has changed.
      this.#slotsById.delete(id);
      this.#setId(slot, TOMBSTONE);
      this.#version++;
      removed++;
    }
    if (this.#compactsItself && this.isSparse) this.compact();
    return removed;
  }

  /** Whether so many slots are empty that it is time to compact. */
  get isSparse(): boolean {
    return this.#slots > this.layout.rowsPerSegment && 2 * this.size < this.#slots;
  }

  /**
   * Moves the last rows into the slots of removed ones and frees what is left over. Cost: O(slots + moved rows).
   *
   * @param onMove told of each row that moves, from slot to slot
   */
  compact(onMove?: (from: number, to: number) => void): void {
    this.checkIdle();
    if (this.#slots === this.size) return;
    this.#compactions++;
    let end = this.#slots;
    for (let gap = 0; gap < end; gap++) {
      if (this.idAt(gap) !== TOMBSTONE) continue;
      while (end > gap && this.idAt(end - 1) === TOMBSTONE) end--;
      if (end === gap) break;
      this.#move(--end, gap);
      onMove?.(end, gap);
    }
    this.#settle(end, true);
  }

  /** Measures and encodes rows of a segment. Returns the first row whose norm the metric does not accept, or `to`. */
  encode(segment: number, from: number, to: number): number {
    const { kernels } = this.runtime;
    const { least, most } = normRange(this.metric);
    const measured = kernels.measureRows(segment, this.layout.lanes, from, to, least, most);
    if (measured === to)
      kernels.encodeRows(segment, this.dimensions, METRIC_CODES[this.metric], from, to, this.#scratch);
    return measured;
  }

  /** Ends the life of every row. */
  release(): void {
    this.arena.release();
  }

  /**
   * Sets the slots in use, and frees segments without any. Kernels read whole blocks, so the rows that the last block
   * has left are kept empty: `isTailDirty` tells that something may stand there.
   */
  #settle(slots: number, isTailDirty: boolean): void {
    this.#staged = undefined;
    const { rowsPerSegment, lanes } = this.layout;
    const { kernels, memory } = this.runtime;
    const used = Math.ceil(slots / rowsPerSegment);
    for (let i = Math.min(this.#slots, slots) >>> this.#shift; i < used; i++) {
      const count = Math.min(rowsPerSegment, slots - i * rowsPerSegment);
      memory.u32[this.#segments[i]! / 4 + COUNT_WORD] = count;
    }
    if (isTailDirty && used > 0) {
      const count = slots - (used - 1) * rowsPerSegment;
      const end = Math.ceil(count / BLOCK_ROWS) * BLOCK_ROWS;
      if (end > count) kernels.clearRows(this.#segments[used - 1]!, lanes, count, end);
    }
    this.#dropSegments(used);
    this.#slots = slots;
  }

  #addSegment(): void {
    const address = this.arena.allocate(this.layout.bytes);
    this.runtime.memory.u32.set(describeSegment(this.layout, address), address / 4);
    this.#segments.push(address);
  }

  #dropSegments(kept: number): void {
    while (this.#segments.length > kept) this.arena.free(this.#segments.pop()!);
  }

  #rowAddress(slot: number): number {
    const { segment, row } = this.place(slot);
    return segment + this.layout.rows + row * this.layout.stride;
  }

  #idIndex(slot: number): number {
    const { segment, row } = this.place(slot);
    return (segment + this.layout.ids) / 4 + row;
  }

  /** Writes ids into the slots from `first` on. */
  #writeIds(ids: Int32Array, first: number): void {
    const { rowsPerSegment } = this.layout;
    const { i32 } = this.runtime.memory;
    for (let done = 0; done < ids.length; ) {
      const { row } = this.place(first + done);
      const rows = Math.min(ids.length - done, rowsPerSegment - row);
      i32.set(ids.subarray(done, done + rows), this.#idIndex(first + done));
      done += rows;
    }
  }

  #takeIds(ids: Int32Array, first: number): void {
    for (let i = 0; i < ids.length; i++) {
      const id = ids[i]!;
      const replaced = this.#slotsById.set(id, first + i);
      if (replaced >= 0) this.#setId(replaced, TOMBSTONE);
      if (id >= this.#nextId) this.#nextId = id + 1;
      if (id !== first + i) this.#idsAreSlots = false;
    }
  }

  #setId(slot: number, id: number): void {
    this.runtime.memory.i32[this.#idIndex(slot)] = id;
  }

  #move(from: number, to: number): void {
    this.#idsAreSlots = false;
    const { memory } = this.runtime;
    const start = this.#rowAddress(from);
    memory.u8.copyWithin(this.#rowAddress(to), start, start + this.layout.stride);
    const { segment, row } = this.place(to);
    this.encode(segment, row, row + 1);
    const id = this.idAt(from);
    this.#setId(to, id);
    this.#setId(from, TOMBSTONE);
    this.#slotsById.set(id, to);
  }

  /** @throws LanewiseError `INVALID_ARGUMENT` while rows are staged */
  checkIdle(): void {
    if (!this.#staged) return;
    throw new LanewiseError(
      'INVALID_ARGUMENT',
      'A build is adding rows to this index. Wait for it, or abort it, first.',
    );
  }
}
