import { quantileOf } from '../host/tails.ts';
import { checkChoice } from '../search/options.ts';
import { checkShare } from './numbers.ts';

/** What is taken for true if not that both are equal: that the first is either, or greater, or less than the second. */
export type Alternative = 'two-sided' | 'greater' | 'less';

/** How a test of a difference is made. */
export interface DifferenceOptions {
  /** What is held against the two being equal; to be chosen before looking at the data. @default 'two-sided' */
  readonly alternative?: Alternative;
  /** Share of such intervals that hold the true difference, within 0..1. @default 0.95 */
  readonly level?: number;
}

/** What a test of a difference found. */
export interface DifferenceResult {
  /** The difference in standard errors. */
  readonly statistic: number;
  /** The chance of a statistic as far out where both are equal. */
  readonly p: number;
  /** The first less the second. */
  readonly difference: number;
  /** Where the true difference may lie; without an end on one side if the alternative is one-sided. */
  readonly low: number;
  readonly high: number;
  readonly level: number;
}

/** @throws LanewiseError `INVALID_ARGUMENT` */
export function checkDifference({
  alternative = 'two-sided',
  level = 0.95,
}: DifferenceOptions): Required<DifferenceOptions> {
  checkChoice('alternative', alternative, ['two-sided', 'greater', 'less']);
  return { alternative, level: checkShare('level', level) };
}

/** p of a statistic whose distribution is symmetric. */
export function pOf(statistic: number, alternative: Alternative, tail: (x: number) => number): number {
  if (alternative === 'two-sided') return 2 * tail(Math.abs(statistic));
  return tail(alternative === 'greater' ? statistic : -statistic);
}

/** How many standard errors an interval reaches. */
export function reachOf(
  { alternative, level }: Required<DifferenceOptions>,
  tail: (x: number) => number,
): number {
  return quantileOf(tail, alternative === 'two-sided' ? (1 - level) / 2 : 1 - level);
}

/** An interval, without its end on the side that the alternative does not ask for. */
export function intervalOf(
  low: number,
  high: number,
  alternative: Alternative,
): { low: number; high: number } {
  return {
    low: alternative === 'less' ? Number.NEGATIVE_INFINITY : low,
    high: alternative === 'greater' ? Number.POSITIVE_INFINITY : high,
  };
}
