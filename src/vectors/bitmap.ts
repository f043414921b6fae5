import { readBitmap, writeBitmap } from './bitmap-file.ts';
import { checkBytes, checkInteger, type IdInput, LARGEST_ID, toIds } from './input.ts';

/**
 * A set of ids, one bit an id: the allow-list that a filtered search takes.
 *
 * A filter over metadata is a bitmap made once, outside the search, and joined with others by `and`, `or`, `andNot`
 * and `not`: 32 ids an operation.
 *
 * @example
 * const inStock = Bitmap.where(products, (product) => product.stock > 0);
 * const onSale = Bitmap.of([3, 5, 8]);
 * index.search(query, { k: 10, filter: inStock.and(onSale) });
 */
export class Bitmap {
  #words: Uint32Array<ArrayBuffer>;
  #count = 0;
  #version = 0;

  /** @param capacity ids up to `capacity - 1` are added without growing */
  constructor(capacity = 1024) {
    this.#words = new Uint32Array(Math.ceil(checkInteger('capacity', capacity, 0, LARGEST_ID) / 32));
  }

  /** A bitmap of the given ids. Cost: O(ids + largest id / 32). */
  static of(ids: IdInput): Bitmap {
    const bitmap = new Bitmap(0);
    for (const id of toIds(ids)) bitmap.add(id);
    return bitmap;
  }

  /**
   * The ids from `from` up to, but without, `to`.
   *
   * @throws LanewiseError `INVALID_ARGUMENT` unless 0 <= from <= to <= 2147483648
   */
  static range(from: number, to: number): Bitmap {
    checkInteger('to', to, 0, LARGEST_ID + 1);
    checkInteger('from', from, 0, to);
    const words = new Uint32Array(Math.ceil(to / 32));
    const first = Math.floor(from / 32);
    words.fill(-1, first);
    if (first < words.length) words[first]! &= -1 << (from & 31);
    if ((to & 31) !== 0) words[words.length - 1]! &= ~(-1 << (to & 31));
    return Bitmap.#from(words);
  }

  /**
   * The ids of the items that `predicate` accepts. An item's id is its place, 0 for the first; in a Map it is the key.
   * Metadata that stands under other ids is given as `new Map(entries)` of `[id, item]`.
   *
   * @throws LanewiseError `INVALID_ARGUMENT` for a key that is no id, and what `predicate` throws
   * @example Bitmap.where(films, ({ year }) => year >= 2020);
   */
  static where<Item>(
    items: ReadonlyMap<number, Item>,
    predicate: (item: Item, id: number) => boolean,
  ): Bitmap;
  static where<Item>(items: Iterable<Item>, predicate: (item: Item, id: number) => boolean): Bitmap;
  static where<Item>(
    items: ReadonlyMap<number, Item> | Iterable<Item>,
    predicate: (item: Item, id: number) => boolean,
  ): Bitmap {
    const bitmap = new Bitmap();
    if (items instanceof Map) {
      for (const [id, item] of items as Map<number, Item>) if (predicate(item, id)) bitmap.add(id);
      return bitmap;
    }
    let id = 0;
    for (const item of items as Iterable<Item>) {
      if (predicate(item, id)) bitmap.add(id);
      id++;
    }
    return bitmap;
  }

  /**
   * The bitmap that `toBytes()` wrote.
   *
   * @throws LanewiseError `FILE_FORMAT`, `FILE_VERSION`, `FILE_TRUNCATED`, `FILE_CORRUPT`, `INVALID_ARGUMENT`
   */
  static fromBytes(bytes: Uint8Array | ArrayBuffer): Bitmap {
    return Bitmap.#from(readBitmap(checkBytes(bytes)));
  }

