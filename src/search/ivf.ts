import { dispose, Lifetime } from '../host/disposal.ts';
import { LanewiseError } from '../host/errors.ts';
import { asPart, type LongCallOptions, type Progress, runPieces } from '../host/progress.ts';
import { CellStore } from '../vectors/cell-store.ts';
import {
  checkDimensions,
  checkInteger,
  type IdInput,
  toIds,
  toVectors,
  type VectorInput,
} from '../vectors/input.ts';
import { init } from '../vectors/kernels.ts';
import { checkMetric, type Metric } from '../vectors/metric.ts';
import { type CellCodes, isSketch, keptRows, MOST_CELLS, type Rescore, USUAL_CODES } from './cell-codes.ts';
import { searchExact } from './exact-search.ts';
import { checkScope, type RangeOptions, type RangeResult } from './flat-options.ts';
import { readIvfIndex, writeIvfIndex } from './ivf-file.ts';
import {
  checkCodes,
  checkProbeOptions,
  checkRescore,
  type IvfOptions,
  type ProbeOptions,
  type ProbeResult,
  rowsMissing,
  type SaveOptions,
  type TrainOptions,
} from './ivf-options.ts';
import { type AddOptions, type CheckedRows, checkBytes, checkRows } from './options.ts';
import { type ProbeSearch, searchProbes } from './probe-search.ts';
import { checkRange, rangeExact } from './range-search.ts';
import { addToCells, type CellPlan, TrainedCells, trainCells } from './trained-cells.ts';
import type { Effort, TunableIndex, Tuning } from './tuning.ts';
import { type MemoryUsage, splitUsage } from './usage.ts';

/** One cell in so many is searched where nothing else is asked for. */
const USUAL_SHARE = 16;
/** Scoring a row that the filter allows costs about as much as bounding so many rows in their cells. */
const SCORE_COST = 10;

/** A filter widens a search to cells that hold so many rows that pass, for each result wanted. */
const PASSING_ROWS = 32;

/** Probes enough for the rows that pass the filter: the best of few rows are far apart. */
function widen({ k, probes, filter }: ProbeSearch, cells: number): number {
  if (!filter) return probes;
  return Math.max(probes, Math.ceil((PASSING_ROWS * k * cells) / Math.max(1, filter.count)));
}

/** What an index holds of linear memory: apart from it, so that it is given back when the index was collected, too. */
class Held {
  readonly rows: CellStore;
  trained: TrainedCells | undefined;

  constructor(rows: CellStore) {
    this.rows = rows;
  }

  release(): void {
    this.rows.release();
    this.trained?.release();
    this.trained = undefined;
  }
}

/**
 * An inverted file: rows are divided into cells around k-means centroids, and a query looks into the nearest cells only
 * (Sivic and Zisserman 2003; Jégou, Douze and Schmid 2011).
 *
 * Inside the cells it looks into, an `int8` index answers to the bit what scoring every row there would answer: 8-bit
 * codes bound the scores (docs/certified-search.md). What is missed is missed by not probing. Cost of a search:
 * O((cells + rows x probes / cells) x dimensions). Memory: 5 bytes a dimension and 20 bytes a row, and a table of ids.
 *
 * A `pq4` or `bits` index estimates scores from sketches of the rows (4-bit product codes read as FastScan does, André et
 * al. 2018; RaBitQ, Gao and Long 2024) and scores the best `rescore x k` of them in float32, or, with `rescore: false`,
 * keeps no float rows and answers with the estimates: of d dimensions, d/4 + 3 or d/8 + 3 bytes a row, and the ids.
 *
 * @example
 * const index = await IvfIndex.create({ dimensions: 100, metric: 'cosine', cells: 512 });
 * await index.train(vectors, { seed: 1 });
 * index.add(vectors);
 * const { ids, scores } = index.search(query, { k: 10, probes: 32 });
 */
export class IvfIndex implements TunableIndex {
  readonly codes: CellCodes;
  /** Rows scored in float32 for each result, where sketches find them; false where sketches are all that is kept. */
  readonly rescore: Rescore;
  readonly #held: Held;
  readonly #rows: CellStore;
  readonly #lifetime: Lifetime;
  #isChanging = false;
  #tuning: Tuning | undefined;
  #changes = 0;
  /** `using index = await IvfIndex.create(...)` disposes of it at the end of the block. */
  declare [Symbol.dispose]: () => void;

