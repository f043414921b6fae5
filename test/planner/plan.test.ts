import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { CandidateName, ConstraintName, PlanRequest } from '../../src/planner/index.ts';
import { plan } from '../../src/planner/index.ts';
import { errorOf } from '../host/error-of.ts';
import { MACHINE } from './some-machine.ts';

const ORDER: readonly CandidateName[] = [
  ...(['flat', 'ivf-int8', 'ivf-pq4', 'ivf-bits', 'hnsw', 'lsh'] as const),
  ...(['ivf-pq4-compact', 'ivf-bits-compact'] as const),
];
const REQUEST = { rows: 200_000, dimensions: 256, recall: 0.5, machine: MACHINE } as const;

const named = (name: string, request: PlanRequest) =>
  plan(request).candidates.find((candidate) => candidate.name === name)!;
const feasible = (request: PlanRequest): string[] =>
  plan(request)
    .candidates.filter(({ isFeasible }) => isFeasible)
    .map(({ name }) => name);

test('candidates stand from the simplest to the most complex, and the simplest that works is the best', () => {
  const { candidates, best } = plan(REQUEST);
  expect(candidates.map(({ name }) => name)).toEqual(ORDER);
  expect(candidates.every(({ isFeasible }) => isFeasible)).toBe(true);
  expect(best).toBe(candidates[0]);
  expect(Math.min(...candidates.map(({ prediction }) => prediction.p50))).toBeLessThan(best!.prediction.p50);
});

test('what is feasible stands before what is not, and both keep their order', () => {
  const { p99 } = named('flat', REQUEST).prediction;
  const { candidates, best } = plan({ ...REQUEST, latency: { p99: p99 / 2 } });
  const names = (isFeasible: boolean) =>
    candidates.filter((candidate) => candidate.isFeasible === isFeasible).map(({ name }) => name);
  expect(candidates.map(({ name }) => name)).toEqual([...names(true), ...names(false)]);
  expect(names(true)).toEqual(ORDER.filter((name) => names(true).includes(name)));
  expect(names(false)).toEqual(ORDER.filter((name) => names(false).includes(name)));
  expect(names(false)).toContain('flat');
  expect(best!.name).toBe(names(true)[0]);
});

test.each(['ip', 'l2'] as const)('under %s there is no candidate that hashes directions', (metric) => {
  const names = plan({ ...REQUEST, metric }).candidates.map(({ name }) => name);
  expect(names).toEqual(ORDER.filter((name) => name !== 'lsh'));
});

test('candidates carry all that create() and search() of their class take', () => {
  const { flat, ivf, compact, hnsw, lsh } = {
    flat: named('flat', REQUEST),
    ivf: named('ivf-int8', REQUEST),
    compact: named('ivf-bits-compact', REQUEST),
    hnsw: named('hnsw', REQUEST),
    lsh: named('lsh', REQUEST),
  };
  const common = { dimensions: 256, metric: 'cosine' };
  expect(flat.create).toEqual(common);
  expect(flat.search).toEqual({ k: 10 });
  expect(ivf.create).toMatchObject({ ...common, cells: expect.any(Number), codes: 'int8' });
  expect(ivf.search).toEqual({ k: 10, probes: expect.any(Number) });
  expect(compact.create).toMatchObject({ codes: 'bits', rescore: false });
  expect(hnsw.search).toEqual({ k: 10, ef: expect.any(Number) });
  expect(lsh.search).toEqual({ k: 10, probesPerTable: expect.any(Number) });
  for (const { recall, isFeasible } of [flat, ivf, compact, hnsw, lsh]) {
    expect(recall).toBeGreaterThanOrEqual(0.5);
    expect(isFeasible).toBe(true);
  }
});

test('a plan is plain data that JSON keeps, and leaves the request as it is', () => {
  const request = Object.freeze({ ...REQUEST, latency: Object.freeze({ p99: 100 }), memory: 1e9 });
  const planned = plan(request);
  expect(JSON.parse(JSON.stringify(planned))).toEqual(planned);
  expect(plan(planned.request)).toEqual(planned);
});

