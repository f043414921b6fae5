import fc from 'fast-check';
import { LatencyHistogram, Profiler, Random } from 'lanewise';
import { describe, expect, test } from 'vitest';
import { errorOf } from '../host/error-of.ts';
import { ticking } from './ticking-clock.ts';

/** Times of stages, one call each. */
function profilerOf(times: Readonly<Record<string, number>>, request?: number): Profiler {
  const profiler = new Profiler();
  for (const [stage, milliseconds] of Object.entries(times)) profiler.record(stage, milliseconds);
  if (request !== undefined) profiler.recordRequest(request);
  return profiler;
}

describe('measuring', () => {
  test('passes on what a stage gives, and records its time', async () => {
    const now = ticking();
    const profiler = new Profiler({ now });
    const found = profiler.measure('retrieve', () => {
      now.forward(4);
      return 'found';
    });
    const ranked = await profiler.measure('rank', async () => {
      await Promise.resolve();
      now.forward(8);
      return 'ranked';
    });
    expect([found, ranked]).toEqual(['found', 'ranked']);
    expect(profiler.report().stages.map(({ name, mean }) => [name, mean])).toEqual([
      ['retrieve', 5],
      ['rank', 9],
    ]);
  });

  test('passes on what a stage throws, and counts it', async () => {
    const profiler = new Profiler();
    const error = new Error('lost');
    const fail = (): never => {
      throw error;
    };
    expect(() => profiler.measure('rank', fail)).toThrow(error);
    await expect(profiler.measure('rank', async () => fail(), 5)).rejects.toBe(error);
    const [rank] = profiler.report().stages;
    expect([rank!.requests, rank!.errors, rank!.candidates]).toEqual([2, 2, undefined]);
  });

  test('refuses a count that is none before it runs the stage', () => {
    const profiler = new Profiler();
    let runs = 0;
    for (const count of [-1, 1.5, Number.NaN, '3' as never])
      expect(errorOf(() => profiler.measure('rank', () => runs++, count)).code).toBe('INVALID_ARGUMENT');
    expect(runs).toBe(0);
    expect(profiler.histogram('rank').count).toBe(0);
  });

  test('takes whole requests, of which stages are parts', () => {
    const now = ticking();
    const profiler = new Profiler({ now });
    profiler.measureRequest(() => profiler.measure('rank', () => now.forward(7)));
    // Looks at 1, 2, 10 and 11.
    const { requests, overhead, stages } = profiler.report();
    expect([requests.total, stages[0]!.total, overhead.total]).toEqual([10, 8, 2]);
  });
});

describe('a report', () => {
  test('gives shares of whole requests, and what is outside of stages', () => {
    const { stages, overhead, total } = profilerOf({ retrieve: 2, rank: 5 }, 10).report();
    expect(total).toBe(10);
    expect(stages.map(({ share }) => share)).toEqual([0.2, 0.5]);
    expect(overhead).toEqual({ total: 3, share: 0.3 });
  });

  test('gives shares of all stages where no request was recorded', () => {
    const { stages, overhead, requests } = profilerOf({ retrieve: 2, rank: 6 }).report();
    expect(stages.map(({ share }) => share)).toEqual([0.25, 0.75]);
    expect(overhead).toEqual({ total: 0, share: 0 });
    expect(requests.requests).toBe(0);
  });

  test('lists stages as they were first heard of, each before its parts, and points at the most of its own', () => {
    const { stages, bottleneck } = profilerOf({
      ...{ 'rank/features': 50, retrieve: 20, rank: 60, 'rank/features/join': 45, 'log/x': 1 },
    }).report();
    expect(stages.map(({ name, depth, ownShare }) => [name, depth, Math.round(81 * ownShare)])).toEqual([
      ['retrieve', 0, 20],
      ['rank', 0, 10],
      ['rank/features', 1, 5],
      ['rank/features/join', 2, 45],
      ['log/x', 0, 1],
    ]);
    expect(bottleneck).toBe('rank/features/join');
  });

  test('gives percentiles of stages to the precision of the profiler', () => {
    const profiler = new Profiler({ precision: 10 });
    for (let i = 1; i <= 1000; i++) profiler.record('rank', i / 10);
    const [{ p50, p95, p99, p999, mean }] = profiler.report().stages as [never];
    const truths = [50, 95, 99, 99.9];
    for (const [i, found] of [p50, p95, p99, p999].entries()) {
      expect(found).toBeGreaterThanOrEqual(truths[i]!);
      expect(found).toBeLessThanOrEqual(truths[i]! * (1 + 2 ** -10));
    }
    expect(mean).toBe(50.05);
    expect(profiler.histogram('rank').percentile(0.5)).toBe(p50);
  });

  test('of nothing has nothing in it', () => {
    const { stages, total, bottleneck, overhead } = new Profiler().report();
    expect({ stages, total, bottleneck, overhead }).toEqual({
      ...{ stages: [], total: 0, bottleneck: undefined, overhead: { total: 0, share: 0 } },
    });
  });
});

