import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type AlgorithmCost,
  type AlgorithmId,
  complexity,
  type LanewiseError,
} from '../../../src/cost/index.ts';
import { relativeError } from '../../evaluate/relative-error.ts';
import { errorOf } from '../../host/error-of.ts';

const { algorithm, algorithms, evaluate } = complexity;
const IDS = Object.keys(algorithms) as AlgorithmId[];
const SEED = { seed: 1969 };

/** Sizes that every algorithm accepts: whatever has no default, small. */
function smallSizes(id: AlgorithmId): Record<string, number> {
  const sizes: Record<string, number> = {};
  for (const [name, size] of Object.entries(algorithm(id).sizes))
    if (size.default === undefined) sizes[name] = name === 'n' ? 10_000 : 20;
  return sizes;
}

describe('retrieval in 256 dimensions at 100 GFLOP/s', () => {
  const at = { operationsPerSecond: 100e9 };

  test.each([
    [50_000, 25_600_000, 0.256],
    [200_000, 102_400_000, 1.024],
    [1_000_000, 512_000_000, 5.12],
    [10_000_000, 5_120_000_000, 51.2],
  ])('of %d rows by brute force', (n, operations, milliseconds) => {
    const { prediction } = evaluate('knn', { n, d: 256 }, at);
    expect(prediction.operations).toBe(operations);
    expect(relativeError(prediction.milliseconds!, milliseconds)).toBeLessThan(1e-12);
  });

  test.each([
    [50_000, 223, 22, 2_639_736.5, 0.026397],
    [200_000, 447, 44, 10_308_506.1, 0.103085],
    [1_000_000, 1000, 100, 51_712_000, 0.51712],
    [10_000_000, 3162, 316, 513_295_098.3, 5.132951],
  ])('of %d rows by an inverted file of %d cells, %d of them probed', (n, cells, probes, flops, time) => {
    const { prediction, sizes } = evaluate('ivf', { n, d: 256 }, at);
    expect(sizes).toMatchObject({ cells, probes });
    expect(Number(prediction.operations.toFixed(1))).toBe(flops);
    expect(
      relativeError(prediction.operations, 2 * 256 * cells + ((2 * 256 * probes) / cells) * n),
    ).toBeLessThan(1e-12);
    expect(Number(prediction.milliseconds!.toFixed(6))).toBe(time);
  });

  test.each([
    [50_000, 983_040, 0.00983],
    [200_000, 1_114_112, 0.011141],
    [1_000_000, 1_245_184, 0.012452],
    [10_000_000, 1_507_328, 0.015073],
  ])('of %d rows by a graph at ef 128', (n, flops, time) => {
    const { prediction } = evaluate('hnsw', { n, d: 256, ef: 128 }, at);
    expect(prediction.operations).toBe(flops);
    expect(Number(prediction.milliseconds!.toFixed(6))).toBe(time);
  });
});

test('twelve layers and the vocabulary are the FLOPs of BERT-base, and 32 those of LLaMA-7B', () => {
  const layer = evaluate('transformer-layer', { n: 512, d: 768 }).prediction.operations;
  expect(12 * layer + 2 * 512 * 768 * 30_522).toBe(120_640_241_664);
  const llama = evaluate('transformer-layer', { n: 512, d: 4096 }).prediction.operations;
  expect(32 * llama + 2 * 512 * 4096 * 32_000).toBe(6_868_726_448_128);
});

test('the multiply-adds of a perceptron are its weights: 784 x 100 and 100 x 10', () => {
  const { prediction, space } = evaluate('mlp', {
    n: 1,
    d: 784,
    width: 100,
    layers: 1,
    outputs: 10,
    epochs: 1,
  });
  expect(prediction.operations / 2).toBe(78_400 + 1000);
  expect(space.bytes).toBe(4 * (78_400 + 1000 + 110));
});

test('a Count-Min sketch of 10 000 x 7 counters of 8 bytes takes 560 000 bytes', () => {
  const sizes = { n: 1, width: 10_000, depth: 7, counterBytes: 8 };
  expect(evaluate('count-min', sizes).space.bytes).toBe(560_000);
});

test('random vectors in 256 dimensions leave 2.96 candidates of 50 000 in 12 tables of 18 bits', () => {
  // As was measured: 2.9 a query. A tenth or so more than independent bits, 50 000 x 12 / 2^18 = 2.29, would leave.
  const { sizes } = evaluate('lsh', { n: 50_000, d: 256, tables: 12, bits: 18 });
  expect(sizes['candidates']).toBeCloseTo(2.96, 2);
});

