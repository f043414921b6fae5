import { LanewiseError } from '../host/errors.ts';
import { Random } from '../host/random.ts';
import { checkInteger } from '../vectors/input.ts';
import { checkShare } from './numbers.ts';

/** How often chance is tried. */
export interface ChanceOptions {
  /** Random rounds, 1..2^24. @default 10000 */
  readonly rounds?: number;
  /** Seed of the rounds, 0..4294967295. @default 0 */
  readonly seed?: number;
}

/** What a randomization test found. */
export interface RandomizationResult {
  /** Mean of the first minus mean of the second. */
  readonly difference: number;
  /** How often chance alone gives a difference as large, either way: two-sided, above 0, up to 1. */
  readonly p: number;
  /** Whether `p` counts every exchange there is; otherwise it is estimated from random ones. */
  readonly isExact: boolean;
  /** Exchanges that were tried. */
  readonly rounds: number;
  /** Queries that were compared. */
  readonly queries: number;
}

/** How an interval is made. */
export interface IntervalOptions extends ChanceOptions {
  /** Share of such intervals that hold the true mean, within 0..1. @default 0.95 */
  readonly level?: number;
}

/** A mean, and where the mean over all queries of the kind may lie. */
export interface MeanInterval {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  readonly level: number;
}

const MOST_ROUNDS = 2 ** 24;
const LARGEST_SEED = 2 ** 32 - 1;
/** Sums of so many stay within float64. */
const LARGEST_VALUE = 2 ** 900;
/** What two float64 operations may lose, relative to their results. */
const TWO_ROUNDINGS = 2 ** -52;
/** What the count of means left out may have lost: 10000 x (1 - .9) / 2 is below 500. */
const COUNT_ROUNDING = 1e-6;

/**
 * Fisher's paired randomization test of two rankings over the same queries: if they were equally good, the values of a
 * query could as well stand the other way round. `p` is the share of such exchanges whose means differ at least as much as
 * those that were observed, which is one of them (Smucker, Allan and Carterette, "A comparison of statistical significance
 * tests for information retrieval evaluation", 2007).
 *
 * All exchanges are counted where `rounds` are enough for that: up to 13 queries that differ, of 10 000 rounds. Otherwise
 * p = (1 + as large) / (1 + rounds) over random ones. Cost: O(rounds x queries that differ).
 *
 * @param first a value a query, as in `perQuery` of a metric; queries that are NaN in both are left out
 * @throws LanewiseError `INVALID_ARGUMENT`, and `INVALID_VALUE` for a value that is infinite, or NaN in one alone
 * @example randomizationTest(ndcgAt(hybrid, judgements).perQuery, ndcgAt(bm25, judgements).perQuery).p
 */
export function randomizationTest(
  first: ArrayLike<number>,
  second: ArrayLike<number>,
  options: ChanceOptions = {},
): RandomizationResult {
  const { rounds, seed } = checkChance(options);
  const [a, b] = pairs(first, second);
  const differences = a.map((value, i) => value - b[i]!);
  const total = sum(differences);
  // Sums that are equal may come out unequal: each value, difference and addition was rounded, of either sum.
  const rounding = TWO_ROUNDINGS * (a.length + 1) * (sum(a.map(Math.abs)) + sum(b.map(Math.abs)));
  const least = Math.abs(total) - rounding;
  // Exchanging equal values changes nothing.
  const moved = differences.filter((difference) => difference !== 0);
  const exchanges = 2 ** moved.length;
  const isExact = exchanges <= rounds;
  const asLarge = isExact ? countAll(moved, exchanges, least) : countSome(moved, rounds, least, seed);
  return {
    difference: total / a.length,
    p: isExact ? asLarge / exchanges : (1 + asLarge) / (1 + rounds),
    isExact,
    rounds: isExact ? exchanges : rounds,
    queries: a.length,
  };
}

