import { LanewiseError } from '../host/errors.ts';
import { joinTail } from './bm25-joining.ts';
import { isChunk } from './bm25-layout.ts';
import { type Draft, Segment } from './bm25-segment.ts';
import type { Bm25Store } from './bm25-store.ts';

/** Terms of a document: fewer than 65 536 different frequencies fit into it, so that a segment of it alone can be built. */
export const LONGEST_DOCUMENT: number = 2 ** 31 - 1;

/** Documents that are taken in but do not show yet: committed all at once, or rolled back. */
export class StagedDocuments {
  readonly ids: Int32Array;
  /** Those that are indexed. */
  readonly segments: Segment[] = [];
  readonly #store: Bm25Store;
  #length = 0;
  #indexed = 0;
  // Those that are not: where the entries of each begin, and of the next one; their terms and frequencies.
  #starts: number[] = [0];
  #terms: number[] = [];
  #frequencies: number[] = [];

  constructor(store: Bm25Store, ids: Int32Array) {
    this.#store = store;
    this.ids = ids;
  }

  /** Terms of the documents, repeated ones too. */
  get length(): number {
    return this.#length;
  }

  /** Takes the next document. @throws LanewiseError `MEMORY_EXHAUSTED`, `INVALID_VALUE`; it must be rolled back then */
  take(words: readonly string[]): void {
    const { dictionary } = this.#store;
    const terms = this.#terms;
    const start = terms.length;
    for (const word of words) {
      const term = dictionary.intern(word);
      const place = dictionary.places[term]!;
      if (place >= start && place < terms.length && terms[place] === term) this.#frequencies[place]!++;
      else {
        dictionary.places[term] = terms.length;
        terms.push(term);
        this.#frequencies.push(1);
      }
    }
    this.#end(start);
  }

  /** Takes the next document from arrays: each of its terms once, and how often it stands there. */
  takeEntries(terms: Uint32Array, frequencies: Uint32Array): void {
    const start = this.#terms.length;
    for (let i = 0; i < terms.length; i++) {
      this.#terms.push(terms[i]!);
      this.#frequencies.push(frequencies[i]!);
    }
    this.#end(start);
  }

  /** Indexes what is left and commits. */
  commit(): void {
    this.#index(0, this.#starts.length - 1);
    this.#clear();
    this.#store.commit(this);
  }

  rollback(): void {
    const { dictionary } = this.#store;
    for (const segment of this.segments) {
      for (const term of segment.terms) dictionary.forget(term);
      segment.release();
    }
    for (const term of this.#terms) dictionary.forget(term);
    this.segments.length = 0;
    this.#clear();
    this.#store.rollback();
  }

  #end(start: number): void {
    let length = 0;
    for (let i = start; i < this.#terms.length; i++) length += this.#frequencies[i]!;
    if (length > LONGEST_DOCUMENT) {
      throw new LanewiseError('INVALID_VALUE', `A document has at most ${LONGEST_DOCUMENT} terms.`, {
        expected: LONGEST_DOCUMENT,
        got: length,
      });
    }
    this.#length += length;
    this.#starts.push(this.#terms.length);
    if (!isChunk({ documents: this.#starts.length - 1, entries: this.#terms.length })) return;
    this.#index(0, this.#starts.length - 1);
    this.#clear();
  }

  #clear(): void {
    this.#indexed += this.#starts.length - 1;
    this.#starts = [0];
    this.#terms = [];
    this.#frequencies = [];
  }

  #index(from: number, to: number): void {
    if (from === to) return;
    const first = this.#starts[from]!;
    const last = this.#starts[to]!;
    const extent = { documents: to - from, entries: last - first };
    const { runtime, dictionary } = this.#store;
    const segment = Segment.build(
      runtime,
      extent,
      dictionary.end,
      ({ ids, starts, terms, frequencies }: Draft) => {
        const { i32, u32 } = runtime.memory;
        i32.set(this.ids.subarray(this.#indexed + from, this.#indexed + to), ids / 4);
        for (let i = from; i <= to; i++) u32[starts / 4 + i - from] = this.#starts[i]! - first;
        for (let i = first; i < last; i++) {
          u32[terms / 4 + i - first] = this.#terms[i]!;
          u32[frequencies / 4 + i - first] = this.#frequencies[i]!;
        }
      },
    );
    if (segment) {
      this.segments.push(segment);
      joinTail(this.segments, (a, b) => this.#store.join(a, b));
      return;
    }
    const middle = (from + to) >> 1;
    this.#index(from, middle);
    this.#index(middle, to);
  }
}
