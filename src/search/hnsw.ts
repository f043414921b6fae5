import { dispose, Lifetime } from '../host/disposal.ts';
import { LanewiseError } from '../host/errors.ts';
import { type LongCallOptions, type Progress, runPieces } from '../host/progress.ts';
import { checkDimensions, type IdInput, toIds, toVectors, type VectorInput } from '../vectors/input.ts';
import { init } from '../vectors/kernels.ts';
import { checkMetric, type Metric } from '../vectors/metric.ts';
import { VectorStore } from '../vectors/store.ts';
import { searchExact } from './exact-search.ts';
import type { RangeOptions, RangeResult } from './flat-options.ts';
import { compactGraph } from './hnsw/compact.ts';
import { HnswGraph } from './hnsw/graph.ts';
import { growGraph } from './hnsw/grow.ts';
import { GRAPH_PLANES } from './hnsw/layout.ts';
import { readHnswIndex, writeHnswIndex } from './hnsw-file.ts';
import {
  checkEfOptions,
  checkGraphOptions,
  type EfOptions,
  type EfResult,
  type GraphOptions,
  type HnswOptions,
} from './hnsw-options.ts';
import { searchHnsw } from './hnsw-search.ts';
import { type AddOptions, type CheckedRows, checkBytes, checkFilter, checkRows, usageOf } from './options.ts';
import { checkRange, rangeExact } from './range-search.ts';
import type { Effort, TunableIndex, Tuning } from './tuning.ts';
import type { MemoryUsage } from './usage.ts';

/** Values of `ef` that `tune` tries, each some 1.4 times the one before. */
const EFFORTS = [10, 14, 20, 28, 40, 57, 80, 113, 160, 226, 320, 453, 640, 905, 1280];

/**
 * A hierarchical navigable small world (Malkov and Yashunin 2018): every row is linked to rows near it, and a search
 * walks along the links. `ef` trades time for recall.
 *
 * The walk compares 8-bit codes; the best rows it finds are scored in float32, so scores are those of a `FlatIndex`.
 * Where codes cannot tell a query's best rows apart (many rows closer to one another than a step of their codes), the
 * walk is made wider, and in the end every row is scored: such data is better kept in a `FlatIndex`.
 *
 * Many rows added at once are linked without walking: near rows are compared exhaustively, several times as fast as rows
 * one by one, and the same rows in the same calls give the same graph. Memory: 5 bytes a dimension, 8 bytes a link of
 * `m`, and some 30 bytes a row; once ids are given or rows removed, the look-up table of ids takes 16 to 32 bytes a row
 * more.
 *
 * @example
 * const index = await HnswIndex.create({ dimensions: 100, metric: 'cosine', m: 16 });
 * await index.build(vectors);
 * const { ids, scores } = index.search(query, { k: 10, ef: 64 });
 */
export class HnswIndex implements TunableIndex {
  readonly #store: VectorStore;
  readonly #options: GraphOptions;
  readonly #lifetime: Lifetime;
  #graph: HnswGraph;
  #tuning: Tuning | undefined;
  #tunings = 0;
  /** `using index = await HnswIndex.create(...)` disposes of it at the end of the block. */
  declare [Symbol.dispose]: () => void;

  private constructor(graph: HnswGraph, options: GraphOptions) {
    this.#store = graph.store;
    this.#graph = graph;
    this.#options = options;
    this[dispose] = () => this.dispose();
    this.#lifetime = new Lifetime(this, 'HnswIndex', this.#store.arena);
  }

  /**
   * An empty index.
   *
   * @throws LanewiseError `INVALID_ARGUMENT`, `SIMD_UNSUPPORTED`, `CSP_BLOCKED`, `MEMORY_EXHAUSTED`
   */
  static async create(options: HnswOptions): Promise<HnswIndex> {
    const dimensions = checkDimensions(options?.dimensions);
    const metric = checkMetric(options.metric ?? 'cosine');
    const graphOptions = checkGraphOptions(options);
    await init();
    const store = new VectorStore(dimensions, metric, GRAPH_PLANES, false);
    try {
      return new HnswIndex(new HnswGraph(store, graphOptions.m), graphOptions);
    } catch (error) {
      store.release();
      throw error;
    }
  }