/**
 * A confidence interval of a mean over queries, by the percentile bootstrap: the means of `rounds` samples of as many values,
 * drawn with replacement, without as many at either end as the level leaves out (Efron, "Bootstrap methods", 1979).
 *
 * It is too narrow for few values, say under 20, and has no width where all are equal: of 0 misses in 10 queries it knows
 * nothing. For the difference of two rankings, give the differences a query. Cost: O(rounds x values).
 *
 * @param values of two queries at least, as in `perQuery` of a metric; NaN is left out
 * @throws LanewiseError `INVALID_ARGUMENT`, and `INVALID_VALUE` for a value that is infinite
 * @example const { mean, low, high } = bootstrapInterval(averagePrecision(answers, judgements).perQuery);
 */
export function bootstrapInterval(values: ArrayLike<number>, options: IntervalOptions = {}): MeanInterval {
  const { rounds, seed } = checkChance(options);
  const level = checkShare('level', options.level ?? 0.95);
  const all = toValues(values);
  const kept = checkValues(all.filter((value) => !Number.isNaN(value)));
  if (kept.length < 2) {
    throw new LanewiseError('INVALID_ARGUMENT', `An interval needs two values at least; got ${kept.length}.`);
  }
  const random = new Random(seed);
  const means = Float64Array.from({ length: rounds }, () => {
    let drawn = 0;
    for (let i = 0; i < kept.length; i++) drawn += kept[random.integer(kept.length)]!;
    return drawn / kept.length;
  }).sort();
  const leftOut = Math.min(Math.floor((rounds * (1 - level)) / 2 + COUNT_ROUNDING), (rounds - 1) >> 1);
  return {
    mean: sum(kept) / kept.length,
    low: means[leftOut]!,
    high: means[rounds - 1 - leftOut]!,
    level,
  };
}

function checkChance({ rounds = 10_000, seed = 0 }: ChanceOptions): Required<ChanceOptions> {
  return {
    rounds: checkInteger('rounds', rounds, 1, MOST_ROUNDS),
    seed: checkInteger('seed', seed, 0, LARGEST_SEED),
  };
}

/** The values of the queries that are not NaN in both. */
function pairs(
  first: ArrayLike<number>,
  second: ArrayLike<number>,
): readonly [a: readonly number[], b: readonly number[]] {
  const a = toValues(first);
  const b = toValues(second);
  const isCompared = (_: number, i: number): boolean => !(Number.isNaN(a[i]) && Number.isNaN(b[i]));
  const kept = [checkValues(a.filter(isCompared)), checkValues(b.filter(isCompared))] as const;
  if (a.length === b.length && kept[0].length > 0) return kept;
  throw new LanewiseError(
    'INVALID_ARGUMENT',
    `Two rankings are compared by the values of the same queries, of one at least; got ${a.length} and ${b.length}.`,
    { expected: a.length, got: b.length },
  );
}

function toValues(values: ArrayLike<number>): number[] {
  if (Array.isArray(values) || ArrayBuffer.isView(values)) return Array.from(values);
  throw new LanewiseError('INVALID_ARGUMENT', 'Values must be an array of numbers, one a query.');
}

function checkValues(values: readonly number[]): readonly number[] {
  const wrong = values.findIndex((value) => !(typeof value === 'number' && Math.abs(value) <= LARGEST_VALUE));
  if (wrong < 0) return values;
  throw new LanewiseError(
    'INVALID_VALUE',
    `Values must be finite, and NaN only for queries that were not judged in either ranking; got ${values[wrong]}.`,
    { got: values[wrong] },
  );
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** How many of all the ways to exchange give a sum of this size at least. */
function countAll(differences: readonly number[], exchanges: number, least: number): number {
  let count = 0;
  for (let bits = 0; bits < exchanges; bits++) {
    let total = 0;
    for (let i = 0; i < differences.length; i++) {
      total += (bits >>> i) & 1 ? -differences[i]! : differences[i]!;
    }
    if (Math.abs(total) >= least) count++;
  }
  return count;
}

/** How many of some random ways do, each drawn alone. */
function countSome(differences: readonly number[], rounds: number, least: number, seed: number): number {
  const random = new Random(seed);
  let count = 0;
  for (let round = 0; round < rounds; round++) {
    let total = 0;
    let bits = 0;
    for (let i = 0; i < differences.length; i++) {
      bits = i % 32 === 0 ? random.uint32() : bits >>> 1;
      total += bits & 1 ? -differences[i]! : differences[i]!;
    }
    if (Math.abs(total) >= least) count++;
  }
  return count;
}
