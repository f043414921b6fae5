import { checkNumber } from '../vectors/input.ts';

/** What requests cost, in any one unit: milliseconds, dollars, joules. */
export interface RequestCosts {
  /** Of a request that the cache answers, its look-up included. */
  readonly hitCost: number;
  /** Of computing an answer, without the look-up. */
  readonly missCost: number;
  /** Of a look-up that finds nothing. @default what a hit costs */
  readonly lookupCost?: number;
}

/** What a request costs with a cache and without, on average, in the unit of what was given. */
export interface CostReport extends Required<RequestCosts> {
  readonly hitRate: number;
  readonly missRate: number;
  /** hitRate x hitCost + missRate x (lookupCost + missCost). */
  readonly amortized: number;
  /** What every request would cost without the cache: missCost. */
  readonly uncached: number;
  /** uncached - amortized; negative where the cache costs more than it saves. */
  readonly saved: number;
  /** uncached / amortized. */
  readonly speedup: number;
  /**
   * The hit rate from which on the cache pays, lookupCost / (lookupCost + missCost - hitCost): 1 and above where only
   * hits would, Infinity where not even they do.
   */
  readonly breakEvenHitRate: number;
}

/**
 * What requests cost on average at a hit rate, beside what they would cost without a cache.
 *
 * @throws LanewiseError `INVALID_ARGUMENT` unless the rate lies in 0..1 and costs are finite and not negative
 * @example amortizedCost(0.4, { hitCost: 1, missCost: 100 }).amortized; // 0.4 * 1 + 0.6 * (1 + 100) = 61
 */
export function amortizedCost(hitRate: number, costs: RequestCosts): CostReport {
  checkNumber('hitRate', hitRate, 0, 1);
  const hitCost = checkNumber('hitCost', costs?.hitCost, 0, Number.MAX_VALUE);
  const missCost = checkNumber('missCost', costs.missCost, 0, Number.MAX_VALUE);
  const lookupCost = checkNumber('lookupCost', costs.lookupCost ?? hitCost, 0, Number.MAX_VALUE);
  const missRate = 1 - hitRate;
  const amortized = hitRate * hitCost + missRate * (lookupCost + missCost);
  const gain = lookupCost + missCost - hitCost;
  return {
    hitCost,
    missCost,
    lookupCost,
    hitRate,
    missRate,
    amortized,
    uncached: missCost,
    saved: missCost - amortized,
    speedup: missCost === amortized ? 1 : missCost / amortized,
    breakEvenHitRate: gain > 0 ? lookupCost / gain : Number.POSITIVE_INFINITY,
  };
}
