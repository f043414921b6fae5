import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { capabilities, ProductQuantizer, Random, readNpy } from 'lanewise';
import { describe, expect, test } from 'vitest';
import { errorOf } from '../host/error-of.ts';
import { bell } from '../reference/data.ts';

const SHAPES = [
  { dimensions: 8, subvectors: 4, bits: 4 },
  { dimensions: 10, subvectors: 2, bits: 4 },
  { dimensions: 3, subvectors: 3, bits: 4 },
  { dimensions: 6, subvectors: 1, bits: 8 },
  { dimensions: 12, subvectors: 3, bits: 8 },
] as const;

function bells(seed: number, length: number): Float32Array {
  const random = new Random(seed);
  return Float32Array.from({ length }, () => bell(random));
}

function squaredDistance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i]! - b[i]!) ** 2;
  return sum;
}

async function trained(shape: (typeof SHAPES)[number], rows = 600, seed = 1): Promise<ProductQuantizer> {
  const quantizer = await ProductQuantizer.create({ ...shape, seed });
  return await quantizer.train(bells(2, rows * shape.dimensions));
}

describe.each(SHAPES)('$dimensions dimensions, $subvectors parts, $bits bits', (shape) => {
  const { dimensions, subvectors, bits } = shape;
  const width = dimensions / subvectors;
  const vectors = bells(3, 37 * dimensions);

  test('every code is the nearest centroid of its part', async () => {
    using quantizer = await trained(shape);
    const { centroids } = quantizer;
    const codes = quantizer.encode(vectors);
    expect(codes.length).toBe(37 * subvectors);
    codes.forEach((code, i) => {
      const part = vectors.subarray(i * width, (i + 1) * width);
      const distances = Array.from({ length: 2 ** bits }, (_, other) => {
        const start = ((i % subvectors) * 2 ** bits + other) * width;
        return squaredDistance(part, centroids.subarray(start, start + width));
      });
      // float32 sums of products up to 16 may take one centroid for another that is as near.
      expect(distances[code]! - Math.min(...distances)).toBeLessThan(16 * 2 ** -20);
    });
  });

  test('decoding gives the centroids of the codes', async () => {
    using quantizer = await trained(shape);
    const { centroids } = quantizer;
    const codes = quantizer.encode(vectors);
    const expected = [...codes].flatMap((code, i) => {
      const start = ((i % subvectors) * 2 ** bits + code) * width;
      return [...centroids.subarray(start, start + width)];
    });
    expect(quantizer.decode(codes)).toEqual(Float32Array.from(expected));
  });

  test('distances by tables are distances to what the codes stand for', async () => {
    using quantizer = await trained(shape);
    const codes = quantizer.encode(vectors);
    const decoded = quantizer.decode(codes);
    const query = bells(4, dimensions);
    const tables = quantizer.distanceTables(query);
    expect(tables.length).toBe(subvectors * 2 ** bits);
    quantizer.asymmetricDistances(query, codes).forEach((distance, row) => {
      const exact = squaredDistance(query, decoded.subarray(row * dimensions, (row + 1) * dimensions));
      expect(Math.abs(distance - exact)).toBeLessThan(exact * 2 ** -22); // entries and their sum rounded to float32
    });
  });

  test('the reconstruction error is the mean squared distance to what the codes stand for', async () => {
    using quantizer = await trained(shape);
    const decoded = quantizer.decode(quantizer.encode(vectors));
    expect(quantizer.reconstructionError(vectors)).toBeCloseTo(squaredDistance(vectors, decoded) / 37, 10);
  });

  test('a loaded quantizer gives the same codes', async () => {
    using quantizer = await trained(shape);
    using loaded = ProductQuantizer.fromBytes(quantizer.toBytes());
    expect(loaded.centroids).toEqual(quantizer.centroids);
    expect(loaded.encode(vectors)).toEqual(quantizer.encode(vectors));
    expect(loaded.toBytes()).toEqual(quantizer.toBytes());
  });
});

