import { PCA, Random } from 'lanewise';
import { describe, expect, test } from 'vitest';
import { errorOf } from '../host/error-of.ts';
import { signed, singularFloat64 } from '../reference/singular.ts';

const [rows, dimensions] = [90, 7];

/** Rows around (100, 101, ..), each dimension varying less than the one before, and each mixed with the next. */
function makeRows(seed: number): Float32Array {
  const random = new Random(seed);
  const values = new Float32Array(rows * dimensions);
  for (let row = 0; row < rows; row++) {
    let last = 0;
    for (let j = 0; j < dimensions; j++) {
      const own = (random.uniform() - 0.5) * 8 * 0.6 ** j;
      values[row * dimensions + j] = 100 + j + own + 0.3 * last;
      last = own;
    }
  }
  return values;
}

function centred(values: Float32Array): { means: number[]; centred: number[] } {
  const means = Array.from({ length: dimensions }, (_, j) => {
    let sum = 0;
    for (let row = 0; row < rows; row++) sum += values[row * dimensions + j]!;
    return sum / rows;
  });
  return { means, centred: Array.from(values, (value, at) => value - means[at % dimensions]!) };
}

describe.each([1, 3, dimensions])('%i components', (components) => {
  test('are the singular vectors of the centred rows, with their variances', async () => {
    const values = makeRows(components);
    using pca = await PCA.create({ dimensions, components });
    expect(pca.isFitted).toBe(false);
    await pca.fit(values);
    const { means, centred: rest } = centred(values);
    const expected = singularFloat64(rest, rows, dimensions);
    const total = expected.values.reduce((sum, value) => sum + value ** 2, 0);
    expect(pca.isFitted).toBe(true);
    expect([...pca.mean]).toEqual(means.map(Math.fround));
    expect(pca.components.length).toBe(components * dimensions);
    for (let i = 0; i < components; i++) {
      const square = expected.values[i]! ** 2;
      expect(pca.explainedVariance[i]).toBeCloseTo(square / (rows - 1), 10);
      expect(pca.explainedVarianceRatio[i]).toBeCloseTo(square / total, 12);
      signed(expected.vectors[i]!).forEach((value, j) => {
        expect(Math.abs(pca.components[i * dimensions + j]! - value)).toBeLessThan(1e-6);
      });
    }
  });

  test('give rows what they are along them, and the rows back as far as they reach', async () => {
    const values = makeRows(3);
    using pca = await PCA.create({ dimensions, components });
    await pca.fit(values);
    const projected = pca.transform(values);
    const { components: axes, mean } = pca;
    const rebuilt = pca.inverseTransform(projected);
    expect([projected.length, rebuilt.length]).toEqual([rows * components, rows * dimensions]);
    for (let row = 0; row < rows; row++) {
      const sum = Array.from(mean);
      for (let i = 0; i < components; i++) {
        let along = 0;
        for (let j = 0; j < dimensions; j++) {
          along += (values[row * dimensions + j]! - mean[j]!) * axes[i * dimensions + j]!;
        }
        // float32 products of numbers below 8 beside a mean of 100 that was rounded to 2^-18.
        expect(Math.abs(projected[row * components + i]! - along)).toBeLessThan(5e-5);
        for (let j = 0; j < dimensions; j++) sum[j]! += along * axes[i * dimensions + j]!;
      }
      for (let j = 0; j < dimensions; j++) {
        expect(Math.abs(rebuilt[row * dimensions + j]! - sum[j]!)).toBeLessThan(1e-4);
        if (components === dimensions) {
          expect(Math.abs(rebuilt[row * dimensions + j]! - values[row * dimensions + j]!)).toBeLessThan(1e-4);
        }
      }
    }
  });
});

test('points on a line have one direction: (3, 4) / 5', async () => {
  using pca = await PCA.create({ dimensions: 2, components: 2 });
  await pca.fit([1, 1, 4, 5, -2, -3]); // 0, 1 and -1 times (3, 4), beside (1, 1)
  expect([...pca.components.subarray(0, 2)]).toEqual([Math.fround(0.6), Math.fround(0.8)]);
  // Squared lengths 25 + 25 over 3 - 1.
  expect(pca.explainedVariance[0]).toBeCloseTo(25, 12);
  expect(pca.explainedVariance[1]).toBeCloseTo(0, 12);
  expect([...pca.explainedVarianceRatio].map((ratio) => Math.round(ratio * 1e9) / 1e9)).toEqual([1, 0]);
  expect([...pca.transform([4, 5, 1, 1])].map((value) => Math.round(value * 1e5) / 1e5)).toEqual([
    5, 0, 0, 0,
  ]);
});

test('rows that are all the same explain nothing', async () => {
  using pca = await PCA.create({ dimensions: 3, components: 2 });
  await pca.fit([1, 2, 3, 1, 2, 3]);
  expect([...pca.explainedVariance, ...pca.explainedVarianceRatio]).toEqual([0, 0, 0, 0]);
  expect([...pca.transform([1, 2, 3])]).toEqual([0, 0]);
});

describe('refused', () => {
  test.each([
    [{ dimensions: 0, components: 1 }],
    [{ dimensions: 4097, components: 1 }],
    [{ dimensions: 4, components: 0 }],
    [{ dimensions: 4, components: 5 }],
    [{ dimensions: 4, components: 1.5 }],
  ])('options %o', async (options) => {
    await expect(PCA.create(options)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  test('input that is no rows of numbers leaves what was learned', async () => {
    using pca = await PCA.create({ dimensions: 2, components: 1 });
    expect(errorOf(() => pca.transform([1, 2]))).toMatchObject({ code: 'UNTRAINED' });
    await pca.fit([1, 1, 4, 5, -2, -3]);
    const { components } = pca;
    await expect(pca.fit([1, 2])).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', got: 1 });
    await expect(pca.fit([1, 2, 3])).rejects.toMatchObject({ code: 'DIMENSION_MISMATCH', got: 3 });
    await expect(pca.fit([1, 2, 3, Number.NaN])).rejects.toMatchObject({ code: 'INVALID_VALUE' });
    await expect(pca.fit([1, 2, 3, Number.POSITIVE_INFINITY])).rejects.toMatchObject({
      code: 'INVALID_VALUE',
    });
    await expect(pca.fit('rows' as never)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(errorOf(() => pca.transform([1, Number.NaN]))).toMatchObject({ code: 'INVALID_VALUE' });
    expect(errorOf(() => pca.transform([1]))).toMatchObject({ code: 'DIMENSION_MISMATCH' });
    expect(errorOf(() => pca.inverseTransform([Number.NaN]))).toMatchObject({ code: 'INVALID_VALUE' });
    expect(pca.components).toEqual(components);
    pca.dispose();
    pca.dispose();
    expect(errorOf(() => pca.components)).toMatchObject({ code: 'DISPOSED' });
    await expect(pca.fit([1, 1, 4, 5])).rejects.toMatchObject({ code: 'DISPOSED' });
  });
});
