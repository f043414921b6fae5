import { Arena } from '../host/arena.ts';
import { dispose, Lifetime } from '../host/disposal.ts';
import { LanewiseError } from '../host/errors.ts';
import { asPart, type LongCallOptions, type Progress, runPieces } from '../host/progress.ts';
import { checkInteger } from '../vectors/input.ts';
import { columnStatistics, finishComponents } from './component-statistics.ts';
import { type CsrMatrix, storeOf } from './csr-matrix.ts';
import { init, type Runtime, runtime } from './kernels.ts';
import { type RangeFinderOptions, type RightFactors, rightFactors, strideOf } from './range-finder.ts';
import { readSvd, writeSvd } from './svd-file.ts';

const ESTIMATOR = 'TruncatedSVD';
const MOST_COMPONENTS = 4096;
/** Progress is counted in these. */
const WHOLE = 1_000_000;

/** What a {@link TruncatedSVD} is made for. */
export interface TruncatedSVDOptions {
  /** Singular vectors that are kept, 1..4096. */
  readonly components: number;
  /** Power iterations: more bring singular vectors apart whose values are close. @default 5 */
  readonly iterations?: number;
  /** Directions that are looked in beyond the components. @default 10 */
  readonly oversamples?: number;
  /** Draws the directions to begin with. @default 0 */
  readonly seed?: number;
}

/** What was learned from a matrix. */
interface Fitted extends RightFactors {
  readonly columns: number;
  readonly explainedVariance: Float64Array<ArrayBuffer>;
  readonly explainedVarianceRatio: Float64Array<ArrayBuffer>;
}

/** Holds what was learned until something else is; it must not lead to the estimator. */
class Learned {
  arena: Arena | undefined;
  release(): void {
    this.arena?.release();
    this.arena = undefined;
  }
}

/**
 * The largest singular values of a sparse matrix and their right singular vectors; of TF-IDF rows, latent semantic
 * analysis. The matrix is not centred, so it stays sparse.
 *
 * A randomized range finder with power iterations (Halko, Martinsson and Tropp, "Finding structure with randomness",
 * SIAM Review 53(2), 2011, section 5.2). Cost: 2 x iterations + 2 products of the matrix with a block of l = components +
 * oversamples columns, and O((rows + columns) x l²) for each. Memory while fitting: 4 bytes x l x (rows + columns), and
 * the matrix once more; then 4 bytes x components x columns.
 *
 * Singular values fall slowly as a rule. Five iterations serve retrieval and reduction; where each vector must be right by
 * itself, take as many oversamples as components, and more iterations: of 128 components of 19 043 x 18 251 TF-IDF
 * weights, whose singular values lie down to 0.04 % apart, 29 agree with ARPACK's to 0.001 by default, and all of them with
 * `{ iterations: 14, oversamples: 128 }`; 20 iterations come to 0.0001.
 *
 * @example
 * const svd = await TruncatedSVD.create({ components: 128 });
 * const documents = await svd.fitTransform(matrix); // rows x 128
 * const queries = svd.transform(queryMatrix);
 */
export class TruncatedSVD {
  readonly #options: RangeFinderOptions;
  readonly #runtime: Runtime;
  readonly #learned = new Learned();
  readonly #lifetime: Lifetime;
  #fitted: Fitted | undefined;
  /** `using svd = await TruncatedSVD.create(...)` disposes of it at the end of the block. */
  declare [Symbol.dispose]: () => void;

  private constructor(options: RangeFinderOptions) {
    this.#options = options;
    this.#runtime = runtime();
    this[dispose] = () => this.dispose();
    this.#lifetime = new Lifetime(this, ESTIMATOR, this.#learned);
  }

