import { type MlpLayer, MlpRanker, readSafetensors, type TensorData, writeSafetensors } from 'lanewise';
import { describe, expect, test } from 'vitest';
import { makeFeatures, makeLayers } from './mlp-reference.ts';

const LAYERS = makeLayers([6, 10, 4, 2], 21);
const FEATURES = makeFeatures(5 * 6, 22);

const floats = (shape: readonly number[], data: ArrayLike<number>): TensorData => {
  return { dtype: 'F32', shape, data: Float32Array.from(data) };
};

/** A file as PyTorch has it: tensors by name, in the order of their text. */
function torchFile(
  names: readonly string[],
  layers: readonly MlpLayer[],
  more: Record<string, TensorData> = {},
) {
  const tensors: Record<string, TensorData> = { ...more };
  layers.forEach(({ inputs, outputs, weights, bias }, i) => {
    tensors[`${names[i]}.weight`] = floats([outputs, inputs], weights);
    if (bias) tensors[`${names[i]}.bias`] = floats([outputs], bias);
  });
  const sorted = Object.entries(tensors).sort(([left], [right]) => (left < right ? -1 : 1));
  return writeSafetensors(Object.fromEntries(sorted), { format: 'pt' });
}

async function predictionsOf(layers: readonly MlpLayer[] = LAYERS): Promise<Float32Array> {
  using ranker = await MlpRanker.fromLayers(layers);
  return ranker.predict(FEATURES);
}