test('sixteen distinct rows of a part become its sixteen centroids', async () => {
  const rows = Float32Array.from({ length: 64 * 2 }, (_, i) => (i % 2 ? (i >> 1) % 4 : ((i >> 3) % 4) * 10));
  const quantizer = await ProductQuantizer.create({ dimensions: 2, subvectors: 1, bits: 4, seed: 3 });
  await quantizer.train(rows);
  expect(quantizer.reconstructionError(rows)).toBe(0);
  expect(new Set(quantizer.encode(rows)).size).toBe(16);
});

test('rows that are all alike train to centroids that are all alike', async () => {
  const quantizer = await ProductQuantizer.create({ dimensions: 4, subvectors: 2, bits: 4 });
  await quantizer.train(new Float32Array(4 * 20).fill(0.5));
  expect(quantizer.decode(quantizer.encode([0.5, 0.5, 0.5, 0.5]))).toEqual(new Float32Array(4).fill(0.5));
});

test('word vectors: more parts and more bits lose less, and Lloyd beats centroids drawn at random', async () => {
  const words = readNpy(readFileSync('demo/data/glove-40k.npy'));
  const dimensions = words.shape[1]!;
  const values = Float32Array.from(words.data as ArrayLike<number>);
  const sample = values.subarray(0, 5000 * dimensions);
  const held = values.subarray(6000 * dimensions, 6500 * dimensions);
  const errors: number[] = [];
  for (const [subvectors, bits] of [
    [dimensions / 5, 4],
    [dimensions / 2, 4],
    [dimensions / 2, 8],
  ] as const) {
    using quantizer = await ProductQuantizer.create({ dimensions, subvectors, bits, seed: 1 });
    await quantizer.train(sample);
    errors.push(quantizer.reconstructionError(held));
  }
  const mean = squaredDistance(held, new Float32Array(held.length)) / 500;
  expect(errors[1]!).toBeLessThan(errors[0]! * 0.5);
  expect(errors[2]!).toBeLessThan(errors[1]! * 0.2);
  // A Gaussian of two dimensions and 4 bits loses some 0.11 of its variance (2 bits a dimension, Lloyd-Max: 0.1175).
  expect(errors[1]! / mean).toBeLessThan(0.13);
});

test('the same sample and seed give the same file in every tier, another seed another one', async () => {
  const shape = { dimensions: 12, subvectors: 4, bits: 4 } as const;
  const files: string[] = [];
  for (const seed of [5, 5, 6]) {
    using quantizer = await ProductQuantizer.create({ ...shape, seed });
    await quantizer.train(bells(7, 300 * 12));
    files.push(createHash('sha256').update(quantizer.toBytes()).digest('hex').slice(0, 16));
  }
  expect(files[0]).toBe('12cf0ff40bb11249');
  expect(files[1]).toBe(files[0]);
  expect(files[2]).not.toBe(files[0]);
});

