const WARM_UP_CALLS = 10;
const MEASURED_MILLISECONDS = 1_500;
const FEWEST_SAMPLES = 10;

/** How long one query takes: milliseconds, over `samples` calls. */
export interface Latency {
  readonly median: number;
  readonly p95: number;
  readonly p99: number;
  readonly mean: number;
  readonly samples: number;
}

/** The nearest-rank percentile of values in ascending order: the smallest that `fraction` of them do not exceed. */
export function percentile(ascending: ArrayLike<number>, fraction: number): number {
  return ascending[Math.max(Math.ceil(fraction * ascending.length) - 1, 0)];
}

/**
 * Calls `call(0)`, `call(1)`, ... `call(count - 1)` and around again, timing each call, for about a second and a half.
 * The first calls are not counted: compilers and caches settle there.
 */
export function measureLatency(call: (turn: number) => void, count: number): Latency {
  for (let turn = 0; turn < WARM_UP_CALLS; turn++) call(turn % count);
  const times: number[] = [];
  const start = performance.now();
  let before = start;
  while (times.length < FEWEST_SAMPLES || before - start < MEASURED_MILLISECONDS) {
    call(times.length % count);
    const after = performance.now();
    times.push(after - before);
    before = after;
  }
  const ascending = Float64Array.from(times).sort();
  return {
    median: percentile(ascending, 0.5),
    p95: percentile(ascending, 0.95),
    p99: percentile(ascending, 0.99),
    mean: (before - start) / times.length,
    samples: times.length,
  };
}
