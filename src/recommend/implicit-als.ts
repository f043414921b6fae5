import { dispose, Lifetime } from '../host/disposal.ts';
import { LanewiseError } from '../host/errors.ts';
import { type LongCallOptions, runPieces } from '../host/progress.ts';
import { checkInteger, type IdInput, toIds, toVectors, type VectorInput } from '../vectors/input.ts';
import { type CheckedInteractions, checkInteractions, type Interactions } from '../vectors/interactions.ts';
import { type Learned, readImplicit, writeImplicit } from './implicit-als-file.ts';
import { FoldIn } from './implicit-als-fold.ts';
import { type CheckedOptions, checkOptions, type ImplicitALSOptions } from './implicit-als-options.ts';
import { Training } from './implicit-als-training.ts';
import { init, type Runtime, runtime } from './kernels.ts';
import {
  type ItemIndex,
  type ItemIndexClass,
  type ItemIndexOptions,
  indexItems,
  type OwnIndexOptions,
} from './matrix-factorization-index.ts';
import {
  type FoldedUser,
  type Model,
  predictRatings,
  type RetrieveOptions,
  recommendItems,
  similarTo,
} from './matrix-factorization-ranking.ts';
import type { Recommendations, Recommender, RecommendOptions } from './recommender.ts';

const ESTIMATOR = 'ImplicitALS';

