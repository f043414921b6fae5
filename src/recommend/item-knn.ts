import { Arena } from '../host/arena.ts';
import { dispose, Lifetime } from '../host/disposal.ts';
import { LanewiseError } from '../host/errors.ts';
import { type LongCallOptions, runPieces } from '../host/progress.ts';
import { checkChoice } from '../search/options.ts';
import {
  checkInteger,
  checkNumber,
  type IdInput,
  LARGEST_ID,
  toIds,
  toVectors,
  type VectorInput,
} from '../vectors/input.ts';
import { checkInteractions, type Interactions } from '../vectors/interactions.ts';
import { bestItems, checkWanted } from './best-items.ts';
import { MOST_NEIGHBORS, openKnn, readKnn, writeKnn } from './item-knn-file.ts';
import { type KnnOptions, learnNeighbours, type Neighbourhoods } from './item-knn-fit.ts';
import { init, type Runtime, runtime } from './kernels.ts';
import type { Recommendations, Recommender, RecommendOptions } from './recommender.ts';

const ESTIMATOR = 'ItemKnn';
const SIMILARITIES = ['cosine', 'pearson'] as const;
/** Beyond, a similarity divided by so many users would vanish. */
const MOST_SHRINKAGE = 1e9;

/** What an {@link ItemKnn} is made for. */
export interface ItemKnnOptions {
  /**
   * How alike two items are. `cosine`: of the ratings of all users, 0 where there is none. `pearson`: the correlation over the
   * users who rated both, about the means of these ratings; for ratings alone, as without them nothing varies. @default 'cosine'
   */
  readonly similarity?: (typeof SIMILARITIES)[number];
  /**
   * Neighbours that are kept of each item, 1..65536: those most alike, of similarities above 0. Many predict better, few
   * recommend better: on MovieLens 1M, an RMSE of .863 with 100 and .903 with 20, and nDCG@10 of .080 and .088. @default 100
   */
  readonly neighbors?: number;
  /**
   * A similarity is multiplied by n / (n + shrinkage), where n users have both items: few are weak evidence (Koren,
   * "Factorization meets the neighborhood", KDD 2008, section 2.2). @default 0 for cosine, 100 for pearson
   */
  readonly shrinkage?: number;
  /** Users who must have both items for these to be neighbours. @default 1 */
  readonly minSupport?: number;
}

/** What a user has who is not known: items, and what they are rated. */
export interface UserItems {
  readonly items: IdInput;
  /** One an item. @default 1 each */
  readonly ratings?: VectorInput;
}

/** Holds what was learned until something else is; it must not lead to the recommender. */
class Learned {
  arena: Arena | undefined;
  release(): void {
    this.arena?.release();
    this.arena = undefined;
  }
}

/**
 * Recommends what is near to what a user has: items are neighbours where the same users have them (Sarwar et al.,
 * "Item-based collaborative filtering recommendation algorithms", WWW 2001; Deshpande and Karypis, "Item-based top-N
 * recommendation algorithms", ACM TOIS 22(1), 2004). Nothing is drawn; a user's new items count at once.
 *
 * A user who rates an item again means the last rating. Cost of `fit`: O(sum over users of entries²); of `recommend`:
 * O(the user's items x neighbors + items). Memory: 8 bytes an entry and 8 bytes a neighbour; while fitting, 24 bytes an entry,
 * 16 bytes a neighbour, and some 100 bytes an item (`pearson`: 130), never items x items.
 *
 * @example
 * const knn = await ItemKnn.create({ neighbors: 100 });
 * await knn.fit({ users, items });
 * const { ids } = knn.recommend({ items: basket }, { k: 10, exclude: basket });
 */
export class ItemKnn implements Recommender {
  readonly #options: KnnOptions;
  readonly #runtime: Runtime;
  readonly #learned = new Learned();
  readonly #lifetime: Lifetime;
  #fitted: Neighbourhoods | undefined;
  /** `using knn = await ItemKnn.create()` disposes of it at the end of the block. */
  declare [Symbol.dispose]: () => void;

  private constructor(options: KnnOptions) {
    this.#options = options;
    this.#runtime = runtime();
    this[dispose] = () => this.dispose();
    this.#lifetime = new Lifetime(this, ESTIMATOR, this.#learned);
  }

  /** @throws LanewiseError `INVALID_ARGUMENT`, `SIMD_UNSUPPORTED`, `CSP_BLOCKED` */
  static async create(options: ItemKnnOptions = {}): Promise<ItemKnn> {
    const { similarity = 'cosine', neighbors = 100, minSupport = 1 } = options;
    checkChoice('similarity', similarity, SIMILARITIES);
    const { shrinkage = similarity === 'pearson' ? 100 : 0 } = options;
    checkInteger('neighbors', neighbors, 1, MOST_NEIGHBORS);
    checkNumber('shrinkage', shrinkage, 0, MOST_SHRINKAGE);
    checkInteger('minSupport', minSupport, 1, LARGEST_ID);
    await init();
    return new ItemKnn({ isPearson: similarity === 'pearson', neighbors, shrinkage, minSupport });
  }