  /**
   * The index that `toBytes()` wrote, with identical answers. Codes are computed anew.
   *
   * @throws LanewiseError `FILE_FORMAT`, `FILE_TRUNCATED`, `FILE_CORRUPT`, `FILE_VERSION`, `FILE_DTYPE`, `MEMORY_EXHAUSTED`
   */
  static fromBytes(bytes: Uint8Array | ArrayBuffer): HnswIndex {
    const { graph, options, tuning } = readHnswIndex(checkBytes(bytes));
    const index = new HnswIndex(graph, options);
    index.tuning = tuning;
    return index;
  }

  /** What `tune` found: the `ef` of a search that names none. Saved with the index. */
  get tuning(): Tuning | undefined {
    return this.#tuning;
  }

  set tuning(tuning: Tuning | undefined) {
    this.#tuning = tuning;
    this.#tunings++;
  }

  get dimensions(): number {
    return this.#store.dimensions;
  }

  get metric(): Metric {
    return this.#store.metric;
  }

  /** Links that a row chooses on each layer. */
  get m(): number {
    return this.#options.m;
  }

  get efConstruction(): number {
    return this.#options.efConstruction;
  }

  /** Rows in the index. */
  get size(): number {
    this.#lifetime.check();
    return this.#store.size;
  }

  /**
   * A number that grows with every change after which an answer may be another; a call that fails leaves it. What keeps
   * answers compares it (`CachedIndex` of lanewise/cache). Compacting and tuning count as
   * changes, and so does saving where it compacts.
   */
  get version(): number {
    this.#lifetime.check();
    return this.#store.version + this.#store.compactions + this.#tunings;
  }

  /**
   * Adds one vector or many: all of them, or none when it throws. Rows by the hundred are linked together, and when there
   * are a quarter as many as in the index, it is linked anew; `build` does the same in slices.
   *
   * @param vectors rows x dimensions, row-major
   * @returns the rows' ids
   * @throws LanewiseError `DIMENSION_MISMATCH`, `INVALID_VALUE`, `ZERO_VECTOR`, `DUPLICATE_ID`, `MEMORY_EXHAUSTED`
   */
  add(vectors: VectorInput, options: AddOptions = {}): Int32Array {
    this.#lifetime.check();
    const work = this.#adding(checkRows(vectors, options, this.dimensions), true);
    for (;;) {
      const { done, value } = work.next();
      if (done) return value;
    }
  }

