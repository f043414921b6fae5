import { dispose, Lifetime } from '../host/disposal.ts';
import { LanewiseError } from '../host/errors.ts';
import type { LongCallOptions } from '../host/progress.ts';
import { checkInteger, type IdInput, toIds, toVectors } from '../vectors/input.ts';
import {
  type FoldedUser,
  type Model,
  predictRatings,
  queryOf,
  type RetrieveOptions,
  recommendItems,
  similarTo,
} from './factor-ranking.ts';
import {
  type ItemIndex,
  type ItemIndexClass,
  type ItemIndexOptions,
  indexItems,
  type OwnIndexOptions,
} from './item-index.ts';
import type { Recommendations, RecommendOptions } from './recommender.ts';

/** What a recommender of factors holds until it learns something else; it must not lead to the recommender. */
export class HeldFactors<Learned extends Model> {
  readonly estimator: string;
  learned: Learned | undefined;
  isLearning = false;
  /** Given by the recommender that holds this. */
  lifetime!: Lifetime;

  constructor(estimator: string) {
    this.estimator = estimator;
  }

  /** @throws LanewiseError `DISPOSED`, `UNTRAINED` */
  get model(): Learned {
    this.lifetime.check();
    if (this.learned) return this.learned;
    throw new LanewiseError('UNTRAINED', `This ${this.estimator} has learned no factors. Call fit() first.`);
  }

  /** Bytes of linear memory. */
  get bytes(): number {
    return this.learned?.factors.bytes ?? 0;
  }

  /** @throws LanewiseError `DISPOSED`, `INVALID_ARGUMENT` */
  checkIdle(): void {
    this.lifetime.check();
    if (!this.isLearning) return;
    throw new LanewiseError(
      'INVALID_ARGUMENT',
      `This ${this.estimator} is learning. Wait for that, or abort it, first.`,
    );
  }

  release(): void {
    this.learned?.factors.release();
    this.learned = undefined;
  }
}

/** What recommenders that learn factors of users and of items do with them: predict, recommend, index. */
export abstract class FactorRecommender {
  /** Numbers that describe a user, and an item. */
  readonly factorCount: number;
  readonly #held: HeldFactors<Model>;
  /** `using recommender = await ...create(...)` disposes of it at the end of the block. */
  declare [Symbol.dispose]: () => void;

