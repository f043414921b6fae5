import { type MlpLayer, type MlpOptions, MlpRanker } from 'lanewise';
import { expect, test } from 'vitest';
import { runtime } from '../../src/recommend/kernels.ts';
import { errorOf } from '../host/error-of.ts';
import { loadWithMemory, starve } from '../host/scarce-memory.ts';
import { makeFeatures, makeLayers } from './mlp-reference.ts';

const bytesInUse = () => runtime().memory.statistics.bytesInUse;
const layer = { inputs: 2, outputs: 1, weights: [1, 2] };

test.each([
  ['no array', 'INVALID_ARGUMENT', undefined],
  ['no layers', 'INVALID_ARGUMENT', []],
  ['no inputs', 'INVALID_ARGUMENT', [{ ...layer, inputs: 0 }]],
  ['half an output', 'INVALID_ARGUMENT', [{ ...layer, outputs: 0.5 }]],
  ['weights of text', 'INVALID_ARGUMENT', [{ ...layer, weights: ['1', '2'] }]],
  ['too few weights', 'DIMENSION_MISMATCH', [{ ...layer, weights: [1] }]],
  ['too many biases', 'DIMENSION_MISMATCH', [{ ...layer, bias: [1, 2] }]],
  ['a weight of NaN', 'INVALID_VALUE', [{ ...layer, weights: [1, Number.NaN] }]],
  ['a weight beyond float32', 'INVALID_VALUE', [{ ...layer, weights: [1, 1e39] }]],
  ['a bias of Infinity', 'INVALID_VALUE', [{ ...layer, bias: [Number.NEGATIVE_INFINITY] }]],
  ['layers that do not fit', 'INVALID_ARGUMENT', [layer, layer]],
  [
    'two layers of one name',
    'INVALID_ARGUMENT',
    [
      { ...layer, name: '2' },
      { inputs: 1, outputs: 1, weights: [1] },
    ],
  ],
])('%s is refused with %s, and holds no memory', async (_, code, layers) => {
  const before = bytesInUse();
  const made = MlpRanker.fromLayers(layers as MlpLayer[]);
  await expect(made).rejects.toMatchObject({ name: 'LanewiseError', code });
  expect(bytesInUse()).toBe(before);
});

test.each([
  [{ activation: 'tanh' }],
  [{ output: 'softmax' }],
  [{ activation: 'none' }],
  [{ output: 'relu' }],
])('%o is refused', async (options) => {
  const made = MlpRanker.fromLayers([layer], options as MlpOptions);
  await expect(made).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
});

test.each([[[]], ['0'], [['0', '0']]])('layers %j of a file are refused', async (layers) => {
  using ranker = await MlpRanker.fromLayers([layer]);
  const reading = MlpRanker.fromBytes(ranker.toBytes(), { layers: layers as string[] });
  await expect(reading).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
});

test('features that are no rows of finite numbers are refused, and the network answers as before', async () => {
  using ranker = await MlpRanker.fromLayers(makeLayers([3, 9, 2], 31));
  const features = makeFeatures(3 * 50, 32);
  const before = ranker.predict(features);
  const damaged = features.slice();
  damaged[3 * 41 + 2] = Number.NaN;

  expect(errorOf(() => ranker.predict(damaged))).toMatchObject({
    code: 'INVALID_VALUE',
    message: expect.stringContaining('row 41, column 2 is NaN'),
  });
  expect(errorOf(() => ranker.predict([1, 2, Number.POSITIVE_INFINITY])).code).toBe('INVALID_VALUE');
  expect(errorOf(() => ranker.predict([1, 2, 3, 4]))).toMatchObject({
    code: 'DIMENSION_MISMATCH',
    expected: 3,
    got: 4,
  });
  expect(errorOf(() => ranker.predict('123' as never)).code).toBe('INVALID_ARGUMENT');
  expect(ranker.predict(features)).toEqual(before);
});

test('more answers than an array can hold are told of, and the network answers as before', async () => {
  const outputs = 65_536;
  using ranker = await MlpRanker.fromLayers([
    { inputs: 1, outputs, weights: new Float32Array(outputs).fill(2) },
  ]);
  // 2^16 x 2^18 numbers: 64 GiB.
  expect(errorOf(() => ranker.predict(new Float32Array(2 ** 18)))).toMatchObject({
    code: 'MEMORY_EXHAUSTED',
    got: 2 ** 34,
  });
  expect(ranker.predict([3])[outputs - 1]).toBe(6);
});

test('a network that was disposed of gives its memory back and answers no more', async () => {
  const before = bytesInUse();
  const ranker = await MlpRanker.fromLayers(makeLayers([3, 9, 2], 31));
  // 3 x 16 and 9 x 8 weights, in panels of 8 outputs.
  expect(ranker.memoryUsage().total).toBeGreaterThanOrEqual(4 * (3 * 16 + 9 * 8));
  expect(bytesInUse() - before).toBe(ranker.memoryUsage().total);
  for (let i = 0; i < 3; i++) ranker.predict(makeFeatures(300, i));
  ranker.toBytes();
  expect(bytesInUse() - before).toBe(ranker.memoryUsage().total);
  ranker.dispose();
  ranker.dispose();
  expect(bytesInUse()).toBe(before);
  for (const call of [() => ranker.predict([1, 2, 3]), () => ranker.toBytes(), () => ranker.memoryUsage()]) {
    expect(errorOf(call).code).toBe('DISPOSED');
  }
});

test('a network that finds no memory, wherever on its way, leaves no bytes', async () => {
  const scarce = await loadWithMemory(3 << 20);
  const { lanewise, memory } = scarce;
  const ranker = await lanewise.MlpRanker.fromLayers(makeLayers([3, 9, 2], 31));
  const features = makeFeatures(300, 32);
  const predicted = ranker.predict(features);
  const file = ranker.toBytes();
  const { bytesInUse } = memory.statistics;
  for (const call of [
    async () => (await lanewise.MlpRanker.fromLayers(makeLayers([3, 9, 2], 31))).dispose(),
    async () => (await lanewise.MlpRanker.fromBytes(file)).dispose(),
    () => ranker.toBytes(),
  ]) {
    const calls = await starve(scarce, call, (error) => {
      expect(error).toMatchObject({ name: 'LanewiseError', code: 'MEMORY_EXHAUSTED' });
    });
    expect(calls).toBeGreaterThan(0);
    expect(memory.statistics.bytesInUse).toBe(bytesInUse);
  }
  expect(ranker.predict(features)).toEqual(predicted);
});
