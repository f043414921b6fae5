import { LanewiseError } from '../host/errors.ts';
import { deviance } from '../host/poisson.ts';
import { checkNumber } from '../vectors/input.ts';
import { type BinCounts, type BinOptions, binShares } from './bins.ts';
import { type Observations, stepsOf, toDistribution } from './distribution.ts';

/** How two distributions are compared bin by bin. */
export interface DriftOptions extends BinOptions {
  /**
   * The share that an empty bin counts as, 0..0.1; all shares of its side are then divided by their sum. 0 leaves it
   * empty. @default 0.0001 for the population stability index, otherwise 0
   */
  readonly emptyShare?: number;
}

/** How a divergence is measured. */
export interface DivergenceOptions extends DriftOptions {
  /** Base of the logarithm: `'e'` counts in nats, 2 in bits. @default 'e' */
  readonly base?: 'e' | 2;
}

const LARGEST_EMPTY_SHARE = 0.1;

/**
 * The population stability index: the sum over bins of (p - q) ln(p / q), p the share of the reference and q the current
 * one. Symmetric, 0 for equal shares; by custom of credit scoring below .1 is stable and above .25 has shifted (Siddiqi,
 * "Credit risk scorecards", 2006). It grows with chance where samples are small: of equal distributions it is about
 * (bins - 1) (1 / n + 1 / m).
 *
 * @param reference what was: values, a sketch, or `{ counts }` of bins
 * @param current what is: likewise; counts on both sides or on neither
 * @returns 0 at least; Infinity where a bin is empty on one side and `emptyShare` is 0
 * @throws LanewiseError `INVALID_ARGUMENT`, `INVALID_VALUE`, `DIMENSION_MISMATCH`
 * @example populationStabilityIndex(agesOfTraining, agesOfToday) > 0.25
 */
export function populationStabilityIndex(
  reference: Observations | BinCounts,
  current: Observations | BinCounts,
  options: DriftOptions = {},
): number {
  return sumOver(
    reference,
    current,
    { ...options, emptyShare: options.emptyShare ?? 1e-4 },
    (p, q) => deviance(p, q) + deviance(q, p),
  );
}

/**
 * The Kullback-Leibler divergence of the reference from the current shares: the sum over bins of p ln(p / q), which is
 * what is lost by taking q for p. Not symmetric. As the sum of SciPy's `rel_entr`.
 *
 * @param reference p: values, a sketch, or `{ counts }` of bins
 * @param current q: likewise; counts on both sides or on neither
 * @returns 0 at least; Infinity where q is empty and p is not, unless `emptyShare` is above 0
 * @throws LanewiseError `INVALID_ARGUMENT`, `INVALID_VALUE`, `DIMENSION_MISMATCH`
 * @example kullbackLeibler({ counts: [36, 48, 16] }, { counts: [30, 50, 20] }, { base: 2 })
 */
export function kullbackLeibler(
  reference: Observations | BinCounts,
  current: Observations | BinCounts,
  options: DivergenceOptions = {},
): number {
  return sumOver(reference, current, options, deviance) / unitOf(options);
}

/**
 * The Jensen-Shannon distance: the square root of the mean divergence of both from their mean, a metric within
 * 0..sqrt(ln 2), or 0..1 to base 2 (Endres and Schindelin, "A new metric for probability distributions", 2003). Its
 * square is the divergence. As SciPy's `scipy.spatial.distance.jensenshannon`, and finite with empty bins.
 *
 * @param reference values, a sketch, or `{ counts }` of bins
 * @param current likewise; counts on both sides or on neither
 * @throws LanewiseError `INVALID_ARGUMENT`, `INVALID_VALUE`, `DIMENSION_MISMATCH`
 * @example jensenShannon(lastWeek, today, { base: 2 })
 */
export function jensenShannon(
  reference: Observations | BinCounts,
  current: Observations | BinCounts,
  options: DivergenceOptions = {},
): number {
  const sum = sumOver(reference, current, options, (p, q) => deviance(2 * p, p + q) + deviance(2 * q, p + q));
  return Math.sqrt(sum / 4 / unitOf(options));
}

/**
 * Wasserstein's distance of order 1, the earth mover's: how far a value has to go on average to make one distribution of
 * the other, in the unit of the values. It is the area between both cumulative distributions, exact of samples, and as
 * SciPy's `wasserstein_distance`; of a sketch by 1000 of its quantiles. Cost: O(n log n) of samples.
 *
 * @throws LanewiseError `INVALID_ARGUMENT` for what is empty, `INVALID_VALUE` for NaN and infinities
 * @example wasserstein1([0, 1, 3], [5, 6, 8]) // 5
 */
export function wasserstein1(reference: Observations, current: Observations): number {
  const { points, first, second } = stepsOf(
    toDistribution('reference', reference),
    toDistribution('current', current),
  );
  let area = 0;
  for (let i = 1; i < points.length; i++) {
    area += Math.abs(first[i - 1]! - second[i - 1]!) * (points[i]! - points[i - 1]!);
  }
  return area;
}

function sumOver(
  reference: Observations | BinCounts,
  current: Observations | BinCounts,
  options: DriftOptions,
  termOf: (p: number, q: number) => number,
): number {
  const emptyShare = checkNumber('emptyShare', options.emptyShare ?? 0, 0, LARGEST_EMPTY_SHARE);
  let sum = 0;
  for (const [p, q] of binShares(reference, current, options, emptyShare)) sum += termOf(p, q);
  return sum;
}

function unitOf({ base = 'e' }: DivergenceOptions): number {
  if (base === 'e') return 1;
  if (base === 2) return Math.LN2;
  throw new LanewiseError('INVALID_ARGUMENT', `base must be 'e' or 2; got ${String(base)}.`, { got: base });
}
