import { Arena } from '../host/arena.ts';
import { LanewiseError } from '../host/errors.ts';
import type { Progress } from '../host/progress.ts';
import { Random } from '../host/random.ts';
import type { CheckedInteractions } from '../vectors/interactions.ts';
import type { Factors } from './factors.ts';
import { type CheckedOptions, learningRates } from './matrix-factorization-options.ts';

const ENTRY_BYTES = 12;
/** Factors of ratings that are learned between two looks at the clock: some 2 ms. */
const PIECE_FACTORS = 1 << 21;
/** Ratings that are shuffled between two looks at the clock. */
const PIECE_SHUFFLED = 1 << 17;

/** Ratings in linear memory, 12 bytes each (assembly/factorize.ts). */
export interface RatingsBlock {
  readonly address: number;
  readonly count: number;
}

/** What is learned, and how long. */
export interface Lesson {
  readonly options: CheckedOptions;
  readonly ratings: CheckedInteractions;
  readonly validation: CheckedInteractions | undefined;
  readonly epochs: number;
  readonly mean: number;
  readonly seed: number;
  /** Whether rows of zeros are drawn before. */
  readonly draws: boolean;
  /** Throws where going on is in vain. */
  readonly check: () => void;
}

/** How far ratings move factors. */
interface Step {
  readonly mean: number;
  readonly rate: number;
  readonly penalty: number;
  readonly biasPenalty: number;
}

/**
 * One pass over some ratings of a block, in their order: the whole of training, as a function of ratings and factors. Blocks
 * that share neither users nor items may be learned side by side.
 *
 * @returns the sum of the squared errors, each as it was before its step
 */
function learnRatings(
  factors: Factors,
  { address }: RatingsBlock,
  from: number,
  to: number,
  { mean, rate, penalty, biasPenalty }: Step,
): number {
  const { users, items, width, userBiases, itemBiases } = factors;
  const { kernels } = factors.runtime;
  const biases = [userBiases, itemBiases] as const;
  return kernels.factorize(
    ...([address, from, to, users, items, 4 * width, ...biases, mean, rate, penalty, biasPenalty] as const),
  );
}

/**
 * Stochastic gradient descent over some epochs. Whatever ends it, `kept` are the factors of the last whole epoch or, with
 * ratings for validation, of the best one: what as many epochs would have ended with.
 */
export class Training {
  readonly train: number[] = [];
  readonly validation: number[] = [];
  /** Undefined until an epoch is whole. One of the two factors that it was made with. */
  kept: Factors | undefined;
  readonly #lesson: Lesson;
  readonly #factors: Factors;
  readonly #snapshot: Factors | undefined;
  readonly #arena: Arena;
  readonly #ratings: RatingsBlock;
  readonly #validation: RatingsBlock | undefined;
  /** Of the generator of orders. */
  readonly #state: number;
  readonly #total: number;

  /**
   * @param snapshot of the same extents, where there is more than one epoch
   * @throws LanewiseError `MEMORY_EXHAUSTED`
   */
  constructor(factors: Factors, snapshot: Factors | undefined, lesson: Lesson) {
    this.#factors = factors;
    this.#snapshot = snapshot;
    this.#lesson = lesson;
    this.#arena = new Arena(factors.runtime.memory);
    try {
      this.#state = this.#arena.allocate(16);
      this.#ratings = this.#copy(lesson.ratings);
      this.#validation = lesson.validation && this.#copy(lesson.validation);
    } catch (error) {
      this.#arena.release();
      throw error;
    }
    this.#total = lesson.epochs * this.#ratings.count;
  }

