import { Arena } from '../host/arena.ts';
import { dispose, Lifetime } from '../host/disposal.ts';
import { LanewiseError } from '../host/errors.ts';
import { toVectors, type VectorInput } from '../vectors/input.ts';
import { init, runtime } from './kernels.ts';
import { allocatePredictions } from './predictions.ts';
import { TreeSums } from './trees-forest.ts';
import type { TreesInput } from './trees-json.ts';
import { readModel, type TreesModel } from './trees-model.ts';
import { linkOf, MOST_LIKELY } from './trees-objectives.ts';

/** How a {@link GradientBoostedTrees} is read. */
export interface TreesOptions {
  /** Only the trees of the first rounds count: `best_iteration` + 1 of a model that was stopped early. @default all */
  readonly iterations?: number;
}

/** How a {@link GradientBoostedTrees} predicts. */
export interface TreesPredictOptions {
  /** Whether sums of leaves are given as they are, before probabilities or the like are made of them. @default false */
  readonly margin?: boolean;
  /** Where predictions are written, of exactly their length; must not overlap with the features. @default a new array */
  readonly out?: Float32Array;
}

/**
 * Gradient-boosted decision trees that XGBoost trained, for inference: rows of features in, predictions out. As the ranker
 * of a pipeline it scores the candidates that an index or a recommender retrieved.
 *
 * Reads the JSON that `booster.save_model('model.json')` writes (versions 1 to 3): booster gbtree, numeric splits. Margins
 * are those of XGBoost on a CPU to the bit: float32 comparisons, leaves added in float32 in the order of the trees, a missing
 * value (NaN) goes where training sent it. Probabilities are made of them in float64 by exponentials of the same bits in
 * every runtime, and lie within some units in the last place of XGBoost's.
 *
 * Cost: O(trees x depth) a row. Trees of at most eight levels, and fuller ones of up to sixteen, are padded to perfect ones
 * and walked without branches, eight rows or eight trees at a time (assembly/trees.ts); others walk at some half of that
 * rate. Memory: 8 x 2^depth bytes a tree that is padded, 16 bytes a node of others.
 *
 * @example
 * const ranker = await GradientBoostedTrees.fromJson(await readFile('model.json'));
 * const { ids } = index.search(query, { k: 100 });
 * const features = new Float32Array(ids.length * ranker.featureCount); // a row a candidate, NaN: unknown
 * ids.forEach((id, i) => features.set(featuresOf(user, id), i * ranker.featureCount));
 * const scores = ranker.predict(features);
 * const ranked = Array.from(ids.keys()).sort((a, b) => scores[b] - scores[a]);
 */
export class GradientBoostedTrees {
  /** What the model was trained for: `binary:logistic`, `rank:pairwise`, ... */
  readonly objective: string;
  /** Features of a row. */
  readonly featureCount: number;
  /** The names of the features, where the model has them. */
  readonly featureNames: readonly string[] | undefined;
  /** Margins of a row: 1, or one a class. `multi:softmax` predicts one number a row all the same, the likeliest class. */
  readonly outputs: number;
  /** Trees that are summed. */
  readonly treeCount: number;
  readonly #arena: Arena;
  readonly #lifetime: Lifetime;
  readonly #sums: TreeSums;
  /** `using trees = await GradientBoostedTrees.fromJson(...)` disposes of it at the end of the block. */
  declare [Symbol.dispose]: () => void;

  private constructor(model: TreesModel, arena: Arena, sums: TreeSums) {
    this.objective = model.objective;
    this.featureCount = model.featureCount;
    this.featureNames = model.featureNames;
    this.outputs = model.outputs;
    this.treeCount = model.trees.length;
    this.#arena = arena;
    this.#sums = sums;
    this[dispose] = () => this.dispose();
    this.#lifetime = new Lifetime(this, 'GradientBoostedTrees', arena);
  }

  /**
   * Reads a model of XGBoost. Every tree is checked before memory is asked for.
   *
   * @param json text, its bytes, or the parsed object
   * @throws LanewiseError `FILE_FORMAT` where it is no JSON of XGBoost (UBJSON for instance); `FILE_CORRUPT` with the tree and
   *   the node where it is damaged; `UNSUPPORTED` for other boosters, objectives, splits by category, vectors in leaves;
   *   `INVALID_ARGUMENT`, `MEMORY_EXHAUSTED`, `SIMD_UNSUPPORTED`, `CSP_BLOCKED`
   */
  static async fromJson(json: TreesInput, options: TreesOptions = {}): Promise<GradientBoostedTrees> {
    const model = readModel(json, options.iterations);
    await init();
    const host = runtime();
    const arena = new Arena(host.memory);
    try {
      return new GradientBoostedTrees(model, arena, new TreeSums(host, arena, model));
    } catch (error) {
      arena.release();
      throw error;
    }
  }

  /**
   * Predictions of rows: rows x outputs, row-major, float32. Of one row, some microseconds; many at once go faster.
   *
   * @param features rows x featureCount, row-major; NaN: missing
   * @throws LanewiseError `INVALID_ARGUMENT`, `DIMENSION_MISMATCH`, `MEMORY_EXHAUSTED`, `DISPOSED`
   */
  predict(features: VectorInput, options: TreesPredictOptions = {}): Float32Array {
    this.#lifetime.check();
    const values = toVectors('features', features, this.featureCount);
    const rows = values.length / this.featureCount;
    const isClass = this.objective === MOST_LIKELY && !options.margin;
    const out = resultOf(options.out, rows * (isClass ? 1 : this.outputs));
    const margins = isClass ? resultOf(undefined, rows * this.outputs) : out;
    for (let first = 0; first < rows; first += this.#sums.rows) {
      const count = Math.min(this.#sums.rows, rows - first);
      this.#sums.write(values, this.featureCount, first, count, margins);
    }
    if (isClass) writeClasses(margins, this.outputs, out);
    else if (!options.margin) linkOf(this.objective)?.transform(out, this.outputs);
    return out;
  }

  /** Bytes of linear memory that the trees hold. @throws LanewiseError `DISPOSED` */
  memoryUsage(): { readonly total: number } {
    this.#lifetime.check();
    return { total: this.#arena.bytes };
  }

  /** Frees the trees; every later prediction throws `DISPOSED`. Harmless when called again. */
  dispose(): void {
    this.#lifetime.end();
  }
}

/** The likeliest class of each row; of equally likely ones the first. */
function writeClasses(margins: Float32Array, classes: number, out: Float32Array): void {
  for (let row = 0; row < out.length; row++) {
    let best = 0;
    for (let i = 1; i < classes; i++) {
      if (margins[row * classes + i]! > margins[row * classes + best]!) best = i;
    }
    out[row] = best;
  }
}

function resultOf(out: Float32Array | undefined, length: number): Float32Array {
  if (out === undefined) return allocatePredictions(length);
  if (out instanceof Float32Array && out.length === length) return out;
  throw new LanewiseError('INVALID_ARGUMENT', `out must be a Float32Array of ${length} numbers.`, {
    expected: length,
    got: out?.length,
  });
}
