import { LanewiseError } from '../../host/errors.ts';
import { checkNumber } from '../../vectors/input.ts';
import { checkCount, checkPositive, finite } from '../quantity.ts';
import { lastThatHolds } from './bisect.ts';
import { md1 } from './deterministic.ts';
import { kingman } from './kingman.ts';
import {
  checkLoad,
  checkServers,
  type MeanTime,
  type QueueOptions,
  type QueueState,
  type TimeQuantiles,
  type VariabilityOptions,
} from './load.ts';
import { markovQueue, mmc } from './markov.ts';

/** How requests come and are served. */
export type QueueModel = 'mm1' | 'mmc' | 'md1' | 'kingman';

/** What a queue is, but for its arrival rate. */
export interface QueueShape extends Omit<VariabilityOptions, 'arrivalRate'> {
  /** @default 'mmc', which is M/M/1 with one server */
  readonly model?: QueueModel;
}

/** The sojourn that requests may have, milliseconds; all that is given must hold. */
export type LatencyTarget = Partial<TimeQuantiles>;

/** A queue and its target. */
export interface ArrivalRateOptions extends QueueShape {
  readonly latency: LatencyTarget;
}

/** The most that fits. */
export interface ArrivalRateFit {
  /** Requests a second. */
  readonly arrivalRate: number;
  readonly utilization: number;
  /** What requests then have, milliseconds. */
  readonly sojourn: MeanTime | TimeQuantiles;
}

/** Requests and their target. */
export interface ServersNeededOptions extends QueueOptions {
  readonly latency: LatencyTarget;
}

/** The fewest servers that do. */
export interface ServersNeeded {
  readonly servers: number;
  readonly utilization: number;
  readonly sojourn: TimeQuantiles;
}

/** A stretch of utilizations. */
export interface UtilizationCurveOptions extends QueueShape {
  /** @default 0 */
  readonly from?: number;
  /** Below 1. @default 0.95 */
  readonly to?: number;
  /** 2..100 000. @default 50 */
  readonly points?: number;
}

/** A point of the hockey stick. */
export interface UtilizationPoint {
  readonly utilization: number;
  /** Requests a second. */
  readonly arrivalRate: number;
  /** Milliseconds; quantiles where the model has them. */
  readonly waiting: MeanTime | TimeQuantiles;
  readonly sojourn: MeanTime | TimeQuantiles;
}

const TARGETS = ['mean', 'p50', 'p95', 'p99'] as const;
/** The utilization next to 1 that is still tried. */
const FULL = 1 - 2 ** -40;

function stateAt(shape: QueueShape, utilization: number): QueueState<MeanTime> {
  const { model = 'mmc', serviceTime } = shape;
  const servers = checkServers(shape.servers);
  const arrivalRate = rateAt(shape, utilization);
  if (model !== 'kingman' && (shape.arrivalVariability ?? shape.serviceVariability) !== undefined) {
    throw new LanewiseError(
      'INVALID_ARGUMENT',
      `${String(model)} has its own variability: give model 'kingman', or leave arrivalVariability and serviceVariability out.`,
      { expected: 'kingman', got: model },
    );
  }
  if (model === 'kingman') return kingman({ ...shape, arrivalRate });
  if (model === 'mmc') return mmc({ arrivalRate, serviceTime, servers });
  if (model !== 'mm1' && model !== 'md1') {
    const expected = ['mm1', 'mmc', 'md1', 'kingman'];
    throw new LanewiseError(
      'INVALID_ARGUMENT',
      `model must be one of ${expected.join(', ')}; got ${String(model)}.`,
      {
        expected,
        got: model,
      },
    );
  }
  checkNumber('servers', servers, 1, 1);
  return model === 'md1' ? md1({ arrivalRate, serviceTime }) : mmc({ arrivalRate, serviceTime });
}

/** Requests a second. @throws LanewiseError `OVERFLOW` */
function rateAt({ servers = 1, serviceTime }: QueueShape, utilization: number): number {
  return finite('the arrival rate', (utilization * servers) / (serviceTime / 1000));
}

/** @throws LanewiseError `INVALID_ARGUMENT` unless some target is given, all are above 0, and the model tells of them */
function targetsOf(latency: LatencyTarget, known: readonly string[]): [keyof TimeQuantiles, number][] {
  const given = TARGETS.filter((key) => latency?.[key] !== undefined);
  if (given.length > 0 && given.every((key) => known.includes(key))) {
    return given.map((key) => [key, checkPositive(`latency.${key}`, latency[key])]);
  }
  throw new LanewiseError(
    'INVALID_ARGUMENT',
    `latency must give milliseconds for some of ${known.join(', ')}; got ${given.join(', ') || 'none'}.`,
    { expected: known, got: latency },
  );
}

