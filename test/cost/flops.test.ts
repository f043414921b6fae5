import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { flops } from '../../src/cost/index.ts';
import { errorOf } from '../host/error-of.ts';
import { walkAttention, walkConvolution, walkRecurrentStep } from '../reference/multiply-adds.ts';

const SEED = { seed: 8, numRuns: 200 };
const few = fc.integer({ min: 1, max: 6 });

describe('products', () => {
  test('of vectors take 2d FLOPs, of a matrix and a vector 2md, of matrices 2mkd', () => {
    expect(flops.dot({ dimensions: 768 })).toEqual({ macs: 768, flops: 1536 });
    expect(flops.matvec({ rows: 1000, columns: 768 })).toEqual({ macs: 768_000, flops: 1_536_000 });
    expect(flops.matmul({ rows: 3, inner: 5, columns: 7 })).toEqual({ macs: 105, flops: 210 });
    expect(flops.matmul({ rows: 3, inner: 5, columns: 7, batch: 4 }).flops).toBe(840);
    expect(flops.matmul({ rows: 4096, inner: 4096, columns: 4096 }).flops).toBe(137_438_953_472); // 2^37
  });

  test('of a dense layer are inputs x outputs for each example', () => {
    expect(flops.dense({ inputs: 256, outputs: 512 }).macs).toBe(131_072);
    expect(flops.dense({ inputs: 256, outputs: 512, batch: 32 }).macs).toBe(4_194_304);
    expect(flops.dense({ inputs: 784, outputs: 100 })).toEqual({
      macs: 78_400,
      flops: 156_800,
      parameters: 78_500,
    });
  });

  test('of a perceptron are those of its layers', () => {
    const network = flops.mlp({ layers: [784, 100, 10], batch: 2 });
    expect(network.layers.map((layer) => layer.macs)).toEqual([156_800, 2000]);
    expect(network.macs).toBe(158_800);
    expect(network.flops).toBe(317_600);
    expect(network.parameters).toBe(78_500 + 1010);
  });
});

describe('element-wise work', () => {
  test('is 5n for a softmax, and 5d for a layer norm', () => {
    expect(flops.softmax({ length: 2048, rows: 32 })).toEqual({ flops: 327_680 });
    expect(flops.layerNorm({ width: 768 })).toEqual({ flops: 3840 });
  });

  test('of a softmax in loops is what the closed form says', () => {
    let counted = 0;
    const one = (value: number): number => {
      counted++;
      return value;
    };
    const values = [0.5, 2, -1, 0];
    const largest = values.reduce((best, value) => one(Math.max(best, value)), Number.NEGATIVE_INFINITY);
    const powers = values.map((value) => one(value - largest)).map((value) => one(Math.exp(value)));
    // The first addition, to 0, is counted.
    const total = powers.reduce((sum, value) => one(sum + value), 0);
    const shares = powers.map((value) => one(value / total));
    expect(shares).toHaveLength(4);
    expect(flops.softmax({ length: 4 }).flops).toBe(counted);
  });

  test('of norms grows by what is learned', () => {
    expect(flops.layerNorm({ width: 100, rows: 3, affine: true })).toEqual({ flops: 2100 });
    expect(flops.rmsNorm({ width: 100, rows: 3 })).toEqual({ flops: 900 });
    expect(flops.rmsNorm({ width: 100, rows: 3, affine: true })).toEqual({ flops: 1200 });
  });

  test('of a batch norm is one multiply-add a value in use, and a layer norm in training', () => {
    expect(flops.batchNorm({ width: 100, rows: 3, affine: true })).toEqual({ flops: 600 });
    expect(flops.batchNorm({ width: 100, rows: 3, training: true })).toEqual({ flops: 1500 });
    expect(flops.batchNorm({ width: 100, rows: 3, training: true, affine: true })).toEqual({ flops: 2100 });
  });

  test('of activations is a few operations a value', () => {
    const of = (kind: flops.ActivationName) => flops.activation({ kind, elements: 1000 }).flops;
    expect(of('relu')).toBe(1000);
    expect(of('leakyRelu')).toBe(2000);
    expect(of('silu')).toBe(of('sigmoid') + 1000);
    expect(of('gelu')).toBe(of('tanh') + 8000);
  });
});