  static #from(words: Uint32Array<ArrayBuffer>): Bitmap {
    const bitmap = new Bitmap(0);
    bitmap.#words = words;
    bitmap.#count = countBits(words);
    return bitmap;
  }

  /** How many ids it holds. */
  get count(): number {
    return this.#count;
  }

  /** Grows whenever an id is added that was not there, or deleted that was. */
  get version(): number {
    return this.#version;
  }

  /** Bytes of JavaScript memory held. */
  get bytes(): number {
    return this.#words.byteLength;
  }

  /** The bits, 32 ids a word, lowest bit first. */
  get words(): Readonly<Uint32Array> {
    return this.#words;
  }

  /** @throws LanewiseError `INVALID_ARGUMENT` unless `id` is an integer in 0..2147483647 */
  add(id: number): this {
    checkInteger('id', id, 0, LARGEST_ID);
    const word = id >>> 5;
    if (word >= this.#words.length) this.#grow(word + 1);
    if (this.has(id)) return this;
    this.#count++;
    this.#version++;
    this.#words[word]! |= 1 << (id & 31);
    return this;
  }

  delete(id: number): this {
    if (this.has(id)) {
      this.#count--;
      this.#version++;
      this.#words[id >>> 5]! &= ~(1 << (id & 31));
    }
    return this;
  }

  has(id: number): boolean {
    if (!(id >= 0 && id <= LARGEST_ID && Number.isInteger(id))) return false;
    return ((this.#words[id >>> 5] ?? 0) & (1 << (id & 31))) !== 0;
  }

  /** A new bitmap of the ids that both hold. Cost of this and its like: O(largest id / 32). */
  and(other: Bitmap): Bitmap {
    const words = this.#words.slice(0, other.#words.length);
    for (let i = 0; i < words.length; i++) words[i]! &= other.#words[i]!;
    return Bitmap.#from(words);
  }

  /** A new bitmap of the ids that either holds. */
  or(other: Bitmap): Bitmap {
    const [longer, shorter] =
      this.#words.length >= other.#words.length ? [this.#words, other.#words] : [other.#words, this.#words];
    const words = longer.slice();
    for (let i = 0; i < shorter.length; i++) words[i]! |= shorter[i]!;
    return Bitmap.#from(words);
  }

  /** A new bitmap of the ids that this one holds and the other does not. */
  andNot(other: Bitmap): Bitmap {
    const words = this.#words.slice();
    const shared = Math.min(words.length, other.#words.length);
    for (let i = 0; i < shared; i++) words[i]! &= ~other.#words[i]!;
    return Bitmap.#from(words);
  }

  /**
   * A new bitmap of the ids in 0..size-1 that this one does not hold.
   *
   * @throws LanewiseError `INVALID_ARGUMENT` unless `size` is an integer in 0..2147483648
   */
  not(size: number): Bitmap {
    return Bitmap.range(0, checkInteger('size', size, 0, LARGEST_ID + 1)).andNot(this);
  }

  /** Whether both hold the same ids, whatever room they have. */
  equals(other: Bitmap): boolean {
    if (this.#count !== other.#count) return false;
    const shared = Math.min(this.#words.length, other.#words.length);
    // Equal so far and equally many: what the longer one has beyond is empty.
    for (let i = 0; i < shared; i++) if (this.#words[i] !== other.#words[i]) return false;
    return true;
  }

  /** The ids, lowest first, in an array of their own. */
  toIds(): Int32Array<ArrayBuffer> {
    const ids = new Int32Array(this.#count);
    let found = 0;
    for (let word = 0; word < this.#words.length; word++) {
      for (let bits = this.#words[word]!; bits !== 0; bits &= bits - 1) {
        ids[found++] = word * 32 + 31 - Math.clz32(bits & -bits);
      }
    }
    return ids;
  }

  /** The ids, lowest first. */
  [Symbol.iterator](): IterableIterator<number> {
    return this.toIds().values();
  }

  /** The bitmap as bytes: 16, and 4 for every 32 ids up to the largest. */
  toBytes(): Uint8Array<ArrayBuffer> {
    let end = this.#words.length;
    while (end > 0 && this.#words[end - 1] === 0) end--;
    return writeBitmap(this.#words.subarray(0, end));
  }

  #grow(words: number): void {
    const grown = new Uint32Array(Math.max(words, 2 * this.#words.length));
    grown.set(this.#words);
    this.#words = grown;
  }
}

/** Bits set: pairs, nibbles and bytes of a word are summed side by side (Warren, "Hacker's Delight", 5-1). */
function countBits(words: Uint32Array): number {
  let count = 0;
  for (let i = 0; i < words.length; i++) {
    let sums = words[i]!;
    sums -= (sums >>> 1) & 0x55555555;
    sums = (sums & 0x33333333) + ((sums >>> 2) & 0x33333333);
    sums = (sums + (sums >>> 4)) & 0x0f0f0f0f;
    count += Math.imul(sums, 0x01010101) >>> 24;
  }
  return count;
}
