import { checkInteger, type IdInput, LARGEST_ID, toIds } from './input.ts';

/**
 * A set of ids, one bit an id: the allow-list that a filtered search takes.
 *
 * @example
 * const inStock = Bitmap.of([3, 5, 8]);
 * index.search(query, { k: 10, filter: inStock });
 */
export class Bitmap {
  #words: Uint32Array;
  #count = 0;

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

  /** How many ids it holds. */
  get count(): number {
    return this.#count;
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
    if (!this.has(id)) this.#count++;
    this.#words[word]! |= 1 << (id & 31);
    return this;
  }

  delete(id: number): this {
    if (this.has(id)) {
      this.#count--;
      this.#words[id >>> 5]! &= ~(1 << (id & 31));
    }
    return this;
  }

  has(id: number): boolean {
    if (!(id >= 0 && id <= LARGEST_ID && Number.isInteger(id))) return false;
    return ((this.#words[id >>> 5] ?? 0) & (1 << (id & 31))) !== 0;
  }

  /** The ids, lowest first. */
  *[Symbol.iterator](): Generator<number> {
    for (let word = 0; word < this.#words.length; word++) {
      for (let bits = this.#words[word]!; bits !== 0; bits &= bits - 1) {
        yield word * 32 + 31 - Math.clz32(bits & -bits);
      }
    }
  }

  #grow(words: number): void {
    const grown = new Uint32Array(Math.max(words, 2 * this.#words.length));
    grown.set(this.#words);
    this.#words = grown;
  }
}
