import { IdMap } from '../vectors/id-map.ts';
import type { Bands } from './bands.ts';
import {
  FIRST_HEAD_BITS,
  HEAD_BYTES,
  headBitsFor,
  headBytes,
  LSH_BYTES,
  layoutSets,
  TABLE_ENTRIES,
} from './signature-layout.ts';
import type { SketchMemory } from './sketch-memory.ts';

/** Removed sets stay until they are as many as this, and as those that are left. */
const FEW_REMOVED = 64;
/** What stands for the id of a removed set, and the last mark of a query (assembly/minhash-lsh.ts). */
const NOBODY = 0xffffffff;

/** Places of the description, in u32 (assembly/minhash-lsh.ts). */
const SEGMENTS = 0;
const HEADS = 1;
const SEGMENT_BITS = 2;
const HEAD_BITS = 3;
const SET_BYTES = 4;
const SIGNATURE_BYTES = 5;
const BANDS = 6;
const BAND_BYTES = 7;

/** Signatures of sets and the chains of their bands, in linear memory: segments, so that growth copies no set. */
export class SignatureSets {
  readonly #memory: SketchMemory;
  readonly #bands: number;
  readonly #setBytes: number;
  readonly #segmentBits: number;
  readonly #segments: number[] = [];
  readonly #ids = new IdMap();
  #slots = 0;
  #mark = 0;

