import { exp } from '../../host/exponential.ts';
import { ln } from '../../host/logarithm.ts';
import { lastThatHolds } from './bisect.ts';
import { checkLoad, type QueueOptions, type QueueState, stateOf, timesOf } from './load.ts';

/** From here on, waiting is taken as exponential, as it becomes in heavy traffic: by then some 1e-4 off. */
const HEAVY = 0.9999;
/** Terms of a Poisson distribution with a mean of at most 1 that a double holds. */
const TERMS = 24;

/**
 * M/D/1: arrivals at random, every request takes the same time, one server. With rho = utilization and s = serviceTime, the
 * waiting is s rho / (2 (1 - rho)) on average (Pollaczek and Khinchine). Its quantiles come from the exact distribution: the
 * chance of n requests in the system by the flow between n and n + 1, sums of positive terms alone, and the waiting
 * time from it by Franx, "A simple solution for the M/D/c waiting time distribution" (2001). O(1 / (1 - rho)).
 *
 * @throws LanewiseError `INVALID_ARGUMENT`; `INFEASIBLE` at a utilization of 1 and more; `OVERFLOW`
 * @example queueing.md1({ arrivalRate: 80, serviceTime: 10 }).sojourn.mean; // 10 ms (1 + .8 / (2 (1 - .8))) = 30 ms
 */
export function md1(options: QueueOptions): QueueState {
  const load = checkLoad({ arrivalRate: options?.arrivalRate, serviceTime: options?.serviceTime });
  const { utilization, serviceTime } = load;
  const mean = (serviceTime * utilization) / (2 * (1 - utilization));
  const quantile = waitingQuantiles(utilization);
  const waiting = timesOf(
    mean,
    utilization < HEAVY ? (share) => quantile(share) * serviceTime : (share) => mean * ln(1 / (1 - share)),
  );
  const sojourn = {
    mean: mean + serviceTime,
    p50: waiting.p50 + serviceTime,
    p95: waiting.p95 + serviceTime,
    p99: waiting.p99 + serviceTime,
  };
  return stateOf(load, waiting, sojourn);
}

/** Quantiles of the waiting time in units of the service time. */
function waitingQuantiles(utilization: number): (share: number) => number {
  // beyond[j]: more than j requests arrive while one is served.
  const arrivals = [exp(-utilization)];
  for (let j = 1; j < TERMS; j++) arrivals.push((arrivals[j - 1]! * utilization) / j);
  const beyond = arrivals.map((_, j) => arrivals.slice(j + 1).reduceRight((sum, p) => sum + p, 0));
  // chances[n]: n requests in the system; within[n]: at most n wait, which is at most n + 1 in the system.
  const chances = [1 - utilization];
  const within: number[] = [];
  return (share) => {
    while (within.length === 0 || within[within.length - 1]! < share) {
      const n = chances.length - 1;
      let flow = chances[0]! * (beyond[n] ?? 0);
      for (let i = Math.max(1, n + 2 - TERMS); i <= n; i++) flow += chances[i]! * beyond[n + 1 - i]!;
      const next = flow / arrivals[0]!;
      chances.push(next);
      within.push((within[n - 1] ?? chances[0]!) + next);
    }
    const last = within.findIndex((p) => p >= share);
    const isWithin = (x: number): boolean => {
      const y = utilization * (last + 1 - x);
      let sum = 0;
      let term = exp(-y);
      for (let j = 0; j <= Math.min(last, TERMS); j++) {
        sum += within[last - j]! * term;
        term *= y / (j + 1);
      }
      return sum >= share;
    };
    return isWithin(last) ? last : lastThatHolds(last, last + 1, (x) => !isWithin(x));
  };
}
