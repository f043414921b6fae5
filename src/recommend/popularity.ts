import { arrayTensor } from '../format/file-tensors.ts';
import { corruptFile, IndexFile, writeIndexFile } from '../format/index-file.ts';
import type { TensorSpec } from '../format/safetensors.ts';
import { Arena } from '../host/arena.ts';
import { dispose, Lifetime } from '../host/disposal.ts';
import { LanewiseError } from '../host/errors.ts';
import { type LongCallOptions, type Progress, runPieces } from '../host/progress.ts';
import { checkChoice } from '../search/options.ts';
import { checkBytes, checkInteger, LARGEST_ID } from '../vectors/input.ts';
import { type CheckedInteractions, checkInteractions, type Interactions } from '../vectors/interactions.ts';
import { bestItems, checkWanted, without } from './best-items.ts';
import { init, type Runtime, runtime } from './kernels.ts';
import type { Recommendations, Recommender, RecommendOptions } from './recommender.ts';

const ESTIMATOR = 'Popularity';
const MEASURES = ['entries', 'ratings'] as const;
/** Entries that are counted in a millisecond or so. */
const PIECE = 1 << 18;

/** What makes an item popular. */
export interface PopularityOptions {
  /** How many entries it has, or the sum of their ratings or weights, 1 each where there are none. @default 'entries' */
  readonly by?: (typeof MEASURES)[number];
}

interface Fitted {
  readonly userCount: number;
  readonly itemCount: number;
  /** f32 x itemCount. */
  readonly scores: number;
}

/**
 * The same items for everybody: those with the most entries. What any other recommender must beat.
 *
 * Items without entries qualify, with a score of 0. Cost: O(entries) to fit, O(items) to recommend. Memory: 4 bytes an item.
 *
 * @example
 * const popularity = await Popularity.create();
 * await popularity.fit({ users, items });
 * const { ids } = popularity.recommend(0, { k: 10, exclude: itemsOf(0) });
 */
export class Popularity implements Recommender {
  readonly #by: (typeof MEASURES)[number];
  readonly #runtime: Runtime;
  readonly #arena: Arena;
  readonly #lifetime: Lifetime;
  #fitted: Fitted | undefined;
  /** `using popularity = await Popularity.create()` disposes of it at the end of the block. */
  declare [Symbol.dispose]: () => void;

  private constructor(by: (typeof MEASURES)[number]) {
    this.#by = by;
    this.#runtime = runtime();
    this.#arena = new Arena(this.#runtime.memory);
    this[dispose] = () => this.dispose();
    this.#lifetime = new Lifetime(this, ESTIMATOR, this.#arena);
  }

  /** @throws LanewiseError `INVALID_ARGUMENT`, `SIMD_UNSUPPORTED`, `CSP_BLOCKED` */
  static async create({ by = 'entries' }: PopularityOptions = {}): Promise<Popularity> {
    checkChoice('by', by, MEASURES);
    await init();
    return new Popularity(by);
  }

