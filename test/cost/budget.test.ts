import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { budget, LanewiseError } from '../../src/cost/index.ts';

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

describe('candidates in a latency budget', () => {
  test('are what the fixed costs leave, by what one takes', () => {
    // (100 - .1 - 5 - 10) / .05
    expect(budget.candidates({ total: 100, fixed: [0.1, 5, 10], perCandidate: 0.05 })).toBe(1698);
    expect(budget.candidates({ total: 100, fixed: 40, perCandidate: 0.06 })).toBe(1000);
    expect(budget.candidates({ total: 0.3, fixed: 0, perCandidate: 0.1 })).toBe(3); // 2.9999999999999996
    expect(budget.candidates({ total: 100, fixed: 0, perCandidate: 300 })).toBe(0);
  });

  test('are none where nothing is left', () => {
    expect(budget.candidates({ total: 15, fixed: [5, 10], perCandidate: 0.05 })).toBe(0);
    expect(budget.candidates({ total: 0.3, fixed: [0.1, 0.2], perCandidate: 0.05 })).toBe(0); // .30000000000000004
  });

  test('are infeasible where the fixed costs exceed the budget', () => {
    const error = errorOf(() => budget.candidates({ total: 12, fixed: [5, 10], perCandidate: 0.05 }));
    expect(error.code).toBe('INFEASIBLE');
    expect(error.message).toContain('The fixed costs are 15 ms, 3 ms more than the budget of 12 ms');
    expect(errorOf(() => budget.latency({ total: 12, fixed: { a: 15 } })).code).toBe('INFEASIBLE');
  });

  test('fit, and one more would not', () => {
    const milliseconds = fc.integer({ min: 1, max: 10_000 }).map((n) => n / 16);
    fc.assert(
      fc.property(milliseconds, milliseconds, milliseconds, (total, fixed, perCandidate) => {
        fc.pre(fixed <= total);
        const count = budget.candidates({ total, fixed, perCandidate });
        expect(fixed + count * perCandidate).toBeLessThanOrEqual(total + 1e-6);
        expect(fixed + (count + 1) * perCandidate).toBeGreaterThan(total);
      }),
      { seed: 8, numRuns: 300 },
    );
  });
});

describe('shares of a latency budget', () => {
  test('add up, what is unused included', () => {
    const table = budget.latency({ total: 100, fixed: { network: 10, retrieval: 5 }, perCandidate: 0.8 });
    expect(table).toMatchObject({ fixed: 15, remaining: 85, candidates: 106 });
    expect(table.stages.map((stage) => stage.name)).toEqual(['network', 'retrieval', 'candidates', 'unused']);
    expect(table.stages[0]).toEqual({ name: 'network', milliseconds: 10, share: 0.1 });
    expect(table.stages[2]!.milliseconds).toBeCloseTo(84.8, 10);
    expect(table.stages.reduce((sum, stage) => sum + stage.share, 0)).toBeCloseTo(1, 12);
    const plain = budget.latency({ total: 20, fixed: { model: 15 } });
    expect(plain.stages).toEqual([
      { name: 'model', milliseconds: 15, share: 0.75 },
      { name: 'unused', milliseconds: 5, share: 0.25 },
    ]);
    expect(plain.candidates).toBe(0);
  });
});

describe('cells', () => {
  test('hold as many rows as asked on average', () => {
    expect(budget.cells({ rows: 1_000_000, rowsPerCell: 5000 })).toBe(200);
    expect(budget.cells({ rows: 1_000_001, rowsPerCell: 5000 })).toBe(201);
    expect(budget.cells({ rows: 3, rowsPerCell: 5000 })).toBe(1);
  });
});