  /**
   * The recommender that `toBytes()` wrote, with identical answers.
   *
   * @throws LanewiseError `INVALID_ARGUMENT`, `FILE_FORMAT`, `FILE_TRUNCATED`, `FILE_CORRUPT`, `FILE_VERSION`,
   *   `FILE_DTYPE`, `MEMORY_EXHAUSTED`
   */
  static fromBytes(bytes: Uint8Array | ArrayBuffer): ItemKnn {
    const { file, options } = openKnn(bytes);
    const knn = new ItemKnn(options);
    const arena = new Arena(knn.#runtime.memory);
    try {
      knn.#fitted = readKnn(knn.#runtime, file, arena);
    } catch (error) {
      arena.release();
      throw error;
    }
    knn.#learned.arena = arena;
    return knn;
  }

  /** Whether neighbours were learned. */
  get isFitted(): boolean {
    return this.#fitted !== undefined;
  }

  get userCount(): number {
    return this.#fitted?.userCount ?? 0;
  }

  get itemCount(): number {
    return this.#fitted?.itemCount ?? 0;
  }

  /**
   * Learns the neighbours of every item; what was learned before is replaced once it succeeds. Progress counts entries.
   *
   * @throws LanewiseError `INVALID_ARGUMENT` also for Pearson's correlation without ratings, `DIMENSION_MISMATCH`,
   *   `INVALID_VALUE`, `MEMORY_EXHAUSTED`, `DISPOSED`, and the signal's reason
   */
  async fit(interactions: Interactions, options: LongCallOptions = {}): Promise<this> {
    this.#lifetime.check();
    const checked = checkInteractions(interactions, { needsRatings: this.#options.isPearson });
    const arena = new Arena(this.#runtime.memory);
    try {
      const learning = learnNeighbours(this.#runtime, checked, this.#options, arena);
      const fitted = await runPieces(learning, options);
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

  /**
   * The items nearest to what the user has: of each, the sum over the user's items that it is a neighbour of, of similarity x
   * rating. Items that are a neighbour of none do not qualify. The user's own do, unless they are excluded.
   *
   * @param user one that is known, or what somebody has
   * @throws LanewiseError `UNTRAINED`, `INVALID_ARGUMENT` also for users and items that are not known, `DIMENSION_MISMATCH`,
   *   `INVALID_VALUE`, `MEMORY_EXHAUSTED`, `DISPOSED`
   */
  recommend(user: number | UserItems, options?: RecommendOptions): Recommendations {
    const learned = this.#model;
    if (typeof user === 'object' && user !== null)
      return this.#near(learned, toRow(user, learned.itemCount), options);
    const { rowStarts, rowItems, rowValues } = learned;
    const first = rowStarts / 4 + checkInteger('user', user, 0, learned.userCount - 1);
    const { u32, i32, f32 } = this.#runtime.memory;
    const [start, end] = [u32[first]!, u32[first + 1]!];
    const row = {
      items: i32.slice(rowItems / 4 + start, rowItems / 4 + end),
      ratings: f32.slice(rowValues / 4 + start, rowValues / 4 + end),
    };
    return this.#near(learned, row, options);
  }

  /**
   * The neighbours of an item, of those that are kept, with their similarities.
   *
   * @throws LanewiseError `UNTRAINED`, `INVALID_ARGUMENT`, `MEMORY_EXHAUSTED`, `DISPOSED`
   */
  similarItems(item: number, options?: RecommendOptions): Recommendations {
    const learned = this.#model;
    checkInteger('item', item, 0, learned.itemCount - 1);
    return this.#near(learned, { items: Int32Array.of(item), ratings: Float32Array.of(1) }, options);
  }

  /** What a user may rate an item. @throws LanewiseError as for pairs */
  predict(user: number, item: number): number;
  /**
   * What users may rate items, for pairs of a user and an item each: the mean of the item, and by how much the user rates its
   * neighbours above theirs, weighted by similarity; the mean alone, where the user has rated none of them. Of an item that
   * nobody rated, the mean of all ratings. Predictions may lie a little beyond the scale of the ratings. Cost: O(neighbors)
   * each, and O(the user's items) where it is another user than that of the pair before.
   *
   * @throws LanewiseError `UNTRAINED`, `INVALID_ARGUMENT` also where there were no ratings to learn from,
   *   `DIMENSION_MISMATCH`, `MEMORY_EXHAUSTED`, `DISPOSED`
   */
  predict(users: IdInput, items: IdInput): Float32Array;
  predict(users: IdInput | number, items: IdInput | number): Float32Array | number {
    const learned = this.#model;
    if (!learned.hasRatings) {
      throw new LanewiseError(
        'INVALID_ARGUMENT',
        'There were no ratings to learn from. Call fit() with ratings.',
      );
    }
    const [u, i] = [toIds(users), toIds(items)];
    checkLength('items', i.length, u.length);
    for (const user of u) if (user >= learned.userCount) checkInteger('user', user, 0, learned.userCount - 1);
    for (const item of i) checkItem(item, learned.itemCount);
    const ratings = predicted(this.#runtime, learned, u, i);
    return typeof users === 'number' && typeof items === 'number' ? ratings[0]! : ratings;
  }

  /** What was learned as a safetensors file. @throws LanewiseError `UNTRAINED`, `DISPOSED` */
  toBytes(): Uint8Array<ArrayBuffer> {
    return writeKnn(this.#runtime, this.#options, this.#model);
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

  #near(
    { itemCount, starts, ids, similarities }: Neighbourhoods,
    row: Row,
    options?: RecommendOptions,
  ): Recommendations {
    const wanted = checkWanted(options, itemCount);
    const { memory, kernels } = this.#runtime;
    const count = row.items.length;
    const blocks = new Arena(memory);
    try {
      const scores = blocks.allocate(4 * itemCount);
      const items = blocks.allocate(8 * count);
      const ratings = items + 4 * count;
      memory.f32.fill(Number.NaN, scores / 4, scores / 4 + itemCount);
      memory.i32.set(row.items, items / 4);
      memory.f32.set(row.ratings, ratings / 4);
      kernels.addNeighbours(items, ratings, count, starts, ids, similarities, scores);
      return bestItems(this.#runtime, itemCount, wanted, (first, count, out) =>
        memory.u8.copyWithin(out, scores + 4 * first, scores + 4 * (first + count)),
      );
    } finally {
      blocks.release();
    }
  }

  get #model(): Neighbourhoods {
    this.#lifetime.check();
    if (this.#fitted) return this.#fitted;
    throw new LanewiseError(
      'UNTRAINED',
      `This ${ESTIMATOR} has learned no neighbours yet. Call fit() first.`,
    );
  }
}

/** Items, ascending, and their ratings. */
interface Row {
  readonly items: Int32Array;
  readonly ratings: Float32Array;
}

/** What a user has, as a row of one that is known: of an item that is named again, the last rating. */
function toRow({ items, ratings }: UserItems, itemCount: number): Row {
  const ids = toIds(items);
  const values = ratings === undefined ? undefined : toVectors('ratings', ratings, 1);
  if (values) checkLength('ratings', values.length, ids.length);
  const row = new Map<number, number>();
  for (const [i, item] of ids.entries())
    row.set(checkItem(item, itemCount), checkRating(values?.[i] ?? 1, i));
  const ascending = Int32Array.from(row.keys()).sort();
  return { items: ascending, ratings: Float32Array.from(ascending, (item) => row.get(item)!) };
}

function checkItem(item: number, itemCount: number): number {
  return item < itemCount ? item : checkInteger('item', item, 0, itemCount - 1);
}

function checkRating(rating: number, i: number): number {
  if (Number.isFinite(rating)) return rating;
  throw new LanewiseError('INVALID_VALUE', `Ratings must be finite in float32; ratings[${i}] is ${rating}.`, {
    got: rating,
  });
}

function checkLength(name: string, got: number, expected: number): void {
  if (got === expected) return;
  throw new LanewiseError('DIMENSION_MISMATCH', `${name} must hold ${expected} numbers; got ${got}.`, {
    expected,
    got,
  });
}

function predicted(
  { memory, kernels }: Runtime,
  { itemCount, rowStarts, rowItems, rowValues, starts, ids, similarities, means }: Neighbourhoods,
  users: Int32Array,
  items: Int32Array,
): Float32Array {
  const count = users.length;
  const blocks = new Arena(memory);
  try {
    const [usersAt, itemsAt, out] = [0, 1, 2].map(() => blocks.allocate(4 * count)) as [
      number,
      number,
      number,
    ];
    const known = blocks.allocate(4 * itemCount);
    memory.i32.set(users, usersAt / 4);
    memory.i32.set(items, itemsAt / 4);
    memory.f32.fill(Number.NaN, known / 4, known / 4 + itemCount);
    const lists = [starts, ids, similarities] as const;
    kernels.predictRatings(
      usersAt,
      itemsAt,
      count,
      rowStarts,
      rowItems,
      rowValues,
      ...lists,
      means,
      known,
      out,
    );
    return memory.f32.slice(out / 4, out / 4 + count);
  } finally {
    blocks.release();
  }
}