  /** @throws LanewiseError `INVALID_ARGUMENT`, `SIMD_UNSUPPORTED`, `CSP_BLOCKED` */
  static async create(options: TruncatedSVDOptions): Promise<TruncatedSVD> {
    const components = checkInteger('components', options?.components, 1, MOST_COMPONENTS);
    const { iterations = 5, oversamples = 10, seed = 0 } = options;
    checkInteger('iterations', iterations, 0, 10_000);
    checkInteger('oversamples', oversamples, 0, MOST_COMPONENTS);
    checkInteger('seed', seed, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
    await init();
    return new TruncatedSVD({ components, iterations, oversamples, seed });
  }

  /**
   * The decomposition that `toBytes()` wrote, with identical answers.
   *
   * @throws LanewiseError `INVALID_ARGUMENT`, `FILE_FORMAT`, `FILE_TRUNCATED`, `FILE_CORRUPT`, `FILE_VERSION`,
   *   `FILE_DTYPE`, `MEMORY_EXHAUSTED`
   */
  static fromBytes(bytes: Uint8Array | ArrayBuffer): TruncatedSVD {
    const {
      vectors: rows,
      columns,
      components,
      iterations,
      oversamples,
      seed,
      ...learned
    } = readSvd(runtime(), bytes);
    const svd = new TruncatedSVD({ components, iterations, oversamples, seed });
    const arena = new Arena(svd.#runtime.memory);
    const stride = strideOf(components);
    const vectors = arena.allocate(4 * stride * columns);
    const { f32 } = svd.#runtime.memory;
    f32.fill(0, vectors / 4, vectors / 4 + stride * columns);
    for (let i = 0, at = 0; i < components; i++) {
      for (let column = 0; column < columns; column++) f32[vectors / 4 + column * stride + i] = rows[at++]!;
    }
    svd.#learned.arena = arena;
    svd.#fitted = { ...learned, vectors, stride, columns };
    return svd;
  }

  /** Whether components were learned. */
  get isFitted(): boolean {
    return this.#fitted !== undefined;
  }

  /** How many components are kept. */
  get componentCount(): number {
    return this.#options.components;
  }

  /**
   * A copy of the right singular vectors: components x columns, row-major, of norm 1, the entry of largest magnitude
   * positive. Rows beyond the rank of the matrix are 0.
   *
   * @throws LanewiseError `UNTRAINED`
   */
  get components(): Float32Array {
    const { vectors, stride, columns } = this.#model;
    const count = this.#options.components;
    const { f32 } = this.#runtime.memory;
    const rows = new Float32Array(count * columns);
    for (let column = 0; column < columns; column++) {
      const start = vectors / 4 + column * stride;
      for (let i = 0; i < count; i++) rows[i * columns + column] = f32[start + i]!;
    }
    return rows;
  }

  /** Descending; below 2^-20 of the largest they are told as 0. @throws LanewiseError `UNTRAINED` */
  get singularValues(): Float64Array {
    return this.#model.singularValues.slice();
  }

  /** The variance of each column of the transformed rows. @throws LanewiseError `UNTRAINED` */
  get explainedVariance(): Float64Array {
    return this.#model.explainedVariance.slice();
  }

  /** The same as a share of the summed variance of the matrix's columns. @throws LanewiseError `UNTRAINED` */
  get explainedVarianceRatio(): Float64Array {
    return this.#model.explainedVarianceRatio.slice();
  }

  /**
   * Learns components from a matrix, which must not be disposed of meanwhile; what was learned before is replaced once it
   * succeeds. Progress counts to a million.
   *
   * @param matrix rows x columns, both at least `components`
   * @throws LanewiseError `INVALID_ARGUMENT`, `INVALID_VALUE` where products leave float32, `MEMORY_EXHAUSTED`, `DISPOSED`,
   *   and the signal's reason
   */
  async fit(matrix: CsrMatrix, options: LongCallOptions = {}): Promise<this> {
    this.#lifetime.check();
    const { rows, columns } = storeOf(matrix);
    const most = Math.min(rows, columns);
    if (this.#options.components > most) {
      throw new LanewiseError(
        'INVALID_ARGUMENT',
        `A matrix of ${rows} x ${columns} has ${most} singular values; ${this.#options.components} components were ` +
          'asked for. Ask for fewer, or give a larger matrix.',
        { expected: most, got: this.#options.components },
      );
    }
    const arena = new Arena(this.#runtime.memory);
    try {
      const fitted = await runPieces(learn(matrix, this.#options, arena), options);
      this.#lifetime.check();
      this.#learned.release();
      this.#learned.arena = arena;
      this.#fitted = fitted;
    } catch (error) {
      arena.release();
      throw error;
    }
    return this;
  }

  /** `fit`, and then `transform` of the same matrix. @throws what these throw */
  async fitTransform(matrix: CsrMatrix, options: LongCallOptions = {}): Promise<Float32Array> {
    await this.fit(matrix, options);
    return this.transform(matrix);
  }

  /**
   * Rows in terms of the components: rows x components, row-major; A V, which is U Σ for the matrix that was fitted. Cost:
   * O(nonzeros x components).
   *
   * @throws LanewiseError `UNTRAINED`, `DIMENSION_MISMATCH`, `MEMORY_EXHAUSTED`, `DISPOSED`
   */
  transform(matrix: CsrMatrix): Float32Array {
    const { vectors, stride, columns } = this.#model;
    const store = storeOf(matrix);
    checkColumns(store.columns, columns);
    const { memory, kernels } = this.#runtime;
    const count = this.#options.components;
    const address = memory.allocate(4 * stride * store.rows);
    try {
      store.multiplyDense(vectors, address, stride);
      kernels.unpadRows(address, store.rows, count, stride);
      return memory.f32.slice(address / 4, address / 4 + store.rows * count);
    } finally {
      memory.free(address);
    }
  }

  /** What was learned as a safetensors file. @throws LanewiseError `UNTRAINED` */
  toBytes(): Uint8Array<ArrayBuffer> {
    const { vectors: _, stride: __, ...learned } = this.#model;
    const vectors = this.components as Float32Array<ArrayBuffer>;
    return writeSvd(this.#runtime, { ...this.#options, ...learned, vectors });
  }

  /** Bytes of linear memory held. @throws LanewiseError `DISPOSED` */
  memoryUsage(): { readonly total: number } {
    this.#lifetime.check();
    return { total: this.#learned.arena?.bytes ?? 0 };
  }

  /** Gives the memory back; every later call throws `DISPOSED`. Harmless when called again. */
  dispose(): void {
    this.#lifetime.end();
    this.#fitted = undefined;
  }

  get #model(): Fitted {
    this.#lifetime.check();
    if (this.#fitted) return this.#fitted;
    throw new LanewiseError('UNTRAINED', `This ${ESTIMATOR} has learned no components. Call fit() first.`);
  }
}

function* learn(matrix: CsrMatrix, options: RangeFinderOptions, arena: Arena): Generator<Progress, Fitted> {
  const found = yield* asPart(rightFactors(matrix, options, arena), { from: 0, to: WHOLE - 2, total: WHOLE });
  const { means, totalVariance } = columnStatistics(storeOf(matrix));
  yield { done: WHOLE - 1, total: WHOLE };
  const { rows, columns, runtime } = storeOf(matrix);
  const projectedMeans = finishComponents(runtime, found, means);
  const explainedVariance = found.singularValues.map((value, i) =>
    Math.max(0, (value * value) / rows - projectedMeans[i]! ** 2),
  );
  yield { done: WHOLE, total: WHOLE };
  return {
    ...found,
    columns,
    explainedVariance,
    explainedVarianceRatio: explainedVariance.map((variance) =>
      totalVariance > 0 ? variance / totalVariance : 0,
    ),
  };
}

function checkColumns(got: number, expected: number): void {
  if (got === expected) return;
  throw new LanewiseError(
    'DIMENSION_MISMATCH',
    `The matrix must have ${expected} columns, as the fitted one has; got ${got}.`,
    { expected, got },
  );
}
