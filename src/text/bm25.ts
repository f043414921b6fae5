import { dispose, Lifetime } from '../host/disposal.ts';
import { runInSlices } from '../host/progress.ts';
import { init } from '../sparse/kernels.ts';
import { checkBytes, type IdInput, toIds } from '../vectors/input.ts';
import { readBm25Index, writeBm25Index } from './bm25-file.ts';
import {
  type Bm25AddOptions,
  type Bm25BuildOptions,
  type Bm25MemoryUsage,
  type Bm25Options,
  type Bm25Result,
  type Bm25SearchOptions,
  checkBm25Options,
  checkBm25Search,
  checkDocuments,
  checkQueries,
} from './bm25-options.ts';
import { searchBm25 } from './bm25-search.ts';
import type { StagedDocuments } from './bm25-staged.ts';
import { Bm25Store } from './bm25-store.ts';
import { termsOf } from './texts.ts';
import type { Tokenizer } from './tokenize.ts';

/**
 * Full-text search by BM25: the documents that have most of a query's terms, rare ones above all.
 *
 * The score of a document is the sum, over the distinct terms of the query, of idf * f (k1 + 1) / (f + k1 (1 - b + b l / a)):
 * f is how often the term stands in the document, l the document's length in terms, a the average length, and idf is
 * ln(1 + (N - n + 1/2) / (n + 1/2)) for a term that stands in n of N documents (Robertson and Zaragoza, "The Probabilistic
 * Relevance Framework: BM25 and Beyond", 2009). A term that stands twice in a query counts once.
 *
 * N, n and a are exact after every call, so that an index answers, to the bit, as a fresh one of the same documents. So it
 * does in every runtime: scores are float32, summed in the order of the query's terms.
 *
 * Documents that cannot be among the k best are passed over unscored (see assembly/bm25.ts); what is left is proven to be
 * the answer. Cost of a search: at most about 1.2 ns for each document of each term, and a microsecond for each 10 000
 * documents. Memory: some 10 bytes for each distinct term of each document, and the dictionary.
 *
 * @example
 * const index = await Bm25Index.create();
 * index.add(['The quick brown fox', 'A quick test of a lazy search', 'The lazy dog']);
 * const { ids, scores } = index.search('lazy dog', { k: 2 }); // ids 2, 1
 */
export class Bm25Index {
  readonly #store: Bm25Store;
  readonly #tokenizer: Tokenizer;
  readonly #lifetime: Lifetime;
  /** `using index = await Bm25Index.create()` disposes of it at the end of the block. */
  declare [Symbol.dispose]: () => void;

  private constructor(store: Bm25Store, tokenizer: Tokenizer) {
    this.#store = store;
    this.#tokenizer = tokenizer;
    this[dispose] = () => this.dispose();
    this.#lifetime = new Lifetime(this, 'Bm25Index', store);
  }

  /**
   * An empty index.
   *
   * @throws LanewiseError `INVALID_ARGUMENT`, `MEMORY_EXHAUSTED`, `SIMD_UNSUPPORTED`, `CSP_BLOCKED`
   */
  static async create(options: Bm25Options = {}): Promise<Bm25Index> {
    const { weights, tokenizer } = checkBm25Options(options);
    await init();
    return new Bm25Index(new Bm25Store(weights), tokenizer);
  }

  /**
   * The index that `toBytes()` wrote, with identical answers. Documents are indexed anew: O(their distinct terms).
   *
   * @param options the tokenizer that the index was created with, if it was given one: files hold none
   * @throws LanewiseError `FILE_FORMAT`, `FILE_TRUNCATED`, `FILE_CORRUPT`, `FILE_VERSION`, `FILE_DTYPE`, `MEMORY_EXHAUSTED`
   */
  static fromBytes(bytes: Uint8Array | ArrayBuffer, options: Pick<Bm25Options, 'tokenizer'> = {}): Bm25Index {
    const { tokenizer } = checkBm25Options(options);
    return new Bm25Index(readBm25Index(checkBytes(bytes)), tokenizer);
  }

  get k1(): number {
    return this.#store.weights.k1;
  }

  get b(): number {
    return this.#store.weights.b;
  }

  /** Documents in the index, empty ones too. */
  get size(): number {
    this.#lifetime.check();
    return this.#store.size;
  }

  /** Distinct terms of the documents. */
  get terms(): number {
    this.#lifetime.check();
    return this.#store.dictionary.size;
  }

  /** Terms of a document, repeated ones too, on average; 0 where there is no document. */
  get averageLength(): number {
    this.#lifetime.check();
    return this.#store.averageLength;
  }

  /**
   * A number that grows with every change after which an answer may be another; a call that fails leaves it. What keeps
   * answers compares it (`CachedIndex` of lanewise/cache).
   */
  get version(): number {
    this.#lifetime.check();
    return this.#store.version;
  }