  private constructor(held: Held, codes: CellCodes, rescore: Rescore) {
    this.codes = codes;
    this.rescore = rescore;
    this.#held = held;
    this.#rows = held.rows;
    this[dispose] = () => this.dispose();
    this.#lifetime = new Lifetime(this, 'IvfIndex', held);
  }

  /**
   * An empty, untrained index.
   *
   * @throws LanewiseError `INVALID_ARGUMENT`, `SIMD_UNSUPPORTED`, `CSP_BLOCKED`, `MEMORY_EXHAUSTED`
   */
  static async create(options: IvfOptions): Promise<IvfIndex> {
    const dimensions = checkDimensions(options?.dimensions);
    const metric = checkMetric(options.metric ?? 'cosine');
    const cells = checkInteger('cells', options.cells, 1, MOST_CELLS);
    const codes = checkCodes(options.codes ?? USUAL_CODES);
    const rescore = checkRescore(options.rescore, codes);
    await init();
    const rows = new CellStore(dimensions, metric, cells, keptRows(codes, rescore, dimensions));
    return new IvfIndex(new Held(rows), codes, rescore);
  }

  /**
   * The index that `toBytes()` wrote, with identical answers. Codes are computed anew where float rows are kept.
   *
   * @throws LanewiseError `FILE_FORMAT`, `FILE_TRUNCATED`, `FILE_CORRUPT`, `FILE_VERSION`, `FILE_DTYPE`, `MEMORY_EXHAUSTED`
   */
  static fromBytes(bytes: Uint8Array | ArrayBuffer): IvfIndex {
    const { rows, codes, rescore, sketches, centroids, seed, tuning } = readIvfIndex(checkBytes(bytes));
    const held = new Held(rows);
    try {
      if (centroids) held.trained = new TrainedCells(centroids, seed, sketches);
    } catch (error) {
      held.release();
      throw error;
    }
    const index = new IvfIndex(held, codes, rescore);
    index.tuning = tuning;
    return index;
  }

  /** What `tune` found: the probes of a search that names none. Saved with the index. */
  get tuning(): Tuning | undefined {
    return this.#tuning;
  }

  set tuning(tuning: Tuning | undefined) {
    this.#tuning = tuning;
    this.#changes++;
  }

  get dimensions(): number {
    return this.#rows.dimensions;
  }

  get metric(): Metric {
    return this.#rows.metric;
  }

  get cells(): number {
    return this.#rows.cells;
  }

  get isTrained(): boolean {
    return this.#held.trained !== undefined;
  }

  /** Rows in the index. */
  get size(): number {
    this.#lifetime.check();
    return this.#rows.size;
  }

  /**
   * A number that grows with every change after which an answer may be another; a call that fails leaves it. What keeps
   * answers compares it (`CachedIndex` of lanewise/cache). Training, tuning and compacting count
   * as changes.
   */
  get version(): number {
    this.#lifetime.check();
    return this.#rows.version + this.#changes;
  }

  /**
   * Learns the cells from a sample: at least as many rows as cells, best some hundred a cell. Before the first row is
   * added; an empty index may be trained again. When it is aborted or throws, the index is as it was.
   *
   * @param sample rows x dimensions, row-major
   * @throws LanewiseError `INVALID_ARGUMENT`, `DIMENSION_MISMATCH`, `INVALID_VALUE`, `ZERO_VECTOR`, `MEMORY_EXHAUSTED`,
   *   and the signal's reason
   */
  async train(sample: VectorInput, options: TrainOptions & LongCallOptions = {}): Promise<this> {
    return this.#change(async () => {
      const { size } = this.#rows;
      if (size > 0) {
        const message = `This IvfIndex holds ${size} rows in the cells it has learned. Train a new one, and add them there.`;
        throw new LanewiseError('INVALID_ARGUMENT', message, { expected: 0, got: size });
      }
      const values = toVectors('sample', sample, this.dimensions);
      const trained = await runPieces(trainCells(values, this.#plan, options), options);
      if (this.#lifetime.isDisposed) {
        trained.release();
        this.#lifetime.check();
      }
      this.#held.trained?.release();
      this.#held.trained = trained;
      this.#changes++;
      return this;
    });
  }