  /**
   * The recommender that `toBytes()` wrote, with identical answers.
   *
   * @throws LanewiseError `INVALID_ARGUMENT`, `FILE_FORMAT`, `FILE_TRUNCATED`, `FILE_CORRUPT`, `FILE_VERSION`,
   *   `FILE_DTYPE`, `MEMORY_EXHAUSTED`
   */
  static fromBytes(bytes: Uint8Array | ArrayBuffer): Popularity {
    const file = new IndexFile(checkBytes(bytes), ESTIMATOR);
    const by = MEASURES[file.integer('by', 0, 1)]!;
    const userCount = file.integer('userCount', 1, LARGEST_ID + 1);
    const itemCount = file.integer('itemCount', 1, LARGEST_ID + 1);
    const spec = scoreSpec(itemCount);
    file.take(spec);
    const scores = new Float32Array(itemCount);
    const popularity = new Popularity(by);
    file.load([arrayTensor(popularity.#runtime, spec, scores)]);
    if (!scores.every(Number.isFinite))
      throw corruptFile('The file holds a score that is no number.', 'scores');
    popularity.#keep(scores, userCount);
    return popularity;
  }

  /** Whether interactions were counted. */
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
   * Counts entries, or sums ratings; what was learned before is replaced once it succeeds. Progress is told in entries.
   *
   * @throws LanewiseError `INVALID_ARGUMENT`, `DIMENSION_MISMATCH`, `INVALID_VALUE` also for sums beyond float32,
   *   `MEMORY_EXHAUSTED`, `DISPOSED`, and the signal's reason
   */
  async fit(interactions: Interactions, options: LongCallOptions = {}): Promise<this> {
    this.#lifetime.check();
    const checked = checkInteractions(interactions);
    const scores = await runPieces(countItems(this.#runtime, checked, this.#by === 'ratings'), options);
    this.#lifetime.check();
    this.#keep(scores, checked.userCount);
    return this;
  }

  /**
   * The most popular items; the same for every user.
   *
   * @throws LanewiseError `UNTRAINED`, `INVALID_ARGUMENT` also for a user or an excluded item that is not known,
   *   `MEMORY_EXHAUSTED`, `DISPOSED`
   */
  recommend(user: number, options?: RecommendOptions): Recommendations {
    const fitted = this.#learned;
    checkInteger('user', user, 0, fitted.userCount - 1);
    return this.#best(fitted, options);
  }

  /**
   * The most popular items but this one: entries are all that is known of an item, so none is more like it than another.
   *
   * @throws LanewiseError `UNTRAINED`, `INVALID_ARGUMENT`, `MEMORY_EXHAUSTED`, `DISPOSED`
   */
  similarItems(item: number, options?: RecommendOptions): Recommendations {
    const fitted = this.#learned;
    checkInteger('item', item, 0, fitted.itemCount - 1);
    return this.#best(fitted, options, item);
  }

  /** What was learned as a safetensors file. @throws LanewiseError `UNTRAINED`, `DISPOSED` */
  toBytes(): Uint8Array<ArrayBuffer> {
    const { userCount, itemCount, scores } = this.#learned;
    const options = { by: MEASURES.indexOf(this.#by), userCount, itemCount };
    const values = this.#runtime.memory.f32.slice(scores / 4, scores / 4 + itemCount);
    return writeIndexFile({ estimator: ESTIMATOR, options, nextId: 0, seed: 0 }, [
      arrayTensor(this.#runtime, scoreSpec(itemCount), values),
    ]);
  }

  /** Bytes of linear memory held. @throws LanewiseError `DISPOSED` */
  memoryUsage(): { readonly total: number } {
    this.#lifetime.check();
    return { total: this.#arena.bytes };
  }

  /** Gives the memory back; every later call throws `DISPOSED`. Harmless when called again. */
  dispose(): void {
    this.#lifetime.end();
    this.#fitted = undefined;
  }

  #keep(values: Float32Array, userCount: number): void {
    const scores = this.#arena.allocate(values.byteLength);
    this.#runtime.memory.f32.set(values, scores / 4);
    if (this.#fitted) this.#arena.free(this.#fitted.scores);
    this.#fitted = { userCount, itemCount: values.length, scores };
  }

  #best(
    { itemCount, scores }: Fitted,
    options: RecommendOptions | undefined,
    item?: number,
  ): Recommendations {
    const checked = checkWanted(options, itemCount);
    const wanted = item === undefined ? checked : without(checked, item);
    return bestItems(this.#runtime, itemCount, wanted, (first, count, out) =>
      this.#runtime.memory.u8.copyWithin(out, scores + 4 * first, scores + 4 * (first + count)),
    );
  }

  get #learned(): Fitted {
    this.#lifetime.check();
    if (this.#fitted) return this.#fitted;
    throw new LanewiseError('UNTRAINED', `This ${ESTIMATOR} has learned from nothing yet. Call fit() first.`);
  }
}

function* countItems(
  { memory }: Runtime,
  { items, ratings, itemCount }: CheckedInteractions,
  sumsRatings: boolean,
): Generator<Progress, Float32Array> {
  // A copy, which the caller cannot change between two pieces.
  const weights = sumsRatings ? ratings?.slice() : undefined;
  const address = memory.allocate(8 * itemCount);
  const sums = () => new Float64Array(memory.u8.buffer, address, itemCount);
  try {
    sums().fill(0);
    for (let start = 0; start < items.length; ) {
      const end = Math.min(items.length, start + PIECE);
      const counted = sums();
      for (let at = start; at < end; at++) counted[items[at]!]! += weights ? weights[at]! : 1;
      start = end;
      yield { done: end, total: items.length };
    }
    return toScores(sums());
  } finally {
    memory.free(address);
  }
}

function toScores(sums: Float64Array): Float32Array {
  const scores = new Float32Array(sums);
  const item = scores.findIndex((score) => !Number.isFinite(score));
  if (item < 0) return scores;
  throw new LanewiseError(
    'INVALID_VALUE',
    `The ratings of item ${item} sum to ${sums[item]}, beyond float32. Scale them down.`,
    { got: sums[item] },
  );
}

function scoreSpec(items: number): TensorSpec {
  return { name: 'scores', dtype: 'F32', shape: [items] };
}
