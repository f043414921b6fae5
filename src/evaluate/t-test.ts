import { LanewiseError } from '../host/errors.ts';
import { studentTail } from '../host/tails.ts';
import { checkChoice } from '../search/options.ts';
import { checkInteger } from '../vectors/input.ts';
import {
  checkDifference,
  type DifferenceOptions,
  type DifferenceResult,
  intervalOf,
  pOf,
  reachOf,
} from './alternative.ts';
import { checkSample, invalid, type Numbers } from './numbers.ts';

/** What a t test needs to know of a sample. */
export interface SampleSummary {
  readonly count: number;
  readonly mean: number;
  /** Of the sample: the sum of squared differences from the mean over count - 1. */
  readonly variance: number;
}

/** Which t test is made. */
export interface TTestOptions extends DifferenceOptions {
  /** `'welch'` allows variances to differ, `'pooled'` is Student's, `'paired'` tests differences one by one. @default 'welch' */
  readonly kind?: 'welch' | 'pooled' | 'paired';
}

/** What a t test found. */
export interface TTestResult extends DifferenceResult {
  /** Whole but for Welch's. */
  readonly degreesOfFreedom: number;
}

/**
 * Student's t test of two means, as SciPy's `ttest_ind`, without `equal_var` unless `kind` is `'pooled'`, and `ttest_rel` if
 * it is `'paired'`. Means of many values may be tested whatever their distribution; of fewer than some thirty the values
 * should be about normal (Welch, "The generalization of Student's problem", 1947). Cost: O(n).
 *
 * @param first two values at least, or what is known of them
 * @param second likewise; of pairs, values in the same order
 * @throws LanewiseError `INVALID_ARGUMENT`, `DIMENSION_MISMATCH` for pairs, `INVALID_VALUE` for NaN, infinities and where
 *   nothing varies
 * @example
 * const { p, low, high } = tTest(revenueOfTreatment, revenueOfControl);
 * tTest({ count: 20, mean: 5.1, variance: 2.25 }, { count: 25, mean: 4.2, variance: 1.96 }, { kind: 'pooled' }).p;
 */
export function tTest(
  first: Numbers | SampleSummary,
  second: Numbers | SampleSummary,
  options: TTestOptions = {},
): TTestResult {
  const checked = checkDifference(options);
  const { kind = 'welch' } = options;
  checkChoice('kind', kind, ['welch', 'pooled', 'paired']);
  const { difference, squaredError, degreesOfFreedom } =
    kind === 'paired'
      ? paired(first as Numbers, second as Numbers)
      : unpaired(toMoments('first', first), toMoments('second', second), kind === 'pooled');
  if (!(squaredError > 0))
    throw invalid('variance', 'above 0: where nothing varies there is nothing to test', 0);
  const error = Math.sqrt(squaredError);
  const statistic = difference / error;
  const tail = (t: number): number => studentTail(t, degreesOfFreedom);
  const reach = error * reachOf(checked, tail);
  return {
    statistic,
    degreesOfFreedom,
    p: pOf(statistic, checked.alternative, tail),
    difference,
    ...intervalOf(difference - reach, difference + reach, checked.alternative),
    level: checked.level,
  };
}

/** The difference of means, its variance, and how well that is known. */
interface Estimate {
  readonly difference: number;
  readonly squaredError: number;
  readonly degreesOfFreedom: number;
}

/** Of a sample; its mean is in two parts, so that the difference of two means far from 0 keeps its digits. */
interface Moments {
  readonly count: number;
  readonly origin: number;
  /** From the origin to the mean. */
  readonly shift: number;
  readonly variance: number;
}

function unpaired(a: Moments, b: Moments, isPooled: boolean): Estimate {
  const difference = a.origin - b.origin + (a.shift - b.shift);
  const [ofA, ofB] = [a.count - 1, b.count - 1];
  if (isPooled) {
    const degreesOfFreedom = ofA + ofB;
    const variance = (ofA * a.variance + ofB * b.variance) / degreesOfFreedom;
    return { difference, squaredError: variance * (1 / a.count + 1 / b.count), degreesOfFreedom };
  }
  const [errorA, errorB] = [a.variance / a.count, b.variance / b.count];
  const squaredError = errorA + errorB;
  // Shares first: squares of tiny variances would be 0.
  const [shareA, shareB] = [errorA / squaredError, errorB / squaredError];
  return { difference, squaredError, degreesOfFreedom: 1 / (shareA ** 2 / ofA + shareB ** 2 / ofB) };
}

function paired(first: Numbers, second: Numbers): Estimate {
  const a = checkSample('first', first, 2);
  const b = checkSample('second', second, 2);
  if (a.length !== b.length) {
    throw new LanewiseError(
      'DIMENSION_MISMATCH',
      `Pairs need as many values; got ${a.length} and ${b.length}.`,
      {
        expected: a.length,
        got: b.length,
      },
    );
  }
  const { origin, shift, variance, count } = momentsOf(Array.from(a, (value, i) => value - b[i]!));
  return { difference: origin + shift, squaredError: variance / count, degreesOfFreedom: count - 1 };
}

function toMoments(name: string, sample: Numbers | SampleSummary): Moments {
  if (!isSummary(sample)) return momentsOf(checkSample(name, sample, 2));
  const { count, mean, variance } = sample;
  checkInteger(`count of the ${name}`, count, 2, Number.MAX_SAFE_INTEGER);
  checkSample(`mean and variance of the ${name}`, [mean, variance]);
  if (variance >= 0) return { count, origin: mean, shift: 0, variance };
  throw invalid(`variance of the ${name}`, '0 at least', variance);
}

function isSummary(sample: Numbers | SampleSummary): sample is SampleSummary {
  return (sample as SampleSummary)?.variance !== undefined;
}

/** In two passes, relative to the first value: of equal ones the variance is 0. */
function momentsOf(values: Numbers): Moments {
  const count = values.length;
  const origin = values[0]!;
  let sum = 0;
  for (const value of values) sum += value - origin;
  const shift = sum / count;
  let squares = 0;
  for (const value of values) squares += (value - origin - shift) ** 2;
  return { count, origin, shift, variance: squares / (count - 1) };
}
