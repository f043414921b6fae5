import { LanewiseError } from '../host/errors.ts';
import { type LongCallOptions, runPieces } from '../host/progress.ts';
import type { IdInput, VectorInput } from '../vectors/input.ts';
import { type CheckedInteractions, checkInteractions, type Interactions } from '../vectors/interactions.ts';
import type { FoldedUser } from './factor-ranking.ts';
import { FactorRecommender, HeldFactors } from './factor-recommender.ts';
import { type Learned, readImplicit, writeImplicit } from './implicit-als-file.ts';
import { FoldIn } from './implicit-als-fold.ts';
import { type CheckedOptions, checkOptions, type ImplicitALSOptions } from './implicit-als-options.ts';
import { Training } from './implicit-als-training.ts';
import { init, type Runtime, runtime } from './kernels.ts';
import type { Recommender } from './recommender.ts';

const ESTIMATOR = 'ImplicitALS';

/** What users who are not known are folded in by is made when it is first needed. */
class Held extends HeldFactors<Learned> {
  foldIn: FoldIn | undefined;

  override get bytes(): number {
    return super.bytes + (this.foldIn?.bytes ?? 0);
  }

  override release(): void {
    this.foldIn?.release();
    this.foldIn = undefined;
    super.release();
  }
}

/**
 * Factors of users and items, learned from what users did: bought, watched, needed. What they did not do counts too, but less
 * (Hu, Koren and Volinsky, "Collaborative filtering for implicit feedback datasets", ICDM 2008). Alternating least squares
 * minimise, over all pairs of a user u and an item i,
 *
 *   sum of c (p - x_u · y_i)² + penalty of u |x_u|² + penalty of i |y_i|²,      p = 1 and c = 1 + alpha r where u did i,
 *                                                                               p = 0 and c = 1 elsewhere
 *
 * where r is the rating, the sum of several of the same pair, and 1 without ratings. A rating of 0 counts as none. The
 * penalty of a row is `regularization` times the sum of its c, of all pairs (Rendle et al., "Revisiting the performance of
 * iALS on item recommendation benchmarks", RecSys 2022, section 3.3), so that the same serves small data and large.
 *
 * Users and items without entries have factors of 0.
 *
 * Cost of an iteration: O(entries x factors x steps + rows x factors² x steps) by conjugate gradients, O(entries x factors² +
 * rows x factors³) by Cholesky's method. Memory: 4 bytes a factor; while learning twice that, and 28 bytes an entry.
 * Entries are summed by pairs in one stretch, some 7 ms a million of them; nothing else holds the event loop up as long.
 *
 * @example
 * const als = await ImplicitALS.create({ factors: 64, seed: 1 });
 * await als.fit({ users, items });
 * const { ids, scores } = als.recommend(user, { k: 10, exclude: seen });
 */
export class ImplicitALS extends FactorRecommender implements Recommender {
  readonly #options: CheckedOptions;
  readonly #runtime: Runtime;
  readonly #held: Held;

  private constructor(options: CheckedOptions, held = new Held(ESTIMATOR)) {
    super(options.factors, held);
    this.#options = options;
    this.#runtime = runtime();
    this.#held = held;
  }

  /** @throws LanewiseError `INVALID_ARGUMENT`, `SIMD_UNSUPPORTED`, `CSP_BLOCKED` */
  static async create(options?: ImplicitALSOptions): Promise<ImplicitALS> {
    const checked = checkOptions(options);
    await init();
    return new ImplicitALS(checked);
  }

  /**
   * What `toBytes()` wrote, with identical answers.
   *
   * @throws LanewiseError `INVALID_ARGUMENT`, `FILE_FORMAT`, `FILE_TRUNCATED`, `FILE_CORRUPT`, `FILE_VERSION`,
   *   `FILE_DTYPE`, `MEMORY_EXHAUSTED`
   */
  static fromBytes(bytes: Uint8Array | ArrayBuffer): ImplicitALS {
    const { options, learned } = readImplicit(runtime(), bytes);
    const loaded = new ImplicitALS(options);
    loaded.#held.learned = learned;
    return loaded;
  }

