import { LanewiseError } from '../host/errors.ts';
import type { StageProfile } from './stage-profile.ts';

/** What must fit into how much time. */
export interface LatencyBudgetOptions {
  /** The time a request may take. */
  readonly milliseconds: number;
  /** The stage whose candidates are to be as many as fit; its calls must have told their counts. */
  readonly stage: string;
  /** The share of requests that shall keep the budget, 0..1. @default 0.99 */
  readonly percentile?: number;
}

/** How many candidates fit into a budget, and where its time goes. All times in milliseconds. */
export interface LatencyBudget {
  /** Candidates the stage can take: `(remaining / slowness - fixed) / perCandidate`, rounded down, or 0. */
  readonly candidates: number;
  /** By how much the budget is too small for even one candidate; 0 where it is not. */
  readonly missing: number;
  /** The budget. */
  readonly milliseconds: number;
  readonly percentile: number;
  /** What all else takes: the sum of the other stages' percentiles, and the mean of the time outside of stages. */
  readonly others: number;
  /** What is left of the budget for the stage: `milliseconds - others`, perhaps negative. */
  readonly remaining: number;
  /** What a call of the stage takes with no candidates. */
  readonly fixed: number;
  readonly perCandidate: number;
  /**
   * How many times what the line gives calls take at the percentile, as they turned out against the line through those before
   * them; 1 as long as 20 calls have not told their counts, and where the clock is too coarse to see so many calls take any
   * time. It stretches all of the line: with pauses that last as long whatever the count, that is careful for more candidates
   * than were measured.
   */
  readonly slowness: number;
  /**
   * `fit`: by least squares. `mean`: counts never varied (or time did not grow with them), so that nothing tells fixed costs
   * from others: all of the mean time is put down to its candidates. That is careful with more candidates than were
   * measured, and not with fewer.
   */
  readonly basis: 'fit' | 'mean';
  /** The largest count that was measured. */
  readonly most: number;
  /** More candidates than were ever measured: the line may not hold out there. Measure with as many. */
  readonly isExtrapolated: boolean;
}

/** @throws LanewiseError `UNTRAINED` if no call told how many candidates it had, or no time was seen to pass */
export function budgetOf(
  profile: StageProfile,
  given: Pick<LatencyBudget, 'milliseconds' | 'percentile' | 'others'>,
): LatencyBudget {
  const line = profile.costLine();
  if (!line || line.perCandidate === 0) {
    throw new LanewiseError(
      'UNTRAINED',
      line
        ? `No time was seen to pass in stage '${profile.name}': its clock is too coarse. Give the Profiler a finer one as now.`
        : `No call of stage '${profile.name}' told of any candidates. Give it a count: stage(name, run, { count }).`,
    );
  }
  const { fixed, perCandidate, basis } = line;
  const { milliseconds, percentile, others } = given;
  const { most } = profile;
  const slowness = profile.slowness(percentile);
  const remaining = milliseconds - others;
  // A billionth, so that 60 / 0.06 is 1000 whatever rounding made of it.
  const candidates = Math.max(0, Math.floor((remaining / slowness - fixed) / perCandidate + 1e-9));
  return {
    candidates,
    missing: candidates > 0 ? 0 : (fixed + perCandidate) * slowness - remaining,
    ...{ milliseconds, percentile, others, remaining, fixed, perCandidate, slowness, basis, most },
    isExtrapolated: candidates > most,
  };
}
