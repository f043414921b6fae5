import { LanewiseError } from '../../host/errors.ts';
import { checkInteger } from '../../vectors/input.ts';
import { checkPositive, checkQuantity, finite } from '../quantity.ts';

/** Erlang's formulas take steps in the order of the square root of it. */
const MOST_SERVERS = 1e9;

/** Requests that come at random, one by one, and what each takes. */
export interface QueueOptions {
  /** Requests a second, on average. */
  readonly arrivalRate: number;
  /** What one takes at a server, milliseconds, on average. */
  readonly serviceTime: number;
}

/** A queue before several servers. */
export interface ServersOptions extends QueueOptions {
  /** Servers that take from the one queue, at most 1e9. @default 1 */
  readonly servers?: number;
}

/** How regular arrivals and service are: variance / mean^2, 0 for a clock's beat, 1 for exponential times. */
export interface VariabilityOptions extends ServersOptions {
  /** Of the times between arrivals. @default 1 */
  readonly arrivalVariability?: number;
  /** Of the service. @default 1 */
  readonly serviceVariability?: number;
}

/** A mean, milliseconds. */
export interface MeanTime {
  readonly mean: number;
}

/** A mean, and what half, 95 of 100 and 99 of 100 requests stay within. Milliseconds. */
export interface TimeQuantiles extends MeanTime {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** A queue in equilibrium. */
export interface QueueState<Times extends MeanTime = TimeQuantiles> {
  /** The share of time that a server is busy, 0..1. */
  readonly utilization: number;
  /** Busy servers on average: arrivalRate x serviceTime, in erlangs. */
  readonly offered: number;
  /** From arriving to being served. */
  readonly waiting: Times;
  /** From arriving to being done: what a client sees. */
  readonly sojourn: Times;
  /** Requests that wait, on average (Little's law: rate x waiting). */
  readonly inQueue: number;
  /** Requests that wait or are served, on average. */
  readonly inSystem: number;
}

/** What a queue is asked to carry, checked. */
export interface Load {
  readonly arrivalRate: number;
  readonly serviceTime: number;
  readonly servers: number;
  readonly offered: number;
  readonly utilization: number;
}

/** @throws LanewiseError `INVALID_ARGUMENT` */
export function checkServers(servers: unknown = 1): number {
  return checkInteger('servers', servers, 1, MOST_SERVERS);
}

/**
 * @throws LanewiseError `INVALID_ARGUMENT`; `INFEASIBLE` at a utilization of 1 and more, where the queue grows for ever:
 *   the message tells which arrival rate, and how many servers, would fit (`expected` holds them)
 */
export function checkLoad(options: ServersOptions): Load {
  const arrivalRate = checkQuantity('arrivalRate', options?.arrivalRate);
  const serviceTime = checkPositive('serviceTime', options.serviceTime);
  const servers = checkServers(options.servers ?? 1);
  const offered = finite('the offered load', arrivalRate * (serviceTime / 1000));
  const utilization = offered / servers;
  if (utilization < 1) return { arrivalRate, serviceTime, servers, offered, utilization };
  const expected = { arrivalRate: servers / (serviceTime / 1000), servers: Math.floor(offered) + 1 };
  throw new LanewiseError(
    'INFEASIBLE',
    `${arrivalRate} requests/s of ${serviceTime} ms each keep ${offered} servers busy, and there is ${servers}: the queue grows ` +
      `for ever. Less than ${expected.arrivalRate} requests/s would fit, or ${expected.servers} servers.`,
    { expected, got: { arrivalRate, utilization } },
  );
}

/** The state that waiting times lead to. */
export function stateOf<Times extends MeanTime>(
  load: Load,
  waiting: Times,
  sojourn: Times,
): QueueState<Times> {
  const { utilization, offered, arrivalRate } = load;
  finite('the sojourn time', sojourn.mean);
  const inQueue = finite('the queue', (arrivalRate * waiting.mean) / 1000);
  return { utilization, offered, waiting, sojourn, inQueue, inSystem: inQueue + offered };
}

/** Times by their mean and the quantile of a share. */
export function timesOf(mean: number, quantile: (share: number) => number): TimeQuantiles {
  return {
    mean,
    p50: quantile(0.5),
    p95: quantile(0.95),
    p99: finite('the 99th percentile', quantile(0.99)),
  };
}
