import { Arena } from '../host/arena.ts';
import { dispose, Lifetime } from '../host/disposal.ts';
import { LanewiseError } from '../host/errors.ts';
import { asPart, type LongCallOptions, type Progress, runPieces } from '../host/progress.ts';
import { checkDimensions, checkInteger, toVectors, type VectorInput } from '../vectors/input.ts';
import { sumCovariance } from './covariance.ts';
import { multiplyRows } from './dense-product.ts';
import { init, type Runtime, runtime } from './kernels.ts';
import { symmetricEigen } from './symmetric-eigen.ts';

const MOST_DIMENSIONS = 4096;
/** Progress is counted in these. */
const WHOLE = 1_000_000;

/** What a {@link PCA} is made for. */
export interface PCAOptions {
  /** Dimensions of every vector, 1..4096. */
  readonly dimensions: number;
  /** Principal components that are kept, 1..dimensions. */
  readonly components: number;
}

interface Fitted {
  readonly means: Float64Array;
  /** components x dimensions, row-major. */
  readonly components: Float32Array;
  readonly explainedVariance: Float64Array;
  readonly explainedVarianceRatio: Float64Array;
}

/**
 * Principal components of dense rows: the directions in which they vary most (Pearson 1901; Hotelling 1933), from the
 * eigenvectors of their covariance matrix, which is summed and solved in float64.
 *
 * Cost of a fit: rows x dimensions² + 9 dimensions³ floating-point operations; at 1536 dimensions the second part
 * takes some seconds. Memory while fitting: 24 bytes x dimensions².
 *
 * @example
 * const pca = await PCA.create({ dimensions: 100, components: 20 });
 * await pca.fit(vectors);
 * const reduced = pca.transform(vectors); // rows x 20
 */
export class PCA {
  readonly dimensions: number;
  readonly #count: number;
  readonly #runtime: Runtime;
  readonly #lifetime: Lifetime;
  #fitted: Fitted | undefined;
  /** `using pca = await PCA.create(...)` disposes of it at the end of the block. */
  declare [Symbol.dispose]: () => void;

  private constructor({ dimensions, components }: PCAOptions) {
    this.dimensions = dimensions;
    this.#count = components;
    this.#runtime = runtime();
    this[dispose] = () => this.dispose();
    this.#lifetime = new Lifetime(this, 'PCA', new Arena(this.#runtime.memory));
  }

  /** @throws LanewiseError `INVALID_ARGUMENT`, `SIMD_UNSUPPORTED`, `CSP_BLOCKED` */
  static async create(options: PCAOptions): Promise<PCA> {
    const dimensions = checkInteger('dimensions', checkDimensions(options?.dimensions), 1, MOST_DIMENSIONS);
    const components = checkInteger('components', options.components, 1, dimensions);
    await init();
    return new PCA({ dimensions, components });
  }

  /** Whether components were learned. */
  get isFitted(): boolean {
    return this.#fitted !== undefined;
  }

  /**
   * A copy of the principal components: components x dimensions, row-major, of norm 1, the entry of largest magnitude
   * positive. @throws LanewiseError `UNTRAINED`
   */
  get components(): Float32Array {
    return this.#learned.components.slice();
  }

