import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LanewiseError, queueing } from '../../src/cost/index.ts';
import { Random } from '../../src/host/random.ts';
import { exponential } from './simulated-queue.ts';

function errorOf(run: () => unknown): LanewiseError {
  try {
    run();
  } catch (error) {
    if (error instanceof LanewiseError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

/** Relative error. */
const off = (got: number, expected: number): number => Math.abs(got - expected) / Math.abs(expected);

describe('the batch that a window gathers', () => {
  test('is Poisson', () => {
    const batch = queueing.poissonBatch({ rate: 1000, window: 2, upTo: 4 });
    expect(batch.mean).toBe(2);
    // e^-2 2^n / n!
    const expected = [1, 2, 2, 4 / 3, 2 / 3].map((weight) => weight * Math.exp(-2));
    for (let n = 0; n <= 4; n++) expect(off(batch.probabilities[n]!, expected[n]!)).toBeLessThan(1e-14);
    expect(batch.probabilities.map((p) => p.toFixed(6))).toEqual([
      '0.135335',
      '0.270671',
      '0.270671',
      '0.180447',
      '0.090224',
    ]);
    expect(off(batch.rest, 1 - 7 * Math.exp(-2))).toBeLessThan(1e-14);
  });

  test('adds up to 1 and to its mean, also where e^-mean underflows', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 20_000, noNaN: true }), (mean) => {
        const batch = queueing.poissonBatch({ rate: 1000, window: mean });
        let sum = batch.rest;
        let moment = 0;
        batch.probabilities.forEach((p, n) => {
          sum += p;
          moment += p * n;
        });
        expect(off(sum, 1)).toBeLessThan(1e-11);
        expect(Math.abs(moment - mean)).toBeLessThan(1e-5 * (1 + mean));
        expect(batch.rest).toBeLessThan(1e-5);
      }),
      { seed: 8, numRuns: 60 },
    );
    expect(queueing.poissonBatch({ rate: 0, window: 5, upTo: 1 }).probabilities).toEqual([1, 0]);
    // All beyond what is listed.
    expect(queueing.poissonBatch({ rate: 1e6, window: 1000, upTo: 3 })).toMatchObject({
      probabilities: [0, 0, 0, 0],
      rest: 1,
    });
  });

  // Weights that stop at the least double instead of 0 would be followed for as many steps as the mean has.
  test('takes a mean of 1e9, by the root of it in steps', () => {
    for (let i = 0; i < 20; i++) {
      expect(queueing.poissonBatch({ rate: 1e9, window: 1000, upTo: 1 }).rest).toBe(1);
    }
    expect(queueing.poissonBatch({ rate: 1e9, window: 1000 }).probabilities.length).toBe(1_000_001);
  });
});

describe('the best window', () => {
  test('is the budget less the service, or the root of service over rate', () => {
    const slow = queueing.batchWindow({ budget: 50, service: 5, rate: 200 });
    expect(slow.window).toBeCloseTo(5, 12);
    expect(slow).toMatchObject({ limit: 'cost', batch: 1 });
    const fast = queueing.batchWindow({ budget: 50, service: 5, rate: 1000 });
    expect(fast.window).toBeCloseTo(2.236068, 6);
    expect(fast.latency).toBe(5 + fast.window);
    expect(queueing.batchWindow({ budget: 6, service: 5, rate: 200 })).toEqual({
      window: 1,
      limit: 'budget',
      batch: 0.2,
      latency: 6,
    });
    expect(queueing.batchWindow({ budget: 5, service: 5, rate: 200 }).window).toBe(0);
  });

  test('costs less than windows around it', () => {
    const cost = (seconds: number): number => seconds + 0.005 / (1000 * seconds);
    const best = queueing.batchWindow({ budget: 50, service: 5, rate: 1000 }).window / 1000;
    expect(cost(best)).toBeLessThan(cost(best * 1.01));
    expect(cost(best)).toBeLessThan(cost(best / 1.01));
  });

  test('is never negative: a budget below the service is infeasible', () => {
    const error = errorOf(() => queueing.batchWindow({ budget: 4, service: 5, rate: 200 }));
    expect(error.code).toBe('INFEASIBLE');
    expect(error.message).toContain('allow 1 ms more');
  });
});

