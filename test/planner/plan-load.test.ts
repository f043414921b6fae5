import { expect, test } from 'vitest';
import { queueing } from '../../src/cost/index.ts';
import { loadOf } from '../../src/planner/plan-load.ts';

/** A query of 10 ms whose times vary as those of M/M/1 do: p99 / p50 - 1 is 2.326347874 deviations of one mean. */
const EXPONENTIAL = { p50: 10, p99: 33.26347874, queriesPerSecond: 100 };
const STEADY = { p50: 10, p99: 10, queriesPerSecond: 100 };
const idle = { updatesPerSecond: 0, update: 0 };

test.each([0.2, 0.5, 0.9, 0.99])(
  'at a utilization of %d queries wait as in M/M/1, on top of their own time',
  (share) => {
    const { waiting } = queueing.mm1({ arrivalRate: 100 * share, serviceTime: 10 });
    const { utilization, p50, p99 } = loadOf({ queriesPerSecond: 100 * share, query: EXPONENTIAL, ...idle });
    expect(utilization).toBeCloseTo(share, 12);
    expect(p99! - EXPONENTIAL.p99).toBeCloseTo(waiting.p99, 6);
    expect(p50! - EXPONENTIAL.p50).toBeCloseTo(waiting.p50, 6);
  },
);

test('queries that all take as long wait half as long, as the mean of M/D/1 does', () => {
  const [steady, varied] = [STEADY, EXPONENTIAL].map((query) => {
    return loadOf({ queriesPerSecond: 80, query, ...idle }).p99! - query.p99;
  });
  expect(steady! / varied!).toBeCloseTo(0.5, 9);
});

test('without queries or updates a query takes its own time', () => {
  expect(loadOf({ queriesPerSecond: 0, query: STEADY, ...idle })).toEqual({
    utilization: 0,
    p50: 10,
    p99: 10,
  });
});

test('updates take time off a core, and are waited for', () => {
  // 50 updates of 4 ms: a fifth of the core.
  const busy = loadOf({ queriesPerSecond: 50, query: STEADY, updatesPerSecond: 50, update: 4 });
  const alone = loadOf({ queriesPerSecond: 70, query: STEADY, ...idle });
  expect(busy.utilization).toBeCloseTo(0.7, 12);
  expect(alone.utilization).toBeCloseTo(0.7, 12);
  expect(busy.p99!).toBeGreaterThan(alone.p99!);
});

test.each([100, 101, 1e9])(
  'a core to which %d queries come that each take a hundredth falls behind',
  (rate) => {
    const load = loadOf({ queriesPerSecond: rate, query: STEADY, ...idle });
    expect(load.utilization).toBeGreaterThanOrEqual(1);
    expect(load.p99).toBeUndefined();
  },
);