describe('fromBytes', () => {
  test.each([
    [['0', '2', '4']],
    [['8', '9', '10']],
    [['layers.0.linear', 'layers.2.linear', 'layers.11.linear']],
    [['fc1', 'fc2', 'fc3']],
    [['fc1', 'fc2', 'head']],
  ])('reads layers named %j in their order', async (names) => {
    using ranker = await MlpRanker.fromBytes(torchFile(names, LAYERS));

    expect(ranker.layers.map(({ name }) => name)).toEqual(names);
    expect(ranker.predict(FEATURES)).toEqual(await predictionsOf());
  });

  test('reads the layers that are asked for, in that order, and passes others over', async () => {
    const more = { 'user.embedding': floats([3, 2], [1, 2, 3, 4, 5, 6]) };
    const file = torchFile(['z', 'b', 'a'], LAYERS, more);

    using ranker = await MlpRanker.fromBytes(file.buffer, { layers: ['z', 'b', 'a'] });

    expect(ranker.predict(FEATURES)).toEqual(await predictionsOf());
    await expect(MlpRanker.fromBytes(file)).rejects.toMatchObject({ code: 'FILE_FORMAT' });
  });

  test.each([[[4, 4, 4]], [[4, 8, 4]]])(
    'refuses to guess the order of layers of %j that names do not tell',
    async (widths) => {
      const file = torchFile(['input', 'hidden'], makeLayers(widths, 23));

      const reading = MlpRanker.fromBytes(file);

      const message = expect.stringContaining('order');
      await expect(reading).rejects.toMatchObject({ code: 'FILE_FORMAT', message });
      using ranker = await MlpRanker.fromBytes(file, { layers: ['input', 'hidden'] });
      expect(ranker.layers.map(({ name }) => name)).toEqual(['input', 'hidden']);
    },
  );

  test('reads layers without biases', async () => {
    const bare = LAYERS.map(({ bias: _, ...layer }) => layer);
    using ranker = await MlpRanker.fromBytes(torchFile(['0', '1', '2'], bare));

    expect(ranker.layers.every(({ hasBias }) => !hasBias)).toBe(true);
    expect(ranker.predict(FEATURES)).toEqual(await predictionsOf(bare));
  });

  test('widens F16 and BF16', async () => {
    // 1, -2, 0.5 and 65504 in binary16; 1, -2, 0.5 and 2^100 in bfloat16, the upper half of a float.
    const halves = Uint16Array.of(0x3c00, 0xc000, 0x3800, 0x7bff);
    const brains = Uint16Array.of(0x3f80, 0xc000, 0x3f00, 0x7180);
    for (const [dtype, data, last] of [
      ['F16', halves, 65_504],
      ['BF16', brains, 2 ** 100],
    ] as const) {
      const file = writeSafetensors({ 'a.weight': { dtype, shape: [1, 4], data } });
      using ranker = await MlpRanker.fromBytes(file);
      expect([...ranker.predict([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1])]).toEqual([
        1,
        -2,
        0.5,
        last,
      ]);
    }
  });

  const [first, second, third] = LAYERS as [MlpLayer, MlpLayer, MlpLayer];
  const weight = (layer: MlpLayer) => floats([layer.outputs, layer.inputs], layer.weights);
  const nan = floats([2, 4], [1, 2, 3, 4, 5, 6, Number.NaN, 8]);
  const cases: readonly (readonly [what: string, code: string, tells: string, file: Uint8Array])[] = [
    ['no bytes', 'FILE_TRUNCATED', 'bytes', new Uint8Array()],
    ['no tensors', 'FILE_FORMAT', 'nothing', writeSafetensors({})],
    ['a bias alone', 'FILE_FORMAT', "'0.weight'", writeSafetensors({ '0.bias': floats([2], [1, 2]) })],
    [
      'a tensor of no layer',
      'FILE_FORMAT',
      "'norm.running_mean'",
      torchFile(['0'], [first], { 'norm.running_mean': floats([1], [0]) }),
    ],
    [
      'layers that do not fit',
      'FILE_CORRUPT',
      "'0' has 10 outputs, and layer '1' behind it takes 4",
      torchFile(['0', '1'], [first, third]),
    ],
    [
      'a weight of one dimension',
      'FILE_CORRUPT',
      '[8]',
      writeSafetensors({ '0.weight': floats([8], new Float32Array(8)) }),
    ],
    ['a weight without rows', 'FILE_CORRUPT', '[0,3]', writeSafetensors({ '0.weight': floats([0, 3], []) })],
    [
      'a bias of another length',
      'FILE_CORRUPT',
      '[10]',
      writeSafetensors({ '0.weight': weight(first), '0.bias': floats([9], new Float32Array(9)) }),
    ],
    ['NaN among weights', 'FILE_CORRUPT', '[1, 2]', writeSafetensors({ '0.weight': nan })],
    [
      'Infinity among biases',
      'FILE_CORRUPT',
      'Bias 1',
      writeSafetensors({
        '0.weight': floats([2, 1], [1, 1]),
        '0.bias': floats([2], [0, Number.POSITIVE_INFINITY]),
      }),
    ],
    [
      'F64',
      'FILE_DTYPE',
      'F64',
      writeSafetensors({ '0.weight': { dtype: 'F64', shape: [1, 1], data: Float64Array.of(1) } }),
    ],
    [
      'I8',
      'FILE_DTYPE',
      'I8',
      writeSafetensors({ '0.weight': { dtype: 'I8', shape: [1, 1], data: Int8Array.of(1) } }),
    ],
    ['text', 'FILE_FORMAT', 'safetensors', new TextEncoder().encode('{"0.weight": [[1, 2]]}')],
  ];

  const named: readonly (readonly [
    what: string,
    code: string,
    tells: string,
    file: Uint8Array,
    layers: string[],
  ])[] = [
    ['layers that are not there', 'FILE_FORMAT', "'fc9.weight'", torchFile(['fc1'], [first]), ['fc1', 'fc9']],
    [
      'layers in another order',
      'FILE_CORRUPT',
      "'1' has 4 outputs, and layer '0' behind it takes 6",
      torchFile(['0', '1'], [first, second]),
      ['1', '0'],
    ],
  ];

  test.each(cases)('answers %s with %s', async (_, code, tells, file) => {
    const message = expect.stringContaining(tells);
    await expect(MlpRanker.fromBytes(file)).rejects.toMatchObject({ name: 'LanewiseError', code, message });
  });

  test.each(named)('answers %s with %s', async (_, code, tells, file, layers) => {
    const message = expect.stringContaining(tells);
    await expect(MlpRanker.fromBytes(file, { layers })).rejects.toMatchObject({ code, message });
  });
});

