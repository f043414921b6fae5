import { LanewiseError } from '../../host/errors.ts';
import { checkInteger, checkNumber } from '../../vectors/input.ts';
import { checkCount, checkPositive, checkQuantity, finite } from '../quantity.ts';

/** Below it doubles lose digits, and the least of them stays what it is when it is multiplied by anything above a half. */
const LEAST_WEIGHT = 2 ** -1000;
const LARGEST_LISTED = 1_000_000;

/** Requests that gather while a window is open. */
export interface PoissonBatchOptions {
  /** Requests a second. */
  readonly rate: number;
  /** Milliseconds. */
  readonly window: number;
  /** The largest batch that is listed, at most 1 000 000. @default 6 standard deviations above the mean, or that */
  readonly upTo?: number;
}

/** How many requests a window gathers. */
export interface PoissonBatch {
  /** rate x window. */
  readonly mean: number;
  /** Of 0 requests, of 1, and so on to `upTo`. */
  readonly probabilities: number[];
  /** Of more than `upTo`. */
  readonly rest: number;
}

/** What a window has to keep. */
export interface BatchWindowOptions {
  /** The latency that a request may have, milliseconds. */
  readonly budget: number;
  /** What a batch takes, whatever its size, milliseconds. */
  readonly service: number;
  /** Requests a second. */
  readonly rate: number;
}

/** How long to gather. */
export interface BatchWindow {
  /** Milliseconds. */
  readonly window: number;
  /** What sets it: the latency budget, or where waiting longer saves less than it costs. */
  readonly limit: 'budget' | 'cost';
  /** Requests that the window gathers on average. */
  readonly batch: number;
  /** Of the request that waits longest, milliseconds: window + service. */
  readonly latency: number;
}

/** A batch size, and what a batch of it takes. */
export interface BatchService {
  /** Requests. */
  readonly batch: number;
  /** Milliseconds, measured or modelled. */
  readonly service: number;
}

/** Batch sizes: measured, or by a line. */
export interface BatchParetoOptions {
  /** What was measured; or */
  readonly batches?: readonly BatchService[];
  /** sizes to model by fixed + perItem x size. */
  readonly sizes?: readonly number[];
  /** Milliseconds of a batch, whatever its size. */
  readonly fixed?: number;
  /** Milliseconds of each request in it. */
  readonly perItem?: number;
  /** Requests a second: given, batches have to gather first. */
  readonly arrivalRate?: number;
}

/** A batch size's figures. */
export interface BatchPoint extends BatchService {
  /** What the first request of a batch waits for the last, (batch - 1) / arrivalRate; its mean is half. Milliseconds. */
  readonly delay: number;
  /** Of the first request of a batch: delay + service. Milliseconds. */
  readonly latency: number;
  /** Requests a second that batches of this size can carry: batch / service. */
  readonly throughput: number;
  /** Whether that is more than arrive; true without an arrival rate. */
  readonly keepsUp: boolean;
  /** Whether no other size has both a lower latency and a higher throughput, or betters one and equals the other. */
  readonly isOnFront: boolean;
}

/** A server that takes whatever has come since it began its last batch. */
export interface ContinuousBatchingOptions {
  /** Requests a second. */
  readonly arrivalRate: number;
  /** Milliseconds of a batch, whatever its size. */
  readonly fixed: number;
  /** Milliseconds of each request in it. */
  readonly perItem: number;
}

/** Where continuous batching settles. */
export interface ContinuousBatching extends BatchService {
  /** Mean sojourn, milliseconds: half a batch's time until the one at work is done, and its own. */
  readonly latency: number;
}

/**
 * The batch that a window gathers: Poisson, P(n) = m^n e^-m / n!, with m = rate x window. Weights are built up from the most
 * likely size and divided by their sum, so that means beyond 745 do not underflow (Fox and Glynn, "Computing Poisson
 * Probabilities", 1988). O(sqrt(mean) + upTo), of means up to 1e9.
 *
 * @throws LanewiseError `INVALID_ARGUMENT`, `OVERFLOW`
 * @example queueing.poissonBatch({ rate: 1000, window: 2, upTo: 4 }).probabilities; // .1353 .2707 .2707 .1804 .0902
 */
export function poissonBatch(options: PoissonBatchOptions): PoissonBatch {
  const rate = checkQuantity('rate', options?.rate);
  const gathered = finite('the mean batch', rate * (checkQuantity('window', options.window) / 1000));
  const mean = checkNumber('rate x window', gathered, 0, 1e9);
  const far = Math.ceil(mean + 6 * Math.sqrt(mean + 1));
  const upTo = checkInteger('upTo', options.upTo ?? Math.min(far, LARGEST_LISTED), 0, LARGEST_LISTED);
  const mode = Math.floor(mean);
  const weights = new Float64Array(upTo + 1);
  let below = 0;
  let rest = 0;
  const put = (n: number, weight: number): void => {
    if (n <= upTo) {
      weights[n] = weight;
      below += weight;
    } else rest += weight;
  };
  put(mode, 1);
  for (let n = mode, weight = 1; n > 0 && weight > LEAST_WEIGHT; n--) {
    weight *= n / mean;
    put(n - 1, weight);
  }
  for (let n = mode + 1, weight = 1; weight > LEAST_WEIGHT; n++) {
    weight *= mean / n;
    put(n, weight);
  }
  const sum = below + rest;
  return { mean, probabilities: Array.from(weights, (weight) => weight / sum), rest: rest / sum };
}

