import { blockBytes } from './block.ts';
import { LanewiseError } from './errors.ts';

const PAGE_BYTES = 65_536;
/** Growth beyond what is asked for, so that a thousand small allocations do not grow a thousand times. */
const GROWTH_BYTES = 1 << 20;
/** The first bytes stay unused, so that no block has address 0. */
const FIRST_ADDRESS = 1024;
/** The last page of 4 GiB stays unused, so that no block ends at 2^32, which kernels would take for address 0. */
const MOST_BYTES = 2 ** 32 - PAGE_BYTES;

/** How much linear memory is held, and by whom it is limited. All in bytes. */
export interface MemoryStatistics {
  /** Held by live objects. */
  readonly bytesInUse: number;
  /** The most that was ever held at once. */
  readonly highWaterMark: number;
  /** Taken from the system; linear memory never shrinks, freed blocks are used again. */
  readonly bytesReserved: number;
  /** Where growth ends. */
  readonly maximumBytes: number;
}

/**
 * An allocator over linear memory: aligned blocks, freed blocks reused and merged with their neighbours.
 *
 * ```
 * 0        1024                                                     end of memory
 * |  unused  |  block  |  free  |  block  |  block  |      free      |
 * ```
 *
 * The views `u8`, `i32`, `u32`, `f32`, `f64` and `u64` cover all of it and are renewed when it grows: read them anew after every
 * allocation, and keep none.
 */
export class Memory {
  readonly wasm: WebAssembly.Memory;
  u8!: Uint8Array<ArrayBuffer>;
  i32!: Int32Array<ArrayBuffer>;
  u32!: Uint32Array<ArrayBuffer>;
  f32!: Float32Array<ArrayBuffer>;
  f64!: Float64Array<ArrayBuffer>;
  u64!: BigUint64Array<ArrayBuffer>;

  readonly #maximumBytes: number;
  readonly #blocks = new Map<number, number>();
  // Free ranges in the order of their addresses; no two touch.
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];
  #bytesInUse = 0;
  #highWaterMark = 0;

  constructor(wasm: WebAssembly.Memory, maximumBytes: number) {
    this.wasm = wasm;
    this.#maximumBytes = maximumBytes;
    this.#renewViews();
    this.#starts.push(FIRST_ADDRESS);
    this.#ends.push(this.u8.length);
  }

  get statistics(): MemoryStatistics {
    return {
      bytesInUse: this.#bytesInUse,
      highWaterMark: this.#highWaterMark,
      bytesReserved: this.u8.length,
      maximumBytes: this.#maximumBytes,
    };
  }

  /**
   * The address of a block of at least `bytes` bytes, on a cache line. Its content is undefined. Cost: O(free ranges).
   *
   * @throws LanewiseError `MEMORY_EXHAUSTED` when memory cannot grow by as much; nothing changes then.
   */
  allocate(bytes: number): number {
    const size = blockBytes(bytes);
    let range = this.#starts.findIndex((start, i) => this.#ends[i]! - start >= size);
    if (range < 0) {
      this.#grow(size);
      range = this.#starts.length - 1;
    }
    const address = this.#starts[range]!;
    if (address + size === this.#ends[range]) {
      this.#starts.splice(range, 1);
      this.#ends.splice(range, 1);
    } else {
      this.#starts[range] = address + size;
    }
    this.#blocks.set(address, size);
    this.#bytesInUse += size;
    this.#highWaterMark = Math.max(this.#highWaterMark, this.#bytesInUse);
    return address;
  }

  /** Gives a block back. Cost: O(free ranges). */
  free(address: number): void {
    const size = this.#blocks.get(address);
    if (size === undefined) throw new Error(`No block starts at address ${address}.`);
    this.#blocks.delete(address);
    this.#bytesInUse -= size;
    let next = this.#starts.findIndex((start) => start > address);
    if (next < 0) next = this.#starts.length;
    this.#addFreeRange(next, address, address + size);
  }

  /** Bytes of the block at `address`, as allocated. */
  sizeOf(address: number): number {
    return this.#blocks.get(address) ?? 0;
  }

  #addFreeRange(at: number, start: number, end: number): void {
    const joinsPrevious = at > 0 && this.#ends[at - 1] === start;
    const joinsNext = at < this.#starts.length && this.#starts[at] === end;
    if (joinsPrevious && joinsNext) {
      this.#ends[at - 1] = this.#ends[at]!;
      this.#starts.splice(at, 1);
      this.#ends.splice(at, 1);
    } else if (joinsPrevious) {
      this.#ends[at - 1] = end;
    } else if (joinsNext) {
      this.#starts[at] = start;
    } else {
      this.#starts.splice(at, 0, start);
      this.#ends.splice(at, 0, end);
    }
  }

  /** Grows until the last free range holds `bytes`. */
  #grow(bytes: number): void {
    const end = this.u8.length;
    const last = this.#ends.length - 1;
    const free = last >= 0 && this.#ends[last] === end ? end - this.#starts[last]! : 0;
    const missing = Math.ceil((bytes - free) / PAGE_BYTES);
    const most = Math.floor((Math.min(this.#maximumBytes, MOST_BYTES) - end) / PAGE_BYTES);
    const wanted = Math.max(missing, Math.min(most, GROWTH_BYTES / PAGE_BYTES));
    if (missing > most || !(this.#tryGrow(wanted) || this.#tryGrow(missing))) {
      throw new LanewiseError(
        'MEMORY_EXHAUSTED',
        `Linear memory cannot grow by ${bytes} bytes: ${this.#bytesInUse} are in use, ${end} reserved, of at most ` +
          `${this.#maximumBytes}. Dispose of objects that are no longer needed, or split the data over several workers.`,
        { expected: this.#maximumBytes, got: this.#bytesInUse + bytes },
      );
    }
    this.#renewViews();
    this.#addFreeRange(this.#starts.length, end, this.u8.length);
  }

  #tryGrow(pages: number): boolean {
    try {
      this.wasm.grow(pages);
      return true;
    } catch {
      return false; // the engine's RangeError says no more than that
    }
  }

  #renewViews(): void {
    const buffer = this.wasm.buffer as ArrayBuffer;
    this.u8 = new Uint8Array(buffer);
    this.i32 = new Int32Array(buffer);
    this.u32 = new Uint32Array(buffer);
    this.f32 = new Float32Array(buffer);
    this.f64 = new Float64Array(buffer);
    this.u64 = new BigUint64Array(buffer);
  }
}
