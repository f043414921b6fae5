import { Arena } from '../host/arena.ts';
import type { Progress } from '../host/progress.ts';
import type { Random } from '../host/random.ts';
import { type Extents, layoutFactors } from './factor-layout.ts';
import type { Runtime } from './kernels.ts';

/** Bytes that are checked or copied between two looks at the clock: a few milliseconds. */
const PIECE_BYTES = 1 << 22;
/** Numbers that are drawn, or rows that are passed over, in as much time. */
const PIECE_DRAWN = 1 << 18;
/** The square root of 1/6, the variance of a difference of two uniform numbers. */
const DRAWN_DEVIATION = 0.408248290463863;

/** A part of what is learned, by its name in a file. */
export type FactorPart = 'users' | 'items' | 'userBiases' | 'itemBiases';

/**
 * What is learned, in one block of linear memory, so that it is copied and checked as one:
 *
 * ```
 * | users: f32 x width a row | items: f32 x width a row | user biases: f32 each | item biases: f32 each |
 * ```
 *
 * The width is that of the factors, rounded up to its lanes; zeros are behind the last. The biases are left out where there are
 * none, and their addresses are 0.
 */
export class Factors {
  readonly runtime: Runtime;
  readonly extents: Extents;
  /** f32 a row. */
  readonly width: number;
  readonly users: number;
  readonly items: number;
  readonly userBiases: number;
  readonly itemBiases: number;
  readonly #arena: Arena;
  readonly #floats: number;
  #scales = 0;

  /** Its content is undefined. @throws LanewiseError `MEMORY_EXHAUSTED` */
  constructor(runtime: Runtime, extents: Extents) {
    const { userCount, itemCount, biases } = extents;
    const layout = layoutFactors(extents);
    this.runtime = runtime;
    this.extents = extents;
    this.width = layout.width;
    this.#arena = new Arena(runtime.memory);
    const rows = userCount + itemCount;
    this.#floats = layout.floats;
    this.users = this.#arena.allocate(4 * this.#floats);
    this.items = this.users + 4 * this.width * userCount;
    this.userBiases = biases ? this.users + 4 * this.width * rows : 0;
    this.itemBiases = biases ? this.userBiases + 4 * userCount : 0;
  }

  /** Bytes of linear memory held. */
  get bytes(): number {
    return this.#arena.bytes;
  }

  /** Gives the memory back; harmless when called again. */
  release(): void {
    this.#arena.release();
  }

  userRow(user: number): number {
    return this.users + 4 * this.width * user;
  }

  itemRow(item: number): number {
    return this.items + 4 * this.width * item;
  }

  clear(): void {
    for (const _ of this.clearing());
  }

  /** As `clear`, piece by piece. */
  *clearing(): Generator<number> {
    for (let at = 0; at < this.#floats; at += PIECE_BYTES / 4) {
      const end = Math.min(this.#floats, at + PIECE_BYTES / 4);
      this.runtime.memory.f32.fill(0, this.users / 4 + at, this.users / 4 + end);
      yield end;
    }
  }

  /** Takes over what others hold, of no more rows; the rows beyond become zeros. */
  assign(other: Factors): void {
    this.clear();
    const { userCount, itemCount } = other.extents;
    const { u8 } = this.runtime.memory;
    const copy = (to: number, from: number, floats: number) => u8.copyWithin(to, from, from + 4 * floats);
    copy(this.users, other.users, this.width * userCount);
    copy(this.items, other.items, this.width * itemCount);
    if (this.userBiases === 0) return;
    copy(this.userBiases, other.userBiases, userCount);
    copy(this.itemBiases, other.itemBiases, itemCount);
  }

  /** Copies all of others of the same extents. */
  *copy(from: Factors): Generator<number> {
    for (let at = 0; at < 4 * this.#floats; at += PIECE_BYTES) {
      const end = Math.min(4 * this.#floats, at + PIECE_BYTES);
      this.runtime.memory.u8.copyWithin(this.users + at, from.users + at, from.users + end);
      yield end;
    }
  }

  /** Whether all numbers are finite. */
  *areFinite(): Generator<number, boolean> {
    for (let at = 0; at < this.#floats; at += PIECE_BYTES / 4) {
      const count = Math.min(this.#floats - at, PIECE_BYTES / 4);
      if (this.runtime.kernels.checkFinite(this.users + 4 * at, count) < count) return false;
      yield at;
    }
    return true;
  }

  /** Draws the rows, of users and then of items, that are marked and hold nothing but zeros. */
  *draw(isMarked: Uint8Array, random: Random, deviation: number): Generator<Progress> {
    const { factors } = this.extents;
    const scale = deviation / DRAWN_DEVIATION / 65_536;
    for (let row = 0, spent = 0; row < isMarked.length; row++) {
      spent += isMarked[row] ? factors : 1;
      if (spent >= PIECE_DRAWN) {
        spent = 0;
        yield { done: row, total: isMarked.length };
      }
      if (!isMarked[row]) continue;
      const { f32 } = this.runtime.memory;
      const start = this.users / 4 + this.width * row;
      const values = f32.subarray(start, start + factors);
      if (values.some((value) => value !== 0)) continue;
      for (let i = 0; i < factors; i++) {
        const bits = random.uint32();
        values[i] = scale * ((bits >>> 16) - (bits & 0xffff));
      }
    }
  }

  /** A copy of a part without padding: rows x factors, or a bias a row; zeros where there are no biases. */
  read(part: FactorPart): Float32Array<ArrayBuffer> {
    const { userCount, itemCount } = this.extents;
    const rows = part.startsWith('user') ? userCount : itemCount;
    if (part === 'users' || part === 'items') return this.readRows(this[part], rows);
    const at = this[part] / 4;
    return at === 0 ? new Float32Array(rows) : this.runtime.memory.f32.slice(at, at + rows);
  }

  /** A copy of rows: rows x factors. */
  readRows(address: number, rows: number): Float32Array<ArrayBuffer> {
    const { f32 } = this.runtime.memory;
    const { factors } = this.extents;
    const values = new Float32Array(rows * factors);
    for (let row = 0, start = address / 4; row < rows; row++, start += this.width)
      values.set(f32.subarray(start, start + factors), row * factors);
    return values;
  }

  /** What `read` gives, back in its place; padding stays. */
  write(part: FactorPart, values: Float32Array): void {
    const { f32 } = this.runtime.memory;
    const { factors } = this.extents;
    const isRows = part === 'users' || part === 'items';
    const [length, width] = isRows ? [factors, this.width] : [values.length, 0];
    for (let start = 0, to = this[part] / 4; start < values.length; start += length, to += width)
      f32.set(values.subarray(start, start + length), to);
  }

  /** The inverses of the norms of the items, NaN for zeros, which have no direction: made at the first call, and kept. */
  get scales(): number {
    if (this.#scales !== 0) return this.#scales;
    const { memory, kernels } = this.runtime;
    const { itemCount } = this.extents;
    const scales = this.#arena.allocate(4 * itemCount);
    const at = scales / 4;
    for (let item = 0; item < itemCount; item++) {
      const row = this.itemRow(item);
      kernels.scoreRows(row, row, 4 * this.width, 1, 0, 0, scales + 4 * item);
    }
    const { f32 } = memory;
    for (let i = at; i < at + itemCount; i++) f32[i] = f32[i]! > 0 ? 1 / Math.sqrt(f32[i]!) : Number.NaN;
    this.#scales = scales;
    return scales;
  }
}