describe('batch sizes', () => {
  test('trade latency for throughput', () => {
    const points = queueing.batchPareto({ sizes: [1, 8, 64], fixed: 4, perItem: 0.25 });
    expect(points.map((point) => point.service)).toEqual([4.25, 6, 20]);
    expect(points.map((point) => Math.round(point.throughput))).toEqual([235, 1333, 3200]);
    expect(points.every((point) => point.isOnFront && point.keepsUp && point.delay === 0)).toBe(true);
  });

  test('wait to gather where arrivals are given', () => {
    const [one, eight] = queueing.batchPareto({ sizes: [1, 8], fixed: 4, perItem: 0.25, arrivalRate: 1000 });
    expect(one).toMatchObject({ delay: 0, latency: 4.25, keepsUp: false });
    expect(eight).toMatchObject({ delay: 7, latency: 13, keepsUp: true }); // 7 more at 1000 a second
  });

  test('are on the front where none is better in both', () => {
    const batches = [
      { batch: 8, service: 9 },
      { batch: 1, service: 5 }, // as fast as 4, and does less
      { batch: 16, service: 40 }, // worse than 8 in both
      { batch: 4, service: 5 },
      { batch: 8, service: 9 },
    ];
    const front = queueing.batchPareto({ batches }).map((point) => point.isOnFront);
    expect(front).toEqual([true, false, false, true, true]);
  });

  test('are on the front as a comparison of all pairs finds', () => {
    const point = fc.record({
      batch: fc.integer({ min: 1, max: 9 }),
      service: fc.integer({ min: 1, max: 9 }),
    });
    fc.assert(
      fc.property(fc.array(point, { minLength: 1, maxLength: 12 }), (batches) => {
        const points = queueing.batchPareto({ batches });
        for (const a of points) {
          const isDominated = points.some(
            (b) =>
              b.latency <= a.latency &&
              b.throughput >= a.throughput &&
              (b.latency < a.latency || b.throughput > a.throughput),
          );
          expect(a.isOnFront).toBe(!isDominated);
        }
      }),
      { seed: 8, numRuns: 300 },
    );
  });

  test('are given one way or the other', () => {
    for (const options of [null, {}, { batches: [] }, { batches: [{ batch: 1, service: 1 }], sizes: [1] }]) {
      expect(errorOf(() => queueing.batchPareto(options as object)).code).toBe('INVALID_ARGUMENT');
    }
    expect(() => queueing.batchPareto({ sizes: [1], fixed: 1 })).toThrow(/perItem/);
    expect(() => queueing.batchPareto({ batches: [{ batch: 0, service: 1 }] })).toThrow(/batch/);
  });
});

describe('continuous batching', () => {
  test('settles where as many come as are served', () => {
    // 2000/s x 4 ms / (1 - 2000/s x .25 ms) = 16; 4 + .25 * 16 = 8 ms
    const settled = queueing.continuousBatching({ arrivalRate: 2000, fixed: 4, perItem: 0.25 });
    expect(settled).toEqual({ batch: 16, service: 8, latency: 12 });
  });

  test('agrees with a simulation within a tenth', () => {
    const { arrivalRate, fixed, perItem } = { arrivalRate: 4000, fixed: 10, perItem: 0.2 };
    const random = new Random(3);
    const next = exponential(1000 / arrivalRate);
    let arrival = next(random);
    let now = 0;
    let total = 0;
    let served = 0;
    let batches = 0;
    while (served < 400_000) {
      now = Math.max(now, arrival);
      const waiting: number[] = [];
      for (; arrival <= now; arrival += next(random)) waiting.push(arrival);
      now += fixed + perItem * waiting.length;
      for (const came of waiting) total += now - came;
      served += waiting.length;
      batches++;
    }
    const settled = queueing.continuousBatching({ arrivalRate, fixed, perItem });
    expect(off(served / batches, settled.batch)).toBeLessThan(0.1);
    expect(off(total / served, settled.latency)).toBeLessThan(0.1);
  });

  test('serves one at a time where few come', () => {
    const idle = queueing.continuousBatching({ arrivalRate: 1, fixed: 4, perItem: 1 });
    expect(idle.batch).toBe(1);
    expect(idle.latency).toBeCloseTo(5 + 0.0125, 12); // one in 200 finds the server at work for 2.5 ms more
  });

  test('is infeasible where no batch is large enough', () => {
    const error = errorOf(() => queueing.continuousBatching({ arrivalRate: 4000, fixed: 4, perItem: 0.25 }));
    expect(error.code).toBe('INFEASIBLE');
    expect(error.expected).toEqual({ arrivalRate: 4000 });
  });
});

describe('bad input', () => {
  test('is refused by name', () => {
    const runs: [RegExp, () => unknown][] = [
      [/rate/, () => queueing.poissonBatch(null as never)],
      [/window/, () => queueing.poissonBatch({ rate: 1, window: -1 })],
      [/upTo/, () => queueing.poissonBatch({ rate: 1, window: 1, upTo: 1e9 })],
      [/rate x window/, () => queueing.poissonBatch({ rate: 1e15, window: 1, upTo: 1 })],
      [/budget/, () => queueing.batchWindow(null as never)],
      [/rate/, () => queueing.batchWindow({ budget: 2, service: 1, rate: 0 })],
      [/arrivalRate/, () => queueing.continuousBatching(undefined as never)],
    ];
    for (const [message, run] of runs) {
      const error = errorOf(run);
      expect(error.code).toBe('INVALID_ARGUMENT');
      expect(error.message).toMatch(message);
    }
    expect(errorOf(() => queueing.poissonBatch({ rate: 1e308, window: 1e300 })).code).toBe('OVERFLOW');
  });
});
