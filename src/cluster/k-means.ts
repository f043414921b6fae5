import { Arena } from '../host/arena.ts';
import { dispose, Lifetime } from '../host/disposal.ts';
import { LanewiseError } from '../host/errors.ts';
import { asPart, type LongCallOptions, type Progress, runPieces } from '../host/progress.ts';
import { Random } from '../host/random.ts';
import { checkDimensions, checkInteger, toVectors, type VectorInput } from '../vectors/input.ts';
import { init, runtime } from '../vectors/kernels.ts';
import type { Metric } from '../vectors/metric.ts';
import { VectorStore } from '../vectors/store.ts';
import { assignToCentroids, distancesToCentroids } from './assignment.ts';
import { type Clustering, Lloyd } from './lloyd.ts';

const MOST_CLUSTERS = 65_536;
const MOST_ITERATIONS = 100_000;

/** What a {@link KMeans} is made for. */
export interface KMeansOptions {
  /** Dimensions of every vector, 1..65536. */
  readonly dimensions: number;
  /** How many centroids, 1..65536. */
  readonly clusters: number;
  /** Lloyd's iterations, at most. @default 25 */
  readonly maxIterations?: number;
  /** Ends when an iteration lowers the inertia by no more than this share. @default 0.0001 */
  readonly tolerance?: number;
  /** Runs from fresh seeds; the one of least inertia is kept. @default 1 */
  readonly restarts?: number;
  /** Whether rows and centroids are compared by direction: vectors count as divided by their norms. @default false */
  readonly spherical?: boolean;
  /** Draws the first centroids. @default 0 */
  readonly seed?: number;
}

/**
 * k-means: centroids that rows are near to, by k-means++ seeding and Lloyd's algorithm.
 *
 * The least inertia that k centroids can have is NP-hard to find (Aloise et al. 2009); Lloyd's algorithm ends in a local
 * minimum, so `restarts` tries several. Assignment is pruned by certified bounds on 8-bit codes and gives, to the bit,
 * the cells that comparing every row with every centroid in float32 gives. Cost of an iteration: O(rows x clusters x
 * dimensions), at the rate of 8-bit products. Memory while fitting: 5 bytes a dimension and 32 bytes a row.
 *
 * @example
 * const kmeans = await KMeans.create({ dimensions: 100, clusters: 64, seed: 1 });
 * await kmeans.fit(vectors);
 * const cells = kmeans.predict(vectors);
 */
export class KMeans {
  readonly dimensions: number;
  readonly clusters: number;
  readonly #options: Required<Omit<KMeansOptions, 'dimensions' | 'clusters' | 'spherical'>>;
  readonly #metric: Metric;
  readonly #lifetime: Lifetime;
  #fitted: Clustering | undefined;
  /** `using kmeans = await KMeans.create(...)` disposes of it at the end of the block. */
  declare [Symbol.dispose]: () => void;

  private constructor(options: Required<KMeansOptions>) {
    const { dimensions, clusters, spherical, ...rest } = options;
    this.dimensions = dimensions;
    this.clusters = clusters;
    this.#metric = spherical ? 'cosine' : 'l2';
    this.#options = rest;
    this[dispose] = () => this.dispose();
    this.#lifetime = new Lifetime(this, 'KMeans', new Arena(runtime().memory));
  }

  /** @throws LanewiseError `INVALID_ARGUMENT`, `SIMD_UNSUPPORTED`, `CSP_BLOCKED` */
  static async create(options: KMeansOptions): Promise<KMeans> {
    const dimensions = checkDimensions(options?.dimensions);
    const clusters = checkInteger('clusters', options.clusters, 1, MOST_CLUSTERS);
    const { maxIterations = 25, tolerance = 1e-4, restarts = 1, spherical = false, seed = 0 } = options;
    checkInteger('maxIterations', maxIterations, 1, MOST_ITERATIONS);
    checkInteger('restarts', restarts, 1, MOST_ITERATIONS);
    checkInteger('seed', seed, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
    if (!(typeof tolerance === 'number' && tolerance >= 0 && tolerance < 1)) {
      throw new LanewiseError('INVALID_ARGUMENT', `tolerance must lie in 0..1; got ${String(tolerance)}.`, {
        expected: [0, 1],
        got: tolerance,
      });
    }
    await init();
    return new KMeans({ dimensions, clusters, maxIterations, tolerance, restarts, spherical, seed });
  }

  /** Whether centroids were learned. */
  get isFitted(): boolean {
    return this.#fitted !== undefined;
  }

  /** A copy of the centroids: clusters x dimensions, row-major; of norm 1 if spherical. @throws LanewiseError `UNTRAINED` */
  get centroids(): Float32Array {
    return this.#learned.centroids.slice();
  }

  /** Sum of the squared distances of the fitted rows to their centroids. @throws LanewiseError `UNTRAINED` */
  get inertia(): number {
    return this.#learned.inertia;
  }

  /** Iterations of the run that was kept. @throws LanewiseError `UNTRAINED` */
  get iterations(): number {
    return this.#learned.iterations;
  }

  /**
   * Learns centroids from rows; what was learned before is replaced once it succeeds. Progress counts row-centroid
   * pairs; where fewer iterations do, it comes to its end in a leap.
   *
   * @param vectors rows x dimensions, row-major; at least as many rows as clusters
   * @throws LanewiseError `INVALID_ARGUMENT`, `DIMENSION_MISMATCH`, `INVALID_VALUE`, `ZERO_VECTOR`, `MEMORY_EXHAUSTED`,
   *   and the signal's reason
   */
  async fit(vectors: VectorInput, options: LongCallOptions = {}): Promise<this> {
    this.#lifetime.check();
    const values = toVectors('vectors', vectors, this.dimensions);
    const work = cluster(values, this.dimensions, this.#metric, {
      clusters: this.clusters,
      ...this.#options,
    });
    const fitted = await runPieces(work, options);
    this.#lifetime.check();
    this.#fitted = fitted;
    return this;
  }