describe("Amdahl's law", () => {
  // 1 / (s + (1 - s) / p): what p processors bring where a share s is serial, so that the stage is 1 - s of the time.
  test.each([
    [8, 0.01, 7.476636],
    [8, 0.05, 5.925926],
    [8, 0.1, 4.705882],
    [8, 0.2, 3.333333],
    [32, 0.01, 24.427481],
    [32, 0.05, 12.54902],
    [32, 0.2, 4.444444],
    [256, 0.01, 72.112676],
    [256, 0.1, 9.660377],
    [256, 0.2, 4.923077],
  ])('a stage that is %d times as fast, beside %d of the time, brings %d', (factor, serial, speedup) => {
    const profiler = profilerOf({ rank: 100 * (1 - serial), other: 100 * serial }, 100);
    expect(profiler.speedup('rank', factor)).toBeCloseTo(speedup, 6);
  });

  test('the bound of a stage is what an infinite speed-up of it brings', () => {
    const profiler = profilerOf({ retrieve: 20, rank: 75 }, 100);
    const bounds = profiler.report().stages.map(({ bound }) => bound);
    // 1 / (1 - 0.2) and 1 / (1 - 0.75)
    expect(bounds).toEqual([1.25, 4]);
    expect(profiler.speedup('rank', Number.POSITIVE_INFINITY)).toBe(4);
    expect(profiler.speedup('rank', 1)).toBe(1);
    // A stage that takes twice as long: 1 / (0.25 + 1.5).
    expect(profiler.speedup('rank', 0.5)).toBeCloseTo(1 / 1.75, 12);
  });

  test('the share of calls that ran at once is at most that of what they are a part of', () => {
    const profiler = profilerOf({ rank: 8, 'rank/fetch/parse': 5 }, 10);
    for (let i = 0; i < 20; i++) profiler.record('rank/fetch', 7);
    const shares = profiler.report().stages.map(({ name, share, ownShare }) => [name, share, ownShare]);
    // 140 ms of fetching within 8 of 10 ms.
    expect(shares).toEqual([
      ['rank', 0.8, 0],
      ['rank/fetch', 0.8, 0.8],
      ['rank/fetch/parse', 0.5, 0.5],
    ]);
    expect(profiler.speedup('rank/fetch', Number.POSITIVE_INFINITY)).toBeCloseTo(5, 12);
    expect(profiler.speedup('rank/fetch', 2)).toBeCloseTo(1 / 0.6, 12);
    expect(profiler.report().bottleneck).toBe('rank/fetch');
  });

  test('a stage that takes all of the time has no bound', () => {
    const profiler = profilerOf({ rank: 5 });
    expect(profiler.report().stages[0]!.bound).toBe(Number.POSITIVE_INFINITY);
    expect(profiler.speedup('rank', 4)).toBe(4);
    expect(JSON.parse(JSON.stringify(profiler.report())).stages[0].bound).toBeNull();
  });
});