/** @throws LanewiseError `INFEASIBLE` where not even an idle server answers in time */
function checkReachable(targets: [keyof TimeQuantiles, number][], idle: Partial<TimeQuantiles>): void {
  for (const [key, target] of targets) {
    const least = idle[key]!;
    if (least <= target) continue;
    throw new LanewiseError(
      'INFEASIBLE',
      `The ${key} of the service alone is ${least} ms, more than latency.${key} = ${target} ms: no arrival rate and no number ` +
        'of servers helps. Make the service faster, or allow more.',
      { expected: least, got: target },
    );
  }
}

/**
 * The most requests a second whose sojourn keeps the target, milliseconds, by bisection over the model.
 *
 * @throws LanewiseError `INVALID_ARGUMENT`; `INFEASIBLE` where even an idle server takes longer than the target
 * @example queueing.largestArrivalRate({ serviceTime: 10, latency: { mean: 50 } }).arrivalRate; // 80: 10 / (1 - .8) = 50
 */
export function largestArrivalRate(options: ArrivalRateOptions): ArrivalRateFit {
  checkPositive('serviceTime', options?.serviceTime);
  const idle = stateAt(options, 0).sojourn as Partial<TimeQuantiles>;
  const targets = targetsOf(options.latency, Object.keys(idle));
  checkReachable(targets, idle);
  const fits = (at: number): boolean => {
    const sojourn = stateAt(options, at).sojourn as TimeQuantiles;
    return targets.every(([key, target]) => sojourn[key] <= target);
  };
  const utilization = fits(FULL) ? FULL : lastThatHolds(0, FULL, fits);
  const { sojourn } = stateAt(options, utilization);
  return { arrivalRate: rateAt(options, utilization), utilization, sojourn };
}

/**
 * The fewest servers of M/M/c whose sojourn keeps the target, milliseconds, by bisection over `mmc`. O(sqrt(servers) log(servers)).
 *
 * @throws LanewiseError `INVALID_ARGUMENT`; `INFEASIBLE` where even an idle server takes longer than the target, or where 1e9
 *   servers cannot keep up; `OVERFLOW`
 */
export function serversNeeded(options: ServersNeededOptions): ServersNeeded {
  const { arrivalRate, serviceTime } = options ?? {};
  const load = checkLoad({ arrivalRate, serviceTime, servers: 1e9 });
  const targets = targetsOf(options.latency, TARGETS);
  checkReachable(targets, mmc({ arrivalRate: 0, serviceTime }).sojourn);
  const queueOf = (servers: number) => markovQueue({ ...load, servers, utilization: load.offered / servers });
  const fits = (servers: number): boolean => {
    const { sojourn, waitingProbability } = queueOf(servers);
    return waitingProbability === 0 || targets.every(([key, target]) => sojourn[key] <= target);
  };
  const least = Math.floor(load.offered) + 1;
  let spare = 1;
  while (!fits(least + spare - 1)) spare *= 2;
  // Half of the spare servers are too few.
  let [few, servers] = [least + Math.floor(spare / 2) - 1, least + spare - 1];
  while (servers - few > 1) {
    const middle = Math.floor((few + servers) / 2);
    if (fits(middle)) servers = middle;
    else few = middle;
  }
  const { utilization, sojourn } = queueOf(servers);
  return { servers, utilization, sojourn };
}

/**
 * Latency (milliseconds) against utilization, for a plot: utilizations evenly spaced from `from` to `to`, both included; the
 * source of each point is its model's.
 *
 * @throws LanewiseError `INVALID_ARGUMENT`
 */
export function utilizationCurve(options: UtilizationCurveOptions): UtilizationPoint[] {
  checkPositive('serviceTime', options?.serviceTime);
  const from = checkNumber('from', options.from ?? 0, 0, 1);
  const to = checkNumber('to', options.to ?? 0.95, from, FULL);
  const points = checkNumber('points', checkCount('points', options.points ?? 50, 2), 2, 100_000);
  return Array.from({ length: points }, (_, i) => {
    const utilization = i === points - 1 ? to : from + ((to - from) * i) / (points - 1);
    const { waiting, sojourn } = stateAt(options, utilization);
    return {
      utilization,
      arrivalRate: rateAt(options, utilization),
      waiting,
      sojourn,
    };
  });
}
