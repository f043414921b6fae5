import { dispose, Lifetime } from '../host/disposal.ts';
import { LanewiseError } from '../host/errors.ts';
import { type LongCallOptions, runInSlices } from '../host/progress.ts';
import {
  checkInteger,
  type IdInput,
  LARGEST_ID,
  toIds,
  toVectors,
  type VectorInput,
} from '../vectors/input.ts';
import { init } from '../vectors/kernels.ts';
import type { Metric } from '../vectors/metric.ts';
import { BLOCK_ROWS } from '../vectors/segment.ts';
import type { StagedRows } from '../vectors/staged-rows.ts';
import type { VectorStore } from '../vectors/store.ts';
import { searchExact } from './exact-search.ts';
import { checkScope, type RangeOptions, type RangeResult } from './flat-options.ts';
import { HashTables } from './hash-tables.ts';
import { createLshStore, readLshIndex, type SavedLsh, writeLshIndex } from './lsh-file.ts';
import {
  collisionProbability,
  expectedRecall,
  type SuggestOptions,
  suggestShape,
  type TableShape,
} from './lsh-model.ts';
import {
  checkLshOptions,
  checkProbes,
  type LshOptions,
  type LshSearchOptions,
  type LshSearchResult,
} from './lsh-options.ts';
import { searchTables } from './lsh-search.ts';
import { type AddOptions, checkBytes, checkFilter, checkRows, usageOf } from './options.ts';
import { checkRange, rangeExact } from './range-search.ts';
import type { Effort, TunableIndex, Tuning } from './tuning.ts';
import type { MemoryUsage } from './usage.ts';

/**
 * Approximate nearest neighbours under cosine by locality-sensitive hashing: rows that random hyperplanes separate from
 * the query in few places fall into its buckets, in one table or another, and are scored in float32.
 *
 * What is found follows a law that is known beforehand: a neighbour at an angle is among the candidates with probability
 * 1 - (1 - (1 - angle/pi)^bits)^tables (Charikar, 2002; Indyk and Motwani, 1998), whatever the other rows are. Further
 * buckets are probed in the order of their likelihood (Lv et al., "Multi-probe LSH", 2007). Where all buckets are empty,
 * the answer is too: ids -1, and 0 `candidates`.
 *
 * Cost of a search: hashing, tables x bits x dimensions, and the candidates. Memory: 5 bytes a dimension and 24 bytes a
 * row, and 12 to 16 bytes a row and table; once ids are given or rows removed, the look-up table of ids takes 16 to 32
 * bytes a row more.
 *
 * @example
 * const index = await LshIndex.create({ dimensions: 100, ...LshIndex.suggest({ angle: 0.8, recall: 0.9 }) });
 * index.add(vectors);
 * const { ids, scores, candidates } = index.search(query, { k: 10, probesPerTable: 16 });
 */
export class LshIndex implements TunableIndex {
  readonly #store: VectorStore;
  readonly #tables: HashTables;
  readonly #lifetime: Lifetime;
  #tuning: Tuning | undefined;
  #tunings = 0;
  /** `using index = await LshIndex.create(...)` disposes of it at the end of the block. */
  declare [Symbol.dispose]: () => void;

  private constructor({ store, tables, tuning }: SavedLsh) {
    this.#store = store;
    this.#tables = tables;
    this.tuning = tuning;
    this[dispose] = () => this.dispose();
    this.#lifetime = new Lifetime(this, 'LshIndex', store.arena);
  }

  /**
   * An empty index. The metric is cosine.
   *
   * @throws LanewiseError `INVALID_ARGUMENT`, `MEMORY_EXHAUSTED`, `SIMD_UNSUPPORTED`, `CSP_BLOCKED`
   */
  static async create(options: LshOptions): Promise<LshIndex> {
    const checked = checkLshOptions(options);
    await init();
    const store = createLshStore(checked.dimensions);
    try {
      return new LshIndex({ store, tables: new HashTables(store, checked), tuning: undefined });
    } catch (error) {
      store.release();
      throw error;
    }
  }