describe('profilers merge', () => {
  const call = fc.record({
    stage: fc.constantFrom('retrieve', 'rank', 'rank/features'),
    milliseconds: fc.double({ min: 0, max: 1000, noNaN: true }),
    count: fc.option(fc.integer({ min: 0, max: 5000 }), { nil: undefined }),
  });
  type Call = { stage: string; milliseconds: number; count: number | undefined };
  const recorded = (calls: readonly Call[]): Profiler => {
    const profiler = new Profiler();
    for (const { stage, milliseconds, count } of calls) profiler.record(stage, milliseconds, count);
    for (const { milliseconds } of calls) profiler.recordRequest(milliseconds);
    return profiler;
  };

  test('into what one would have measured, also by way of JSON', () => {
    fc.assert(
      fc.property(fc.array(call), fc.array(call), (a, b) => {
        const sent = Profiler.fromJSON(JSON.parse(JSON.stringify(recorded(b))));
        const merged = recorded(a).merge(sent).toJSON();
        const whole = recorded([...a, ...b]).toJSON();
        expect(merged.requests).toEqual(whole.requests);
        expect(merged.stages.map(({ name }) => name)).toEqual(whole.stages.map(({ name }) => name));
        for (const [i, { times, counted }] of merged.stages.entries()) {
          const expected = whole.stages[i]!;
          expect(times).toEqual(expected.times);
          for (const count of ['calls', 'candidates', 'most'] as const)
            expect(counted?.[count]).toBe(expected.counted?.[count]);
          if (!counted) continue;
          // Moments are sums of floats, of up to 200 products of at most 5000 x 1000.
          for (const moment of ['meanTime', 'spread', 'product'] as const)
            expect(Math.abs(counted[moment] - expected.counted![moment])).toBeLessThan(1e-4);
        }
      }),
      { seed: 8, numRuns: 40 },
    );
  });

  test('errors and all, and leave the other as it was', () => {
    const [a, b] = [new Profiler(), new Profiler()];
    for (const profiler of [a, b])
      expect(() =>
        profiler.measure('rank', () => {
          throw new Error();
        }),
      ).toThrow();
    const before = b.toJSON();
    a.merge(b);
    expect(a.report().stages[0]!.errors).toBe(2);
    expect(b.toJSON()).toEqual(before);
  });

  test('only at one precision, and are as they were otherwise', () => {
    const profiler = profilerOf({ rank: 1 }, 2);
    const before = profiler.toJSON();
    const other = new Profiler({ precision: 5 });
    other.record('else', 1);
    expect(errorOf(() => profiler.merge(other)).code).toBe('INVALID_ARGUMENT');
    expect(errorOf(() => profiler.merge(null as never)).code).toBe('INVALID_ARGUMENT');
    expect(profiler.toJSON()).toEqual(before);
  });
});

test('clearing forgets measurements, and goes on measuring the same stages', () => {
  const profiler = profilerOf({ rank: 1 }, 2);
  const rank = profiler.profileOf('rank');
  profiler.clear();
  expect(profiler.report().total).toBe(0);
  expect(profiler.stages).toEqual(['rank']);
  rank.record(5, undefined);
  expect(profiler.report().stages[0]!.total).toBe(5);
});