  /** The mean of each dimension. @throws LanewiseError `UNTRAINED` */
  get mean(): Float32Array {
    return Float32Array.from(this.#learned.means);
  }

  /** The variance along each component, over rows - 1; descending. @throws LanewiseError `UNTRAINED` */
  get explainedVariance(): Float64Array {
    return this.#learned.explainedVariance.slice();
  }

  /** The same as a share of the summed variance of all dimensions. @throws LanewiseError `UNTRAINED` */
  get explainedVarianceRatio(): Float64Array {
    return this.#learned.explainedVarianceRatio.slice();
  }

  /**
   * Learns components from rows; what was learned before is replaced once it succeeds. Progress counts to a million.
   *
   * @param vectors rows x dimensions, row-major; at least 2 rows
   * @throws LanewiseError `INVALID_ARGUMENT`, `DIMENSION_MISMATCH`, `INVALID_VALUE`, `MEMORY_EXHAUSTED`, and the signal's
   *   reason
   */
  async fit(vectors: VectorInput, options: LongCallOptions = {}): Promise<this> {
    this.#lifetime.check();
    const values = toVectors('vectors', vectors, this.dimensions);
    const rows = values.length / this.dimensions;
    if (rows < 2) {
      throw new LanewiseError('INVALID_ARGUMENT', `Variance needs 2 rows at least; got ${rows}.`, {
        expected: 2,
        got: rows,
      });
    }
    const work = learn(this.#runtime, values, this.dimensions, this.#count);
    const fitted = await runPieces(work, options);
    this.#lifetime.check();
    this.#fitted = fitted;
    return this;
  }

  /**
   * Centred rows in terms of the components: rows x components, row-major. Cost: O(rows x dimensions x components).
   *
   * @throws LanewiseError `UNTRAINED`, `INVALID_ARGUMENT`, `DIMENSION_MISMATCH`, `INVALID_VALUE`, `MEMORY_EXHAUSTED`
   */
  transform(vectors: VectorInput): Float32Array {
    const { means, components } = this.#learned;
    const { dimensions } = this;
    const values = toVectors('vectors', vectors, dimensions);
    const turned = new Float32Array(components.length);
    for (let i = 0; i < this.#count; i++) {
      for (let j = 0; j < dimensions; j++) turned[j * this.#count + i] = components[i * dimensions + j]!;
    }
    return multiplyRows(this.#runtime, values, dimensions, turned, this.#count, (chunk) => {
      for (let at = 0, j = 0; at < chunk.length; at++) {
        chunk[at]! -= means[j]!;
        j = j + 1 < dimensions ? j + 1 : 0;
      }
    });
  }

  /**
   * The rows that transformed rows stand for: rows x dimensions. What other components hold is lost.
   *
   * @param projected rows x components, row-major
   * @throws LanewiseError `UNTRAINED`, `INVALID_ARGUMENT`, `DIMENSION_MISMATCH`, `INVALID_VALUE`, `MEMORY_EXHAUSTED`
   */
  inverseTransform(projected: VectorInput): Float32Array {
    const { means, components } = this.#learned;
    const values = toVectors('projected', projected, this.#count);
    const vectors = multiplyRows(this.#runtime, values, this.#count, components, this.dimensions, () => {});
    for (let at = 0, j = 0; at < vectors.length; at++) {
      vectors[at]! += means[j]!;
      j = j + 1 < this.dimensions ? j + 1 : 0;
    }
    return vectors;
  }

  /** Forgets what was learned; every later call throws `DISPOSED`. Harmless when called again. */
  dispose(): void {
    this.#lifetime.end();
    this.#fitted = undefined;
  }

  get #learned(): Fitted {
    this.#lifetime.check();
    if (this.#fitted) return this.#fitted;
    throw new LanewiseError('UNTRAINED', 'This PCA has learned no components. Call fit() first.');
  }
}

function* learn(
  runtime: Runtime,
  values: Float32Array,
  dimensions: number,
  count: number,
): Generator<Progress, Fitted> {
  const rows = values.length / dimensions;
  const half = { from: 0, to: WHOLE / 2, total: WHOLE };
  const { means, gram } = yield* asPart(sumCovariance(runtime, values, dimensions), half);
  let total = 0;
  for (let i = 0; i < dimensions; i++) total += gram[i * dimensions + i]!;
  const rest = { from: WHOLE / 2, to: WHOLE - 1, total: WHOLE };
  const found = yield* asPart(symmetricEigen(runtime, gram, dimensions, count), rest);
  yield { done: WHOLE, total: WHOLE };
  const variances = found.values.slice(0, count).map((value) => Math.max(0, value));
  return {
    means,
    components: withSigns(found.vectors, dimensions),
    explainedVariance: variances.map((value) => value / (rows - 1)),
    explainedVarianceRatio: variances.map((value) => (total > 0 ? value / total : 0)),
  };
}

/** Each vector with its entry of largest magnitude positive; of equal ones the first decides. */
function withSigns(vectors: Float64Array, dimensions: number): Float32Array {
  const signed = Float32Array.from(vectors);
  for (let start = 0; start < signed.length; start += dimensions) {
    const row = signed.subarray(start, start + dimensions);
    let largest = 0;
    for (let i = 0; i < dimensions; i++) if (Math.abs(row[i]!) > Math.abs(largest)) largest = row[i]!;
    if (largest < 0) for (let i = 0; i < dimensions; i++) row[i]! *= -1;
  }
  return signed;
}