  /**
   * The index that `toBytes()` wrote, with identical answers. Cost: copying the bytes, and hashing the rows.
   *
   * @throws LanewiseError `FILE_FORMAT`, `FILE_TRUNCATED`, `FILE_CORRUPT`, `FILE_VERSION`, `FILE_DTYPE`, `MEMORY_EXHAUSTED`
   */
  static fromBytes(bytes: Uint8Array | ArrayBuffer): LshIndex {
    return new LshIndex(readLshIndex(checkBytes(bytes)));
  }

  /**
   * The probability that two vectors lie on the same side of a random hyperplane: 1 - angle/pi (Charikar, 2002).
   *
   * @param angle between them, radians in 0..pi
   * @throws LanewiseError `INVALID_ARGUMENT`
   */
  static collisionProbability(angle: number): number {
    return collisionProbability(angle);
  }

  /**
   * The share of the rows at `angle` from a query that one probe a table finds: 1 - (1 - p^bits)^tables. An expectation
   * over seeds; further probes find more.
   *
   * @throws LanewiseError `INVALID_ARGUMENT`
   */
  static expectedRecall(angle: number, shape: TableShape): number {
    return expectedRecall(angle, shape);
  }

  /**
   * The cheapest tables and bits that find a share `recall` of the rows at `angle`, with one probe a table.
   *
   * The cost of a query is taken to be that of its tables x bits hyperplanes and of five hyperplanes for every candidate
   * (about what was measured), of which there are `rows` x (1 - (1 - 2^-bits)^tables) where the other rows lie at right
   * angles. Real rows lean towards each other and give more candidates: measure before you rely on it.
   *
   * @throws LanewiseError `INVALID_ARGUMENT` where no tables would do
   */
  static suggest(options: SuggestOptions): TableShape {
    return suggestShape(options);
  }

