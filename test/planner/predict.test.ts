import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { COEFFICIENTS, SPREADS } from '../../src/planner/coefficients.ts';
import type { Machine, PredictionRequest } from '../../src/planner/index.ts';
import { predict } from '../../src/planner/index.ts';
import { jobsOf } from '../../src/planner/predict.ts';
import { errorOf } from '../host/error-of.ts';
import { MACHINE } from './some-machine.ts';

type Requested = PredictionRequest extends infer R ? (R extends unknown ? Omit<R, 'machine'> : never) : never;

const on = (machine: Machine, request: Requested) => predict({ ...request, machine } as PredictionRequest);
const SIMD = MACHINE;
const RELAXED: Machine = { ...MACHINE, tier: 'relaxed' };
const TIERS = [SIMD, RELAXED] as const;
const CODES = ['float32', 'int8', 'pq4', 'bits'] as const;

/** A request of every kind of work that predictions know of, for small and for large indexes. */
const EVERY: readonly Requested[] = [1, 10, 300, 20_000, 1_000_000].flatMap((rows) =>
  [1, 8, 64].flatMap((batch): Requested[] => {
    const vectors = { rows, batch, dimensions: 96, k: 1 };
    return [
      { index: 'flat', ...vectors },
      { index: 'flat', ...vectors, options: { exact: 'scan' } },
      ...CODES.map((codes) => ({ index: 'ivf', ...vectors, options: { codes } }) as const),
      { index: 'ivf', ...vectors, options: { codes: 'bits', rescore: false } },
      { index: 'hnsw', ...vectors },
      { index: 'lsh', ...vectors },
      { index: 'csr', rows, batch, options: { columns: 1000, nonzeros: 10 * rows } },
      { index: 'sgd', rows, options: { users: 100, items: 100 } },
      { index: 'count-min', rows, batch, options: { width: 2048, depth: 4 } },
    ];
  }),
);

test.each(TIERS)('all work takes time, and has constants in every tier: $tier', (machine) => {
  const kinds = new Set<string>();
  for (const request of EVERY) {
    const { p50, p99, build, queriesPerSecond } = on(machine, request);
    const { call, build: building } = jobsOf({ ...request, machine } as PredictionRequest);
    for (const { kind } of [call, building]) {
      kinds.add(kind);
      expect(Object.keys(COEFFICIENTS[machine.tier][kind] ?? {}).length, kind).toBeGreaterThan(0);
    }
    for (const time of [p50, build, queriesPerSecond])
      expect(time, JSON.stringify(request)).toBeGreaterThan(0);
    expect(p99).toBeGreaterThanOrEqual(p50);
  }
  // And there are no constants of work that nothing asks for.
  expect(
    Object.keys(COEFFICIENTS[machine.tier]).filter((kind) => kind.includes('.') && !kinds.has(kind)),
  ).toEqual([]);
});

test('no kind of work is said to be faster in one of a hundred calls than in half of them', () => {
  for (const spread of Object.values(SPREADS)) expect(spread).toBeGreaterThanOrEqual(1);
});

test('the terms of a call sum to its median, the largest first', () => {
  for (const machine of TIERS) {
    for (const request of EVERY) {
      const { terms, p50 } = on(machine, request);
      const times = terms.map(({ milliseconds }) => milliseconds);
      expect(times.reduce((sum, time) => sum + time, 0) / p50).toBeCloseTo(1, 12);
      expect([...times].sort((a, b) => b - a)).toEqual(times);
    }
  }
});

test('a machine twice as fast in everything takes half the time, and the same memory', () => {
  const faster = (rates: Machine['streaming']) =>
    rates.map((rate) => ({ ...rate, perSecond: 2 * rate.perSecond }));
  for (const machine of TIERS) {
    const { streaming, gather, float32, int8, hash, call } = machine;
    const twice = {
      ...machine,
      ...{ streaming: faster(streaming), gather: faster(gather), float32: 2 * float32 },
      ...{ int8: 2 * int8, hash: 2 * hash, call: call / 2 },
    };
    for (const request of EVERY) {
      const [slow, fast] = [on(machine, request), on(twice, request)];
      expect(slow.p50 / fast.p50).toBeCloseTo(2, 9);
      expect(slow.p99 / fast.p99).toBeCloseTo(2, 9);
      expect(slow.build / fast.build).toBeCloseTo(2, 9);
      expect(fast.queriesPerSecond / slow.queriesPerSecond).toBeCloseTo(2, 9);
      expect(fast.bytes).toBe(slow.bytes);
    }
  }
});