describe('breaking even', () => {
  test.each([
    [15, 66_804],
    [30, 133_607],
    [60, 267_214],
  ])('takes a compilation of %s s %s images', (seconds, items) => {
    const even = budget.breakEven({ cost: seconds * 1000, before: 1450, after: 2150 });
    expect(even.items).toBe(items);
    expect(off(even.exact, (seconds * 1450 * 2150) / 700)).toBeLessThan(1e-12);
    // Both ways stand at the same count then.
    expect(off(even.time / 1000, seconds + even.exact / 2150)).toBeLessThan(1e-12);
    expect(even.speedup).toBe(2150 / 1450);
  });

  test('never comes where nothing gets faster', () => {
    for (const after of [1450, 1000]) {
      const error = errorOf(() => budget.breakEven({ cost: 1, before: 1450, after }));
      expect(error.code).toBe('INFEASIBLE');
      expect(error.message).toMatch(/never pays/);
    }
    expect(budget.breakEven({ cost: 0, before: 1, after: 2 }).items).toBe(0);
  });
});

describe('retraining', () => {
  test('is best where it costs as much a day as age does', () => {
    const plan = budget.retraining({ cost: 3200, lossGrowth: 1, interval: 20 });
    expect(plan.interval).toBe(80); // sqrt(2 * 3200)
    expect(plan.costPerDay).toBe(80); // 3200 / 80 + 80 / 2
    expect(plan.retrainingsPerYear).toBe(365 / 80);
    expect(plan.given).toEqual({ interval: 20, costPerDay: 170 }); // 3200 / 20 + 20 / 2
    expect(budget.retraining({ cost: 3200, lossGrowth: 1 })).not.toHaveProperty('given');
  });

  test('costs no less at any other interval', () => {
    const positive = fc.double({ min: 1e-3, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(positive, positive, positive, (cost, lossGrowth, interval) => {
        const plan = budget.retraining({ cost, lossGrowth, interval });
        expect(plan.given!.costPerDay).toBeGreaterThanOrEqual(plan.costPerDay * (1 - 1e-12));
      }),
      { seed: 8, numRuns: 300 },
    );
  });
});

describe('money', () => {
  test('answers 200 million queries of 10 ms a day in 555.556 hours', () => {
    const cost = budget.inference({ queriesPerDay: 200e6, serviceTime: 10, dollarsPerHour: 2.5 });
    expect(off(cost.hoursPerDay, 2e9 / 3.6e6)).toBeLessThan(1e-12);
    expect(cost.hoursPerDay).toBeCloseTo(555.556, 3);
    expect(Math.round(cost.dollarsPerYear)).toBe(506_944);
    expect(cost.accelerators).toBe(24); // 23.15
    expect(cost.dollarsPerMillionQueries).toBeCloseTo(1388.889 / 200, 5);
    const idle = budget.inference({
      queriesPerDay: 200e6,
      serviceTime: 10,
      dollarsPerHour: 2.5,
      utilization: 0.5,
    });
    expect(off(idle.dollarsPerYear, 2 * cost.dollarsPerYear)).toBeLessThan(1e-12);
  });

  test('trains for $3 200 a month, which is $38 400 a year', () => {
    expect(budget.training({ hours: 20, accelerators: 64, dollarsPerHour: 2.5 })).toEqual({
      hoursPerRun: 1280,
      dollarsPerRun: 3200,
      dollarsPerYear: 38_400,
    });
    expect(budget.training({ hours: 8, dollarsPerHour: 2, runsPerYear: 52 }).dollarsPerYear).toBe(832);
  });

  test('keeps copies by the month', () => {
    const cost = budget.storage({ bytes: 736e9, dollarsPerGigabyteMonth: 0.25, copies: 3 });
    expect(cost).toEqual({ gigabytes: 2208, dollarsPerMonth: 552, dollarsPerYear: 6624 });
  });

  test('adds up over the years, the largest first', () => {
    const owned = budget.ownership({
      once: { labels: 20_000 },
      perYear: { training: 38_400, storage: 600 },
      years: 3,
    });
    expect(owned.dollars).toBe(137_000);
    expect(owned.dollarsPerYear).toBe(137_000 / 3);
    expect(owned.items.map((item) => [item.name, item.dollars])).toEqual([
      ['training', 115_200],
      ['labels', 20_000],
      ['storage', 1800],
    ]);
    expect(owned.items.reduce((sum, item) => sum + item.share, 0)).toBeCloseTo(1, 12);
    expect(budget.ownership({ once: { free: 0 } }).items[0]!.share).toBe(0);
  });

  test('loads 736 GB at 5 GB/s in 147.2 s', () => {
    expect(budget.loadingTime({ bytes: 736e9, bandwidth: 5e9 })).toBeCloseTo(147_200, 8);
  });
});

describe('bad input', () => {
  test('is refused by name', () => {
    const runs: [RegExp, () => unknown][] = [
      [/total/, () => budget.candidates(null as never)],
      [/fixed/, () => budget.candidates({ total: 1, fixed: [0, -1], perCandidate: 1 })],
      [/fixed/, () => budget.candidates({ total: 1, fixed: undefined as never, perCandidate: 1 })],
      [/perCandidate/, () => budget.candidates({ total: 1, fixed: 0, perCandidate: 0 })],
      [/total/, () => budget.latency(undefined as never)],
      [/fixed must be an object that names/, () => budget.latency({ total: 9, fixed: 5 as never })],
      [/once must be an object that names/, () => budget.ownership({ once: 5000 as never })],
      [/once or perYear/, () => budget.ownership({ once: null as never, perYear: {} })],
      [/fixed\.slow/, () => budget.latency({ total: 1, fixed: { slow: Number.NaN } })],
      [/rows/, () => budget.cells(null as never)],
      [/rowsPerCell/, () => budget.cells({ rows: 10, rowsPerCell: 0 })],
      [/cost/, () => budget.breakEven(null as never)],
      [/before/, () => budget.breakEven({ cost: 1, before: 0, after: 1 })],
      [/lossGrowth/, () => budget.retraining({ cost: 1, lossGrowth: 0 })],
      [/interval/, () => budget.retraining({ cost: 1, lossGrowth: 1, interval: 0 })],
      [/queriesPerDay/, () => budget.inference(undefined as never)],
      [
        /utilization/,
        () => budget.inference({ queriesPerDay: 1, serviceTime: 1, dollarsPerHour: 1, utilization: 2 }),
      ],
      [/hours/, () => budget.training(null as never)],
      [/bytes/, () => budget.storage(null as never)],
      [/once or perYear/, () => budget.ownership(null as never)],
      [/perYear\.upkeep/, () => budget.ownership({ perYear: { upkeep: -1 } })],
      [/bandwidth/, () => budget.loadingTime({ bytes: 1, bandwidth: 0 })],
    ];
    for (const [message, run] of runs) {
      const error = errorOf(run);
      expect(error.code).toBe('INVALID_ARGUMENT');
      expect(error.message).toMatch(message);
    }
  });

  test('is never answered by an infinity', () => {
    const runs = [
      () => budget.candidates({ total: 1e300, fixed: 0, perCandidate: 1e-300 }),
      () => budget.candidates({ total: 1, fixed: [1e308, 1e308], perCandidate: 1 }),
      () => budget.latency({ total: 1, fixed: { a: 1e308, b: 1e308 } }),
      () => budget.breakEven({ cost: 1e308, before: 1e200, after: 2e200 }),
      () => budget.retraining({ cost: 1e308, lossGrowth: 1e-308 }),
      () => budget.inference({ queriesPerDay: 1e300, serviceTime: 1e300, dollarsPerHour: 1 }),
      () => budget.training({ hours: 1e300, dollarsPerHour: 1e300 }),
      () => budget.storage({ bytes: 1e300, dollarsPerGigabyteMonth: 1e300 }),
      () => budget.ownership({ perYear: { a: 1e300 }, years: 1e300 }),
      () => budget.ownership({ once: { a: 1 }, years: 5e-324 }),
      () => budget.breakEven({ cost: 1, before: 1e-320, after: 1 }),
    ];
    for (const run of runs) expect(errorOf(run).code).toBe('OVERFLOW');
  });
});