  /** What `tune` found: the probes of a search that names none. Saved with the index. */
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
    return 'cosine';
  }

  get tables(): number {
    return this.#tables.options.tables;
  }

  /** Bits of a signature. */
  get bits(): number {
    return this.#tables.options.bits;
  }

  /** Rows in the index. */
  get size(): number {
    this.#lifetime.check();
    return this.#store.size;
  }

  /** The share of the rows at `angle` that one probe a table finds here (see the static method). */
  expectedRecall(angle: number): number {
    return expectedRecall(angle, this);
  }

  /** Powers of two of `probesPerTable`, up to 256 or all buckets. */
  efforts(): readonly Effort[] {
    const most = Math.min(8, this.bits);
    return Array.from({ length: most + 1 }, (_, i) => ({ probesPerTable: 2 ** i }));
  }

  /**
   * A number that grows with every change after which an answer may be another; a call that fails leaves it. What keeps
   * answers compares it (`CachedIndex` of lanewise/cache). Compacting, after which a search may take
   * all that its filter allows, and tuning count as changes, and so does saving where it compacts.
   */
  get version(): number {
    this.#lifetime.check();
    return this.#store.version + this.#store.compactions + this.#tunings;
  }

  /**
   * Adds one vector or many: all of them, or none when it throws. Amortized O(dimensions x tables x bits) a row.
   *
   * @param vectors rows x dimensions, row-major
   * @returns the rows' ids
   * @throws LanewiseError `DIMENSION_MISMATCH`, `INVALID_VALUE`, `ZERO_VECTOR`, `DUPLICATE_ID`, `MEMORY_EXHAUSTED`
   */
  add(vectors: VectorInput, options: AddOptions = {}): Int32Array {
    const { values, staged } = this.#stage(vectors, options);
    try {
      return staged.writeAll(values);
    } finally {
      this.#tables.settle();
    }
  }

  /**
   * Adds many vectors in slices of a few milliseconds, with progress in rows. They show all at once, at the end; when
   * it is aborted or throws, the index is as it was. Meanwhile searches go on; changes and saving must wait.
   *
   * @throws what `add` throws, and the signal's reason
   */
  async build(vectors: VectorInput, options: AddOptions & LongCallOptions = {}): Promise<Int32Array> {
    const { values, staged } = this.#stage(vectors, options);
    const first = this.#store.slots;
    try {
      const step = (): number => {
        this.#lifetime.check();
        const written = staged.writeChunk(values);
        // Whole blocks: a part of one would be hashed again with its other rows.
        this.#tables.extend((first + written) & -BLOCK_ROWS);
        return written;
      };
      await runInSlices(staged.ids.length, step, options);
      this.#lifetime.check();
      staged.commit();
    } catch (error) {
      if (!this.#lifetime.isDisposed) staged.rollback();
      throw error;
    } finally {
      if (!this.#lifetime.isDisposed) this.#tables.settle();
    }
    return staged.ids;
  }

  /**
   * The k best rows of each query among those in its buckets; fewer where the buckets hold fewer.
   *
   * A filter that allows few rows, or fewer than the buckets hold, is answered from all the rows that it allows, which is
   * cheaper then, and exact.
   *
   * @param queries one query or many, row-major; the answers of a batch are those of its queries one by one
   * @throws LanewiseError `DIMENSION_MISMATCH`, `INVALID_VALUE`, `ZERO_VECTOR`, `INVALID_ARGUMENT`, `MEMORY_EXHAUSTED`
   */
  search(queries: VectorInput, options: LshSearchOptions = {}): LshSearchResult {
    this.#lifetime.check();
    const k = checkInteger('k', options.k ?? 10, 1, LARGEST_ID);
    const probes = checkProbes(options.probesPerTable ?? this.tuning?.effort['probesPerTable'] ?? 1);
    const filter = checkFilter(options.filter);
    const values = toVectors('queries', queries, this.dimensions);
    const { ids, scores, rescored } = checkExact(options.exact)
      ? searchExact(this.#store, values, { k, filter, method: 'certified' })
      : searchTables(this.#store, this.#tables, values, { k, probes, filter });
    return { ids, scores, k, candidates: rescored, ...(options.stats && { rescored }) };
  }

  /**
   * Every row whose score reaches `radius`, best first, exactly: all rows are bounded by their codes.
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
   * Removes rows; unknown ids are passed over. Amortized O(1) a row, and hashing the rows that are left when half are gone.
   *
   * @returns how many rows were removed
   * @throws LanewiseError `INVALID_ARGUMENT`
   */
  remove(ids: IdInput | number): number {
    this.#lifetime.check();
    const removed = this.#store.remove(toIds(ids));
    this.#tables.settle();
    return removed;
  }

  /** Moves rows into the places of removed ones and frees the memory left over; happens by itself when half are gone. */
  compact(): void {
    this.#lifetime.check();
    this.#store.compact();
    this.#tables.settle();
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

  /** Bytes held, as allocated; `codes` are the 8-bit codes, the hyperplanes and the tables. */
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
    return writeLshIndex({ store: this.#store, tables: this.#tables, tuning: this.tuning });
  }

  /** Gives the memory back; every later call throws `DISPOSED`. Harmless when called again. */
  dispose(): void {
    this.#lifetime.end();
  }

  /** Makes room for rows, and for them in the tables. */
  #stage(vectors: VectorInput, options: AddOptions): { values: Float32Array; staged: StagedRows } {
    this.#lifetime.check();
    const { values, rows, ids, replace } = checkRows(vectors, options, this.dimensions);
    const staged = this.#store.stage(rows, ids, replace);
    try {
      this.#tables.reserve(this.#store.slots + rows);
    } catch (error) {
      staged.rollback();
      throw error;
    }
    return { values, staged };
  }
}

/** @throws LanewiseError `INVALID_ARGUMENT` */
function checkExact(exact: unknown): boolean {
  if (exact === undefined || typeof exact === 'boolean') return exact ?? false;
  throw new LanewiseError('INVALID_ARGUMENT', `exact must be true or false; got ${String(exact)}.`, {
    got: exact,
  });
}