/** A limit for one constraint that a candidate just fails by, from what is predicted without; and one that it keeps. */
const LIMITS: readonly (readonly [ConstraintName, string, (share: number) => Partial<PlanRequest>])[] = [
  ['recall', 'ivf-bits-compact', (share) => ({ recall: share > 1 ? 1 : 0.5 })],
  ['memory', 'ivf-int8', (share) => ({ memory: bytesOf('ivf-int8') / share })],
  ['p50', 'flat', (share) => ({ latency: { p50: named('flat', REQUEST).prediction.p50 / share } })],
  ['p99', 'ivf-int8', (share) => ({ latency: { p99: named('ivf-int8', REQUEST).prediction.p99 / share } })],
  ['throughput', 'flat', (share) => ({ queriesPerSecond: rateOf('flat') * share })],
  ['updates', 'hnsw', (share) => ({ updatesPerSecond: named('hnsw', REQUEST).updatesPerSecond * share })],
  [
    'p50 under load',
    'flat',
    (share) => ({
      queriesPerSecond: 0.9 * rateOf('flat'),
      latency: { p50: loaded('flat', 0.9).p50! / share },
    }),
  ],
  [
    'p99 under load',
    'ivf-int8',
    (share) => ({
      queriesPerSecond: 0.9 * rateOf('ivf-int8'),
      latency: { p99: loaded('ivf-int8', 0.9).p99! / share },
    }),
  ],
];

function bytesOf(name: string): number {
  return named(name, REQUEST).prediction.bytes;
}

function rateOf(name: string): number {
  return named(name, REQUEST).prediction.queriesPerSecond;
}

function loaded(name: string, share: number) {
  return named(name, { ...REQUEST, queriesPerSecond: share * rateOf(name) }).load;
}

test.each(LIMITS)(
  '%s is told by name where it fails first, and what would fit does',
  (constraint, name, limit) => {
    const kept = named(name, { ...REQUEST, ...limit(0.99) });
    expect(kept.failure?.constraint).toBeUndefined();
    expect(kept.isFeasible).toBe(true);
    const request = { ...REQUEST, ...limit(1.01) };
    const { failure, isFeasible } = named(name, request);
    expect(isFeasible).toBe(false);
    expect(failure!.constraint).toBe(constraint);
    expect(failure!.message).toContain(`${name} fails by ${constraint}: `);
    expect(failure!.message).toContain(`${failure!.fits!.option}: `);
    const { option, value } = failure!.fits!;
    expect(named(name, { ...request, [option]: value }).failure?.constraint).not.toBe(constraint);
  },
);

test('cost is told where it fails, with the budget that would do', () => {
  const request = {
    ...REQUEST,
    ...{ cores: 4, queriesPerSecond: 1.5 * rateOf('flat'), dollarsPerHour: 0.1, budgetPerMonth: 100 },
  };
  const { failure, cores, cost } = named('flat', request);
  expect(cores).toBe(2);
  // Two cores of 0.10 dollars for 730 hours.
  expect(cost.perMonth).toBeCloseTo(146, 9);
  expect(failure).toMatchObject({ constraint: 'cost', limit: 100, fits: { option: 'budgetPerMonth' } });
  expect(failure!.fits!.value).toBeCloseTo(146, 9);
});

test('a million queries cost the share of the month that they take', () => {
  const { cost } = named('flat', { ...REQUEST, queriesPerSecond: 100, dollarsPerHour: 0.36 });
  // 1e6 queries at 100 a second take 10 000 s, or 2.777... hours of 0.36 dollars.
  expect(cost.perMillionQueries).toBeCloseTo(1, 9);
});

test('as few cores are used as carry the load, each with a copy', () => {
  const rate = rateOf('flat');
  const { cores, bytes, load } = named('flat', { ...REQUEST, cores: 8, queriesPerSecond: 2.4 * rate });
  expect(cores).toBe(3);
  expect(bytes).toBe(3 * bytesOf('flat'));
  expect(load.utilization).toBeCloseTo(0.8, 9);
});

test('constraints fail in a fixed order: memory before latency before throughput', () => {
  const fault = { memory: 1e6, latency: { p99: 0.001 }, queriesPerSecond: 1e6 };
  const { failure } = named('flat', { ...REQUEST, ...fault });
  expect(failure!.constraint).toBe('memory');
  expect(named('flat', { ...REQUEST, ...fault, memory: 1e12 }).failure!.constraint).toBe('p99');
  const { latency: _, ...loadAlone } = fault;
  expect(named('flat', { ...REQUEST, ...loadAlone, memory: 1e12 }).failure!.constraint).toBe('throughput');
});

test('what outgrows one linear memory says so, and how many rows fit', () => {
  const request = { ...REQUEST, rows: 10_000_000 };
  const { failure } = named('flat', request);
  // 10 000 000 x 256 floats alone are 10.24 GB.
  expect(failure!.predicted).toBeGreaterThan(10.24e9);
  expect(failure).toMatchObject({
    constraint: 'linear memory',
    limit: 3.5 * 2 ** 30,
    fits: { option: 'rows' },
  });
  expect(failure!.fits!.value).toBeLessThan(3.5 * 2 ** 20);
  expect(named('flat', { ...request, rows: failure!.fits!.value }).isFeasible).toBe(true);
});