describe('a convolution', () => {
  test('of 28 x 28 x 32 outputs from one channel takes 225 792 MACs', () => {
    const layer = flops.conv2d({
      height: 28,
      width: 28,
      inputChannels: 1,
      outputChannels: 32,
      kernel: 3,
      padding: 1,
    });
    expect(layer).toEqual({
      macs: 225_792,
      flops: 451_584,
      outputHeight: 28,
      outputWidth: 28,
      parameters: 320,
    });
  });

  test('takes what walking its loops takes, whatever stride, padding, dilation and groups', () => {
    const pair = (least: number, most: number) =>
      fc.tuple(fc.integer({ min: least, max: most }), fc.integer({ min: least, max: most }));
    const shapes = fc
      .record({
        height: fc.integer({ min: 7, max: 12 }),
        width: fc.integer({ min: 7, max: 12 }),
        kernel: pair(1, 4),
        stride: pair(1, 3),
        padding: pair(0, 2),
        dilation: pair(1, 2),
        groups: fc.integer({ min: 1, max: 3 }),
        inputs: few,
        outputs: few,
      })
      .map(({ inputs, outputs, ...shape }) => ({
        ...shape,
        inputChannels: inputs * shape.groups,
        outputChannels: outputs * shape.groups,
      }));
    fc.assert(
      fc.property(shapes, (shape) => {
        const walked = walkConvolution(shape);
        const layer = flops.conv2d(shape);
        expect([layer.macs, layer.outputHeight, layer.outputWidth]).toEqual([
          walked.macs,
          walked.height,
          walked.width,
        ]);
        const images = flops.conv2d({ ...shape, batch: 5 });
        expect(images.macs).toBe(5 * walked.macs);
        const columns = flops.im2col({ ...shape, channels: shape.inputChannels });
        // Without groups it is a product of matrices: output channels x rows x columns.
        expect(columns.rows * columns.columns * shape.outputChannels).toBe(layer.macs * shape.groups);
      }),
      SEED,
    );
  });

  test('as a depthwise and a pointwise one takes 1/outputs + 1/taps of the plain one', () => {
    const shape = { height: 14, width: 14, inputChannels: 512, outputChannels: 256, kernel: 3, padding: 1 };
    const separable = flops.depthwiseSeparable({ ...shape, batch: 2 });
    expect(separable.depthwise.macs).toBe(2 * 14 * 14 * 512 * 9);
    expect(separable.pointwise.macs).toBe(2 * 14 * 14 * 512 * 256);
    expect(separable.macs).toBe(separable.depthwise.macs + separable.pointwise.macs);
    expect(separable.ratio).toBeCloseTo(1 / 256 + 1 / 9, 12);
    expect(separable.parameters).toBe(512 * 9 + 512 + 512 * 256 + 256);
    const strided = flops.depthwiseSeparable({ ...shape, stride: 2 });
    expect([strided.outputHeight, strided.outputWidth]).toEqual([7, 7]);
    expect(strided.ratio).toBeCloseTo(1 / 256 + 1 / 9, 12);
  });

  test('of 3 x 3 over 224 x 224 makes 50 176 columns, nine times the image', () => {
    expect(flops.im2col({ height: 224, width: 224, kernel: 3, padding: 1 })).toEqual({
      rows: 9,
      columns: 50_176,
      expansion: 9,
    });
    expect(flops.im2col({ height: 224, width: 224, kernel: 3, padding: 1, channels: 64 })).toEqual({
      rows: 576,
      columns: 50_176,
      expansion: 9,
    });
  });

  test('says what of its shape does not fit', () => {
    const shape = { height: 28, width: 5, inputChannels: 6, outputChannels: 9, kernel: 3 };
    const beyond = errorOf(() => flops.conv2d({ ...shape, kernel: [3, 4], dilation: 2 }));
    expect(beyond.code).toBe('INVALID_ARGUMENT');
    expect(beyond.message).toBe(
      'The kernel, 7 pixels with its dilation, is beyond the padded width, 5. Take a smaller kernel or more padding.',
    );
    expect(errorOf(() => flops.conv2d({ ...shape, groups: 2 })).message).toMatch(
      'groups must divide outputChannels, 9; got 2.',
    );
    expect(errorOf(() => flops.conv2d({ ...shape, groups: 9 })).message).toMatch('inputChannels, 6');
    expect(errorOf(() => flops.conv2d({ ...shape, stride: 0 })).message).toMatch('stride');
    expect(errorOf(() => flops.conv2d({ ...shape, padding: [0, -1] })).message).toMatch('padding');
    expect(errorOf(() => flops.conv2d({ ...shape, batch: 1.5 })).message).toMatch('batch');
  });
});

