import { LanewiseError } from '../../host/errors.ts';
import { checkPositive, checkQuantity, finite } from '../quantity.ts';

/** A step that costs time once and makes what follows faster: compiling, warming up, building an index. */
export interface BreakEvenOptions {
  /** What the step takes, milliseconds. */
  readonly cost: number;
  /** Items a second without it. */
  readonly before: number;
  /** Items a second after it. */
  readonly after: number;
}

/** Where it begins to pay. */
export interface BreakEven {
  /** Items, to the nearest whole one. */
  readonly items: number;
  /** Items, as the formula has it. */
  readonly exact: number;
  /** Milliseconds after which both ways have come equally far: exact / before. */
  readonly time: number;
  readonly speedup: number;
}

/** A model that ages, and what renewing it costs. */
export interface RetrainingOptions {
  /** Of one retraining, in any unit: dollars, say. */
  readonly cost: number;
  /** By how much a day's loss grows with each day of the model's age, in that unit a day a day. */
  readonly lossGrowth: number;
  /** Days between retrainings to be told of as well, beside the best. */
  readonly interval?: number;
}

/** An interval, and what it costs. */
export interface RetrainingCost {
  /** Days from one retraining to the next. */
  readonly interval: number;
  /** Retraining and loss, a day, in the unit given. */
  readonly costPerDay: number;
}

/** The best interval, and the given one. */
export interface RetrainingPlan extends RetrainingCost {
  readonly retrainingsPerYear: number;
  readonly given?: RetrainingCost;
}

/**
 * Items from which on a step pays that takes `cost` once: N = cost / (1 / before - 1 / after), where N / before = cost + N / after. Source:
 * arithmetic, of milliseconds and items a second.
 *
 * @throws LanewiseError `INVALID_ARGUMENT`; `INFEASIBLE` unless after > before, since then it never pays; `OVERFLOW`
 * @example budget.breakEven({ cost: 15_000, before: 1450, after: 2150 }).items; // 15 s * 1450 * 2150 / 700 = 66 804
 */
export function breakEven(options: BreakEvenOptions): BreakEven {
  const cost = checkQuantity('cost', options?.cost);
  const before = checkPositive('before', options.before);
  const after = checkPositive('after', options.after);
  if (after <= before) {
    throw new LanewiseError(
      'INFEASIBLE',
      `The step never pays: ${after} items/s after it are no more than the ${before} before.`,
      { expected: before, got: after },
    );
  }
  const exact = finite('items', cost / 1000 / (1 / before - 1 / after));
  return {
    items: Math.round(exact),
    exact,
    time: finite('the time', (exact / before) * 1000),
    speedup: finite('the speed-up', after / before),
  };
}

/**
 * How often to retrain a model whose daily loss grows by `lossGrowth` with each day of its age: every T days, a day costs
 * cost / T for retraining and lossGrowth T / 2 for age, least where both are equal, T = sqrt(2 cost / lossGrowth), at
 * sqrt(2 cost lossGrowth): the economic order quantity (Harris, "How Many Parts to Make at Once", 1913), age in place of stock.
 *
 * @throws LanewiseError `INVALID_ARGUMENT`, `OVERFLOW`
 * @example budget.retraining({ cost: 3200, lossGrowth: 1 }).interval; // sqrt(6400) = 80 days, $80 a day
 */
export function retraining(options: RetrainingOptions): RetrainingPlan {
  const cost = checkPositive('cost', options?.cost);
  const growth = checkPositive('lossGrowth', options.lossGrowth);
  const at = (interval: number): RetrainingCost => ({
    interval,
    costPerDay: finite('the cost', cost / interval + (growth * interval) / 2),
  });
  const interval = finite('the interval', Math.sqrt((2 * cost) / growth));
  const given = options.interval === undefined ? undefined : at(checkPositive('interval', options.interval));
  return {
    ...at(interval),
    retrainingsPerYear: finite('retrainings', 365 / interval),
    ...(given && { given }),
  };
}
