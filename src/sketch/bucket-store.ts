import type { Arena } from '../host/arena.ts';
import { bucketRoom } from './bucket-layout.ts';
import type { SketchMemory } from './sketch-memory.ts';

/** Counts by index, f64 each, in one block that covers the indexes met so far, and of those at most so many of the highest. */
export class BucketStore {
  readonly #memory: SketchMemory;
  readonly #most: number;
  #address = 0;
  /** The index of the first bucket of the block, and how many it has. */
  #first = 0;
  #length = 0;
  /** The lowest and the highest index that counts; `low > high` while there is none. */
  low = 0;
  high = -1;
  /** Whether values below `low` count there. */
  isCollapsed = false;

  constructor(memory: SketchMemory, most: number) {
    this.#memory = memory;
    this.#most = most;
  }

  get isEmpty(): boolean {
    return this.low > this.high;
  }

  /** Where bucket 0 is or would be, for kernels. */
  get origin(): number {
    return this.#address - 8 * this.#first;
  }

  /** The counts from `low` to `high`, until memory grows. */
  get counts(): Float64Array {
    const start = this.#address / 8 - this.#first;
    return this.#memory.runtime.memory.f64.subarray(start + this.low, start + this.high + 1);
  }

  /**
   * Finds room for indexes from `low` to `high`, of which there may be none; what is returned makes it the store's, and cannot
   * fail, or gives it back.
   *
   * @throws LanewiseError `MEMORY_EXHAUSTED`
   */
  reserve(low: number, high: number): { commit(): void; release(): void } {
    const { arena } = this.#memory;
    if (low > high || (low >= this.low && high <= this.high)) return { commit: () => {}, release: () => {} };
    const highest = this.isEmpty ? high : Math.max(high, this.high);
    const lowest = this.isEmpty ? low : Math.min(low, this.low);
    const least = Math.max(lowest, highest - this.#most + 1);
    const isCollapsed = this.isCollapsed || least > lowest;
    const fits = least >= this.#first && highest < this.#first + this.#length && least <= this.low;
    const needed = highest - least + 1;
    const length = fits ? 0 : bucketRoom(needed, this.#most);
    const address = fits ? 0 : arena.allocate(8 * length);
    return {
      commit: () => {
        if (!fits) this.#move(arena, address, least - ((length - needed) >> 1), length, least);
        this.low = least;
        this.high = highest;
        this.isCollapsed = isCollapsed;
      },
      release: () => {
        if (!fits) arena.free(address);
      },
    };
  }

  /** Adds the counts of another store, for which room was reserved. */
  take(other: BucketStore): void {
    if (other.isEmpty) return;
    const { counts, low } = this;
    this.isCollapsed ||= other.isCollapsed;
    other.counts.forEach((count, i) => {
      counts[Math.max(other.low + i - low, 0)]! += count;
    });
  }

  /** Counts from `low` on, into an empty store. @throws LanewiseError `MEMORY_EXHAUSTED` */
  fill(low: number, counts: Float64Array, isCollapsed: boolean): void {
    this.reserve(low, low + counts.length - 1).commit();
    if (!this.isEmpty) this.counts.set(counts);
    this.isCollapsed = isCollapsed;
  }

  clear(): void {
    if (this.#length > 0) this.#memory.arena.free(this.#address);
    this.#address = this.#first = this.#length = this.low = 0;
    this.high = -1;
    this.isCollapsed = false;
  }

  #move(arena: Arena, address: number, first: number, length: number, least: number): void {
    const { f64 } = this.#memory.runtime.memory;
    const start = address / 8;
    f64.fill(0, start, start + length);
    if (!this.isEmpty) {
      this.counts.forEach((count, i) => {
        f64[start + Math.max(this.low + i, least) - first]! += count;
      });
    }
    if (this.#length > 0) arena.free(this.#address);
    this.#address = address;
    this.#first = first;
    this.#length = length;
  }
}
