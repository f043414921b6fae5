import { ln } from '../../src/host/logarithm.ts';
import { Random } from '../../src/host/random.ts';

/** Waiting and sojourn times of simulated requests, in the units of what they were drawn in. */
export interface SimulatedTimes {
  readonly waiting: SimulatedTime;
  readonly sojourn: SimulatedTime;
}

export interface SimulatedTime {
  readonly mean: number;
  /** Standard error of the mean, from the means of forty stretches, which hardly depend on each other. */
  readonly error: number;
  quantile(share: number): number;
}

/** Draws of a time. */
export type Draw = (random: Random) => number;

export const exponential =
  (mean: number): Draw =>
  (random) =>
    -mean * ln(1 - random.uniform());

export const constant =
  (value: number): Draw =>
  () =>
    value;

/** Sums of exponentials: a squared coefficient of variation of 1 / phases. */
export const erlang =
  (mean: number, phases: number): Draw =>
  (random) => {
    let sum = 0;
    for (let i = 0; i < phases; i++) sum += exponential(mean / phases)(random);
    return sum;
  };

/** Event by event: each request goes to the server that is free first, in the order of arrival. The first tenth warms up. */
export function simulate(
  interarrival: Draw,
  service: Draw,
  { servers = 1, requests = 200_000, seed = 1 }: { servers?: number; requests?: number; seed?: number } = {},
): SimulatedTimes {
  const random = new Random(seed);
  const freeAt = new Float64Array(servers);
  const kept = Math.floor(requests * 0.9);
  const waiting = new Float64Array(kept);
  const sojourn = new Float64Array(kept);
  let now = 0;
  for (let i = 0; i < requests; i++) {
    now += interarrival(random);
    let server = 0;
    for (let s = 1; s < servers; s++) if (freeAt[s]! < freeAt[server]!) server = s;
    const start = Math.max(now, freeAt[server]!);
    freeAt[server] = start + service(random);
    const at = i - (requests - kept);
    if (at < 0) continue;
    waiting[at] = start - now;
    sojourn[at] = freeAt[server]! - now;
  }
  return { waiting: summarize(waiting), sojourn: summarize(sojourn) };
}

function summarize(times: Float64Array): SimulatedTime {
  const stretches = 40;
  const length = Math.floor(times.length / stretches);
  const means = Array.from({ length: stretches }, (_, i) =>
    meanOf(times.subarray(i * length, (i + 1) * length)),
  );
  const mean = meanOf(means);
  const variance = meanOf(means.map((m) => (m - mean) ** 2)) / (stretches - 1);
  const sorted = times.slice().sort();
  const quantile = (share: number): number => sorted[Math.ceil(share * sorted.length) - 1]!;
  return { mean, error: Math.sqrt(variance), quantile };
}

function meanOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}
