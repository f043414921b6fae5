import { LanewiseError } from '../host/errors.ts';
import { checkChoice } from '../search/options.ts';
import { type Distribution, type Observations, stepsOf, toDistribution } from './distribution.ts';
import { kolmogorovTail } from './kolmogorov-distribution.ts';
import { invalid } from './numbers.ts';

/** How the p-value of a Kolmogorov-Smirnov test is computed. */
export interface KolmogorovSmirnovOptions {
  /**
   * `'exact'` counts lattice paths, in O(n m); `'asymptotic'` takes the distribution of one sample of n m / (n + m); `'auto'` is
   * exact up to 10000 values on either side. @default 'auto'
   */
  readonly method?: 'auto' | 'exact' | 'asymptotic';
}

/** What a Kolmogorov-Smirnov test found. */
export interface KolmogorovSmirnovResult {
  /** The largest distance between both cumulative distributions, 0..1. */
  readonly statistic: number;
  /** The chance of a distance as large between samples of one distribution: two-sided. */
  readonly p: number;
  /** Whether `p` is exact for this statistic of continuous values; with ties it is too large rather than too small. */
  readonly isExact: boolean;
}

const MOST_EXACT = 10_000;

/**
 * The two-sample Kolmogorov-Smirnov test: whether two samples may come of one continuous distribution, whichever it is. As
 * SciPy's `ks_2samp`, two-sided. Or, against a cumulative distribution that is given, which must not have been fitted to the
 * same values: as `ks_1samp`. Of sketches, statistic and p-value are off by what their ranks are.
 *
 * Sources: Hodges, "The significance probability of the Smirnov two-sample test" (1958), for the paths; Simard and L'Ecuyer,
 * "Computing the two-sided Kolmogorov-Smirnov distribution" (2011). Cost: O(n log n), and that of `method`.
 *
 * @param reference values or a sketch, or a function that gives the share of values up to x
 * @param current values or a sketch
 * @throws LanewiseError `INVALID_ARGUMENT`, also for `'exact'` with more than 10000 values; `INVALID_VALUE`
 * @example kolmogorovSmirnov(latenciesOfLastWeek, latenciesOfToday).p < 0.01
 */
export function kolmogorovSmirnov(
  reference: Observations | ((x: number) => number),
  current: Observations,
  options: KolmogorovSmirnovOptions = {},
): KolmogorovSmirnovResult {
  const { method = 'auto' } = options;
  checkChoice('method', method, ['auto', 'exact', 'asymptotic']);
  const second = toDistribution('current', current);
  return typeof reference === 'function'
    ? againstFunction(second, reference)
    : ofTwo(toDistribution('reference', reference), second, method);
}

function ofTwo(a: Distribution, b: Distribution, method: string): KolmogorovSmirnovResult {
  const { first, second } = stepsOf(a, b);
  const [n, m] = [a.count, b.count];
  const isSmall = Math.max(n, m) <= MOST_EXACT;
  if (method === 'exact' && !isSmall) {
    throw new LanewiseError(
      'INVALID_ARGUMENT',
      `Paths are counted up to ${MOST_EXACT} values on either side; got ${n} and ${m}. Take method 'asymptotic'.`,
      { expected: MOST_EXACT, got: Math.max(n, m) },
    );
  }
  let statistic = 0;
  let height = 0;
  for (let i = 0; i < first.length; i++) {
    statistic = Math.max(statistic, Math.abs(first[i]! - second[i]!));
    height = Math.max(height, Math.abs(Math.round(first[i]! * n) * m - Math.round(second[i]! * m) * n));
  }
  const isExact = isSmall && method !== 'asymptotic';
  const p = isExact
    ? shareOfPaths(n, m, height)
    : kolmogorovTail(roundToEven((Math.max(n, m) / (n + m)) * Math.min(n, m)), statistic);
  return { statistic, p, isExact };
}

/** As NumPy rounds. */
function roundToEven(x: number): number {
  const rounded = Math.round(x);
  return rounded - x === 0.5 && rounded % 2 === 1 ? rounded - 1 : rounded;
}

/**
 * Of all paths from (0, 0) to (n, m), in steps to the right or up, the share of those that reach |i m - j n| >= height
 * somewhere. Of paths to (i, j), the share i / (i + j) comes from the left. What is added is never negative, so that a
 * tiny share keeps its digits.
 */
function shareOfPaths(n: number, m: number, height: number): number {
  if (height === 0) return 1;
  // Of a column, whatever lies outside of low..high is reached for sure.
  const shares = new Float64Array(m + 1).fill(1);
  for (let i = 0; i <= n; i++) {
    const low = Math.max(0, Math.floor((i * m - height) / n) + 1);
    const high = Math.min(m, Math.ceil((i * m + height) / n) - 1);
    if (low > 0) shares[low - 1] = 1;
    for (let j = low; j <= high; j++) {
      if (i + j === 0) shares[0] = 0;
      else if (j === 0) continue;
      else if (i === 0) shares[j] = shares[j - 1]!;
      else shares[j] = (i * shares[j]! + j * shares[j - 1]!) / (i + j);
    }
  }
  return shares[m]!;
}

function againstFunction(
  { steps, count }: Distribution,
  cdf: (x: number) => number,
): KolmogorovSmirnovResult {
  let statistic = 0;
  for (let i = 0; i < steps.length; i++) {
    const share = cdf(steps[i]!);
    if (!(share >= 0 && share <= 1))
      throw invalid(`The cumulative distribution at ${steps[i]}`, 'within 0..1', share);
    statistic = Math.max(statistic, share - i / steps.length, (i + 1) / steps.length - share);
  }
  return { statistic, p: kolmogorovTail(count, statistic), isExact: true };
}