describe('more is never less', () => {
  const rows = fc.integer({ min: 20_000, max: 5_000_000 });
  const dimensions = fc.integer({ min: 16, max: 1024 });
  const k = fc.integer({ min: 1, max: 200 });
  const batch = fc.constantFrom(1, 5, 16, 64);
  const factor = fc.double({ min: 1, max: 8, noNaN: true });
  const machine = fc.constantFrom(...TIERS);
  const seeded = { seed: 30, numRuns: 300 };

  const grows = (
    less: Requested,
    more: Requested,
    on_: Machine,
    names: readonly ('p50' | 'build' | 'bytes')[],
  ) => {
    const [a, b] = [on(on_, less), on(on_, more)];
    // But for rounding.
    for (const name of names) expect(b[name], name).toBeGreaterThanOrEqual(a[name] * (1 - 1e-9));
  };

  it('with rows', () => {
    const property = fc.property(
      rows,
      dimensions,
      k,
      batch,
      factor,
      machine,
      (rows, dimensions, k, batch, times, on) => {
        const more = Math.floor(rows * times);
        const common = { dimensions, k, batch };
        for (const request of [
          { index: 'flat' },
          { index: 'flat', options: { exact: 'scan' } },
          ...CODES.map((codes) => ({ index: 'ivf', options: { codes, cells: 512, probes: 20 } }) as const),
          { index: 'lsh', options: { tables: 8, bits: 14 } },
        ] as const)
          grows({ ...request, ...common, rows }, { ...request, ...common, rows: more }, on, [
            'p50',
            'build',
            'bytes',
          ]);
        const csr = { index: 'csr', batch, options: { columns: 1000, nonzeros: 10 * rows } } as const;
        grows({ ...csr, rows }, { ...csr, rows: more }, on, ['p50', 'bytes']);
        const sgd = { index: 'sgd', options: { users: 5000, items: 1000 } } as const;
        grows({ ...sgd, rows }, { ...sgd, rows: more }, on, ['p50', 'build', 'bytes']);
        const counted = { index: 'count-min', batch, options: { width: 4096, depth: 4 } } as const;
        grows({ ...counted, rows }, { ...counted, rows: more }, on, ['p50', 'build', 'bytes']);
      },
    );
    fc.assert(property, seeded);
  });

  it('with dimensions, where what is searched does not get easier with them', () => {
    const property = fc.property(
      rows,
      dimensions,
      k,
      batch,
      factor,
      machine,
      (rows, dimensions, k, batch, times, on) => {
        const more = Math.floor(dimensions * times);
        for (const request of [
          { index: 'flat' },
          { index: 'flat', options: { exact: 'scan' } },
          ...CODES.map((codes) => ({ index: 'ivf', options: { codes, cells: 512, probes: 20 } }) as const),
        ] as const) {
          const common = { ...request, rows, k, batch };
          grows({ ...common, dimensions }, { ...common, dimensions: more }, on, ['p50', 'build', 'bytes']);
        }
      },
    );
    fc.assert(property, seeded);
  });

  it('with results, with probes, with the width of a beam and with tables', () => {
    const effort = fc.integer({ min: 1, max: 60 });
    const property = fc.property(
      rows,
      dimensions,
      k,
      effort,
      factor,
      machine,
      (rows, dimensions, k, effort, times, on) => {
        const more = Math.floor(effort * times);
        const common = { rows, dimensions, k };
        for (const index of ['flat', 'ivf', 'hnsw', 'lsh'] as const)
          grows({ ...common, index }, { ...common, index, k: Math.floor(k * Math.min(2, times)) }, on, [
            'p50',
          ]);
        for (const codes of CODES) {
          const ivf = (probes: number) =>
            ({ ...common, index: 'ivf', options: { codes, cells: 1024, probes } }) as const;
          grows(ivf(effort), ivf(more), on, ['p50']);
        }
        const graph = (ef: number) => ({ ...common, index: 'hnsw', options: { ef } }) as const;
        grows(graph(effort), graph(more), on, ['p50']);
        const tables = (tables: number, probesPerTable: number) =>
          ({ ...common, index: 'lsh', options: { tables, bits: 14, probesPerTable } }) as const;
        grows(tables(effort, 2), tables(more, 2), on, ['p50', 'build', 'bytes']);
        grows(tables(8, effort), tables(8, more), on, ['p50']);
      },
    );
    fc.assert(property, seeded);
  });
});

