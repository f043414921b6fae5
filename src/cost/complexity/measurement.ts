import { LanewiseError } from '../../host/errors.ts';
import { type LongCallOptions, nextTurn } from '../../host/progress.ts';
import { Random } from '../../host/random.ts';
import { checkInteger } from '../../vectors/input.ts';
import {
  checkConfidence,
  checkSizes,
  type ExponentFit,
  type ExponentOptions,
  fitExponent,
  type TimedSize,
} from './exponent.ts';

/** How a function is timed. */
export interface MeasureExponentOptions<Input = undefined> extends ExponentOptions, LongCallOptions {
  /** Three different ones at least, whole and above 0: the further apart, the surer the exponent. */
  readonly sizes: readonly number[];
  /**
   * Makes the input of one call, or promises it; its time is not counted, and no input is used twice. Inputs of a millisecond's
   * calls are held at a time: for a look-up in something large, make that once beforehand and let `run` take it by n. @default no
   * input
   */
  readonly prepare?: (n: number) => Input | PromiseLike<Input>;
  /** Times that each size is measured, beside a first one that is not counted; the median is taken. @default 7 */
  readonly repetitions?: number;
  /** Draws the order of sizes, anew in each repetition. @default 0 */
  readonly seed?: number;
  /** A clock, in milliseconds. @default performance.now */
  readonly now?: () => number;
}

/** An exponent, and what it was fitted to. */
export interface MeasuredExponent extends ExponentFit {
  /** Of one call each, medians, in the order of the sizes. */
  readonly points: TimedSize[];
  /** The least step of the clock that was seen, milliseconds. */
  readonly resolution: number;
}

/** What is measured spans as many steps of the clock: their error is then below 5 %. */
const STEPS = 20;
/** And as long, so that a call of the clock does not count. */
const LEAST_MILLISECONDS = 1;
const MOST_CALLS = 2 ** 24;
const MOST_SPINS = 2 ** 23;

/**
 * Times a function at several sizes and fits the exponent with which its time grows: whether code is what one thinks it is.
 * Sizes take turns, in an order drawn anew each time, so that what slows the machine for a while slows all of them. Short calls
 * are repeated until they last a millisecond and 20 steps of the clock; what repeats them takes a nanosecond or two a call. On a
 * busy machine take more repetitions.
 *
 * @param run what is timed, given n and what `prepare` made for this call; what it promises is waited for
 * @param options `onProgress` counts measurements, sizes x repetitions; between two of them `signal` is looked at
 * @throws LanewiseError `INVALID_ARGUMENT`, `UNSUPPORTED` where the clock stands still while code runs; the signal's reason; and
 *   whatever `run` and `prepare` throw
 * @example
 * const { exponent, low, high, nearest } = await complexity.measureExponent((n, values) => values.sort(), {
 *   sizes: [1e4, 3e4, 1e5, 3e5],
 *   prepare: (n) => Float64Array.from({ length: n }, Math.random),
 * });
 */
export async function measureExponent<Input = undefined>(
  run: (n: number, input: Input) => unknown,
  options: MeasureExponentOptions<Input>,
): Promise<MeasuredExponent> {
  const { sizes, repetitions, seed, confidence, work } = checked(run, options);
  const { signal, onProgress } = options;
  signal?.throwIfAborted();
  const resolution = resolutionOf(work.now);
  const least = Math.max(LEAST_MILLISECONDS, STEPS * resolution);
  const random = new Random(seed);
  const turns = sizes.map((n) => ({ n, calls: 1, times: [] as number[] }));
  const total = turns.length * repetitions;
  for (let round = 0, done = 0; round <= repetitions; round++) {
    for (const turn of shuffled(turns, random)) {
      const time = await timeOf(work, turn, least, signal);
      if (round === 0) continue; // compilers and caches settle there
      turn.times.push(time);
      onProgress?.({ done: ++done, total });
    }
  }
  const points = turns.map(({ n, times }) => ({
    n,
    milliseconds: times.sort((a, b) => a - b)[times.length >> 1],
  }));
  return { ...fitExponent(points, { confidence }), points, resolution };
}

interface Work<Input> {
  readonly run: (n: number, input: Input) => unknown;
  readonly prepare: ((n: number) => Input | PromiseLike<Input>) | undefined;
  readonly now: () => number;
}

/** Of one call, milliseconds. `turn.calls` grows until they last long enough. */
async function timeOf<Input>(
  { run, prepare, now }: Work<Input>,
  turn: { readonly n: number; calls: number },
  least: number,
  signal: AbortSignal | undefined,
): Promise<number> {
  const { n } = turn;
  for (;;) {
    const { calls } = turn;
    const inputs: Input[] = [];
    for (let i = 0; prepare && i < calls; i++) {
      const input = prepare(n);
      inputs.push(isPromise(input) ? await input : input);
      signal?.throwIfAborted();
    }
    const start = now();
    for (let i = 0; i < calls; i++) {
      const result = run(n, inputs[i]);
      if (isPromise(result)) await result;
    }
    const elapsed = now() - start;
    await nextTurn();
    signal?.throwIfAborted();
    if (elapsed >= least || (calls === MOST_CALLS && elapsed > 0)) return elapsed / calls;
    if (calls === MOST_CALLS) throw standsStill();
    const growth = elapsed > 0 ? Math.min(16, Math.max(2, (1.2 * least) / elapsed)) : 16;
    turn.calls = Math.min(MOST_CALLS, Math.ceil(calls * growth));
  }
}

/** The least step of some, milliseconds. */
function resolutionOf(now: () => number): number {
  let least = Number.POSITIVE_INFINITY;
  for (let step = 0; step < 5; step++) {
    const start = now();
    let next = start;
    for (let spin = 0; !(next > start); spin++) {
      if (spin === MOST_SPINS) throw standsStill();
      next = now();
    }
    least = Math.min(least, next - start);
  }
  return least;
}

function standsStill(): LanewiseError {
  return new LanewiseError(
    'UNSUPPORTED',
    'The clock stands still while code runs, as on some edge runtimes. Give one that does not as now, or measure elsewhere.',
  );
}

function shuffled<Item>(items: readonly Item[], random: Random): Item[] {
  const order = [...items];
  for (let i = order.length - 1; i > 0; i--) {
    const j = random.integer(i + 1);
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}

function isPromise<Value>(value: Value | PromiseLike<Value>): value is PromiseLike<Value> {
  return typeof (value as PromiseLike<Value> | undefined | null)?.then === 'function';
}

/** @throws LanewiseError `INVALID_ARGUMENT` */
function checked<Input>(run: unknown, options: MeasureExponentOptions<Input>) {
  const { repetitions = 7, seed = 0, prepare, now = () => performance.now() } = options ?? {};
  for (const [name, value] of Object.entries({ run, prepare: prepare ?? run, now })) {
    if (typeof value === 'function') continue;
    throw new LanewiseError('INVALID_ARGUMENT', `${name} must be a function; got ${typeof value}.`, {
      expected: 'function',
      got: value,
    });
  }
  return {
    sizes: checkSizes(options?.sizes),
    repetitions: checkInteger('repetitions', repetitions, 1, 10_000),
    seed: checkInteger('seed', seed, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
    confidence: checkConfidence(options?.confidence),
    work: { run: run as Work<Input>['run'], prepare, now },
  };
}