  /**
   * The nearest centroid of each row; of equally near ones the first.
   *
   * @throws LanewiseError `UNTRAINED`, `DIMENSION_MISMATCH`, `INVALID_VALUE`, `ZERO_VECTOR`, `MEMORY_EXHAUSTED`
   */
  predict(vectors: VectorInput): Int32Array {
    const { centroids } = this.#learned;
    const values = toVectors('vectors', vectors, this.dimensions);
    return assignToCentroids(values, centroids, this.dimensions, this.#metric);
  }

  /**
   * Distances of each row to every centroid, not squared: rows x clusters, row-major. If spherical, of the directions.
   *
   * @throws LanewiseError `UNTRAINED`, `DIMENSION_MISMATCH`, `INVALID_VALUE`, `ZERO_VECTOR`, `MEMORY_EXHAUSTED`
   */
  transform(vectors: VectorInput): Float32Array {
    const { centroids } = this.#learned;
    const values = toVectors('vectors', vectors, this.dimensions);
    return distancesToCentroids(values, centroids, this.dimensions, this.#metric);
  }

  /** Forgets what was learned; every later call throws `DISPOSED`. Harmless when called again. */
  dispose(): void {
    this.#lifetime.end();
    this.#fitted = undefined;
  }

  get #learned(): Clustering {
    this.#lifetime.check();
    if (this.#fitted) return this.#fitted;
    throw new LanewiseError('UNTRAINED', 'This KMeans has learned no centroids. Call fit() first.');
  }
}

/** What `cluster` is asked for. */
export interface ClusterOptions {
  readonly clusters: number;
  readonly maxIterations: number;
  readonly tolerance: number;
  readonly restarts: number;
  readonly seed: number;
}

/**
 * Clusters rows x dimensions, or just the rows whose numbers are `drawn`; the best of some restarts.
 *
 * @throws what `KMeans.fit` throws
 */
export function* cluster(
  values: Float32Array,
  dimensions: number,
  metric: Metric,
  { restarts, seed, ...options }: ClusterOptions,
  drawn?: Int32Array,
): Generator<Progress, Clustering> {
  const rows = drawn?.length ?? values.length / dimensions;
  if (rows < options.clusters) {
    throw new LanewiseError(
      'INVALID_ARGUMENT',
      `${options.clusters} clusters need as many rows at least; got ${rows}. Give more rows, or ask for fewer clusters.`,
      { expected: options.clusters, got: rows },
    );
  }
  const random = new Random(seed);
  const pairs = (options.maxIterations + 1) * rows * options.clusters;
  const total = restarts * pairs;
  const store = new VectorStore(dimensions, metric, ['codes']);
  try {
    const staged = store.stage(rows, undefined, false);
    while (staged.written < rows) {
      staged.writeChunk(values, drawn);
      yield { done: 0, total };
    }
    staged.commit();
    let best: Clustering | undefined;
    for (let run = 0; run < restarts; run++) {
      const part = { from: run * pairs, to: (run + 1) * pairs, total };
      const found = yield* asPart(new Lloyd(store, options, random).run(), part);
      if (!best || found.inertia < best.inertia) best = found;
    }
    yield { done: total, total };
    return metric === 'cosine' ? { ...best!, centroids: normalise(best!.centroids, dimensions) } : best!;
  } finally {
    store.release();
  }
}

function normalise(vectors: Float32Array, dimensions: number): Float32Array {
  const unit = new Float32Array(vectors.length);
  for (let start = 0; start < vectors.length; start += dimensions) {
    let square = 0;
    for (let i = start; i < start + dimensions; i++) square += vectors[i]! * vectors[i]!;
    const norm = Math.sqrt(square);
    for (let i = start; i < start + dimensions; i++) unit[i] = vectors[i]! / norm;
  }
  return unit;
}