  /** @param given held factors; declarations that said so would lead users' compilers to linear memory and its types */
  protected constructor(factorCount: number, given: object) {
    const held = given as HeldFactors<Model>;
    this.factorCount = factorCount;
    this.#held = held;
    this[dispose] = () => this.dispose();
    held.lifetime = new Lifetime(this, held.estimator, held);
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

  /** A copy of the factors of users: users x factors, row-major. @throws LanewiseError `UNTRAINED` */
  get userFactors(): Float32Array {
    return this.#held.model.factors.read('users');
  }

  /** A copy of the factors of items: items x factors, row-major. @throws LanewiseError `UNTRAINED` */
  get itemFactors(): Float32Array {
    return this.#held.model.factors.read('items');
  }

  /** The score of an item for a user. @throws LanewiseError `INVALID_ARGUMENT`, `UNTRAINED` */
  predict(user: number, item: number): number;
  /**
   * The scores of pairs, a user and an item each.
   *
   * @throws LanewiseError `INVALID_ARGUMENT` for a user or an item that is not known, `DIMENSION_MISMATCH`, `UNTRAINED`,
   *   `MEMORY_EXHAUSTED`
   */
  predict(users: IdInput, items: IdInput): Float32Array;
  predict(users: IdInput | number, items: IdInput | number): Float32Array | number {
    const { model } = this.#held;
    const userIds = toIds(users);
    const itemIds = toIds(items);
    if (userIds.length !== itemIds.length) throw mismatch('items', userIds.length, itemIds.length);
    for (const user of userIds) if (user >= this.userCount) this.#checkUser(user);
    for (const item of itemIds) if (item >= this.itemCount) this.#checkItem(item);
    const scores = predictRatings(model, userIds, itemIds);
    return typeof users === 'number' && typeof items === 'number' ? scores[0]! : scores;
  }

  /**
   * The items of the highest scores, for a user, or for one that `foldIn` gave; `scores` are those that `predict` gives. With
   * an index that finds the true best, the answer is the same. Cost: O(items x factors), or that of a search of the index.
   *
   * @throws LanewiseError `INVALID_ARGUMENT`, `UNTRAINED`, `MEMORY_EXHAUSTED`, and what the index throws
   */
  recommend(user: number | FoldedUser, options?: RetrieveOptions): Recommendations {
    return recommendItems(this.#held.model, this.#userOf(user), options);
  }

  /**
   * The items whose factors point most in the direction of an item's: `scores` are cosines. An item of which nothing was
   * learned has no direction: it is similar to none. Cost: O(items x factors); 4 bytes an item are kept from the first call on.
   *
   * @throws LanewiseError `INVALID_ARGUMENT`, `UNTRAINED`, `MEMORY_EXHAUSTED`
   */
  similarItems(item: number, options?: RecommendOptions): Recommendations {
    const { model } = this.#held;
    return similarTo(model, this.#checkItem(item), options);
  }

  /**
   * What an index of `toIndex` is searched with for a user: the factors and, where there are biases, a 1. Scores that it finds
   * lack the mean and the user's bias.
   *
   * @throws LanewiseError `INVALID_ARGUMENT`, `UNTRAINED`
   */
  userVector(user: number | FoldedUser): Float32Array {
    return queryOf(this.#held.model, this.#userOf(user));
  }

  /**
   * A new index of the items by inner product: of their factors and, where there are biases, of the bias. The class is one of
   * `lanewise/search` that knows the metric `ip`; the index is the caller's, and keeps what was learned so far.
   *
   * @param options what the class's `create` takes, and of a long call
   * @throws LanewiseError `UNTRAINED`, and what creating and filling the index throws
   * @example const index = await mf.toIndex(HnswIndex, { m: 16 }); // mf.recommend(user, { index })
   */
  async toIndex<Options extends ItemIndexOptions, Index extends ItemIndex>(
    kind: ItemIndexClass<Options, Index>,
    ...[options]: object extends OwnIndexOptions<Options>
      ? [options?: OwnIndexOptions<Options> & LongCallOptions]
      : [options: OwnIndexOptions<Options> & LongCallOptions]
  ): Promise<Index> {
    return indexItems(kind, this.#held.model, options ?? {});
  }

  /** Bytes of linear memory held; more while learning. @throws LanewiseError `DISPOSED` */
  memoryUsage(): { readonly total: number } {
    this.#held.lifetime.check();
    return { total: this.#held.bytes };
  }

  /** Gives the memory back; every later call throws `DISPOSED`. Harmless when called again. */
  dispose(): void {
    this.#held.lifetime.end();
  }

  #checkUser(user: unknown): number {
    return checkInteger('A user', user, 0, this.userCount - 1);
  }

  #checkItem(item: unknown): number {
    return checkInteger('An item', item, 0, this.itemCount - 1);
  }

  #userOf(user: number | FoldedUser): FoldedUser {
    const { factors } = this.#held.model;
    if (user !== null && typeof user === 'object') return this.#checkFolded(user);
    this.#checkUser(user);
    const bias = factors.userBiases && factors.runtime.memory.f32[factors.userBiases / 4 + user]!;
    return { factors: factors.readRows(factors.userRow(user), 1), bias };
  }

  #checkFolded({ factors, bias }: FoldedUser): FoldedUser {
    const values = toVectors('The factors of a user', factors, this.factorCount);
    if (values.length !== this.factorCount)
      throw mismatch('The factors of a user', this.factorCount, values.length);
    if (values.every(Number.isFinite) && Number.isFinite(bias)) return { factors: values, bias };
    throw notFinite('The factors and the bias of a user');
  }
}

export function mismatch(name: string, expected: number, got: number): LanewiseError {
  return new LanewiseError('DIMENSION_MISMATCH', `${name} must hold ${expected} numbers; got ${got}.`, {
    expected,
    got,
  });
}

export function notFinite(name: string): LanewiseError {
  return new LanewiseError('INVALID_VALUE', `${name} must be finite; some are not. Drop or replace them.`);
}
