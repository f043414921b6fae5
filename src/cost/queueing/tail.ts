import { checkNumber } from '../../vectors/input.ts';
import { checkCount } from '../quantity.ts';
import { lastThatHolds } from './bisect.ts';

/** A request that asks many servers and waits for all. */
export interface TailOptions {
  /** That one server is slow, 0..1; of `tailPerServer`, that the request may be. */
  readonly probability: number;
  /** How many are asked. */
  readonly servers: number;
}

/** What every server has to keep. */
export interface TailPerServer {
  /** That it may be slow, 0..1. */
  readonly probability: number;
  /** The percentile that must be fast: 100 (1 - probability). */
  readonly percentile: number;
}

/**
 * The chance that a request is slow which waits for n servers, each slow with the chance p, independently: 1 - (1 - p)^n
 * (Dean and Barroso, "The Tail at Scale", CACM 56, 2013). By doubling, P(a + b) = P(a) + P(b) (1 - P(a)), which keeps all digits of
 * the smallest chances. O(log n).
 *
 * @throws LanewiseError `INVALID_ARGUMENT` unless probability lies in 0..1, and servers is an integer above 0
 * @example queueing.tailAtScale({ probability: .01, servers: 100 }); // .634: two of three requests are slow
 */
export function tailAtScale(options: TailOptions): number {
  return anyOf(
    checkNumber('probability', options?.probability, 0, 1),
    checkCount('servers', options.servers),
  );
}

/**
 * The inverse: how seldom each of n servers may be slow, so that a request which waits for all is slow with at most the
 * chance given, 1 - (1 - p)^(1/n), by bisection.
 *
 * @throws LanewiseError `INVALID_ARGUMENT` unless probability lies in 0..1, and servers is an integer above 0
 * @example queueing.tailPerServer({ probability: .01, servers: 100 }).percentile; // 99.98995: a hundredth of p99's slack
 */
export function tailPerServer(options: TailOptions): TailPerServer {
  const most = checkNumber('probability', options?.probability, 0, 1);
  const servers = checkCount('servers', options.servers);
  const fits = (chance: number): boolean => anyOf(chance, servers) <= most;
  // A chance of most / n each fits by the union bound, and more than `most` never does.
  const probability = fits(most) ? most : lastThatHolds((most / servers) * (1 - 1e-9), most, fits);
  return { probability, percentile: 100 * (1 - probability) };
}

function anyOf(chance: number, count: number): number {
  let some = 0;
  let doubled = chance;
  for (let rest = count; rest >= 1; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) some += doubled * (1 - some);
    doubled += doubled * (1 - doubled);
  }
  return some;
}