  /** @throws LanewiseError `MEMORY_EXHAUSTED` */
  constructor(memory: SketchMemory, hashes: number, { bands, rows }: Bands) {
    this.#memory = memory;
    this.#bands = bands;
    const layout = layoutSets(hashes, bands);
    this.#setBytes = layout.setBytes;
    this.#segmentBits = layout.segmentBits;
    const { arena } = memory;
    const table = arena.allocate(4 * TABLE_ENTRIES);
    const heads = arena.allocate(this.#headBytes(FIRST_HEAD_BITS));
    const description = this.#description();
    description[SEGMENTS] = table;
    description[SEGMENT_BITS] = this.#segmentBits;
    description[SET_BYTES] = this.#setBytes;
    description[SIGNATURE_BYTES] = 4 * hashes;
    description[BANDS] = bands;
    description[BAND_BYTES] = 4 * rows;
    this.#setHeads(heads, FIRST_HEAD_BITS);
  }

  get size(): number {
    return this.#ids.size;
  }

  /** Bytes of JavaScript memory. */
  get idBytes(): number {
    return this.#ids.bytes;
  }

  get ids(): IdMap {
    return this.#ids;
  }

  /** The ids, ascending. */
  sortedIds(): Int32Array<ArrayBuffer> {
    const { u32 } = this.#memory.runtime.memory;
    const ids = new Int32Array(this.size);
    let at = 0;
    for (let slot = 0; slot < this.#slots; slot++) {
      const id = u32[this.#setOf(slot) / 4]!;
      if (id !== NOBODY) ids[at++] = id;
    }
    return ids.sort();
  }

  /** Where the signature of a set is. */
  signatureOf(id: number): number {
    return this.#setOf(this.#ids.get(id)) + HEAD_BYTES;
  }

  /**
   * Adds sets, or replaces those of the same ids: all, or none when it throws.
   *
   * @param sign writes the signature of a set, by its place among the ids, to an address
   */
  add(ids: Int32Array, sign: (set: number, out: number) => void): void {
    const first = this.#slots;
    const slots = first + ids.length;
    try {
      this.#makeRoom(slots);
      ids.forEach((id, set) => {
        const address = this.#setOf(first + set);
        sign(set, address + HEAD_BYTES);
        this.#memory.runtime.memory.u32.set([id, 0], address / 4);
      });
      this.#link(first, slots);
    } catch (error) {
      this.#freeSegments();
      throw error;
    }
    this.#slots = slots;
    for (let set = 0; set < ids.length; set++) this.#bury(this.#ids.set(ids[set]!, first + set));
    this.#settle();
  }

  /** Unknown ids are passed over; returns how many sets were removed. */
  remove(ids: Int32Array): number {
    const before = this.size;
    for (const id of ids) {
      this.#bury(this.#ids.get(id));
      this.#ids.delete(id);
    }
    this.#settle();
    return before - this.size;
  }

  /** The mark of a new query; sets among `met` bear it already. */
  mark(met: Int32Array): number {
    if (this.#mark === NOBODY - 1) this.#closeGaps();
    const mark = ++this.#mark;
    const { u32 } = this.#memory.runtime.memory;
    for (const id of met) {
      const slot = this.#ids.get(id);
      if (slot >= 0) u32[this.#setOf(slot) / 4 + 1] = mark;
    }
    return mark;
  }

  #setOf(slot: number): number {
    const within = slot & ((1 << this.#segmentBits) - 1);
    return this.#segments[slot >>> this.#segmentBits]! + within * this.#setBytes;
  }

  #description(): Uint32Array {
    const { runtime, address } = this.#memory;
    return runtime.memory.u32.subarray(address / 4, (address + LSH_BYTES) / 4);
  }

  #headBytes(headBits: number): number {
    return headBytes(this.#bands, headBits);
  }

  #setHeads(heads: number, headBits: number): void {
    const description = this.#description();
    description[HEADS] = heads;
    description[HEAD_BITS] = headBits;
    this.#memory.runtime.memory.u8.fill(0, heads, heads + this.#headBytes(headBits));
  }

  #makeRoom(slots: number): void {
    const { runtime, arena } = this.#memory;
    while (this.#segments.length << this.#segmentBits < slots) {
      const entries = this.#segments.length;
      const table = this.#description()[SEGMENTS]!;
      if (4 * entries === runtime.memory.sizeOf(table)) {
        const larger = arena.allocate(8 * entries);
        runtime.memory.u8.copyWithin(larger, table, table + 4 * entries);
        this.#description()[SEGMENTS] = larger;
        arena.free(table);
      }
      const segment = arena.allocate(this.#setBytes << this.#segmentBits);
      runtime.memory.u32[this.#description()[SEGMENTS]! / 4 + entries] = segment;
      this.#segments.push(segment);
    }
  }

  /** Chains up the sets from..to, with as many heads as sets: all of them anew where there were too few. */
  #link(from: number, to: number): void {
    const { runtime, arena, address } = this.#memory;
    const { [HEADS]: heads, [HEAD_BITS]: headBits } = this.#description();
    const bits = headBitsFor(to, headBits!);
    if (bits > headBits!) {
      this.#setHeads(arena.allocate(this.#headBytes(bits)), bits);
      arena.free(heads!);
      runtime.kernels.linkSets(address, 0, to);
    } else runtime.kernels.linkSets(address, from, to);
  }

  #bury(slot: number): void {
    if (slot >= 0) this.#memory.runtime.memory.u32[this.#setOf(slot) / 4] = NOBODY;
  }

  #settle(): void {
    if (this.#slots - this.size >= Math.max(FEW_REMOVED, this.size)) this.#closeGaps();
  }

  #closeGaps(): void {
    const { runtime, address } = this.#memory;
    this.#slots = runtime.kernels.closeGaps(address, this.#slots);
    this.#mark = 0;
    const { u32 } = runtime.memory;
    for (let slot = 0; slot < this.#slots; slot++) this.#ids.set(u32[this.#setOf(slot) / 4]!, slot);
    const { [HEADS]: heads, [HEAD_BITS]: headBits } = this.#description();
    this.#setHeads(heads!, headBits!);
    runtime.kernels.linkSets(address, 0, this.#slots);
    this.#freeSegments();
  }

  /** Those that no set needs. */
  #freeSegments(): void {
    while ((this.#segments.length - 1) << this.#segmentBits >= this.#slots && this.#segments.length > 0)
      this.#memory.arena.free(this.#segments.pop()!);
  }
}