describe('a recurrent step', () => {
  test('of 128 units and 100 inputs takes 29 184 MACs, and gates as many each', () => {
    expect(flops.rnnStep({ inputs: 100, hidden: 128 })).toEqual({ macs: 29_184, flops: 58_368 });
    expect(flops.gruStep({ inputs: 100, hidden: 128 }).macs).toBe(3 * 29_184);
    expect(flops.lstmStep({ inputs: 100, hidden: 128, batch: 8 }).macs).toBe(8 * 4 * 29_184);
  });

  test('takes what walking its loops takes', () => {
    fc.assert(
      fc.property(few, few, few, (inputs, hidden, batch) => {
        const shape = { inputs, hidden, batch };
        expect(flops.rnnStep(shape).macs).toBe(batch * walkRecurrentStep(inputs, hidden, 1));
        expect(flops.gruStep(shape).macs).toBe(batch * walkRecurrentStep(inputs, hidden, 3));
        expect(flops.lstmStep(shape).macs).toBe(batch * walkRecurrentStep(inputs, hidden, 4));
      }),
      SEED,
    );
  });
});

describe('attention', () => {
  const shapes = fc
    .record({
      tokens: few,
      kvHeads: fc.integer({ min: 1, max: 3 }),
      group: fc.integer({ min: 1, max: 3 }),
      headDimension: few,
      width: few,
      causal: fc.boolean(),
    })
    .map(({ group, ...shape }) => ({ ...shape, heads: group * shape.kvHeads }));

  test('over 512 tokens in 64 dimensions takes 16 777 216 MACs a head for scores, and for values', () => {
    const { perHead } = flops.attention({ tokens: 512, heads: 12, headDimension: 64 });
    expect(perHead.scores.macs).toBe(16_777_216);
    expect(perHead.weighted.macs).toBe(16_777_216);
  });

  test('takes what walking its loops takes, and its parts add up', () => {
    fc.assert(
      fc.property(shapes, few, (shape, batch) => {
        const walked = walkAttention(shape);
        const work = flops.attention({ ...shape, batch });
        expect(work.query.macs).toBe(batch * walked.query);
        expect(work.key.macs).toBe(batch * walked.key);
        expect(work.value.macs).toBe(batch * walked.key);
        expect(work.scores.macs).toBe(batch * walked.scores);
        expect(work.weighted.macs).toBe(batch * walked.weighted);
        expect(work.output.macs).toBe(batch * walked.output);
        expect(work.perHead.scores.macs * shape.heads).toBe(walked.scores);
        const { query, key, value, scores, weighted, output } = work;
        const parts = [query, key, value, scores, weighted, output];
        expect(work.macs).toBe(parts.reduce((sum, part) => sum + part.macs, 0));
        expect(work.flops).toBe(2 * work.macs);
      }),
      SEED,
    );
  });

  test('is multi-head where nothing is said of keys, and as wide as its heads', () => {
    expect(flops.attention({ tokens: 10, heads: 4, headDimension: 8 })).toEqual(
      flops.attention({ tokens: 10, heads: 4, kvHeads: 4, headDimension: 8, width: 32, causal: false }),
    );
  });

  test('of groups needs whole groups', () => {
    const { code, message } = errorOf(() =>
      flops.attention({ tokens: 10, heads: 12, kvHeads: 5, headDimension: 64 }),
    );
    expect([code, message]).toEqual(['INVALID_ARGUMENT', 'kvHeads must divide heads, 12; got 5.']);
  });
});