  /** Whole iterations that were made; fewer than asked for where `fit` was stopped. @throws LanewiseError `UNTRAINED` */
  get iterations(): number {
    return this.#held.model.iterations;
  }

  /** What is minimised, after each iteration; empty unless `trackLosses`. @throws LanewiseError `UNTRAINED` */
  get losses(): number[] {
    return [...this.#held.model.losses];
  }

  /**
   * Learns from what users did; what was learned before is replaced. Progress counts rows of users and items, once an
   * iteration.
   *
   * Whatever ends it, a signal or factors that leave the finite numbers, after one whole iteration or more: what these have
   * learned is there. Where the first was not finished, and after any other error, all is as it was before.
   *
   * @param interactions ratings, if any, are weights, 0 or above
   * @throws LanewiseError `INVALID_ARGUMENT` (also while learning), `DIMENSION_MISMATCH`, `INVALID_VALUE`,
   *   `MEMORY_EXHAUSTED`, `DIVERGED` with the iteration as `got`, and the signal's reason
   */
  async fit(interactions: Interactions, options: LongCallOptions = {}): Promise<this> {
    this.#held.checkIdle();
    const checked = checkWeights(checkInteractions(interactions));
    const training = new Training(this.#runtime, this.#options, checked, () => this.#held.lifetime.check());
    this.#held.isLearning = true;
    try {
      await runPieces(training.run(), options);
      this.#held.lifetime.check();
      return this;
    } finally {
      this.#held.isLearning = false;
      const { kept: factors, iterations, usedItems, losses } = training;
      if (this.#held.lifetime.isDisposed) factors?.release();
      else if (factors) {
        this.#held.release();
        this.#held.learned = { factors, mean: 0, iterations, usedItems, losses };
      }
    }
  }

  /**
   * The factors that minimise the loss for a user who is not known, with all items as they are, by Cholesky's method.
   * `recommend` takes them in place of a user. Cost: O(entries x factors² + factors³); the first call makes the Gram matrix
   * of the items too, O(items x factors²), which is kept.
   *
   * @throws LanewiseError `INVALID_ARGUMENT`, `DIMENSION_MISMATCH`, `INVALID_VALUE`, `DIVERGED` where a weight leaves
   *   float32, `UNTRAINED`, `MEMORY_EXHAUSTED`
   */
  foldIn({ items, ratings }: { readonly items: IdInput; readonly ratings?: VectorInput }): FoldedUser {
    const { factors, usedItems } = this.#held.model;
    const users = new Int32Array(items?.length ?? 0);
    const entries = { users, items, ...(ratings !== undefined && { ratings }), itemCount: this.itemCount };
    const checked = checkWeights(checkInteractions(entries));
    this.#held.foldIn ??= new FoldIn(factors);
    const found = this.#held.foldIn.solve(checked, this.#options, usedItems);
    if (found.every(Number.isFinite)) return { factors: found, bias: 0 };
    throw new LanewiseError(
      'DIVERGED',
      'The factors of these ratings are not finite. Ratings times alpha must lie well within float32: scale them.',
    );
  }

  /** What was learned as a safetensors file. @throws LanewiseError `UNTRAINED`, `MEMORY_EXHAUSTED` */
  toBytes(): Uint8Array<ArrayBuffer> {
    return writeImplicit(this.#options, this.#held.model);
  }
}

/** @throws LanewiseError `INVALID_VALUE` */
function checkWeights(checked: CheckedInteractions): CheckedInteractions {
  const at = checked.ratings?.findIndex((rating) => rating < 0) ?? -1;
  if (at < 0) return checked;
  const got = checked.ratings![at]!;
  throw new LanewiseError(
    'INVALID_VALUE',
    `Ratings are weights, 0 or above; ratings[${at}] is ${got}. Drop what users disliked, or learn from it by MatrixFactorization.`,
    { got },
  );
}
