import { normalTail } from '../host/tails.ts';
import { checkInteger } from '../vectors/input.ts';
import {
  checkDifference,
  type DifferenceOptions,
  type DifferenceResult,
  intervalOf,
  pOf,
  reachOf,
} from './alternative.ts';
import { invalid } from './numbers.ts';

/** How often something came out. */
export interface Proportion {
  readonly successes: number;
  readonly trials: number;
}

/**
 * The two-proportion z test with the pooled estimate: whether a conversion rate differs between two groups. Of its square
 * `chiSquare` without correction gives the same p. The interval is that of Newcombe ("Interval estimation for the difference
 * between independent proportions", 1998, method 10, from two Wilson scores): it stays within -1..1 and is right for few
 * successes, too. It is made otherwise than the test, so that at the very edge one may see a difference and the other not.
 *
 * @throws LanewiseError `INVALID_ARGUMENT` for counts that are no integers, negative or more than the trials;
 *   `INVALID_VALUE` where there are none but successes, or none at all: nothing varies
 * @example
 * const { p, difference } = twoProportionTest({ successes: 120, trials: 1000 }, { successes: 90, trials: 1000 });
 */
export function twoProportionTest(
  first: Proportion,
  second: Proportion,
  options: DifferenceOptions = {},
): DifferenceResult {
  const checked = checkDifference(options);
  checkProportion('first', first);
  checkProportion('second', second);
  const trials = first.trials + second.trials;
  const successes = first.successes + second.successes;
  if (successes === 0 || successes === trials) {
    throw invalid('Successes of both', `above 0 and below ${trials}: wait until something varies`, successes);
  }
  const pooled = (successes / trials) * ((trials - successes) / trials);
  const [a, b] = [first.successes / first.trials, second.successes / second.trials];
  const difference = a - b;
  const statistic = difference / Math.sqrt(pooled * (1 / first.trials + 1 / second.trials));
  const z = reachOf(checked, normalTail);
  const [above, below] = [wilson(a, first.trials, z), wilson(b, second.trials, z)];
  // One-sided intervals of a level below .5 end on the other side of the difference.
  const side = z < 0 ? -1 : 1;
  const low = difference - side * Math.sqrt((a - above.low) ** 2 + (below.high - b) ** 2);
  const high = difference + side * Math.sqrt((above.high - a) ** 2 + (b - below.low) ** 2);
  return {
    statistic,
    p: pOf(statistic, checked.alternative, normalTail),
    difference,
    ...intervalOf(low, high, checked.alternative),
    level: checked.level,
  };
}

function checkProportion(name: string, proportion: Proportion): void {
  const trials = checkInteger(`trials of the ${name}`, proportion?.trials, 1, Number.MAX_SAFE_INTEGER);
  checkInteger(`successes of the ${name}`, proportion.successes, 0, trials);
}

function wilson(rate: number, trials: number, z: number): { low: number; high: number } {
  const square = (z * z) / trials;
  const middle = rate + square / 2;
  const width = z * Math.sqrt((rate * (1 - rate) + square / 4) / trials);
  return { low: (middle - width) / (1 + square), high: (middle + width) / (1 + square) };
}