  /**
   * Adds documents: all of them, or none when it throws. A document without terms counts among the documents, and is never
   * found. Cost: splitting the texts, and O(distinct terms x log documents) a document.
   *
   * @returns the documents' ids
   * @throws LanewiseError `INVALID_ARGUMENT`, `DIMENSION_MISMATCH`, `DUPLICATE_ID`, `MEMORY_EXHAUSTED`; what the tokenizer throws
   */
  add(texts: readonly string[], options: Bm25AddOptions = {}): Int32Array {
    const { staged, documents } = this.#stage(texts, options);
    try {
      for (const text of documents) staged.take(termsOf(text, this.#tokenizer));
      this.#lifetime.check(); // the tokenizer may do what it likes
      staged.commit();
    } catch (error) {
      staged.rollback();
      throw error;
    }
    return staged.ids.slice();
  }

  /**
   * Adds many documents in slices of a few milliseconds, with progress in documents; where parts of the index are joined, now
   * and then, it is up to 20 ms. They show all at once, at the end; when it is aborted or throws, the index is as it was.
   * Meanwhile searches go on; changes and saving must wait.
   *
   * @throws what `add` throws, and the signal's reason
   */
  async build(texts: readonly string[], options: Bm25BuildOptions = {}): Promise<Int32Array> {
    const { staged, documents } = this.#stage(texts, options);
    try {
      const step = (done: number): number => {
        this.#lifetime.check();
        const end = Math.min(documents.length, done + 64);
        for (let i = done; i < end; i++) staged.take(termsOf(documents[i]!, this.#tokenizer));
        return end;
      };
      await runInSlices(documents.length, step, options);
      this.#lifetime.check();
      staged.commit();
    } catch (error) {
      staged.rollback();
      throw error;
    }
    return staged.ids.slice();
  }

  /**
   * Puts texts in the place of the documents of these ids, or adds them where there are none: `add` with `replace`.
   *
   * @throws what `add` throws
   */
  update(ids: IdInput, texts: readonly string[]): Int32Array {
    return this.add(texts, { ids: toIds(ids), replace: true });
  }

  /**
   * The k best documents for each query, of those that have at least one of its terms. No such term is no error: the answer is
   * empty then.
   *
   * @param queries one query or many; the answers of a batch are those of its queries one by one
   * @throws LanewiseError `INVALID_ARGUMENT`, `MEMORY_EXHAUSTED`; what the tokenizer throws
   */
  search(queries: string | readonly string[], options: Bm25SearchOptions = {}): Bm25Result {
    this.#lifetime.check();
    const { k, filter } = checkBm25Search(options);
    const lists = checkQueries(queries).map((query) => this.#termsOf(query));
    const { ids, scores, stats } = searchBm25(this.#store, lists, { k, filter, prunes: true });
    return options.stats ? { ids, scores, k, stats } : { ids, scores, k };
  }

  /**
   * Removes documents; unknown ids are passed over. Cost: O(their terms), and indexing those that are left when half are gone.
   *
   * @returns how many were removed
   * @throws LanewiseError `INVALID_ARGUMENT`
   */
  remove(ids: IdInput | number): number {
    this.#lifetime.check();
    return this.#store.remove(toIds(ids));
  }

  /** Frees the memory of removed documents; happens by itself when half are gone. @throws LanewiseError `MEMORY_EXHAUSTED` */
  compact(): void {
    this.#lifetime.check();
    this.#store.compact();
  }

  /** Whether a document has this id. O(1). */
  has(id: number): boolean {
    this.#lifetime.check();
    return this.#store.has(id);
  }

  memoryUsage(): Bm25MemoryUsage {
    this.#lifetime.check();
    const { bytes: postings, dictionary, idBytes: ids } = this.#store;
    return { total: postings + dictionary.bytes + ids, postings, terms: dictionary.bytes, ids };
  }

  /**
   * The index as a safetensors file (docs/formats.md names its tensors), without its tokenizer.
   *
   * @throws LanewiseError `MEMORY_EXHAUSTED`, `INVALID_ARGUMENT` during a build
   */
  toBytes(): Uint8Array<ArrayBuffer> {
    this.#lifetime.check();
    return writeBm25Index(this.#store);
  }

  /** Gives the memory back; every later call throws `DISPOSED`. Harmless when called again. */
  dispose(): void {
    this.#lifetime.end();
  }

  #stage(
    texts: readonly string[],
    options: Bm25AddOptions,
  ): { staged: StagedDocuments; documents: readonly string[] } {
    this.#lifetime.check();
    const { texts: documents, ids } = checkDocuments(texts, options);
    return { staged: this.#store.stage(documents.length, ids, options.replace ?? false), documents };
  }

  /** The terms of a query that documents have, each once, in the order in which they come first. */
  #termsOf(query: string): number[] {
    const terms = new Set<number>();
    for (const word of termsOf(query, this.#tokenizer)) {
      const term = this.#store.dictionary.find(word);
      if (term >= 0) terms.add(term);
    }
    return [...terms];
  }
}
