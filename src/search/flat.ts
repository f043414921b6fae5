import { dispose, Lifetime } from '../host/disposal.ts';
import { type LongCallOptions, runInSlices } from '../host/progress.ts';
import {
  checkDimensions,
  checkInteger,
  type IdInput,
  LARGEST_ID,
  toIds,
  toVectors,
  type VectorInput,
} from '../vectors/input.ts';
import { init } from '../vectors/kernels.ts';
import { checkMetric, type Metric } from '../vectors/metric.ts';
import type { StagedRows } from '../vectors/staged-rows.ts';
import { VectorStore } from '../vectors/store.ts';
import { searchExact } from './exact-search.ts';
import { readFlatIndex, writeFlatIndex } from './flat-file.ts';
import { checkScope, type RangeOptions, type RangeResult, type SearchOptions } from './flat-options.ts';
import {
  type AddOptions,
  checkBytes,
  checkRows,
  type IndexOptions,
  type SearchResult,
  usageOf,
} from './options.ts';
import { checkRange, rangeExact } from './range-search.ts';
import type { MemoryUsage } from './usage.ts';

/**
 * Exact nearest neighbours: the float32 top-k, proven by bounds on compact codes, so that most rows are never touched.
 *
 * Every row keeps an 8-bit and a 4-bit copy beside it. A search bounds every row's score by its codes and scores in
 * float32 only the rows that the bounds cannot exclude; ids and scores are, to the bit, those of a scan of all rows
 * (docs/certified-search.md). Cost of a search: O(rows x dimensions), at an eighth to a quarter of a float32 scan's
 * memory traffic. Memory: 5.5 bytes a dimension and 32 bytes a row, in segments of some 3 MB; once ids are given or rows
 * removed, the look-up table of ids takes 16 to 32 bytes a row more.
 *
 * @example
 * const index = await FlatIndex.create({ dimensions: 100, metric: 'cosine' });
 * index.add(vectors);
 * const { ids, scores } = index.search(query, { k: 10 });
 */
export class FlatIndex {
  readonly #store: VectorStore;
  readonly #lifetime: Lifetime;
  /** `using index = await FlatIndex.create(...)` disposes of it at the end of the block. */
  declare [Symbol.dispose]: () => void;

  private constructor(store: VectorStore) {
    this.#store = store;
    this[dispose] = () => this.dispose();
    this.#lifetime = new Lifetime(this, 'FlatIndex', store.arena);
  }

  /**
   * An empty index.
   *
   * @throws LanewiseError `INVALID_ARGUMENT`, `SIMD_UNSUPPORTED`, `CSP_BLOCKED`
   */
  static async create(options: IndexOptions): Promise<FlatIndex> {
    const dimensions = checkDimensions(options?.dimensions);
    const metric = checkMetric(options.metric ?? 'cosine');
    await init();
    return new FlatIndex(new VectorStore(dimensions, metric));
  }

  /**
   * The index that `toBytes()` wrote, with identical answers. Cost: about that of copying the bytes.
   *
   * @throws LanewiseError `FILE_FORMAT`, `FILE_TRUNCATED`, `FILE_CORRUPT`, `FILE_VERSION`, `FILE_DTYPE`, `MEMORY_EXHAUSTED`
   */
  static fromBytes(bytes: Uint8Array | ArrayBuffer): FlatIndex {
    return new FlatIndex(readFlatIndex(checkBytes(bytes)));
  }

  get dimensions(): number {
    return this.#store.dimensions;
  }

  get metric(): Metric {
    return this.#store.metric;
  }