  /** Every yield is a piece of a few milliseconds. Progress counts ratings. */
  *run(): Generator<Progress, void> {
    const { options, epochs, seed } = this.#lesson;
    const random = new Random(seed);
    if (this.#lesson.draws) yield* this.#draw(random);
    const { u32 } = this.#factors.runtime.memory;
    for (let i = 0; i < 4; i++) u32[this.#state / 4 + i] = random.uint32();
    const rates = learningRates(options);
    let waited = 0;
    for (let epoch = 1; epoch <= epochs && waited < options.patience; epoch++) {
      this.#lesson.check();
      const rate = rates.next().value;
      if (options.shuffle) yield* this.#shuffle(epoch);
      const train = yield* this.#learn(epoch, rate);
      const validation = yield* this.#validate(epoch, rate);
      const isBest = this.validation.every((loss) => validation! < loss);
      this.train.push(train);
      if (validation !== undefined) this.validation.push(validation);
      waited = isBest ? 0 : waited + 1;
      if (isBest) yield* this.#keep(epoch);
    }
    yield { done: this.#total, total: this.#total };
  }

  /** Gives back what was needed to learn, but for the factors. Harmless when called again. */
  release(): void {
    this.#arena.release();
  }

  *#draw(random: Random): Generator<Progress> {
    const { userCount, itemCount } = this.#factors.extents;
    const { users, items } = this.#lesson.ratings;
    const isRated = new Uint8Array(userCount + itemCount);
    for (const user of users) isRated[user] = 1;
    for (const item of items) isRated[userCount + item] = 1;
    const drawing = this.#factors.draw(isRated, random, this.#lesson.options.initialDeviation);
    for (const _ of drawing) yield this.#progress(1, 0);
  }

  *#shuffle(epoch: number): Generator<Progress> {
    const { address, count } = this.#ratings;
    for (let from = count - 1; from > 0; from -= PIECE_SHUFFLED) {
      this.#factors.runtime.kernels.shuffle(address, from, Math.max(0, from - PIECE_SHUFFLED), this.#state);
      yield this.#progress(epoch, 0);
    }
  }

  /** One epoch; the root of the mean of the squared errors. @throws LanewiseError `DIVERGED` */
  *#learn(epoch: number, rate: number): Generator<Progress, number> {
    const { mean, options } = this.#lesson;
    const { count } = this.#ratings;
    const step = { mean, rate, penalty: options.regularization, biasPenalty: options.biasRegularization };
    const piece = this.#piece;
    let sum = 0;
    for (let from = 0; from < count; from += piece) {
      sum += learnRatings(this.#factors, this.#ratings, from, Math.min(count, from + piece), step);
      if (!Number.isFinite(sum)) throw this.#diverged(epoch, rate);
      yield this.#progress(epoch, Math.min(count, from + piece));
    }
    const finite = this.#factors.areFinite();
    for (;;) {
      const { done, value } = finite.next();
      if (done && !value) throw this.#diverged(epoch, rate);
      if (done) return Math.sqrt(sum / count);
      yield this.#progress(epoch, count);
    }
  }

  /** The error of ratings that are not learned. @throws LanewiseError `DIVERGED` */
  *#validate(epoch: number, rate: number): Generator<Progress, number | undefined> {
    if (!this.#validation) return undefined;
    const { address, count } = this.#validation;
    const { users, items, width, userBiases, itemBiases, runtime } = this.#factors;
    const rows = [users, items, 4 * width, userBiases, itemBiases] as const;
    let sum = 0;
    for (let from = 0; from < count; from += this.#piece) {
      const to = Math.min(count, from + this.#piece);
      sum += runtime.kernels.sumSquaredErrors(address, from, to, ...rows, this.#lesson.mean, 0);
      yield this.#progress(epoch, this.#ratings.count);
    }
    if (!Number.isFinite(sum)) throw this.#diverged(epoch, rate);
    return Math.sqrt(sum / count);
  }

  /** The factors are those to keep, from now on, and a copy of them once others follow. */
  *#keep(epoch: number): Generator<Progress> {
    this.kept = this.#factors;
    if (epoch === this.#lesson.epochs || !this.#snapshot) return;
    for (const _ of this.#snapshot.copy(this.#factors)) yield this.#progress(epoch, this.#ratings.count);
    this.kept = this.#snapshot;
  }

  get #piece(): number {
    return Math.ceil(PIECE_FACTORS / this.#factors.width);
  }

  /** All is done only after the last epoch was looked at. */
  #progress(epoch: number, done: number): Progress {
    const { count } = this.#ratings;
    return { done: Math.min(this.#total - 1, (epoch - 1) * count + done), total: this.#total };
  }

  #copy({ users, items, ratings }: CheckedInteractions): RatingsBlock {
    const count = users.length;
    const address = this.#arena.allocate(ENTRY_BYTES * count);
    const { i32, f32 } = this.#factors.runtime.memory;
    for (let i = 0, at = address / 4; i < count; i++, at += 3) {
      i32[at] = users[i]!;
      i32[at + 1] = items[i]!;
      f32[at + 2] = ratings![i]!;
    }
    return { address, count };
  }

  #diverged(epoch: number, rate: number): LanewiseError {
    const left = this.kept ? 'what was learned in whole epochs before is kept' : 'nothing was learned';
    return new LanewiseError(
      'DIVERGED',
      `Learning left the finite numbers in epoch ${epoch}, at a learning rate of ${rate}; ${left}. Lower learningRate ` +
        'and check that ratings lie within some tens, or scale them.',
      { got: epoch },
    );
  }
}