test('batches of any size are reckoned at once', () => {
  for (const index of ['flat', 'ivf', 'hnsw', 'lsh'] as const) {
    const { p50, queriesPerSecond } = on(SIMD, { index, rows: 1e5, dimensions: 64, batch: 1e12 });
    expect(p50, index).toBeGreaterThan(1e6);
    expect(queriesPerSecond).toBeGreaterThan(1);
  }
});

test('what no double can hold is an error, and so is what no index can hold', () => {
  const huge = [
    { index: 'csr', rows: 1e300, options: { columns: 1e300, nonzeros: 1e300 } },
    { index: 'sgd', rows: 1e300, options: { users: 1e300, items: 1e300, factors: 1e300 } },
    { index: 'count-min', rows: 1e300, options: { width: 1e300, depth: 1e300 } },
    { index: 'flat', rows: 1e9, dimensions: 65_536, batch: 1e308 },
  ] as const;
  for (const request of huge) expect(errorOf(() => on(SIMD, request)).code, request.index).toBe('OVERFLOW');
  for (const index of ['flat', 'ivf', 'hnsw', 'lsh'] as const) {
    const { code, message } = errorOf(() => on(SIMD, { index, rows: 1e300, dimensions: 8 }));
    expect(code).toBe('INVALID_ARGUMENT');
    expect(message).toContain('rows');
  }
});

test.each([
  [{ index: 'annoy' }, 'flat, ivf, hnsw, lsh, csr, sgd, count-min'],
  [{ index: 'toString' }, 'toString'],
  [{ index: undefined }, 'undefined'],
  [{ rows: 0 }, 'rows'],
  [{ rows: '10' }, 'rows'],
  [{ rows: Number.NaN }, 'rows'],
  [{ dimensions: undefined }, 'dimensions'],
  [{ k: -1 }, 'k'],
  [{ batch: 1.5 }, 'batch'],
  [{ metric: 'hamming' }, 'hamming'],
  [{ options: null }, 'options'],
  [{ options: 7 }, 'options'],
  [{ options: { exact: 'fast' } }, 'options.exact'],
  [{ index: 'ivf', options: { codes: 'pq8' } }, 'pq8'],
  [{ index: 'ivf', options: { probes: 0 } }, 'options.probes'],
  [{ index: 'hnsw', options: { ef: 0 } }, 'ef'],
  [{ index: 'lsh', options: { tables: 1e9 } }, 'tables'],
  [{ index: 'csr' }, 'options.columns'],
  [{ index: 'sgd', options: { users: 1 } }, 'options.items'],
  [{ index: 'count-min', options: { width: 0, depth: 1 } }, 'options.width'],
  [{ machine: null }, 'machine'],
])('%o is refused by name', (wrong, told) => {
  const request = { index: 'flat', rows: 1000, dimensions: 64, machine: SIMD, ...wrong };
  const { code, message } = errorOf(() => predict(request as PredictionRequest));
  expect(code).toBe('INVALID_ARGUMENT');
  expect(message).toContain(told);
});

test.each([null, undefined, 7, 'flat'])('%o is no request', (request) => {
  expect(errorOf(() => predict(request as unknown as PredictionRequest)).code).toBe('INVALID_ARGUMENT');
});