describe('a latency budget', () => {
  /** Retrieval takes 10 ms, ranking 5 ms and 0.05 ms a candidate, and 2 ms are outside of stages. */
  function linear(counts: readonly number[]): Profiler {
    const profiler = new Profiler({ precision: 14 });
    for (const count of counts) {
      profiler.record('retrieve', 10);
      profiler.record('rank', 5 + 0.05 * count, count);
      profiler.recordRequest(17 + 0.05 * count);
    }
    return profiler;
  }

  test('is filled by candidates after fixed costs and all other stages', () => {
    const budget = linear([100, 200, 400, 800]).latencyBudget({ milliseconds: 100, stage: 'rank' });
    // 100 - 10 - 2 - 5 = 83 ms, at 0.05 ms each; the percentiles of the histogram are up to 2^-14 too high.
    expect(budget.candidates).toBeGreaterThanOrEqual(1655);
    expect(budget.candidates).toBeLessThanOrEqual(1660);
    expect(budget.fixed).toBeCloseTo(5, 9);
    expect(budget.perCandidate).toBeCloseTo(0.05, 9);
    expect(budget.others).toBeCloseTo(12, 2);
    expect(budget.remaining).toBe(100 - budget.others);
    expect(budget).toMatchObject({
      basis: 'fit',
      missing: 0,
      most: 800,
      isExtrapolated: true,
      percentile: 0.99,
    });
  });

  test('that is too small for one candidate tells what is missing', () => {
    const budget = linear([100, 200]).latencyBudget({ milliseconds: 15, stage: 'rank' });
    // 10 + 2 + 5 + 0.05 are needed.
    expect(budget.candidates).toBe(0);
    expect(budget.missing).toBeCloseTo(2.05, 2);
    expect(budget.isExtrapolated).toBe(false);
  });

  test('goes by the mean of candidates where their count never varied', () => {
    const budget = linear([200, 200, 200]).latencyBudget({ milliseconds: 100, stage: 'rank' });
    // 15 ms for 200 candidates, 0.075 each; 88 ms remain.
    expect(budget).toMatchObject({ basis: 'mean', fixed: 0 });
    expect(budget.perCandidate).toBeCloseTo(0.075, 12);
    expect(budget.candidates).toBe(Math.floor(budget.remaining / 0.075));
    expect(budget.candidates).toBeGreaterThan(1170);
  });

  test('goes by the mean where time does not grow with candidates, and never below 0 ms for none', () => {
    const profiler = new Profiler();
    for (const [count, time] of [
      [10, 9],
      [20, 6],
      [30, 3],
    ] as const)
      profiler.record('falling', time, count);
    for (const [count, time] of [
      [10, 1],
      [20, 9],
      [30, 17],
    ] as const)
      profiler.record('steep', time, count);
    expect(profiler.latencyBudget({ milliseconds: 100, stage: 'falling' })).toMatchObject({
      ...{ basis: 'mean', fixed: 0, perCandidate: 0.3 },
    });
    // The line through the three would take -7 ms for no candidates.
    expect(profiler.latencyBudget({ milliseconds: 100, stage: 'steep' })).toMatchObject({
      ...{ basis: 'fit', fixed: 0, perCandidate: 9 / 20 },
    });
  });

  test('leaves room for what the line does not explain', () => {
    const profiler = new Profiler({ precision: 12 });
    // One call in 50 takes 30 ms more: the 99th percentile does.
    for (let i = 0; i < 1000; i++) profiler.record('rank', 10 + (i % 50 === 0 ? 30 : 0), 100);
    const [careful, median] = [0.99, 0.5].map((percentile) =>
      profiler.latencyBudget({ milliseconds: 100, stage: 'rank', percentile }),
    );
    // 40 ms, where the mean is 10.6 ms: in half of 100 ms fit 40 / 10.6 times fewer candidates.
    expect(careful!.slowness).toBeCloseTo(40 / 10.6, 1);
    expect(careful!.candidates).toBeGreaterThan(240);
    expect(careful!.candidates).toBeLessThanOrEqual(250);
    expect(median!.slowness).toBeCloseTo(10 / 10.6, 2);
  });

  test('is finite by a clock that sees one call in 200', () => {
    const profiler = new Profiler();
    for (let i = 0; i < 1000; i++) profiler.record('rank', i % 200 === 7 ? 0.1 : 0, 10);
    for (const percentile of [0, 0.5, 0.99]) {
      // 0.5 ms over 10 000 candidates.
      const budget = profiler.latencyBudget({ milliseconds: 10, stage: 'rank', percentile });
      expect(budget).toMatchObject({ slowness: 1, candidates: 10 / (0.5 / 10_000) });
      const nothing = profiler.latencyBudget({ milliseconds: 0, stage: 'rank', percentile });
      expect(nothing.candidates).toBe(0);
      expect(nothing.missing).toBeCloseTo(0.5 / 10_000, 12);
    }
  });

  test('is fitted to times beyond the range as if they were its end', () => {
    const end = (2 ** 45 - 1) / 1e6;
    const [endless, long] = [Number.POSITIVE_INFINITY, end].map((time) => {
      const profiler = new Profiler();
      for (let i = 0; i < 30; i++) profiler.record('rank', i === 25 ? time : 1 + i / 10, 10 + i);
      return profiler;
    });
    expect(endless!.latencyBudget({ milliseconds: 1e9, stage: 'rank' })).toEqual(
      long!.latencyBudget({ milliseconds: 1e9, stage: 'rank' }),
    );
    const { counted } = endless!.toJSON().stages[0]!;
    expect(counted).toEqual({ ...long!.toJSON().stages[0]!.counted, slowness: counted!.slowness });
    const read = Profiler.fromJSON(JSON.parse(JSON.stringify(endless)));
    expect(read.toJSON()).toEqual(endless!.toJSON());
  });

  test('takes off the parts beside a part, and what is outside of them', () => {
    const profiler = new Profiler({ precision: 14 });
    for (const count of [10, 20]) {
      profiler.record('retrieve', 10);
      profiler.record('rank', 8 + count);
      profiler.record('rank/features', 5);
      profiler.record('rank/score', count, count);
    }
    const { others, candidates } = profiler.latencyBudget({ milliseconds: 50, stage: 'rank/score' });
    // 10 of retrieve, 5 of features, 3 of rank outside of both; 32 remain at 1 ms each.
    expect(others).toBeCloseTo(18, 2);
    expect(candidates).toBeGreaterThanOrEqual(31);
    expect(candidates).toBeLessThanOrEqual(32);
  });

  test('is kept by as many requests as it was asked for', () => {
    const random = new Random(3);
    const ranking = (count: number): number => 2 + 0.04 * count * (0.9 + 0.2 * random.uniform());
    const profiler = new Profiler();
    for (let i = 0; i < 2000; i++) {
      const count = 500 + random.integer(2000);
      profiler.record('retrieve', 5 + 5 * random.uniform());
      profiler.record('rank', ranking(count), count);
    }
    const { candidates } = profiler.latencyBudget({ milliseconds: 100, stage: 'rank', percentile: 0.95 });
    let kept = 0;
    for (let i = 0; i < 2000; i++) kept += +(5 + 5 * random.uniform() + ranking(candidates) <= 100);
    expect(kept / 2000).toBeGreaterThan(0.95);
    // And not by being idle: without any noise (100 - 7.5 - 2) / 0.04 = 2262 would fit.
    expect(candidates).toBeGreaterThan(1900);
  });

  test('is the same of merged profilers as of one', () => {
    const counts = Array.from({ length: 60 }, (_, i) => 10 * (i + 1));
    const whole = linear(counts).latencyBudget({ milliseconds: 100, stage: 'rank' });
    const merged = linear(counts.slice(0, 7)).merge(linear(counts.slice(7)));
    expect(merged.latencyBudget({ milliseconds: 100, stage: 'rank' }).perCandidate).toBeCloseTo(
      whole.perCandidate,
      12,
    );
  });

  test('holds where counts are large and vary little', () => {
    const profiler = new Profiler();
    for (let i = 0; i < 1000; i++) profiler.record('rank', 3 + 0.001 * (1e7 + i), 1e7 + i);
    const { fixed, perCandidate } = profiler.latencyBudget({ milliseconds: 1e5, stage: 'rank' });
    expect(perCandidate).toBeCloseTo(0.001, 9);
    expect(fixed).toBeCloseTo(3, 1);
  });

  test.each<[string, Parameters<Profiler['latencyBudget']>[0], string]>([
    ['an unknown stage', { milliseconds: 100, stage: 'sort' }, 'INVALID_ARGUMENT'],
    ['a negative budget', { milliseconds: -1, stage: 'rank' }, 'INVALID_ARGUMENT'],
    ['a budget of NaN', { milliseconds: Number.NaN, stage: 'rank' }, 'INVALID_ARGUMENT'],
    ['a percentile above 1', { milliseconds: 1, stage: 'rank', percentile: 99 }, 'INVALID_ARGUMENT'],
    ['a stage without counts', { milliseconds: 100, stage: 'retrieve' }, 'UNTRAINED'],
    ['a stage that had no candidates', { milliseconds: 100, stage: 'idle' }, 'UNTRAINED'],
    ['a stage whose time no clock saw', { milliseconds: 100, stage: 'instant' }, 'UNTRAINED'],
  ])('of %s is refused', (_, options, code) => {
    const profiler = linear([1, 2]);
    profiler.record('idle', 5, 0);
    profiler.record('instant', 0, 10);
    expect(errorOf(() => profiler.latencyBudget(options)).code).toBe(code);
  });
});