  /**
   * Adds one vector or many: all of them, or none when it throws.
   *
   * @param vectors rows x dimensions, row-major
   * @returns the rows' ids
   * @throws LanewiseError `UNTRAINED`, `DIMENSION_MISMATCH`, `INVALID_VALUE`, `ZERO_VECTOR`, `DUPLICATE_ID`,
   *   `MEMORY_EXHAUSTED`
   */
  add(vectors: VectorInput, options: AddOptions = {}): Int32Array {
    const trained = this.#checkTrained();
    this.#checkIdle();
    const work = addToCells(checkRows(vectors, options, this.dimensions), trained, this.#plan);
    for (;;) {
      const { done, value } = work.next();
      if (done) return value;
    }
  }

  /**
   * Adds many vectors in slices of a few milliseconds, and trains on them first if the index is untrained. They show all
   * at once, at the end; when it is aborted or throws, the index is as it was. Meanwhile searches go on.
   *
   * @throws what `train` and `add` throw
   */
  async build(
    vectors: VectorInput,
    options: AddOptions & TrainOptions & LongCallOptions = {},
  ): Promise<Int32Array> {
    return this.#change(() => {
      const rows = checkRows(vectors, options, this.dimensions);
      return runPieces(this.#building(rows, options), options);
    });
  }

  /**
   * The k best rows in the cells nearest to each query. Where these hold fewer than k rows that qualify, more cells are
   * searched; with a filter, as many as may hold 32 k rows that pass. Where few rows pass, just these are scored, and the
   * answer is exact.
   *
   * @param queries one query or many, row-major; the answers of a batch are those of its queries one by one
   * @throws LanewiseError `UNTRAINED`, `DIMENSION_MISMATCH`, `INVALID_VALUE`, `ZERO_VECTOR`, `INVALID_ARGUMENT`
   */
  search(queries: VectorInput, options: ProbeOptions = {}): ProbeResult {
    const { centroids, sketches } = this.#checkTrained();
    const usual = this.tuning?.effort['probes'] ?? Math.ceil(this.cells / USUAL_SHARE);
    const search = checkProbeOptions(options, usual, this.codes, this.rescore);
    const { k, filter } = search;
    if (options.exact) this.#checkRows('compare');
    const values = toVectors('queries', queries, this.dimensions);
    const rows = this.#rows;
    const probes = Math.min(rows.cells, widen(search, rows.cells));
    const probedRows = (rows.size * probes) / rows.cells;
    const isSelective = filter !== undefined && filter.count * SCORE_COST < probedRows;
    const isExact = rows.keepsRows && (options.exact ?? isSelective);
    const { stats } = options;
    if (isExact) {
      const { ids, scores, rescored } = searchExact(rows, values, { k, filter, method: 'certified' });
      return stats
        ? { ids, scores, k, rescored, probed: new Int32Array(rescored.length) }
        : { ids, scores, k };
    }
    const found = searchProbes({ centroids, rows, sketches }, values, { ...search, probes });
    const { ids, scores, rescored, probed } = found;
    return stats ? { ids, scores, k, rescored, probed } : { ids, scores, k };
  }

