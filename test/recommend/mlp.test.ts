import fc from 'fast-check';
import { type MlpLayer, type MlpOptions, MlpRanker } from 'lanewise';
import { expect, test } from 'vitest';
import {
  boundedForward,
  gelu,
  geluByTangent,
  makeFeatures,
  makeLayers,
  normalProbability,
  roundedForward,
  sigmoid,
} from './mlp-reference.ts';

const bitsOf = (values: Float32Array) => [
  ...new Uint32Array(values.buffer, values.byteOffset, values.length),
];

/** One activation alone: y = activation(x). */
function only(options: MlpOptions): Promise<MlpRanker> {
  const identity = { inputs: 1, outputs: 1, weights: [1] };
  return MlpRanker.fromLayers(options.output ? [identity] : [identity, identity], options);
}

test('a small network answers as arithmetic does', async () => {
  // Two inputs, three hidden, one output. Of the row (1, 2): 1 - 2 + 0.5 = -0.5 -> 0; 2 x 1 + 2 - 1 = 3; -0.5 + 4 = 3.5 (no
  // bias of its own but 0) -> 3.5. Then 10 x 0 + 4 x 3 - 2 x 3.5 + 0.25 = 5.25.
  const layers: MlpLayer[] = [
    { inputs: 2, outputs: 3, weights: [1, -1, 2, 1, -0.5, 2], bias: [0.5, -1, 0] },
    { inputs: 3, outputs: 1, weights: [10, 4, -2], bias: [0.25] },
  ];
  using ranker = await MlpRanker.fromLayers(layers);

  // Of (-1, -3): -1 + 3 + 0.5 = 2.5; -2 - 3 - 1 -> 0; 0.5 - 6 -> 0. Then 25 + 0.25.
  expect([...ranker.predict([1, 2, -1, -3])]).toEqual([5.25, 25.25]);
  expect([ranker.inputs, ranker.outputs]).toEqual([2, 1]);
  expect(ranker.layers).toEqual([
    { name: '0', inputs: 2, outputs: 3, hasBias: true, activation: 'relu' },
    { name: '2', inputs: 3, outputs: 1, hasBias: true, activation: 'none' },
  ]);
});

test('a layer alone has no activation, and without a bias passes products through', async () => {
  using ranker = await MlpRanker.fromLayers([{ inputs: 2, outputs: 2, weights: [1, -2, 0, -1] }]);
  expect([...ranker.predict([1, 2])]).toEqual([-3, -2]);
  expect(ranker.predict([]).length).toBe(0);
});

/** Widths that leave every kind of rest: of panels of 8, of four panels, of rows of 4. */
const widths = fc.array(fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 30, max: 75 })), {
  minLength: 2,
  maxLength: 4,
});

test('relu networks give the bits of sums that begin with the bias and run over the inputs', async () => {
  const network = fc.record({ widths, rows: fc.integer({ min: 1, max: 40 }), seed: fc.nat() });
  await fc.assert(
    fc.asyncProperty(network, async ({ widths, rows, seed }) => {
      const layers = makeLayers(widths, seed);
      using ranker = await MlpRanker.fromLayers(layers);
      const features = makeFeatures(rows * widths[0]!, seed + 1);
      const expected = Array.from({ length: rows }, (_, row) =>
        bitsOf(roundedForward(layers, features.subarray(row * widths[0]!, (row + 1) * widths[0]!))),
      ).flat();
      expect(bitsOf(ranker.predict(features))).toEqual(expected);
    }),
    { seed: 61, numRuns: 60 },
  );
});

test('a candidate has the same bits alone and in batches of any size, in any place', async () => {
  const rows = 71;
  for (const activation of ['relu', 'gelu', 'gelu-tanh'] as const) {
    using ranker = await MlpRanker.fromLayers(makeLayers([13, 37, 9, 3], 7), {
      activation,
      output: 'sigmoid',
    });
    const features = makeFeatures(rows * 13, 8);
    const together = ranker.predict(features);
    for (const batch of [1, 2, 3, 4, 5, 31, 32, 33, 64, 70]) {
      for (let row = 0; row < rows; row += batch) {
        const some = ranker.predict(features.subarray(13 * row, 13 * (row + batch)));
        expect(bitsOf(some)).toEqual(bitsOf(together.subarray(3 * row, 3 * (row + batch))));
      }
    }
  }
});