/**
 * How long to gather requests before a batch is begun: min(budget - service, sqrt(service / rate)). The root minimizes what
 * the first request waits and its share of the batch, T + service / (rate T), T in seconds; the budget caps it. All it takes and
 * gives are milliseconds. Source: arithmetic, by the derivative 1 - service / (rate T^2) = 0.
 *
 * @throws LanewiseError `INVALID_ARGUMENT`; `INFEASIBLE` where the service alone exceeds the budget
 * @example queueing.batchWindow({ budget: 50, service: 5, rate: 1000 }).window; // sqrt(.005 s / 1000) = 2.236 ms
 */
export function batchWindow(options: BatchWindowOptions): BatchWindow {
  const budget = checkPositive('budget', options?.budget);
  const service = checkPositive('service', options.service);
  const rate = checkPositive('rate', options.rate);
  if (budget < service) {
    throw new LanewiseError(
      'INFEASIBLE',
      `A batch takes ${service} ms, more than the budget of ${budget} ms: no window fits. Make the batch smaller or faster, or ` +
        `allow ${service - budget} ms more.`,
      { expected: service, got: budget },
    );
  }
  const best = Math.sqrt(service / 1000 / rate) * 1000;
  const window = Math.min(budget - service, best);
  return {
    window,
    limit: window < best ? 'budget' : 'cost',
    batch: finite('the batch', (window / 1000) * rate),
    latency: window + service,
  };
}

/**
 * Latency (milliseconds) and throughput (requests a second) of batch sizes, and which are worth choosing: the Pareto front, those
 * that no other dominates (Borzsonyi, Kossmann and Stocker, "The Skyline Operator", 2001). In the order given. O(n log n).
 *
 * @throws LanewiseError `INVALID_ARGUMENT`; `OVERFLOW`
 * @example queueing.batchPareto({ sizes: [1, 8, 64], fixed: 4, perItem: .25 }); // 235, 1333 and 3200 requests/s
 */
export function batchPareto(options: BatchParetoOptions): BatchPoint[] {
  const arrivalRate =
    options?.arrivalRate === undefined ? undefined : checkPositive('arrivalRate', options.arrivalRate);
  const points = batchesOf(options).map(({ batch, service }) => {
    const delay = arrivalRate ? finite('delay', ((batch - 1) / arrivalRate) * 1000) : 0;
    const throughput = finite('throughput', (batch / service) * 1000);
    const keepsUp = !arrivalRate || throughput > arrivalRate;
    return { batch, service, delay, latency: finite('latency', delay + service), throughput, keepsUp };
  });
  const fastest = [...points].sort((a, b) => a.latency - b.latency || b.throughput - a.throughput);
  const front = new Set<object>();
  let best: (typeof points)[number] | undefined;
  for (const point of fastest) {
    const isBetter = !best || point.throughput > best.throughput;
    if (isBetter) best = point;
    if (isBetter || (point.throughput === best?.throughput && point.latency === best.latency))
      front.add(point);
  }
  return points.map((point) => ({ ...point, isOnFront: front.has(point) }));
}

function batchesOf(options: BatchParetoOptions): BatchService[] {
  const { batches, sizes } = options ?? {};
  const list = batches ?? sizes;
  if (!Array.isArray(list) || list.length === 0 || (batches && sizes)) {
    throw new LanewiseError(
      'INVALID_ARGUMENT',
      'Give either batches, [{ batch, service }], or sizes with fixed and perItem; and one size at least.',
    );
  }
  if (batches) {
    return batches.map((point) => ({
      batch: checkCount('batch', point?.batch),
      service: checkPositive('service', point.service),
    }));
  }
  const fixed = checkQuantity('fixed', options.fixed);
  const perItem = checkQuantity('perItem', options.perItem);
  return (sizes ?? []).map((batch) => ({
    batch: checkCount('sizes', batch),
    service: checkPositive('fixed + perItem x size', finite('service', fixed + perItem * batch)),
  }));
}

/**
 * Continuous batching: a server that is done takes all that came meanwhile. It settles where as many come while a batch is
 * served as are in it: batch = rate (fixed + perItem batch), so batch = rate fixed / (1 - rate perItem), but at least 1; a mean of
 * flows that leaves chance out, close for batches of several and more. In milliseconds; source: arithmetic of flows (a fluid limit:
 * Kleinrock, Queueing Systems II, 1976, chapter 2).
 *
 * @throws LanewiseError `INVALID_ARGUMENT`; `INFEASIBLE` where rate x perItem >= 1: then no batch is large enough, and the message
 *   tells the rate that would fit; `OVERFLOW`
 */
export function continuousBatching(options: ContinuousBatchingOptions): ContinuousBatching {
  const arrivalRate = checkPositive('arrivalRate', options?.arrivalRate);
  const fixed = checkQuantity('fixed', options.fixed);
  const perItem = checkPositive('perItem', options.perItem);
  const busy = arrivalRate * (perItem / 1000);
  if (!(busy < 1)) {
    const expected = 1000 / perItem;
    throw new LanewiseError(
      'INFEASIBLE',
      `${arrivalRate} requests/s of ${perItem} ms each in a batch are more than any batch carries. Less than ${expected} ` +
        'requests/s would fit.',
      { expected: { arrivalRate: expected }, got: { arrivalRate, utilization: busy } },
    );
  }
  const batch = Math.max(1, (arrivalRate * (fixed / 1000)) / (1 - busy));
  const service = fixed + perItem * batch;
  // At less than one request a batch, the server idles, and a request seldom finds it at work.
  const before = batch > 1 ? 1 : Math.min(1, (arrivalRate * service) / 1000);
  return { batch, service, latency: finite('latency', service + (before * service) / 2) };
}