  /**
   * Every row whose score reaches `radius`, best first; all cells are searched.
   *
   * @throws LanewiseError `DIMENSION_MISMATCH`, `INVALID_VALUE`, `ZERO_VECTOR`, `INVALID_ARGUMENT`
   */
  range(query: VectorInput, options: RangeOptions): RangeResult {
    this.#lifetime.check();
    this.#checkRows('compare');
    const { values, radius } = checkRange(query, options, this.dimensions);
    const { ids, scores, rescored } = rangeExact(this.#rows, values, { radius, ...checkScope(options) });
    return options.stats ? { ids, scores, rescored } : { ids, scores };
  }

  /** Numbers of probes worth trying, fewest first. */
  efforts(): readonly Effort[] {
    const efforts: Effort[] = [];
    for (
      let probes = 1;
      probes < this.cells;
      probes = Math.max(probes + 1, Math.floor(probes * Math.SQRT2))
    ) {
      efforts.push({ probes });
    }
    return [...efforts, { probes: this.cells }];
  }

  /**
   * Removes rows; unknown ids are passed over. Amortized O(1) a row.
   *
   * @returns how many rows were removed
   * @throws LanewiseError `INVALID_ARGUMENT`
   */
  remove(ids: IdInput | number): number {
    this.#checkIdle();
    return this.#rows.remove(toIds(ids));
  }

  /** Moves rows into the places of removed ones and frees the memory left over; happens by itself when half are gone. */
  compact(): void {
    this.#checkIdle();
    this.#rows.compact();
  }

  /** Whether a row has this id. O(1). */
  has(id: number): boolean {
    this.#lifetime.check();
    return this.#rows.has(id);
  }

  /**
   * A copy of a row, bit for bit as it was added; undefined where there is none.
   *
   * @throws LanewiseError `INVALID_ARGUMENT` where `rescore: false` keeps none
   */
  get(id: number): Float32Array | undefined {
    this.#lifetime.check();
    this.#checkRows('copy');
    return this.#rows.get(id);
  }

  /** Bytes held, as allocated. */
  memoryUsage(): MemoryUsage {
    this.#lifetime.check();
    const { arena, idBytes } = this.#rows;
    return splitUsage(this.#rows, arena.bytes + idBytes + (this.#held.trained?.bytes ?? 0));
  }

  /**
   * The index as a safetensors file (docs/formats.md names its tensors).
   *
   * @throws LanewiseError `MEMORY_EXHAUSTED`, `INVALID_ARGUMENT` during a build, and for sketches of rows that have none
   */
  toBytes(options: SaveOptions = {}): Uint8Array<ArrayBuffer> {
    this.#checkIdle();
    const withSketches = options.sketches ?? false;
    if (withSketches && !isSketch(this.codes)) {
      const message = `An IvfIndex of '${this.codes}' codes has no sketches to save. Create it with 'pq4' or 'bits'.`;
      throw new LanewiseError('INVALID_ARGUMENT', message, { expected: ['pq4', 'bits'], got: this.codes });
    }
    const { rows, trained } = this.#held;
    const { codes, rescore, tuning } = this;
    const { centroids, sketches, seed = 0 } = trained ?? {};
    return writeIvfIndex({ rows, codes, rescore, sketches, centroids, seed, tuning, withSketches });
  }

  /** Gives the memory back; every later call throws `DISPOSED`. Harmless when called again. */
  dispose(): void {
    this.#lifetime.end();
  }

  get #plan(): CellPlan {
    return {
      rows: this.#rows,
      codes: this.codes,
      check: () => this.#lifetime.check(),
      isDisposed: () => this.#lifetime.isDisposed,
    };
  }

  #checkTrained(): TrainedCells {
    this.#lifetime.check();
    const { trained } = this.#held;
    if (trained) return trained;
    throw new LanewiseError(
      'UNTRAINED',
      'This IvfIndex has no cells yet. Call train() with a sample, or build() with all rows.',
    );
  }

  /** @throws LanewiseError `INVALID_ARGUMENT` where no float rows are kept */
  #checkRows(what: string): void {
    if (!this.#rows.keepsRows) throw rowsMissing(what, this.codes);
  }

  #checkIdle(): void {
    this.#lifetime.check();
    if (!this.#isChanging) return;
    throw new LanewiseError(
      'INVALID_ARGUMENT',
      'This IvfIndex is being trained or built. Wait for that, or abort it, first.',
    );
  }

  /** Runs a long change. Others are refused meanwhile: they would pull its cells from under it. */
  async #change<Result>(run: () => Promise<Result>): Promise<Result> {
    this.#checkIdle();
    this.#isChanging = true;
    try {
      return await run();
    } finally {
      this.#isChanging = false;
    }
  }

  *#building(rows: CheckedRows, options: TrainOptions): Generator<Progress, Int32Array> {
    const { trained } = this.#held;
    if (trained) return yield* addToCells(rows, trained, this.#plan);
    this.#rows.checkIds(rows.rows, rows.ids, rows.replace);
    const total = rows.rows;
    const half = total / 2;
    const fresh = yield* asPart(trainCells(rows.values, this.#plan, options), { from: 0, to: half, total });
    try {
      const ids = yield* asPart(addToCells(rows, fresh, this.#plan), { from: half, to: total, total });
      this.#held.trained = fresh;
      return ids;
    } finally {
      if (this.#held.trained !== fresh) fresh.release();
    }
  }
}