describe.each(IDS)('%s', (id) => {
  const sizes = smallSizes(id);

  test('gives text, unit and finite counts of all three terms', () => {
    const cost = evaluate(id, sizes, { operationsPerSecond: 1e9 });
    const { name, training, prediction, space } = algorithm(id);
    expect(cost).toMatchObject({ id, name, sizes });
    expect(cost.training).toMatchObject({ text: training.text, unit: training.unit });
    expect(cost.prediction).toMatchObject({ text: prediction.text, unit: prediction.unit });
    expect(space.unit).toBe('byte');
    expect(cost.space.text).toBe(space.text);
    for (const { text } of [training, prediction, space]) expect(text).toMatch(/^O\(.+\)/);
    expect(cost.training.operations).toBeGreaterThanOrEqual(0);
    expect(cost.training.milliseconds).toBe((cost.training.operations / 1e9) * 1000);
    expect(cost.prediction.operations).toBeGreaterThan(0);
    expect(cost.space.bytes).toBeGreaterThan(0);
    expect(JSON.parse(JSON.stringify(cost))).toEqual(cost);
  });

  test('names the size that is missing, with its meaning', () => {
    for (const missing of Object.keys(sizes)) {
      const { [missing]: _, ...rest } = sizes;
      const error = errorOf(() => evaluate(id, rest));
      expect(error.code).toBe('INVALID_ARGUMENT');
      expect(error.message).toContain(`The size ${missing} is missing`);
      expect(error.message).toContain(`${missing} (${algorithm(id).sizes[missing]!.meaning})`);
    }
    for (const nothing of [undefined, null])
      expect(errorOf(() => evaluate(id, nothing as never)).message).toContain('is missing');
  });

  test('names the size that it does not have, or that is none', () => {
    const unknown = errorOf(() => evaluate(id, { ...sizes, leaves: 2 }));
    expect([unknown.code, unknown.got]).toEqual(['INVALID_ARGUMENT', 'leaves']);
    for (const name of Object.keys(algorithm(id).sizes)) {
      for (const value of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, '8', null]) {
        const error = errorOf(() => evaluate(id, { ...sizes, [name]: value as never }));
        expect([error.code, error.message]).toEqual(['INVALID_ARGUMENT', expect.stringContaining(name)]);
      }
    }
  });

  test('never costs less for more', () => {
    const names = Object.keys(algorithm(id).sizes);
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.integer({ min: 2, max: 9 }), (name, factor) => {
        // Others stay as they are, those that would follow from this one too.
        const base = { ...evaluate(id, sizes).sizes };
        if (base['candidates']) base['candidates'] = 100;
        const { most } = algorithm(id).sizes[name]!;
        const more = { ...base, [name]: base[name]! * factor };
        if (most && more[name]! > more[most]!) return;
        const [small, large] = [evaluate(id, base), evaluate(id, more)];
        expect(large.training.operations).toBeGreaterThanOrEqual(small.training.operations);
        if (!FALLING.has(`${id} ${name}`))
          expect(large.prediction.operations).toBeGreaterThanOrEqual(small.prediction.operations);
        if (name !== 'm') expect(large.space.bytes).toBeGreaterThanOrEqual(small.space.bytes);
      }),
      { ...SEED, numRuns: 60 },
    );
  });

  test('reports what is beyond doubles, and never gives an infinity', () => {
    const names = Object.keys(algorithm(id).sizes);
    const values = fc.constantFrom(1, 2, 1000, 2 ** 53, 1e154, 1e300, Number.MAX_VALUE);
    const given = fc.array(values, { minLength: names.length, maxLength: names.length });
    fc.assert(
      fc.property(given, (all) => {
        const huge = Object.fromEntries(names.map((name, i) => [name, all[i]!]));
        let cost: AlgorithmCost;
        try {
          cost = evaluate(id, huge);
        } catch (error) {
          // The latter where one size must not exceed another.
          expect(['OVERFLOW', 'INVALID_ARGUMENT']).toContain((error as LanewiseError).code);
          return;
        }
        for (const count of [cost.training.operations, cost.prediction.operations, cost.space.bytes])
          expect(Number.isFinite(count)).toBe(true);
      }),
      SEED,
    );
  });
});

/** More cells are smaller, and more rows of as many entries are emptier. */
const FALLING = new Set(['ivf cells', 'ivf-pq cells', 'truncated-svd n']);

test('sizes within others are held to them, and defaults keep within by themselves', () => {
  const error = errorOf(() => evaluate('ivf', { n: 1e6, d: 8, cells: 10, probes: 11 }));
  expect([error.code, error.message]).toEqual([
    'INVALID_ARGUMENT',
    expect.stringMatching(/probes must not exceed cells, 10; got 11/),
  ]);
  expect(evaluate('ivf', { n: 3, d: 8 }).sizes).toMatchObject({ cells: 1, probes: 1 });
  expect(evaluate('kd-tree', { n: 3, d: 2 }).sizes).toMatchObject({ k: 3 });
});

test('an unknown algorithm is an error that lists those that are known', () => {
  for (const id of ['svm', 'constructor', '__proto__', '', undefined, null]) {
    const error = errorOf(() => algorithm(id as never));
    expect([error.code, error.expected]).toEqual(['INVALID_ARGUMENT', IDS]);
    expect(error.message).toContain('truncated-svd');
    expect(errorOf(() => evaluate(id as never, {})).code).toBe('INVALID_ARGUMENT');
  }
});

test('counts beyond doubles are an error that names the term', () => {
  const error = errorOf(() => evaluate('ols', { n: 1e200, d: 1e100 }));
  expect([error.code, error.message]).toEqual(['OVERFLOW', expect.stringMatching(/^Training of ols/)]);
  expect(errorOf(() => evaluate('random-forest', { n: 10, d: 2, trees: 1e308, depth: 1 })).code).toBe(
    'OVERFLOW',
  );
});

test('a rate is above 0, and times beyond doubles are reported', () => {
  for (const operationsPerSecond of [0, -1, Number.NaN, Number.POSITIVE_INFINITY])
    expect(errorOf(() => evaluate('knn', { n: 10, d: 2 }, { operationsPerSecond })).code).toBe(
      'INVALID_ARGUMENT',
    );
  const slow = errorOf(() => evaluate('knn', { n: 10, d: 2 }, { operationsPerSecond: 1e-320 }));
  expect(slow.code).toBe('OVERFLOW');
  expect(evaluate('knn', { n: 10, d: 2 }, null as never).prediction).not.toHaveProperty('milliseconds');
});