describe('toBytes', () => {
  test('gives a file that is read with identical answers, and that anybody can read', async () => {
    const options = { activation: 'gelu', output: 'sigmoid' } as const;
    using ranker = await MlpRanker.fromLayers(
      [{ ...LAYERS[0]!, name: 'z' }, { ...LAYERS[1]!, name: 'a', bias: undefined }, LAYERS[2]!],
      options,
    );
    const bytes = ranker.toBytes();

    using again = await MlpRanker.fromBytes(bytes);

    expect(again.layers).toEqual(ranker.layers);
    expect(again.layers.map(({ activation }) => activation)).toEqual(['gelu', 'gelu', 'sigmoid']);
    expect(again.predict(FEATURES)).toEqual(ranker.predict(FEATURES));
    expect(again.toBytes()).toEqual(bytes);
    const { tensors } = readSafetensors(bytes);
    expect([...tensors.keys()].sort()).toEqual(['4.bias', '4.weight', 'a.weight', 'z.bias', 'z.weight']);
    expect(tensors.get('z.weight')).toMatchObject({ dtype: 'F32', shape: [10, 6] });
    expect(new Float32Array(tensors.get('z.weight')!.data.slice().buffer)).toEqual(LAYERS[0]!.weights);
  });

  test('gives a file whose activations are overridden where that is asked for', async () => {
    using ranker = await MlpRanker.fromLayers(LAYERS, { activation: 'gelu', output: 'sigmoid' });
    using plain = await MlpRanker.fromBytes(ranker.toBytes(), { activation: 'relu', output: 'none' });
    expect(plain.predict(FEATURES)).toEqual(await predictionsOf());
  });

  test.each([
    ['a layer twice', { layers: ['0', '0'] }],
    ['no layers', { layers: undefined }],
    ['a number for a layer', { layers: [0] }],
    ['another activation', { activation: 'tanh' }],
    ['no activation', { activation: undefined }],
    ['another activation behind the last layer', { output: 'softmax' }],
  ])('gives a file that is refused if it names %s, even where options say otherwise', async (_, change) => {
    using ranker = await MlpRanker.fromLayers([
      { name: '0', inputs: 2, outputs: 2, weights: [1, 2, 3, 4] },
      { name: '1', inputs: 2, outputs: 2, weights: [1, 2, 3, 4] },
    ]);
    const { metadata, tensors } = readSafetensors(ranker.toBytes());
    const options = JSON.stringify({ ...JSON.parse(metadata['options']!), ...change });
    const changed = (text: string): Uint8Array =>
      writeSafetensors(Object.fromEntries(tensors) as never, { ...metadata, options: text });
    (await MlpRanker.fromBytes(changed(metadata['options']!))).dispose();
    const reading = MlpRanker.fromBytes(changed(options), { activation: 'relu', output: 'none' });
    await expect(reading).rejects.toMatchObject({ code: 'FILE_CORRUPT' });
  });

  test('gives a file in which any changed byte of a weight is found', async () => {
    using ranker = await MlpRanker.fromLayers(LAYERS);
    const bytes = ranker.toBytes();
    const start =
      bytes.length -
      4 * LAYERS.reduce((total, { weights, bias }) => total + weights.length + bias!.length, 0);
    for (let at = start; at < bytes.length; at += 7) {
      const damaged = bytes.slice();
      damaged[at]! ^= 1;
      await expect(MlpRanker.fromBytes(damaged)).rejects.toMatchObject({ code: 'FILE_CORRUPT' });
    }
    const other = writeSafetensors({}, { format: 'lanewise', estimator: 'FlatIndex' });
    await expect(MlpRanker.fromBytes(other)).rejects.toMatchObject({ code: 'FILE_FORMAT' });
  });
});
