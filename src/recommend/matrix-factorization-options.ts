import { LanewiseError } from '../host/errors.ts';
import type { LongCallOptions } from '../host/progress.ts';
import { checkInteger, checkNumber, type VectorInput } from '../vectors/input.ts';
import type { Interactions } from '../vectors/interactions.ts';

const SCHEDULES: readonly LearningSchedule[] = ['constant', 'inverse', 'exponential'];
const MOST_FACTORS = 1024;
const MOST_EPOCHS = 100_000;
/** Beyond, float32 could not even hold the products. */
const LARGEST = 1e9;

/** How the learning rate falls from epoch to epoch. */
export type LearningSchedule = 'constant' | 'inverse' | 'exponential';

/** What a {@link MatrixFactorization} is made for. */
export interface MatrixFactorizationOptions {
  /** Numbers that describe a user, and an item, 1..1024. @default 64 */
  readonly factors?: number;
  /** Passes over the ratings. @default 20 */
  readonly epochs?: number;
  /** Share of each error that is corrected, in the first epoch. @default 0.02 */
  readonly learningRate?: number;
  /** L2 penalty of the factors, at each rating. @default 0.06 */
  readonly regularization?: number;
  /** L2 penalty of the biases, at each rating. @default 0.02 */
  readonly biasRegularization?: number;
  /** Whether users and items have biases about the mean rating; without, a prediction is a dot product alone. @default true */
  readonly biases?: boolean;
  /**
   * The rate of epoch t = 0, 1, ...: `constant`; `inverse`: learningRate / (1 + decay t); `exponential`: learningRate
   * (1 - decay)^t. @default 'inverse'
   */
  readonly schedule?: LearningSchedule;
  /** 0..1. @default 0.05 */
  readonly decay?: number;
  /** Standard deviation of the factors that are drawn to begin with, about 0. @default 0.05 */
  readonly initialDeviation?: number;
  /** Whether each epoch takes the ratings in a new order; otherwise in the order given. @default true */
  readonly shuffle?: boolean;
  /** With ratings for validation: epochs that may pass without a better one before fit ends. @default 3 */
  readonly patience?: number;
  /** Draws factors and orders. @default 0 */
  readonly seed?: number;
}

/** What `fit` takes beside ratings. */
export interface FitOptions extends LongCallOptions {
  /** Ratings that are predicted after each epoch, but not learned. The factors of the best epoch are kept. */
  readonly validation?: Interactions;
  /** Factors to begin with: rows x factors, row-major, a row for every user and every item. @default drawn by the seed */
  readonly initial?: { readonly users: VectorInput; readonly items: VectorInput };
}

/** What `partialFit` takes beside ratings. */
export interface PartialFitOptions extends LongCallOptions {
  /**
   * Passes over the new ratings, at the rates of the first epochs: more of them fit the new ratings better, and what was
   * learned before worse. @default 3
   */
  readonly epochs?: number;
}

/** Root mean squared errors, one an epoch. */
export interface Losses {
  /** Of the ratings that were learned, each as it was met: before the step that it gave rise to. */
  readonly train: readonly number[];
  /** Of the ratings for validation, after each epoch, where there were any. */
  readonly validation?: readonly number[];
}

export type CheckedOptions = Required<MatrixFactorizationOptions>;

/** @throws LanewiseError `INVALID_ARGUMENT` */
export function checkOptions(options: MatrixFactorizationOptions | undefined): CheckedOptions {
  const { factors = 64, epochs = 20, learningRate = 0.02, regularization = 0.06, ...rest } = options ?? {};
  const { biasRegularization = 0.02, decay = 0.05, initialDeviation = 0.05, patience = 3, seed = 0 } = rest;
  const { biases = true, shuffle = true, schedule = 'inverse' } = rest;
  if (!SCHEDULES.includes(schedule)) throw invalid('schedule', SCHEDULES, schedule);
  return {
    factors: checkInteger('factors', factors, 1, MOST_FACTORS),
    epochs: checkEpochs(epochs),
    learningRate: checkNumber('learningRate', learningRate, 0, LARGEST),
    regularization: checkNumber('regularization', regularization, 0, LARGEST),
    biasRegularization: checkNumber('biasRegularization', biasRegularization, 0, LARGEST),
    biases: checkBoolean('biases', biases),
    schedule,
    decay: checkNumber('decay', decay, 0, 1),
    initialDeviation: checkNumber('initialDeviation', initialDeviation, 0, LARGEST),
    shuffle: checkBoolean('shuffle', shuffle),
    patience: checkInteger('patience', patience, 1, MOST_EPOCHS),
    seed: checkInteger('seed', seed, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
  };
}

/** @throws LanewiseError `INVALID_ARGUMENT` */
export function checkEpochs(epochs: unknown): number {
  return checkInteger('epochs', epochs, 1, MOST_EPOCHS);
}

function checkBoolean(name: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw invalid(name, [true, false], value);
}

function invalid(name: string, expected: readonly unknown[], got: unknown): LanewiseError {
  return new LanewiseError(
    'INVALID_ARGUMENT',
    `${name} must be one of: ${expected.join(', ')}; got ${String(got)}.`,
    { expected, got },
  );
}

/** The learning rate of each epoch, the first is 0, by multiplication and division alone. */
export function* learningRates({ learningRate, schedule, decay }: CheckedOptions): Generator<number, never> {
  let power = learningRate;
  for (let epoch = 0; ; epoch++) {
    if (schedule === 'constant') yield learningRate;
    else if (schedule === 'inverse') yield learningRate / (1 + decay * epoch);
    else yield power;
    power *= 1 - decay;
  }
}
