import type { VectorStore } from '../vectors/store.ts';
import { HashFamily } from './hash-family.ts';
import { headBitsFor, headBytes, linkBytes } from './hash-layout.ts';
import type { CheckedLshOptions } from './lsh-options.ts';

/** Head of a bucket without rows: the largest word. */
const EMPTY_BYTE = 255;

/**
 * Hash tables over the rows of a store: links beside each segment, and heads of buckets, at least as many as rows unless
 * the signatures are fewer (assembly/buckets.ts draws them). Removed rows stay linked until the store compacts.
 */
export class HashTables {
  readonly family: HashFamily;
  readonly options: CheckedLshOptions;
  readonly #store: VectorStore;
  /** Addresses of the links of each segment. */
  readonly #links: number[] = [];
  #heads = 0;
  #headBits = 0;
  #linked = 0;
  #compactions: number;

  /** @throws LanewiseError `MEMORY_EXHAUSTED` */
  constructor(store: VectorStore, options: CheckedLshOptions) {
    this.options = options;
    this.#store = store;
    this.#compactions = store.compactions;
    this.family = new HashFamily(store, options);
    this.#setHeads(this.#headBitsFor(0), store.arena.allocate(this.#headBytes(this.#headBitsFor(0))));
  }

  /** Addresses of the links of each segment, in order. */
  get links(): readonly number[] {
    return this.#links;
  }

  /** Makes room for `slots` rows; nothing changes when there is none. @throws LanewiseError `MEMORY_EXHAUSTED` */
  reserve(slots: number): void {
    const { arena, layout } = this.#store;
    const before = this.#links.length;
    const headBits = this.#headBitsFor(slots);
    try {
      while (this.#links.length * layout.rowsPerSegment < slots) {
        this.#links.push(arena.allocate(linkBytes(layout.rowsPerSegment, this.options.tables)));
      }
      if (headBits <= this.#headBits) return;
      const old = this.#heads;
      this.#setHeads(headBits, arena.allocate(this.#headBytes(headBits)));
      arena.free(old);
    } catch (error) {
      this.#dropLinks(before);
      throw error;
    }
    this.#relink(this.#linked);
  }

  /** Hashes and links the rows up to slot `to`, which may be staged still: a search sees the slots of the store only. */
  extend(to: number): void {
    if (to <= this.#linked) return;
    this.#hash(this.#linked, to);
    this.#link(this.#linked, to);
    this.#linked = to;
  }

  /** Brings the tables to what the store holds, after it took rows in, left them out, or moved them. */
  settle(): void {
    const { arena, slots, segments, compactions } = this.#store;
    const hasMoved = compactions !== this.#compactions;
    const headBits = this.#headBitsFor(slots);
    this.#compactions = compactions;
    this.#dropLinks(segments.length);
    if (hasMoved) this.#hash(0, slots);
    if (hasMoved || this.#linked > slots || headBits !== this.#headBits) {
      if (headBits !== this.#headBits) {
        // What is freed is larger than what is taken, so this finds room.
        arena.free(this.#heads);
        this.#setHeads(headBits, arena.allocate(this.#headBytes(headBits)));
      }
      this.#relink(Math.min(slots, hasMoved ? slots : this.#linked));
    }
    this.extend(slots);
  }

  #headBitsFor(slots: number): number {
    return headBitsFor(slots, this.options.bits);
  }

  #headBytes(headBits: number): number {
    return headBytes(this.options.tables, headBits);
  }

  #setHeads(headBits: number, heads: number): void {
    this.#headBits = headBits;
    this.#heads = heads;
    this.family.setHeads(heads, headBits);
    this.#store.runtime.memory.u8.fill(EMPTY_BYTE, heads, heads + this.#headBytes(headBits));
  }

  /** Links the hashed rows up to slot `to` into heads that are emptied first. */
  #relink(to: number): void {
    const bytes = this.#headBytes(this.#headBits);
    this.#store.runtime.memory.u8.fill(EMPTY_BYTE, this.#heads, this.#heads + bytes);
    this.#link(0, to);
    this.#linked = to;
  }

  #hash(from: number, to: number): void {
    const { runtime, segments } = this.#store;
    this.#eachSegment(from, to, (i, first, last) =>
      runtime.kernels.hashRows(this.family.address, segments[i]!, first, last, this.#links[i]!),
    );
  }

  #link(from: number, to: number): void {
    const { runtime, layout } = this.#store;
    this.#eachSegment(from, to, (i, first, last) =>
      runtime.kernels.linkRows(this.family.address, this.#links[i]!, i * layout.rowsPerSegment, first, last),
    );
  }

  #eachSegment(from: number, to: number, visit: (i: number, first: number, last: number) => void): void {
    const { rowsPerSegment } = this.#store.layout;
    for (let slot = from; slot < to; ) {
      const i = Math.floor(slot / rowsPerSegment);
      const end = Math.min(to, (i + 1) * rowsPerSegment);
      visit(i, slot - i * rowsPerSegment, end - i * rowsPerSegment);
      slot = end;
    }
  }

  #dropLinks(kept: number): void {
    while (this.#links.length > kept) this.#store.arena.free(this.#links.pop()!);
  }
}
