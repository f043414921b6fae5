import { CentroidTable } from '../cluster/assignment.ts';
import { cluster } from '../cluster/k-means.ts';
import { dispose, Lifetime } from '../host/disposal.ts';
import { LanewiseError } from '../host/errors.ts';
import { init } from '../host/kernels.ts';
import { type LongCallOptions, type Progress, runPieces } from '../host/progress.ts';
import { Random } from '../host/random.ts';
import { CellStore } from '../vectors/cell-store.ts';
import {
  checkDimensions,
  checkInteger,
  type IdInput,
  toIds,
  toVectors,
  type VectorInput,
} from '../vectors/input.ts';
import { checkMetric, type Metric } from '../vectors/metric.ts';
import { VectorStore } from '../vectors/store.ts';
import { CellSketches } from './cell-sketches.ts';
import { searchExact } from './exact-search.ts';
import { checkScope, type RangeOptions, type RangeResult } from './flat-options.ts';
import { readIvfIndex, type SavedIvf, writeIvfIndex } from './ivf-file.ts';
import {
  type CellCodes,
  checkCodes,
  checkProbeOptions,
  checkRescore,
  checkTrainOptions,
  type IvfOptions,
  isSketch,
  keptRows,
  MOST_CELLS,
  type ProbeOptions,
  type ProbeResult,
  type Rescore,
  rowsMissing,
  type TrainOptions,
} from './ivf-options.ts';
import { type AddOptions, type CheckedRows, checkBytes, checkRows, type MemoryUsage } from './options.ts';
import { searchProbes } from './probe-search.ts';
import { checkRange, rangeExact } from './range-search.ts';
import type { Effort, TunableIndex, Tuning } from './tuning.ts';

/** One cell in so many is searched where nothing else is asked for. */
const USUAL_SHARE = 16;
/** Scoring a row that the filter allows costs about as much as bounding so many rows in their cells. */
const SCORE_COST = 10;

/** Centroids: as rows that queries are ranked against, and as a table that rows are assigned by. */
interface Trained {
  readonly centroids: VectorStore;
  readonly table: CentroidTable;
  readonly sketches: CellSketches | undefined;
  readonly seed: number;
}