test('where nothing fits there is no best, and the nearest tells all that is to be relaxed', () => {
  const request = { ...REQUEST, recall: 1, memory: 1e8, latency: { p99: 0.001 } };
  const { best, nearest, candidates } = plan(request);
  expect(best).toBeUndefined();
  expect(candidates.every(({ failure }) => failure)).toBe(true);
  const { name, relax } = nearest!;
  expect(relax[0]).toEqual(candidates.find((candidate) => candidate.name === name)!.failure);
  expect(relax.length).toBeGreaterThan(1);
});

test('a filter that lets few rows through is answered exactly, from these alone', () => {
  const plain = named('flat', REQUEST).prediction;
  const filtered = named('flat', { ...REQUEST, filterSelectivity: 0.01 }).prediction;
  expect(filtered.p50).toBeLessThan(0.5 * plain.p50);
  expect(filtered.bytes).toBe(plain.bytes);
  for (const name of ['ivf-int8', 'hnsw', 'lsh']) {
    expect(named(name, { ...REQUEST, filterSelectivity: 0.001 }).recall, name).toBe(1);
  }
});

test('a graph walks further where a filter turns rows away', () => {
  const half = named('hnsw', { ...REQUEST, filterSelectivity: 0.5 });
  expect(half.prediction.p50).toBeGreaterThan(named('hnsw', REQUEST).prediction.p50);
});

test('a margin plans for longer times', () => {
  const { p99 } = named('flat', REQUEST).prediction;
  const latency = { p99: 1.2 * p99 };
  expect(named('flat', { ...REQUEST, latency }).isFeasible).toBe(true);
  expect(named('flat', { ...REQUEST, latency, margin: 0.3 }).failure).toMatchObject({ constraint: 'p99' });
});

const shares = fc.double({ min: 0.1, max: 10, noNaN: true });
const requests = fc.record({
  rows: fc.integer({ min: 1000, max: 300_000 }),
  dimensions: fc.integer({ min: 8, max: 1024 }),
  // Under cosine, tables and bits for less recall may be others, and take more memory.
  metric: fc.constant('l2' as const),
  recall: fc.constantFrom(0.5, 0.8, 0.9, 0.95, 0.99, 1),
  latency: fc.record({ p99: fc.double({ min: 0.01, max: 100, noNaN: true }) }),
  // At next to none, a million queries would cost more than a double holds.
  queriesPerSecond: fc.oneof(fc.constant(0), fc.double({ min: 0.001, max: 5000, noNaN: true })),
  updatesPerSecond: fc.double({ min: 0, max: 2000, noNaN: true }),
  memory: fc.double({ min: 1e6, max: 1e10, noNaN: true }),
  cores: fc.integer({ min: 1, max: 16 }),
  filterSelectivity: fc.constantFrom(1, 0.5, 0.05),
  dollarsPerHour: fc.constant(0.1),
  budgetPerMonth: fc.double({ min: 74, max: 1000, noNaN: true }),
  machine: fc.constant(MACHINE),
});
const UPPER = ['queriesPerSecond', 'updatesPerSecond', 'recall'] as const;
const LOWER = ['memory', 'budgetPerMonth'] as const;

test('relaxing a constraint never makes a feasible candidate infeasible, and tightening never the reverse', () => {
  const property = fc.property(requests, shares, fc.nat(6), (request, factor, which) => {
    const share = Math.max(factor, 1 / factor);
    const relaxed = [
      ...UPPER.map((name) => ({ ...request, [name]: request[name] / share })),
      ...LOWER.map((name) => ({ ...request, [name]: request[name] * share })),
      { ...request, latency: { p99: request.latency.p99 * share } },
      { ...request, cores: Math.ceil(request.cores * share) },
    ][which]!;
    expect(feasible(relaxed)).toEqual(expect.arrayContaining(feasible(request)));
  });
  fc.assert(property, { seed: 8, numRuns: 25 });
});

test('every candidate is feasible or names one constraint, and the best is the first that is', () => {
  const property = fc.property(requests, (request) => {
    const { candidates, best, nearest } = plan(request);
    for (const { isFeasible, failure } of candidates) expect(isFeasible).toBe(failure === undefined);
    expect(best).toEqual(candidates.find(({ isFeasible }) => isFeasible));
    expect(nearest === undefined).toBe(best !== undefined);
  });
  fc.assert(property, { seed: 9, numRuns: 10 });
});

