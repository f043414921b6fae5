import { exp } from '../../host/exponential.ts';
import { ln } from '../../host/logarithm.ts';
import { checkQuantity } from '../quantity.ts';
import { lastThatHolds } from './bisect.ts';
import {
  checkLoad,
  checkServers,
  type Load,
  type QueueOptions,
  type QueueState,
  type ServersOptions,
  stateOf,
  timesOf,
} from './load.ts';

/** Below it, the difference of two exponentials is taken from its series. */
const CLOSE = 1e-5;

/** Servers, and what they are offered. */
export interface ErlangOptions {
  /** At most 1e9. */
  readonly servers: number;
  /** arrivalRate x serviceTime, in erlangs: busy servers, were there enough. */
  readonly offered: number;
}

/** M/M/c in equilibrium. */
export interface MarkovQueue extends QueueState {
  /** The share of requests that wait at all (Erlang's C), 0..1. */
  readonly waitingProbability: number;
}

/**
 * M/M/1: arrivals and service at random (exponential), one server. With rho = utilization and s = serviceTime: sojourn
 * s / (1 - rho), exponential, so that its quantile q is s / (1 - rho) ln(1 / (1 - q)); waiting longer than t has the
 * probability rho e^(-(1 - rho) t / s); rho / (1 - rho) requests in the system (Kleinrock, Queueing Systems I, 1975, section 3.2).
 *
 * @throws LanewiseError `INVALID_ARGUMENT`; `INFEASIBLE` at a utilization of 1 and more; `OVERFLOW`
 * @example queueing.mm1({ arrivalRate: 80, serviceTime: 10 }).sojourn.mean; // 10 ms / (1 - .8) = 50 ms
 */
export function mm1(options: QueueOptions): MarkovQueue {
  return mmc({ arrivalRate: options?.arrivalRate, serviceTime: options?.serviceTime });
}

/**
 * M/M/c: one queue before c servers. With a = offered, C = Erlang's C and s = serviceTime, milliseconds: waiting C s / (c - a), beyond t with
 * the probability C e^(-(c - a) t / s); the sojourn adds the service (Kleinrock, section 3.5; Gross and others, Fundamentals of Queueing
 * Theory, section 3.3). O(sqrt(servers)).
 *
 * @throws LanewiseError `INVALID_ARGUMENT`; `INFEASIBLE` at a utilization of 1 and more; `OVERFLOW`
 */
export function mmc(options: ServersOptions): MarkovQueue {
  return markovQueue(checkLoad(options));
}

/** M/M/c under a load that is checked. */
export function markovQueue(load: Load): MarkovQueue {
  const { servers, offered, serviceTime } = load;
  const waitingProbability = waitingOf(blockingOf(servers, offered), load.utilization);
  const spare = servers - offered;
  const mean = (waitingProbability * serviceTime) / spare;
  const waiting = timesOf(mean, (share) => waitingQuantile(waitingProbability, spare, share) * serviceTime);
  const sojourn = timesOf(
    mean + serviceTime,
    (share) => sojournQuantile(waitingProbability, spare, share) * serviceTime,
  );
  return { ...stateOf(load, waiting, sojourn), waitingProbability };
}

/**
 * Erlang's B, the share of requests that c servers turn away where nobody waits: 1 / B = 1 + c/a + c (c - 1) / a^2 + ..., the
 * recurrence 1 / B(n) = 1 + n / (a B(n - 1)) multiplied out (Jagerman, "Some Properties of the Erlang Loss Function", 1974). All
 * terms are positive, and those far from the largest do not count. 0 where a double cannot hold it. O(sqrt(servers)).
 *
 * @throws LanewiseError `INVALID_ARGUMENT`
 */
export function erlangB(options: ErlangOptions): number {
  return blockingOf(checkServers(options?.servers ?? Number.NaN), checkQuantity('offered', options.offered));
}

/**
 * Erlang's C, the share of requests that wait for one of c servers: B / (1 - rho (1 - B)) (Kleinrock, section 3.5).
 * O(sqrt(servers)).
 *
 * @throws LanewiseError `INVALID_ARGUMENT`; `INFEASIBLE` unless offered < servers
 */
export function erlangC(options: ErlangOptions): number {
  const { servers, offered, utilization } = checkLoad({
    arrivalRate: checkQuantity('offered', options?.offered),
    serviceTime: 1000,
    servers: options.servers,
  });
  return waitingOf(blockingOf(servers, offered), utilization);
}

/** Terms grow for c - a steps, which overflows within some 40 sqrt(a) of them, and then fall as a normal distribution does. */
function blockingOf(servers: number, offered: number): number {
  let sum = 1;
  let term = 1;
  for (let left = servers; left > 0 && sum < Number.POSITIVE_INFINITY; left--) {
    term *= left / offered;
    sum += term;
    if (left < offered && term < sum * Number.EPSILON * 2 ** -12) break;
  }
  return 1 / sum;
}

/** Erlang's C from his B. */
function waitingOf(blocking: number, utilization: number): number {
  return blocking / (1 - utilization * (1 - blocking));
}

/** In units of the service time, as all below. */
function waitingQuantile(waitingProbability: number, spare: number, share: number): number {
  return waitingProbability > 1 - share ? ln(waitingProbability / (1 - share)) / spare : 0;
}

/** By bisection on the tail, which no formula inverts for several servers. */
function sojournQuantile(waitingProbability: number, spare: number, share: number): number {
  const alone = ln(1 / (1 - share));
  // A half of what exceeds the share waits no longer than the one, and is served no longer than the other.
  const half = (1 + share) / 2;
  const most = waitingQuantile(waitingProbability, spare, half) + ln(1 / (1 - half));
  return lastThatHolds(
    alone * (1 - CLOSE),
    most,
    (t) => sojournTail(waitingProbability, spare, t) > 1 - share,
  );
}

/** The share of requests that stay longer than t: those that are served at once, and those that wait first. */
function sojournTail(waitingProbability: number, spare: number, t: number): number {
  const alone = exp(-t);
  const x = (spare - 1) * t;
  const waited =
    Math.abs(x) < CLOSE ? alone * t * (1 - x / 2 + (x * x) / 6) : (alone - exp(-spare * t)) / (spare - 1);
  return alone + waitingProbability * waited;
}