/**
 * An inverted file: rows are divided into cells around k-means centroids, and a query looks into the nearest cells only
 * (Sivic and Zisserman 2003; Jégou, Douze and Schmid 2011).
 *
 * Inside the cells it looks into, an `int8` index answers to the bit what scoring every row there would answer: 8-bit
 * codes bound the scores (docs/certified-search.md). What is missed is missed by not probing. Cost of a search:
 * O((cells + rows x probes / cells) x dimensions). Memory: 5 bytes a dimension and 20 bytes a row, and a table of ids.
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
  /** What `tune` found: the probes of a search that names none. Saved with the index. */
  tuning: Tuning | undefined;
  readonly #rows: CellStore;
  readonly #lifetime: Lifetime;
  #trained: Trained | undefined;
  /** `using index = await IvfIndex.create(...)` disposes of it at the end of the block. */
  declare [Symbol.dispose]: () => void;

  private constructor(rows: CellStore, codes: CellCodes, rescore: Rescore) {
    this.codes = codes;
    this.rescore = rescore;
    this.#rows = rows;
    this[dispose] = () => this.dispose();
    this.#lifetime = new Lifetime(this, 'IvfIndex', rows.arena);
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
    const codes = checkCodes(options.codes ?? 'int8');
    const rescore = checkRescore(options.rescore, codes);
    await init();
    const rows = new CellStore(dimensions, metric, cells, keptRows(codes, rescore, dimensions));
    return new IvfIndex(rows, codes, rescore);
  }

  /**
   * The index that `toBytes()` wrote, with identical answers. Codes are computed anew.
   *
   * @throws LanewiseError `FILE_FORMAT`, `FILE_TRUNCATED`, `FILE_CORRUPT`, `FILE_VERSION`, `FILE_DTYPE`, `MEMORY_EXHAUSTED`
   */
  static fromBytes(bytes: Uint8Array | ArrayBuffer): IvfIndex {
    const saved = readIvfIndex(checkBytes(bytes));
    const index = new IvfIndex(saved.rows, saved.codes, saved.rescore);
    try {
      if (saved.centroids) index.#trained = prepare(saved.centroids, saved.rows, saved.seed, saved.sketches);
    } catch (error) {
      index.dispose();
      throw error;
    }
    index.tuning = saved.tuning;
    return index;
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
    return this.#trained !== undefined;
  }

  /** Rows in the index. */
  get size(): number {
    this.#lifetime.check();
    return this.#rows.size;
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
    const values = this.#checkSample(sample);
    const trained = await runPieces(this.#training(values, options), options);
    this.#install(trained);
    return this;
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
    const work = this.#adding(checkRows(vectors, options, this.dimensions), trained);
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
    this.#lifetime.check();
    const rows = checkRows(vectors, options, this.dimensions);
    let fresh: Trained | undefined;
    try {
      if (!this.#trained)
        fresh = await runPieces(this.#training(this.#checkSample(rows.values), options), options);
      const work = this.#adding(rows, fresh ?? this.#checkTrained());
      const ids = await runPieces(work, options);
      if (fresh) this.#install(fresh);
      return ids;
    } catch (error) {
      if (fresh) release(fresh);
      throw error;
    }
  }

  /**
   * The k best rows in the cells nearest to each query. Where these hold fewer than k rows that qualify, more cells are
   * searched. With a filter that few rows pass, just these are scored, and the answer is exact.
   *
   * @param queries one query or many, row-major; the answers of a batch are those of its queries one by one
   * @throws LanewiseError `UNTRAINED`, `DIMENSION_MISMATCH`, `INVALID_VALUE`, `ZERO_VECTOR`, `INVALID_ARGUMENT`
   */
  search(queries: VectorInput, options: ProbeOptions = {}): ProbeResult {
    const { centroids, sketches } = this.#checkTrained();
    const usual = this.tuning?.effort['probes'] ?? Math.ceil(this.cells / USUAL_SHARE);
    const search = checkProbeOptions(options, usual, this.codes, this.rescore);
    const { k, probes, filter } = search;
    const values = toVectors('queries', queries, this.dimensions);
    const rows = this.#rows;
    const probedRows = (rows.size * Math.min(probes, rows.cells)) / rows.cells;
    if (options.exact) this.#checkRows('compare');
    const isExact =
      rows.keepsRows && (options.exact ?? (filter !== undefined && filter.count * SCORE_COST < probedRows));
    const { stats } = options;
    if (isExact) {
      const { ids, scores, rescored } = searchExact(rows, values, { k, filter, method: 'certified' });
      return stats
        ? { ids, scores, k, rescored, probed: new Int32Array(rescored.length) }
        : { ids, scores, k };
    }
    const found = searchProbes({ centroids, rows, sketches }, values, search);
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
    this.#lifetime.check();
    return this.#rows.remove(toIds(ids));
  }

  /** Moves rows into the places of removed ones and frees the memory left over; happens by itself when half are gone. */
  compact(): void {
    this.#lifetime.check();
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
    const { capacity, layout, arena, idBytes } = this.#rows;
    const vectors = this.#rows.keepsRows ? capacity * (layout.stride + 4) : 0;
    const ids = capacity * 4 + idBytes;
    const total = arena.bytes + idBytes + (this.#trained ? bytesOf(this.#trained) : 0);
    return { total, vectors, codes: total - vectors - ids, ids };
  }

  /**
   * The index as a safetensors file (docs/formats.md names its tensors).
   *
   * @throws LanewiseError `MEMORY_EXHAUSTED`, `INVALID_ARGUMENT` during a build
   */
  toBytes(): Uint8Array<ArrayBuffer> {
    this.#lifetime.check();
    const saved: SavedIvf = {
      rows: this.#rows,
      codes: this.codes,
      rescore: this.rescore,
      sketches: this.#trained?.sketches,
      centroids: this.#trained?.centroids,
      seed: this.#trained?.seed ?? 0,
      tuning: this.tuning,
    };
    return writeIvfIndex(saved);
  }

  /** Gives the memory back; every later call throws `DISPOSED`. Harmless when called again. */
  dispose(): void {
    if (this.#lifetime.isDisposed) return;
    this.#lifetime.end();
    if (this.#trained) release(this.#trained);
    this.#trained = undefined;
  }

  #checkTrained(): Trained {
    this.#lifetime.check();
    if (this.#trained) return this.#trained;
    throw new LanewiseError(
      'UNTRAINED',
      'This IvfIndex has no cells yet. Call train() with a sample, or build() with all rows.',
    );
  }

  /** @throws LanewiseError `INVALID_ARGUMENT` where no float rows are kept */
  #checkRows(what: string): void {
    if (!this.#rows.keepsRows) throw rowsMissing(what, this.codes);
  }

  #checkSample(sample: VectorInput): Float32Array {
    this.#lifetime.check();
    this.#rows.checkIdle();
    if (this.#rows.size > 0) {
      throw new LanewiseError(
        'INVALID_ARGUMENT',
        `This IvfIndex holds ${this.#rows.size} rows in the cells it has learned. Train a new one, and add them there.`,
        { expected: 0, got: this.#rows.size },
      );
    }
    return toVectors('sample', sample, this.dimensions);
  }

  *#training(values: Float32Array, options: TrainOptions): Generator<Progress, Trained> {
    const { seed, maxIterations, rowsPerCell } = checkTrainOptions(options);
    const { dimensions, metric, cells } = this.#rows;
    const sample = drawRows(values, dimensions, cells * rowsPerCell, seed);
    const clustering = yield* cluster(sample, dimensions, assignedBy(metric), {
      clusters: cells,
      maxIterations,
      tolerance: 0,
      restarts: 1,
      seed,
    });
    this.#lifetime.check();
    const centroids = new VectorStore(dimensions, metric, ['codes']);
    let trained: Trained | undefined;
    let isTrained = false;
    try {
      centroids.stage(cells, undefined, false).writeAll(clustering.centroids);
      const { codes } = this;
      const sketches = isSketch(codes) ? new CellSketches(codes, centroids, seed) : undefined;
      trained = prepare(centroids, this.#rows, seed, sketches);
      if (sketches) yield* sketches.train(sample, trained.table, seed);
      this.#lifetime.check();
      isTrained = true;
      return trained;
    } finally {
      if (!isTrained) {
        if (trained) release(trained);
        else centroids.release();
      }
    }
  }

  #install(trained: Trained): void {
    if (this.#lifetime.isDisposed) {
      release(trained);
      this.#lifetime.check();
    }
    if (this.#trained) release(this.#trained);
    this.#trained = trained;
  }

  *#adding(
    { values, rows, ids, replace }: CheckedRows,
    { table, sketches }: Trained,
  ): Generator<Progress, Int32Array> {
    const store = this.#rows;
    store.checkIdle();
    store.checkIds(rows, ids, replace);
    const cells = new Int32Array(rows);
    for (let done = 0; done < rows; ) {
      done += table.assign(values, done, cells);
      yield { done: done / 2, total: rows };
      this.#lifetime.check();
    }
    const staged = store.stage(cells, ids, replace);
    let isCommitted = false;
    try {
      while (staged.written < staged.pieces.length) {
        store.writePiece(staged, values, sketches);
        yield { done: (rows * (1 + staged.written / staged.pieces.length)) / 2, total: rows };
        this.#lifetime.check();
      }
      store.commit(staged);
      isCommitted = true;
    } finally {
      if (!isCommitted && !this.#lifetime.isDisposed) store.rollback(staged);
    }
    return staged.ids;
  }
}

/** Cells are k-means cells: by direction under cosine, by distance otherwise, inner products having no nearest centre. */
function assignedBy(metric: Metric): Metric {
  return metric === 'cosine' ? 'cosine' : 'l2';
}

function prepare(
  centroids: VectorStore,
  { dimensions, metric }: CellStore,
  seed: number,
  sketches: CellSketches | undefined,
): Trained {
  const values = new Float32Array(centroids.size * dimensions);
  for (let cell = 0; cell < centroids.size; cell++) values.set(centroids.get(cell)!, cell * dimensions);
  try {
    return { centroids, table: new CentroidTable(values, dimensions, assignedBy(metric)), sketches, seed };
  } catch (error) {
    sketches?.release();
    throw error;
  }
}

function bytesOf({ centroids, table, sketches }: Trained): number {
  return centroids.arena.bytes + table.bytes + (sketches?.bytes ?? 0);
}

function release({ centroids, table, sketches }: Trained): void {
  centroids.release();
  table.release();
  sketches?.release();
}

/** Some rows of a sample, or all, in their order. */
function drawRows(values: Float32Array, dimensions: number, most: number, seed: number): Float32Array {
  const rows = values.length / dimensions;
  if (rows <= most) return values;
  const random = new Random(seed);
  const drawn = new Float32Array(most * dimensions);
  // Selection sampling (Knuth, The Art of Computer Programming 2, algorithm 3.4.2 S): each subset is equally likely.
  for (let row = 0, taken = 0; taken < most; row++) {
    if (random.uniform() * (rows - row) >= most - taken) continue;
    drawn.set(values.subarray(row * dimensions, (row + 1) * dimensions), taken * dimensions);
    taken++;
  }
  return drawn;
}