describe('what is refused', () => {
  test.each([
    [{ dimensions: 100, subvectors: 24 }, 25],
    [{ dimensions: 100, subvectors: 30 }, 25],
    [{ dimensions: 7, subvectors: 5 }, 7],
    [{ dimensions: 96, subvectors: 7 }, 6],
  ])('parts that do not divide the dimensions: %o, where %i would', async (options, nearest) => {
    const error = await ProductQuantizer.create(options).catch((caught) => caught);
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', expected: nearest });
    expect(error.message).toContain(`subvectors: ${nearest}`);
  });

  test.each([
    [{ dimensions: 0, subvectors: 1 }],
    [{ dimensions: 4, subvectors: 0 }],
    [{ dimensions: 4, subvectors: 8 }],
    [{ dimensions: 4, subvectors: 2, bits: 5 }],
    [{ dimensions: 4, subvectors: 2, seed: 0.5 }],
  ])('options %o', async (options) => {
    const created = ProductQuantizer.create(options as never);
    await expect(created).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  test('everything but training, before training', async () => {
    using quantizer = await ProductQuantizer.create({ dimensions: 4, subvectors: 2 });
    expect(quantizer.isTrained).toBe(false);
    const codes = new Uint8Array(2);
    for (const call of [
      () => quantizer.encode([1, 2, 3, 4]),
      () => quantizer.decode(codes),
      () => quantizer.distanceTables([1, 2, 3, 4]),
      () => quantizer.asymmetricDistances([1, 2, 3, 4], codes),
      () => quantizer.reconstructionError([1, 2, 3, 4]),
      () => quantizer.centroids,
      () => quantizer.toBytes(),
    ]) {
      expect(errorOf(call).code).toBe('UNTRAINED');
    }
  });

  test('bad values, and the quantizer stays as it was', async () => {
    using quantizer = await trained(SHAPES[0]);
    const before = quantizer.toBytes();
    const eight = (value: number) => new Array<number>(8).fill(value);
    expect(errorOf(() => quantizer.encode([1, 2, 3])).code).toBe('DIMENSION_MISMATCH');
    expect(errorOf(() => quantizer.encode(eight(Number.NaN))).code).toBe('INVALID_VALUE');
    expect(errorOf(() => quantizer.encode(eight(2 ** 70))).code).toBe('INVALID_VALUE');
    expect(errorOf(() => quantizer.distanceTables([...eight(1), ...eight(1)])).code).toBe(
      'DIMENSION_MISMATCH',
    );
    expect(errorOf(() => quantizer.decode(new Uint8Array(3))).code).toBe('DIMENSION_MISMATCH');
    expect(errorOf(() => quantizer.decode(Uint8Array.of(1, 2, 16, 3))).code).toBe('INVALID_ARGUMENT');
    await expect(quantizer.train(bells(1, 15 * 8))).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await expect(quantizer.train(eight(Number.NaN))).rejects.toMatchObject({ code: 'INVALID_VALUE' });
    expect(quantizer.toBytes()).toEqual(before);
  });

  test('a training that is aborted, and nothing is left of it', async () => {
    using quantizer = await trained(SHAPES[0]);
    const before = quantizer.toBytes();
    const { bytesInUse } = capabilities().memory;
    const controller = new AbortController();
    const calls: number[] = [];
    const aborted = quantizer.train(bells(9, 20_000 * 8), {
      signal: controller.signal,
      onProgress: ({ done }) => {
        calls.push(done);
        controller.abort();
      },
    });
    await expect(aborted).rejects.toMatchObject({ name: 'AbortError' });
    expect(calls.length).toBe(1);
    expect(quantizer.toBytes()).toEqual(before);
    expect(capabilities().memory.bytesInUse).toBe(bytesInUse);
  });

  test('any call after dispose(), which gives all memory back', async () => {
    const { bytesInUse } = capabilities().memory;
    const quantizer = await trained(SHAPES[0]);
    expect(quantizer.memoryUsage().total).toBe(capabilities().memory.bytesInUse - bytesInUse);
    quantizer.dispose();
    quantizer.dispose();
    expect(capabilities().memory.bytesInUse).toBe(bytesInUse);
    expect(errorOf(() => quantizer.encode(bells(1, 8))).code).toBe('DISPOSED');
    await expect(quantizer.train(bells(1, 800))).rejects.toMatchObject({ code: 'DISPOSED' });
  });

  test('files that are altered or of another kind', async () => {
    using quantizer = await trained(SHAPES[0]);
    const bytes = quantizer.toBytes();
    const altered = bytes.slice();
    altered[bytes.length - 3]! ^= 1;
    expect(errorOf(() => ProductQuantizer.fromBytes(altered)).code).toBe('FILE_CORRUPT');
    expect(errorOf(() => ProductQuantizer.fromBytes(bytes.slice(0, -4))).code).toBe('FILE_TRUNCATED');
    expect(errorOf(() => ProductQuantizer.fromBytes(new Uint8Array(100))).code).toMatch(/^FILE_/);
  });
});