/** Holds what was learned until something else is; it must not lead to the estimator. */
class Held {
  learned: Learned | undefined;
  foldIn: FoldIn | undefined;
  release(): void {
    this.foldIn?.release();
    this.learned?.factors.release();
    this.foldIn = undefined;
    this.learned = undefined;
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
 * Grouping the entries holds the event loop up for some 20 ms a million of them; nothing else does for more than a few.
 *
 * @example
 * const als = await ImplicitALS.create({ factors: 64, seed: 1 });
 * await als.fit({ users, items });
 * const { ids, scores } = als.recommend(user, { k: 10, exclude: seen });
 */
export class ImplicitALS implements Recommender {
  readonly #options: CheckedOptions;
  readonly #runtime: Runtime;
  readonly #held = new Held();
  readonly #lifetime: Lifetime;
  #isLearning = false;
  /** `using als = await ImplicitALS.create(...)` disposes of it at the end of the block. */
  declare [Symbol.dispose]: () => void;

  private constructor(options: CheckedOptions) {
    this.#options = options;
    this.#runtime = runtime();
    this[dispose] = () => this.dispose();
    this.#lifetime = new Lifetime(this, ESTIMATOR, this.#held);
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

  /** Whether factors were learned. */
  get isFitted(): boolean {
    return this.#held.learned !== undefined;
  }

  /** Users that are known; 0 before fit. */
  get userCount(): number {
    return this.#held.learned?.factors.extents.userCount ?? 0;
  }

  /** Items that are known; 0 before fit. */
  get itemCount(): number {
    return this.#held.learned?.factors.extents.itemCount ?? 0;
  }

  /** Numbers that describe a user, and an item. */
  get factorCount(): number {
    return this.#options.factors;
  }

  /** Whole iterations that were made; fewer than asked for where `fit` was stopped. @throws LanewiseError `UNTRAINED` */
  get iterations(): number {
    return this.#learned.iterations;
  }

  /** What is minimised, after each iteration; empty unless `trackLosses`. @throws LanewiseError `UNTRAINED` */
  get losses(): number[] {
    return [...this.#learned.losses];
  }

  /** A copy of the factors of the users: users x factors, row-major. @throws LanewiseError `UNTRAINED` */
  get userFactors(): Float32Array {
    return this.#learned.factors.read('users');
  }

  /** A copy of the factors of the items: items x factors, row-major. @throws LanewiseError `UNTRAINED` */
  get itemFactors(): Float32Array {
    return this.#learned.factors.read('items');
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
    this.#lifetime.check();
    if (this.#isLearning) {
      throw new LanewiseError(
        'INVALID_ARGUMENT',
        `This ${ESTIMATOR} is learning. Wait for that, or abort it, first.`,
      );
    }
    const checked = checkWeights(checkInteractions(interactions));
    const training = new Training(this.#runtime, this.#options, checked, () => this.#lifetime.check());
    this.#isLearning = true;
    try {
      await runPieces(training.run(), options);
      this.#lifetime.check();
      return this;
    } finally {
      this.#isLearning = false;
      const { kept: factors, iterations, usedItems, losses } = training;
      if (this.#lifetime.isDisposed) factors?.release();
      else if (factors) {
        this.#held.release();
        this.#held.learned = { factors, iterations, usedItems, losses };
      }
    }
  }

  /** The score of an item for a user: about 1 where it fits, 0 where not. @throws LanewiseError `INVALID_ARGUMENT`, `UNTRAINED` */
  predict(user: number, item: number): number;
  /**
   * The scores of pairs, a user and an item each.
   *
   * @throws LanewiseError `INVALID_ARGUMENT` for a user or an item that is not known, `DIMENSION_MISMATCH`, `UNTRAINED`,
   *   `MEMORY_EXHAUSTED`
   */
  predict(users: IdInput, items: IdInput): Float32Array;
  predict(users: IdInput | number, items: IdInput | number): Float32Array | number {
    const model = this.#model;
    const userIds = toIds(users);
    const itemIds = toIds(items);
    if (userIds.length !== itemIds.length) throw mismatch('items', userIds.length, itemIds.length);
    for (const user of userIds) if (user >= this.userCount) this.#checkUser(user);
    for (const item of itemIds) if (item >= this.itemCount) this.#checkItem(item);
    const scores = predictRatings(model, userIds, itemIds);
    return typeof users === 'number' && typeof items === 'number' ? scores[0]! : scores;
  }

  /**
   * The items of the highest scores, for a user, or for one that `foldIn` gave. With an index that finds the true best, the
   * answer is the same. Cost: O(items x factors), or that of a search of the index for k and as many items as are excluded.
   *
   * @throws LanewiseError `INVALID_ARGUMENT`, `UNTRAINED`, `MEMORY_EXHAUSTED`, and what the index throws
   */
  recommend(user: number | FoldedUser, options?: RetrieveOptions): Recommendations {
    return recommendItems(this.#model, this.#userOf(user), options);
  }

  /**
   * The items whose factors point most in the direction of an item's: `scores` are cosines. An item without entries has no
   * direction: it is similar to none. Cost: O(items x factors); 4 bytes an item are kept from the first call on.
   *
   * @throws LanewiseError `INVALID_ARGUMENT`, `UNTRAINED`, `MEMORY_EXHAUSTED`
   */
  similarItems(item: number, options?: RecommendOptions): Recommendations {
    const model = this.#model;
    return similarTo(model, this.#checkItem(item), options);
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
    const { factors, usedItems } = this.#learned;
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

  /** What an index of `toIndex` is searched with for a user. @throws LanewiseError `INVALID_ARGUMENT`, `UNTRAINED` */
  userVector(user: number | FoldedUser): Float32Array {
    return this.#userOf(user).factors.slice();
  }

  /**
   * A new index of the items by inner product. The class is one of `lanewise/search` that knows the metric `ip`; the index is
   * the caller's, and keeps what was learned so far.
   *
   * @param options what the class's `create` takes, and of a long call
   * @throws LanewiseError `UNTRAINED`, and what creating and filling the index throws
   * @example const index = await als.toIndex(HnswIndex, { m: 16 }); // als.recommend(user, { index })
   */
  async toIndex<Options extends ItemIndexOptions, Index extends ItemIndex>(
    kind: ItemIndexClass<Options, Index>,
    ...[options]: object extends OwnIndexOptions<Options>
      ? [options?: OwnIndexOptions<Options> & LongCallOptions]
      : [options: OwnIndexOptions<Options> & LongCallOptions]
  ): Promise<Index> {
    return indexItems(kind, this.#model, options ?? {});
  }

  /** What was learned as a safetensors file. @throws LanewiseError `UNTRAINED`, `MEMORY_EXHAUSTED` */
  toBytes(): Uint8Array<ArrayBuffer> {
    return writeImplicit(this.#options, this.#learned);
  }

  /** Bytes of linear memory held; more while learning. @throws LanewiseError `DISPOSED` */
  memoryUsage(): { readonly total: number } {
    this.#lifetime.check();
    const { learned, foldIn } = this.#held;
    return { total: (learned?.factors.bytes ?? 0) + (foldIn?.bytes ?? 0) };
  }

  /** Gives the memory back; every later call throws `DISPOSED`. Harmless when called again. */
  dispose(): void {
    this.#lifetime.end();
  }

  get #learned(): Learned {
    this.#lifetime.check();
    if (this.#held.learned) return this.#held.learned;
    throw new LanewiseError('UNTRAINED', `This ${ESTIMATOR} has learned no factors. Call fit() first.`);
  }

  get #model(): Model {
    return { factors: this.#learned.factors, mean: 0 };
  }

  #checkUser(user: unknown): number {
    return checkInteger('A user', user, 0, this.userCount - 1);
  }

  #checkItem(item: unknown): number {
    return checkInteger('An item', item, 0, this.itemCount - 1);
  }

  #userOf(user: number | FoldedUser): FoldedUser {
    const { factors } = this.#learned;
    const count = this.#options.factors;
    if (user !== null && typeof user === 'object') {
      const values = toVectors('The factors of a user', user.factors, count);
      if (values.length !== count) throw mismatch('The factors of a user', count, values.length);
      if (values.every(Number.isFinite)) return { factors: values, bias: 0 };
      throw new LanewiseError('INVALID_VALUE', 'The factors of a user must be finite; some are not.');
    }
    this.#checkUser(user);
    return { factors: factors.readRows(factors.userRow(user), 1), bias: 0 };
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

function mismatch(name: string, expected: number, got: number): LanewiseError {
  return new LanewiseError('DIMENSION_MISMATCH', `${name} must hold ${expected} numbers; got ${got}.`, {
    expected,
    got,
  });
}