const good = (() => {
  const profiler = profilerOf({ retrieve: 3 }, 10);
  profiler.record('rank', 5, 100);
  return profiler.toJSON();
})();
const [retrieve, rank] = good.stages as [(typeof good.stages)[0], (typeof good.stages)[0]];
const counted = rank.counted!;
const slowTwice = new LatencyHistogram();
slowTwice.record(1, 2);
test.each<[string, unknown]>([
  ['nothing', undefined],
  ['a list', [good]],
  ['no requests', { ...good, requests: undefined }],
  ['no times', { ...good, requests: { ...good.requests, times: undefined } }],
  ['stages that are no list', { ...good, stages: {} }],
  ['a stage that is none', { ...good, stages: [null] }],
  ['a stage without a name', { ...good, stages: [{ ...rank, name: '' }] }],
  ['a name twice', { ...good, stages: [rank, rank] }],
  ['another precision in a stage', { ...good, stages: [new Profiler({ precision: 5 }).toJSON().requests] }],
  ['more errors than calls', { ...good, stages: [{ ...retrieve, errors: 2 }] }],
  ['counts of more calls than went well', { ...good, stages: [{ ...rank, errors: 1 }] }],
  [
    'more candidates than calls can have',
    { ...good, stages: [{ ...rank, counted: { ...counted, candidates: 101 } }] },
  ],
  ['no slowness', { ...good, stages: [{ ...rank, counted: { ...counted, slowness: null } }] }],
  [
    'more judged calls than there were',
    { ...good, stages: [{ ...rank, counted: { ...counted, slowness: slowTwice.toJSON() } }] },
  ],
  ['counts that are no object', { ...good, stages: [{ ...rank, counted: 5 }] }],
  ['a negative spread', { ...good, stages: [{ ...rank, counted: { ...counted, spread: -1 } }] }],
  ['a product of NaN', { ...good, stages: [{ ...rank, counted: { ...counted, product: null } }] }],
])('JSON with %s is refused', (_, json) => {
  expect(errorOf(() => Profiler.fromJSON(json)).code).toBe('INVALID_ARGUMENT');
});

