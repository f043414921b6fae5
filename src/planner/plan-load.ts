import { finite } from '../cost/quantity.ts';
import { ln } from '../host/logarithm.ts';
import type { Prediction } from './prediction.ts';

/** What a core is to do: queries and updates that come at random, and how long it takes for them alone. */
export interface Work {
  /** A second, to this core. */
  readonly queriesPerSecond: number;
  readonly updatesPerSecond: number;
  /** Of a query and of an update, milliseconds. */
  readonly query: Pick<Prediction, 'p50' | 'p99' | 'queriesPerSecond'>;
  readonly update: number;
}

/** What a core takes under load. */
export interface CandidateLoad {
  /** The share of its time that the core is busy; from 1 on it falls behind for ever. */
  readonly utilization: number;
  /** Milliseconds with waiting; undefined where the core falls behind. */
  readonly p50?: number;
  readonly p99?: number;
}

/** Of a normal distribution: how many deviations its 99th percentile lies above its median. */
const DEVIATIONS_TO_P99 = 2.326347874;

/**
 * Latencies under load: an M/G/1 queue, first come, first served.
 *
 * A query that finds the core busy waits for an exponential time (Kingman 1961: exact for M/M/1, and in the limit of
 * heavy traffic) with the mean of Pollaczek and Khinchine, S (1 + c²) / 2 / (1 - rho), where c² is the squared
 * variation of the service time S, taken from its p99 and p50. So of all queries a share `tail` waits longer than
 * S (1 + c²) / 2 / (1 - rho) * ln(rho / tail). Updates take time off the core and, so far as a query of the tail meets
 * one, are waited for as well. Percentiles of waiting and of service are added, which errs on the long side.
 */
export function loadOf(work: Work): CandidateLoad {
  const { query, update, updatesPerSecond } = work;
  const service = 1000 / query.queriesPerSecond;
  const updating = (updatesPerSecond * update) / 1000;
  const utilization = finite('utilization', (work.queriesPerSecond * service) / 1000 + updating);
  if (!(utilization < 1)) return { utilization };
  const variation = Math.max(0, query.p99 / query.p50 - 1) / DEVIATIONS_TO_P99;
  const waits = (tail: number): number => {
    if (utilization <= tail) return 0;
    const behindUpdate = update * Math.min(1, updating / tail);
    const residual = (service * (1 + variation * variation)) / 2 + behindUpdate;
    return (residual / (1 - utilization)) * ln(utilization / tail);
  };
  return { utilization, p50: query.p50 + waits(0.5), p99: query.p99 + waits(0.01) };
}