  /** Rows in the index. */
  get size(): number {
    this.#lifetime.check();
    return this.#store.size;
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
   * Adds one vector or many: all of them, or none when it throws. Amortized O(dimensions) a row; no row is ever moved.
   *
   * @param vectors rows x dimensions, row-major
   * @returns the rows' ids
   * @throws LanewiseError `DIMENSION_MISMATCH`, `INVALID_VALUE`, `ZERO_VECTOR`, `DUPLICATE_ID`, `MEMORY_EXHAUSTED`
   */
  add(vectors: VectorInput, options: AddOptions = {}): Int32Array {
    const { values, staged } = this.#stage(vectors, options);
    return staged.writeAll(values);
  }

  /**
   * Adds many vectors in slices of a few milliseconds, with progress in rows. They show all at once, at the end; when
   * it is aborted or throws, the index is as it was. Meanwhile searches go on; changes and saving must wait.
   *
   * @throws what `add` throws, and the signal's reason
   */
  async build(vectors: VectorInput, options: AddOptions & LongCallOptions = {}): Promise<Int32Array> {
    const { values, staged } = this.#stage(vectors, options);
    try {
      const step = (): number => {
        this.#lifetime.check();
        return staged.writeChunk(values);
      };
      await runInSlices(staged.ids.length, step, options);
      this.#lifetime.check();
      staged.commit();
    } catch (error) {
      if (!this.#lifetime.isDisposed) staged.rollback();
      throw error;
    }
    return staged.ids;
  }

  /**
   * The k best rows of each query, exactly.
   *
   * @param queries one query or many, row-major; the answers of a batch are those of its queries one by one
   * @throws LanewiseError `DIMENSION_MISMATCH`, `INVALID_VALUE`, `ZERO_VECTOR`, `INVALID_ARGUMENT`
   */
  search(queries: VectorInput, options: SearchOptions = {}): SearchResult {
    this.#lifetime.check();
    const k = checkInteger('k', options.k ?? 10, 1, LARGEST_ID);
    const values = toVectors('queries', queries, this.dimensions);
    const { ids, scores, rescored } = searchExact(this.#store, values, { k, ...checkScope(options) });
    return options.stats ? { ids, scores, k, rescored } : { ids, scores, k };
  }

  /**
   * Every row whose score reaches `radius`, best first.
   *
   * @throws LanewiseError `DIMENSION_MISMATCH`, `INVALID_VALUE`, `ZERO_VECTOR`, `INVALID_ARGUMENT`
   */
  range(query: VectorInput, options: RangeOptions): RangeResult {
    this.#lifetime.check();
    const { values, radius } = checkRange(query, options, this.dimensions);
    const { ids, scores, rescored } = rangeExact(this.#store, values, { radius, ...checkScope(options) });
    return options.stats ? { ids, scores, rescored } : { ids, scores };
  }

  /**
   * Removes rows; unknown ids are passed over. Amortized O(1) a row.
   *
   * @returns how many rows were removed
   * @throws LanewiseError `INVALID_ARGUMENT`
   */
  remove(ids: IdInput | number): number {
    this.#lifetime.check();
    return this.#store.remove(toIds(ids));
  }

  /** Moves rows into the places of removed ones and frees the memory left over; happens by itself when half are gone. */
  compact(): void {
    this.#lifetime.check();
    this.#store.compact();
  }

  /** Whether a row has this id. O(1). */
  has(id: number): boolean {
    this.#lifetime.check();
    return this.#store.has(id);
  }

  /** A copy of a row, bit for bit as it was added; undefined where there is none. */
  get(id: number): Float32Array | undefined {
    this.#lifetime.check();
    return this.#store.get(id);
  }

  /** Bytes held, as allocated. */
  memoryUsage(): MemoryUsage {
    this.#lifetime.check();
    return usageOf(this.#store);
  }

  /**
   * The index as a safetensors file (docs/formats.md names its tensors). Cost: about that of copying it.
   *
   * @throws LanewiseError `MEMORY_EXHAUSTED`, `INVALID_ARGUMENT` during a build
   */
  toBytes(): Uint8Array<ArrayBuffer> {
    this.#lifetime.check();
    return writeFlatIndex(this.#store);
  }

  /** Gives the memory back; every later call throws `DISPOSED`. Harmless when called again. */
  dispose(): void {
    this.#lifetime.end();
  }

  #stage(vectors: VectorInput, options: AddOptions): { values: Float32Array; staged: StagedRows } {
    this.#lifetime.check();
    const { values, rows, ids, replace } = checkRows(vectors, options, this.dimensions);
    return { values, staged: this.#store.stage(rows, ids, replace) };
  }
}