test.each([
  [{ activation: 'gelu' }],
  [{ activation: 'gelu-tanh' }],
  [{ activation: 'gelu', output: 'sigmoid' }],
  [{ activation: 'relu', output: 'sigmoid' }],
] as const)('%o agrees with float64 as far as float32 may', async (options) => {
  for (const widths of [
    [5, 3],
    [8, 64, 32, 1],
    [64, 256, 128, 1],
    [33, 50, 50, 12],
  ]) {
    const layers = makeLayers(widths, 11);
    using ranker = await MlpRanker.fromLayers(layers, options);
    const inputs = widths[0]!;
    const features = makeFeatures(6 * inputs, 12);
    const predicted = ranker.predict(features);
    for (let row = 0; row < 6; row++) {
      const bounded = boundedForward(layers, features.subarray(row * inputs, (row + 1) * inputs), options);
      for (const [i, { value, error }] of bounded.entries()) {
        expect(Math.abs(predicted[row * ranker.outputs + i]! - value)).toBeLessThanOrEqual(error);
      }
    }
  }
});

test('the reference has the probabilities that tables have', () => {
  // Abramowitz and Stegun, table 26.1 and 26.2
  expect(normalProbability(1)).toBeCloseTo(0.841344746068543, 14);
  expect(normalProbability(2.9)).toBeCloseTo(0.998134186699616, 14);
  expect(normalProbability(-3) / 1.349898031630095e-3).toBeCloseTo(1, 13);
  expect(normalProbability(-5) / 2.866515718791939e-7).toBeCloseTo(1, 12);
});

/** Numbers of either sign from `from` to `to`, dense near 0. */
function sweep(from: number, to: number): Float32Array {
  const steps = 60_000;
  const magnitudes = Array.from({ length: steps }, (_, i) => from + (to - from) * (i / steps) ** 2);
  return Float32Array.from(magnitudes.flatMap((value) => [value, -value]));
}

test.each([
  ['gelu', gelu, 1.2e-7],
  ['gelu-tanh', geluByTangent, 3e-7],
] as const)('%s is right within its bound, absolute or relative', async (activation, reference, bound) => {
  using ranker = await only({ activation });
  const x = sweep(0, 15);
  const y = ranker.predict(x);
  let worst = 0;
  for (const [i, value] of x.entries()) {
    const exact = reference(value);
    worst = Math.max(worst, Math.abs(y[i]! - exact) / Math.max(1, Math.abs(exact)));
    // Near 0 it is x / 2, to as many digits.
    if (Math.abs(value) < 0.5) worst = Math.max(worst, Math.abs(y[i]! / exact - 1) / 4 || 0);
  }
  expect(worst).toBeLessThan(bound);
  expect(worst).toBeGreaterThan(1e-9);
});

test('gelu keeps its digits far below 0', async () => {
  using ranker = await only({ activation: 'gelu' });
  const x = Float32Array.from({ length: 12_000 }, (_, i) => -(i + 1) / 1000);
  const errors = ranker.predict(x).map((y, i) => Math.abs(y / gelu(x[i]!) - 1));
  // Half the square of 12 is rounded to 2^-18, half a unit in its last place, and so much of itself is its exponential.
  expect(Math.max(...errors)).toBeLessThan(2 ** -18 + 1e-6);
});

test('sigmoid is right to 2e-7 of itself, down to where float32 has few digits', async () => {
  using ranker = await only({ output: 'sigmoid' });
  const x = sweep(0, 87);
  const y = ranker.predict(x);
  expect(x.findIndex((value, i) => !(Math.abs(y[i]! / sigmoid(value) - 1) < 2e-7))).toBe(-1);
});

test('large magnitudes come to what activations come to', async () => {
  const large = [14, 88, 1e4, 1e19, 1e30, 3.4e38];
  const negative = large.map((value) => -value);
  for (const activation of ['relu', 'gelu', 'gelu-tanh'] as const) {
    using ranker = await only({ activation });
    expect([...ranker.predict(large)]).toEqual(large.map(Math.fround));
    expect([...ranker.predict(negative)].every((value) => value === 0)).toBe(true);
    expect(ranker.predict([0])[0]).toBe(0);
  }
  using ranker = await only({ output: 'sigmoid' });
  expect([...ranker.predict([0, 88, 1e30, -88, -3.4e38])]).toEqual([0.5, 1, 1, 0, 0]);
});

test.each(['relu', 'gelu', 'gelu-tanh'] as const)(
  'sums that leave float32 stay NaN through %s',
  async (activation) => {
    // 2 x 3e38 - 2 x 3e38 is Infinity - Infinity.
    const layers = [
      { inputs: 2, outputs: 1, weights: [2, -2] },
      { inputs: 1, outputs: 1, weights: [1] },
    ];
    using ranker = await MlpRanker.fromLayers(layers, { activation, output: 'sigmoid' });
    expect([...ranker.predict([3e38, 3e38, 0, 0])]).toEqual([Number.NaN, 0.5]);
  },
);