  /**
   * Adds many vectors in slices of a few milliseconds, with progress in rows. They show all at once, at the end; when
   * it is aborted or throws, the index is as it was. Meanwhile searches go on; changes and saving must wait.
   *
   * @throws what `add` throws, and the signal's reason
   */
  async build(vectors: VectorInput, options: AddOptions & LongCallOptions = {}): Promise<Int32Array> {
    this.#lifetime.check();
    const rows = checkRows(vectors, options, this.dimensions);
    const ids = await runPieces(this.#adding(rows, false), options);
    options.onProgress?.({ done: ids.length, total: ids.length });
    return ids;
  }

  /**
   * The k best rows that the graph leads to: k of them whenever k rows qualify. Where few rows qualify, they are all
   * scored, and the answer is exact.
   *
   * @param queries one query or many, row-major; the answers of a batch are those of its queries one by one
   * @throws LanewiseError `DIMENSION_MISMATCH`, `INVALID_VALUE`, `ZERO_VECTOR`, `INVALID_ARGUMENT`
   */
  search(queries: VectorInput, options: EfOptions = {}): EfResult {
    this.#lifetime.check();
    const wanted = checkEfOptions(options, this.tuning?.effort['ef']);
    const values = toVectors('queries', queries, this.dimensions);
    const { k, filter } = wanted;
    if (options.exact) {
      const { ids, scores, rescored } = searchExact(this.#store, values, { k, filter, method: 'scan' });
      return options.stats
        ? { ids, scores, k, rescored, visited: new Int32Array(rescored.length) }
        : { ids, scores, k };
    }
    const { ids, scores, rescored, visited } = searchHnsw(this.#graph, values, wanted);
    return options.stats ? { ids, scores, k, rescored, visited } : { ids, scores, k };
  }

  /**
   * Every row whose score reaches `radius`, best first; every row is scored.
   *
   * @throws LanewiseError `DIMENSION_MISMATCH`, `INVALID_VALUE`, `ZERO_VECTOR`, `INVALID_ARGUMENT`
   */
  range(query: VectorInput, options: Omit<RangeOptions, 'exact'>): RangeResult {
    this.#lifetime.check();
    const { values, radius } = checkRange(query, options, this.dimensions);
    const filter = checkFilter(options.filter);
    const { ids, scores, rescored } = rangeExact(this.#store, values, { radius, filter, method: 'scan' });
    return options.stats ? { ids, scores, rescored } : { ids, scores };
  }

  /** Values of `ef` worth trying, cheapest first. */
  efforts(): readonly Effort[] {
    return EFFORTS.map((ef) => ({ ef }));
  }

  /**
   * Removes rows; unknown ids are passed over. Searches go on passing through them until the index is compacted, which
   * happens by itself when half are gone.
   *
   * @returns how many rows were removed
   * @throws LanewiseError `INVALID_ARGUMENT`
   */
  remove(ids: IdInput | number): number {
    this.#lifetime.check();
    const removed = this.#store.remove(toIds(ids));
    this.#compactWhenSparse();
    return removed;
  }

  /**
   * Drops removed rows from the graph and frees their memory. Cost: some 50 microseconds a row that was linked to a
   * removed one; when more than an eighth is removed, that of building the index.
   *
   * @throws LanewiseError `MEMORY_EXHAUSTED`, `INVALID_ARGUMENT` during a build
   */
  compact(): void {
    this.#lifetime.check();
    this.#graph = compactGraph(this.#graph, this.#options);
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
   * The index as a safetensors file (docs/formats.md names its tensors); removed rows are compacted away first.
   *
   * @throws LanewiseError `MEMORY_EXHAUSTED`, `INVALID_ARGUMENT` during a build
   */
  toBytes(): Uint8Array<ArrayBuffer> {
    this.compact();
    return writeHnswIndex({ graph: this.#graph, options: this.#options, tuning: this.tuning });
  }

  /** Gives the memory back; every later call throws `DISPOSED`. Harmless when called again. */
  dispose(): void {
    this.#lifetime.end();
  }

  *#adding({ values, rows, ids, replace }: CheckedRows, inPlace: boolean): Generator<Progress, Int32Array> {
    const staged = this.#store.stage(rows, ids, replace);
    let isCommitted = false;
    const work = growGraph(this.#graph, staged, values, this.#options, inPlace);
    try {
      let step = work.next();
      for (; !step.done; step = work.next()) {
        yield step.value;
        this.#lifetime.check();
      }
      staged.commit();
      isCommitted = true;
      if (step.value !== this.#graph) this.#graph.release();
      this.#graph = step.value;
    } finally {
      if (!isCommitted) {
        work.return(this.#graph);
        if (!this.#lifetime.isDisposed) {
          staged.rollback();
          this.#graph.reserve();
        }
      }
    }
    this.#compactWhenSparse();
    return staged.ids;
  }

  #compactWhenSparse(): void {
    if (!this.#store.isSparse) return;
    try {
      this.#graph = compactGraph(this.#graph, this.#options);
    } catch (error) {
      // Removed rows stay until there is memory to rebuild the graph without them.
      if (!(error instanceof LanewiseError && error.code === 'MEMORY_EXHAUSTED')) throw error;
    }
  }
}
