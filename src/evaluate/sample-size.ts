import { LanewiseError } from '../host/errors.ts';
import { normalTail, quantileOf } from '../host/tails.ts';
import { checkSample, checkShare, invalid } from './numbers.ts';

/** Two rates that a test has to tell apart. */
export interface RatesToTell {
  /** Within 0..1, without the ends: the present one, and the one that would matter. */
  readonly rates: readonly [number, number];
}

/** A difference of means that a test has to find. */
export interface DifferenceToTell {
  /** The least that would matter, in the unit of the values. */
  readonly difference: number;
  /** Standard deviation of the values, above 0. */
  readonly deviation: number;
}

/** How sure a test has to be. */
export interface SampleSizeOptions {
  /** The chance of finding the difference where it is there, within 0..1. @default 0.8 */
  readonly power?: number;
  /** The chance of finding one where there is none, within 0..1; divide it by the number of comparisons. @default 0.05 */
  readonly significance?: number;
  /** Whether differences count either way, 2, or one way. @default 2 */
  readonly sides?: 1 | 2;
}

/**
 * How many subjects each of two groups needs. Of rates p and q with mean r, for the z test: n = (z' sqrt(2 r (1 - r)) + z''
 * sqrt(p (1 - p) + q (1 - q)))^2 / (p - q)^2 (Fleiss, Levin and Paik, "Statistical methods for rates and proportions", 2003). Of
 * means, for the t test: n = 2 (z' + z'')^2 deviation^2 / difference^2 + z'^2 / 4, the last term for a deviation that has to be
 * estimated (Guenther, "Sample size formulas for normal theory t tests", 1981), within one of the exact number.
 *
 * @returns subjects a group, rounded up
 * @throws LanewiseError `INVALID_ARGUMENT`, `INVALID_VALUE` for a difference of 0 or more than 2^53 subjects
 * @example
 * sampleSize({ rates: [0.1, 0.12] }) // 3841
 * sampleSize({ difference: 1, deviation: 2 }, { power: 0.9 }) // 86
 */
export function sampleSize(task: RatesToTell | DifferenceToTell, options: SampleSizeOptions = {}): number {
  const { sides = 2 } = options;
  if (sides !== 1 && sides !== 2) {
    throw new LanewiseError('INVALID_ARGUMENT', `sides must be 1 or 2; got ${String(sides)}.`, {
      got: sides,
    });
  }
  const missed = 1 - checkShare('power', options.power ?? 0.8);
  const significance = checkShare('significance', options.significance ?? 0.05);
  const z = quantileOf(normalTail, significance / sides);
  const ofPower = quantileOf(normalTail, missed);
  const size = Math.max(
    2,
    Math.ceil(isOfRates(task) ? ofRates(task, z, ofPower) : ofMeans(task, z, ofPower)),
  );
  if (size <= Number.MAX_SAFE_INTEGER) return size;
  throw invalid('difference', 'large enough to be found among 2^53 subjects', size);
}

function isOfRates(task: RatesToTell | DifferenceToTell): task is RatesToTell {
  return (task as RatesToTell)?.rates !== undefined;
}

function ofRates({ rates }: RatesToTell, z: number, ofPower: number): number {
  const [p, q] = checkSample('rates', rates, 2) as RatesToTell['rates'];
  checkShare('Each of rates', p);
  checkShare('Each of rates', q);
  const mean = (p + q) / 2;
  const pooled = Math.sqrt(2 * mean * (1 - mean));
  return ((z * pooled + ofPower * Math.sqrt(p * (1 - p) + q * (1 - q))) / (p - q)) ** 2;
}

function ofMeans(task: DifferenceToTell, z: number, ofPower: number): number {
  const { difference, deviation } = task ?? {};
  if (!Number.isFinite(difference)) throw invalid('difference', 'finite', difference);
  if (!(deviation > 0 && deviation < Number.POSITIVE_INFINITY))
    throw invalid('deviation', 'above 0', deviation);
  return 2 * (((z + ofPower) * deviation) / difference) ** 2 + (z * z) / 4;
}