describe('bad sizes', () => {
  test.each([-1, 0, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '8', undefined])(
    'such as %s are named',
    (size) => {
      const bad = size as number;
      const errors = [
        errorOf(() => flops.dot({ dimensions: bad })),
        errorOf(() => flops.matmul({ rows: 1, inner: bad, columns: 1 })),
        errorOf(() => flops.softmax({ length: bad })),
        errorOf(() => flops.mlp({ layers: [3, bad] })),
        errorOf(() => flops.rnnStep({ inputs: bad, hidden: 1 })),
        errorOf(() => flops.attention({ tokens: 1, heads: bad, headDimension: 1 })),
      ];
      expect(errors.map(({ code }) => code)).toEqual(errors.map(() => 'INVALID_ARGUMENT'));
      expect(errors.map(({ message }) => message.split(' ')[0])).toEqual([
        'dimensions',
        'inner',
        'length',
        'layers[1]',
        'inputs',
        'heads',
      ]);
    },
  );

  test('such as no options at all are an error of the package', () => {
    for (const options of [undefined, null, 7]) {
      const none = options as never;
      const calls: (() => unknown)[] = [
        () => flops.dot(none),
        () => flops.mlp(none),
        () => flops.softmax(none),
        () => flops.batchNorm(none),
        () => flops.activation(none),
        () => flops.conv2d(none),
        () => flops.im2col(none),
        () => flops.depthwiseSeparable(none),
        () => flops.lstmStep(none),
        () => flops.attention(none),
        () => flops.training(none),
      ];
      for (const call of calls) expect(errorOf(call).code).toBe('INVALID_ARGUMENT');
    }
  });

  test('such as a perceptron of one layer, or an unknown activation, say what would do', () => {
    expect(errorOf(() => flops.mlp({ layers: [3] })).message).toMatch('at least two; got [3].');
    const error = errorOf(() => flops.activation({ kind: 'constructor' as 'relu', elements: 1 }));
    expect(error.message).toMatch('relu, leakyRelu, sigmoid, tanh, silu, gelu');
    expect(error.expected).toContain('gelu');
    expect(errorOf(() => flops.layerNorm({ width: 1, affine: 'yes' as never })).message).toMatch('affine');
  });

  test('beyond doubles are reported, and those just below are counted', () => {
    expect(errorOf(() => flops.matmul({ rows: 1e200, inner: 1e200, columns: 1 })).code).toBe('OVERFLOW');
    expect(errorOf(() => flops.dot({ dimensions: Number.MAX_VALUE })).code).toBe('OVERFLOW');
    const image = { height: 1e200, width: 1e200, kernel: 3 };
    expect(errorOf(() => flops.im2col(image)).code).toBe('OVERFLOW');
    expect(errorOf(() => flops.mlp({ layers: 10n as never })).message).toMatch(/layers must be/);
    expect(errorOf(() => flops.softmax({ length: Number.MAX_VALUE })).code).toBe('OVERFLOW');
    expect(flops.dot({ dimensions: Number.MAX_VALUE / 2 }).flops).toBe(Number.MAX_VALUE);
  });
});
