import { EmbeddingRows, type Nearest } from './embedding-rows.ts';
import { Expiry } from './expiry.ts';
import { Recency } from './recency.ts';
import { type CheckedOptions, ENTRY_BYTES, type SemanticCacheMemory } from './semantic-options.ts';

/** An answer, with its place in every order that it stands in. */
export interface Entry<Value> {
  readonly key: number;
  readonly value: Value;
  /** Of the value. */
  readonly bytes: number;
  readonly expires: number;
  /** Of the embedding's bits. */
  readonly hash: number;
  slot: number;
  place: number;
  older: Entry<Value> | undefined;
  newer: Entry<Value> | undefined;
}

/** A value to be kept. */
export interface Kept<Value> {
  readonly value: Value;
  readonly bytes: number;
  readonly expires: number;
}

/** What making room took. */
export interface Room {
  /** A slot that may be written over, or undefined for the next one. */
  readonly slot: number | undefined;
  readonly evicted: number;
}

/** The entries of a cache within its budget: by slot, by key, by use, by the end of their time, by the embedding's bits. */
export class SemanticEntries<Value> {
  readonly rows: EmbeddingRows;
  readonly #maxBytes: number;
  readonly #maxEntries: number;
  readonly #bySlot: Entry<Value>[] = [];
  readonly #byKey = new Map<number, Entry<Value>>();
  readonly #byHash = new Map<number, Entry<Value>>();
  readonly #recency = new Recency<Entry<Value>>();
  readonly #expiry = new Expiry<Entry<Value>>();
  #valueBytes = 0;
  #nextKey = 1;

  /** @throws LanewiseError `MEMORY_EXHAUSTED` */
  constructor({ dimensions, metric, maxBytes, maxEntries }: CheckedOptions<Value>) {
    this.rows = new EmbeddingRows(dimensions, metric, maxEntries);
    this.#maxBytes = maxBytes;
    this.#maxEntries = maxEntries;
  }

  get size(): number {
    return this.#byKey.size;
  }

  get memory(): SemanticCacheMemory {
    const embeddings = this.rows.arena.bytes;
    const values = this.#valueBytes;
    const entries = ENTRY_BYTES * this.size;
    return { total: embeddings + values + entries, embeddings, values, entries };
  }

  /** Whether a value of so many bytes would fit if it were alone. */
  fits(bytes: number): boolean {
    const { rows } = this;
    return (
      EmbeddingRows.leastBytes(rows.dimensions, this.#maxEntries) + ENTRY_BYTES + bytes <= this.#maxBytes
    );
  }

  byKey(key: number): Entry<Value> | undefined {
    return this.#byKey.get(key);
  }

  /** The entry of this very embedding. One that another of the same hash has hidden is not found, and only grows old. */
  of(hash: number, embedding: Float32Array): Entry<Value> | undefined {
    const entry = this.#byHash.get(hash);
    return entry && this.rows.equals(entry.slot, embedding) ? entry : undefined;
  }

  /** Of several that are as near as can be, the one that was set last. */
  latest({ slots }: Nearest): Entry<Value> | undefined {
    let latest: Entry<Value> | undefined;
    for (const slot of slots) {
      const entry = this.#bySlot[slot]!;
      if (!latest || entry.key > latest.key) latest = entry;
    }
    return latest;
  }

  touch(entry: Entry<Value>): void {
    this.#recency.touch(entry);
  }

  /** Removes what is over by now; returns how many. */
  expire(now: number): number {
    let expired = 0;
    for (let { first } = this.#expiry; first && first.expires <= now; { first } = this.#expiry) {
      this.remove(first);
      expired++;
    }
    return expired;
  }

  /**
   * Takes in a value for the embedding that the rows have checked last, in the place of `replaced`, and drops what was used
   * least recently until it fits; returns its key, and how many were dropped. It must fit alone.
   *
   * @throws LanewiseError `MEMORY_EXHAUSTED`; all is as it was then
   */
  add(kept: Kept<Value>, hash: number, replaced: Entry<Value> | undefined): { key: number; evicted: number } {
    if (replaced) this.#unlink(replaced);
    const { slot: free, evicted } = this.#makeRoom(kept.bytes, replaced?.slot);
    const slot = this.rows.put(free);
    const key = this.#nextKey++;
    const { value, bytes, expires } = kept;
    // Written out: a copy by spreading takes 300 bytes more in V8 11.
    const entry = { value, bytes, expires, key, hash, slot, place: -1, older: undefined, newer: undefined };
    this.#bySlot[slot] = entry;
    this.#byKey.set(key, entry);
    this.#byHash.set(hash, entry);
    this.#recency.add(entry);
    this.#expiry.add(entry);
    this.#valueBytes += kept.bytes;
    return { key, evicted };
  }

  remove(entry: Entry<Value>): void {
    this.#unlink(entry);
    this.#vacate(entry.slot);
  }

  clear(): void {
    this.rows.clear();
    this.#bySlot.length = 0;
    this.#byKey.clear();
    this.#byHash.clear();
    this.#recency.clear();
    this.#expiry.clear();
    this.#valueBytes = 0;
  }

  /** Room for one entry more. The slot of the last one dropped is kept, to be written over: no row moves for it. */
  #makeRoom(bytes: number, given: number | undefined): Room {
    let slot = given;
    let evicted = 0;
    for (;;) {
      const growth = slot === undefined ? this.rows.growth : 0;
      const isWithin = this.memory.total + growth + ENTRY_BYTES + bytes <= this.#maxBytes;
      if (isWithin && this.size < this.#maxEntries) return { slot, evicted };
      if (slot !== undefined) this.#vacate(slot);
      const { oldest } = this.#recency;
      this.#unlink(oldest!);
      slot = oldest!.slot;
      evicted++;
    }
  }

  #unlink(entry: Entry<Value>): void {
    this.#byKey.delete(entry.key);
    if (this.#byHash.get(entry.hash) === entry) this.#byHash.delete(entry.hash);
    this.#recency.remove(entry);
    this.#expiry.remove(entry);
    this.#valueBytes -= entry.bytes;
  }

  /** Gives a slot up; the last entry moves there. */
  #vacate(slot: number): void {
    this.rows.remove(slot);
    const last = this.#bySlot.pop()!;
    if (this.#bySlot.length === slot) return;
    this.#bySlot[slot] = last;
    last.slot = slot;
  }
}