test('a name from JSON cannot reach the prototype of objects', () => {
  const json = JSON.parse(JSON.stringify({ ...good, stages: [{ ...rank, name: '__proto__' }] }));
  const profiler = Profiler.fromJSON(json);
  expect(profiler.report().stages[0]!.name).toBe('__proto__');
  expect(errorOf(() => profiler.speedup('constructor', 2)).code).toBe('INVALID_ARGUMENT');
});

test.each<[string, (profiler: Profiler) => unknown]>([
  ['a stage without a name', (profiler) => profiler.record('', 1)],
  ['a negative time', (profiler) => profiler.record('new', -1)],
  ['a time of NaN', (profiler) => profiler.record('rank', Number.NaN, 5)],
  ['a part of a candidate', (profiler) => profiler.record('rank', 1, 1.5)],
  ['nothing to run', (profiler) => profiler.measure('rank', undefined as never)],
  ['no request to run', (profiler) => profiler.measureRequest(5 as never)],
  ['a speed-up of an unknown stage', (profiler) => profiler.speedup('sort', 2)],
  ['a speed-up of 0', (profiler) => profiler.speedup('rank', 0)],
  ['a speed-up of NaN', (profiler) => profiler.speedup('rank', Number.NaN)],
  ['a histogram of an unknown stage', (profiler) => profiler.histogram('sort')],
  ['a clock that is none', () => new Profiler({ now: 5 as never })],
  ['a clock without a time', () => new Profiler({ now: () => Number.NaN })],
  ['a precision of 0', () => new Profiler({ precision: 0 })],
])('%s is refused, and the profiler is as it was', (_, run) => {
  const profiler = profilerOf({ rank: 1 }, 2);
  const before = profiler.toJSON();
  expect(errorOf(() => run(profiler)).code).toBe('INVALID_ARGUMENT');
  expect(profiler.toJSON()).toEqual(before);
});