const CONTRADICTIONS: readonly (readonly [string, Partial<PlanRequest>, readonly string[]])[] = [
  ['a median above the 99th percentile', { latency: { p50: 20, p99: 10 } }, ['p50 20', 'p99 10']],
  [
    'a filter that lets fewer than k rows through',
    { filterSelectivity: 1e-5 },
    ['filterSelectivity', 'k = 10'],
  ],
  ['memory for less than the results', { memory: 79 }, ['memory', 'k = 10', '80 bytes']],
  ['a latency below an empty call', { latency: { p99: 4e-5 } }, ['latency', 'empty call']],
  ['more queries than empty calls', { queriesPerSecond: 2e7 }, ['queriesPerSecond', 'calls a second']],
  ['a budget below one core', { dollarsPerHour: 1, budgetPerMonth: 729 }, ['budgetPerMonth 729', '730']],
];

test.each(CONTRADICTIONS)('%s contradicts itself whatever the index', (_, options, told) => {
  const { code, message } = errorOf(() => plan({ ...REQUEST, ...options }));
  expect(code).toBe('INFEASIBLE');
  for (const part of told) expect(message).toContain(part);
});

test.each([
  ['rows', 0],
  ['rows', 1.5],
  ['dimensions', 0],
  ['k', 0],
  ['k', 200_001],
  ['recall', 0],
  ['recall', 1.01],
  ['queriesPerSecond', -1],
  ['updatesPerSecond', Number.POSITIVE_INFINITY],
  ['memory', -1],
  ['filterSelectivity', 0],
  ['filterSelectivity', 2],
  ['dollarsPerHour', -0.1],
  ['budgetPerMonth', Number.NaN],
  ['cores', 0],
  ['margin', -0.1],
  ['metric', 'hamming'],
  ['latency', null],
  ['latency', 100],
  ['latency', { p99: 0 }],
  ['latency', { p50: Number.NaN }],
  ['machine', null],
  ['machine', {}],
] as const)('%s of %o is refused by name', (name, value) => {
  const { code, message } = errorOf(() => plan({ ...REQUEST, [name]: value } as PlanRequest));
  expect(code).toBe('INVALID_ARGUMENT');
  expect(message).toContain(name);
});

test.each(['rows', 'dimensions', 'recall', 'queriesPerSecond', 'memory', 'k', 'cores'])(
  'NaN, texts and objects are no %s',
  (name) => {
    for (const value of [Number.NaN, Number.NEGATIVE_INFINITY, '10', {}, true]) {
      const error = errorOf(() => plan({ ...REQUEST, [name]: value } as unknown as PlanRequest));
      expect(error.code).toBe('INVALID_ARGUMENT');
      expect(error.message).toContain(name);
    }
  },
);

test.each([null, undefined, 7, 'rows'])('%o is no request', (request) => {
  expect(errorOf(() => plan(request as unknown as PlanRequest)).code).toBe('INVALID_ARGUMENT');
});

test('one row, one dimension and one result can be planned for', () => {
  const { best } = plan({ rows: 1, dimensions: 1, k: 1, machine: MACHINE });
  expect(best!.name).toBe('flat');
});

test('vectors of most dimensions are planned for: no candidate has more tables than its class takes', () => {
  for (const rows of [1000, 100_000]) {
    for (const recall of [0.9, 0.97, 0.999]) {
      const { candidates } = plan({ rows, dimensions: 65_536, k: 1, recall, machine: MACHINE });
      const { tables = 1, bits = 1 } = candidates.find(({ name }) => name === 'lsh')!.create;
      expect(tables * bits * 65_536).toBeLessThanOrEqual(2 ** 26);
    }
  }
});

test.each([{ margin: 1e308 }, { dollarsPerHour: 1e308 }, { updatesPerSecond: 1e308, margin: 1e10 }])(
  '%o comes to more than a double holds, which is said',
  (options) => {
    expect(errorOf(() => plan({ ...REQUEST, ...options })).code).toBe('OVERFLOW');
  },
);

test('a plan is reckoned in some milliseconds of the processor', () => {
  // Warm, and nearly impossible: all candidates look for what would fit.
  const request = { ...REQUEST, rows: 1_000_000, recall: 0.999, latency: { p99: 0.05 }, memory: 1e8 };
  const milliseconds = Array.from({ length: 15 }, () => {
    const before = process.cpuUsage();
    plan(request);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  });
  expect(milliseconds.sort((a, b) => a - b)[4]).toBeLessThan(60);
});
