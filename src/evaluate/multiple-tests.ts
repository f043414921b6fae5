import { LanewiseError } from '../host/errors.ts';
import { checkSample, checkShare, type Numbers } from './numbers.ts';

/** How strict several tests are together. */
export interface MultipleTestsOptions {
  /** The chance of a false discovery at all, or their expected share, within 0..1. @default 0.05 */
  readonly significance?: number;
}

/** Several tests, judged together, in the order in which they were given. */
export interface MultipleTestsResult {
  /** p-values to be compared with the significance as if each were alone, up to 1. */
  readonly adjusted: Float64Array;
  /** Whether an adjusted value is at most the significance. */
  readonly rejected: readonly boolean[];
}

/**
 * Bonferroni's correction: each p-value times the number of tests. However the tests depend on one another, the chance of
 * any false discovery is at most the significance. `holm` promises the same and finds more.
 *
 * @throws LanewiseError `INVALID_ARGUMENT` where there are none, `INVALID_VALUE` beyond 0..1
 * @example bonferroni([0.01, 0.04, 0.03]).adjusted // 0.03, 0.12, 0.09
 */
export function bonferroni(p: Numbers, options: MultipleTestsOptions = {}): MultipleTestsResult {
  return resultOf(
    adjust(p, (value, _, count) => value * count),
    options,
  );
}

/**
 * Holm's correction ("A simple sequentially rejective multiple test procedure", 1979): the smallest p-value times the number of
 * tests, the next times one less, and so on, none below the one before. What Bonferroni promises, with more found.
 *
 * @throws LanewiseError `INVALID_ARGUMENT` where there are none, `INVALID_VALUE` beyond 0..1
 * @example holm([0.01, 0.04, 0.03]).adjusted // 0.03, 0.06, 0.06
 */
export function holm(p: Numbers, options: MultipleTestsOptions = {}): MultipleTestsResult {
  return resultOf(
    adjust(p, (value, rank, count) => value * (count - rank + 1)),
    options,
  );
}

/**
 * The procedure of Benjamini and Hochberg ("Controlling the false discovery rate", 1995): of the tests that it rejects, the
 * expected share of false discoveries is at most the significance, for tests that are independent or depend on one another
 * positively. As SciPy's `false_discovery_control`. Cost: O(n log n).
 *
 * @throws LanewiseError `INVALID_ARGUMENT` where there are none, `INVALID_VALUE` beyond 0..1
 * @example benjaminiHochberg([0.01, 0.04, 0.03]).adjusted // 0.03, 0.04, 0.04
 */
export function benjaminiHochberg(p: Numbers, options: MultipleTestsOptions = {}): MultipleTestsResult {
  return resultOf(
    adjust(p, (value, rank, count) => value * (count / rank), true),
    options,
  );
}

/**
 * @param termOf a p-value, its rank from 1 on, and how many there are
 * @param isStepUp whether a value is the least of the terms from it on, and not the largest up to it
 */
function adjust(
  p: Numbers,
  termOf: (value: number, rank: number, count: number) => number,
  isStepUp = false,
): Float64Array {
  const values = Array.from(checkSample('p', p));
  const wrong = values.find((value) => value < 0 || value > 1);
  if (wrong !== undefined) {
    throw new LanewiseError('INVALID_VALUE', `p-values must lie within 0..1; got ${wrong}.`, { got: wrong });
  }
  const count = values.length;
  const order = values.map((_, i) => i).sort((a, b) => values[a]! - values[b]!);
  const adjusted = new Float64Array(count);
  let bound = isStepUp ? 1 : 0;
  for (let i = 0; i < count; i++) {
    const rank = isStepUp ? count - i : i + 1;
    const at = order[rank - 1]!;
    const term = Math.min(1, termOf(values[at]!, rank, count));
    bound = isStepUp ? Math.min(bound, term) : Math.max(bound, term);
    adjusted[at] = bound;
  }
  return adjusted;
}

function resultOf(
  adjusted: Float64Array,
  { significance = 0.05 }: MultipleTestsOptions,
): MultipleTestsResult {
  checkShare('significance', significance);
  return { adjusted, rejected: Array.from(adjusted, (value) => value <= significance) };
}
