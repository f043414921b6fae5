import { capabilities, type ErrorCode, KMeans, type KMeansOptions } from 'lanewise';
import { describe, expect, test } from 'vitest';
import { errorOf } from '../host/error-of.ts';
import { makeRows } from '../reference/data.ts';

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;
const rows = makeRows({ distribution: 'bell', metric: 'l2', dimensions: 2, size: 40 }, 1);
const inUse = () => capabilities().memory.bytesInUse;

describe('create', () => {
  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['no dimensions', { clusters: 2 }],
    ['no clusters', { dimensions: 2 }],
    ['0 clusters', { dimensions: 2, clusters: 0 }],
    ['1.5 clusters', { dimensions: 2, clusters: 1.5 }],
    ['65 537 clusters', { dimensions: 2, clusters: 65_537 }],
    ["'2' clusters", { dimensions: 2, clusters: '2' }],
    ['65 537 dimensions', { dimensions: 65_537, clusters: 2 }],
    ['0 iterations', { dimensions: 2, clusters: 2, maxIterations: 0 }],
    ['infinitely many iterations', { dimensions: 2, clusters: 2, maxIterations: infinity }],
    ['0 restarts', { dimensions: 2, clusters: 2, restarts: 0 }],
    ['a negative tolerance', { dimensions: 2, clusters: 2, tolerance: -1e-9 }],
    ['a tolerance of 1', { dimensions: 2, clusters: 2, tolerance: 1 }],
    ['a tolerance of NaN', { dimensions: 2, clusters: 2, tolerance: nan }],
    ["a tolerance of '0'", { dimensions: 2, clusters: 2, tolerance: '0' }],
    ['a seed of 0.5', { dimensions: 2, clusters: 2, seed: 0.5 }],
    ['a seed of NaN', { dimensions: 2, clusters: 2, seed: nan }],
  ])('with %s is INVALID_ARGUMENT', async (_, options) => {
    await expect(KMeans.create(options as KMeansOptions)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });
});

describe('a KMeans that has learned nothing', () => {
  test.each<[string, (kmeans: KMeans) => unknown]>([
    ['centroids', (kmeans) => kmeans.centroids],
    ['inertia', (kmeans) => kmeans.inertia],
    ['iterations', (kmeans) => kmeans.iterations],
    ['predict', (kmeans) => kmeans.predict([1, 2])],
    ['transform', (kmeans) => kmeans.transform([1, 2])],
  ])('throws UNTRAINED at %s, and DISPOSED after its end', async (_, call) => {
    const kmeans = await KMeans.create({ dimensions: 2, clusters: 2 });
    expect(kmeans.isFitted).toBe(false);
    expect(errorOf(() => call(kmeans)).code).toBe('UNTRAINED');
    await kmeans.fit(rows);
    call(kmeans);
    expect(kmeans.isFitted).toBe(true);
    kmeans.dispose();
    kmeans.dispose();
    expect(errorOf(() => call(kmeans)).code).toBe('DISPOSED');
    await expect(kmeans.fit(rows)).rejects.toMatchObject({ code: 'DISPOSED' });
  });
});

const bad: [string, ErrorCode, unknown, RegExp][] = [
  ['fewer rows than clusters', 'INVALID_ARGUMENT', rows.slice(0, 4), /3 clusters.*got 2/],
  ['no rows', 'INVALID_ARGUMENT', [], /got 0/],
  ['a part of a row', 'DIMENSION_MISMATCH', rows.slice(0, 7), /whole vectors of 2/],
  ['a string', 'INVALID_ARGUMENT', 'rows', /Float32Array/],
  ['NaN', 'INVALID_VALUE', [...rows.slice(0, 60), nan, 0], /Vector 30 /],
  ['an infinity', 'INVALID_VALUE', [...rows.slice(0, 9), -infinity], /Vector 4 /],
  ['a norm beyond 2^58', 'INVALID_VALUE', [...rows.slice(0, 8), 2 ** 58, 0], /Vector 4 /],
];

describe('fit', () => {
  test.each(bad)('of %s is %s, and what was learned before stays', async (_, code, input, message) => {
    using kmeans = await KMeans.create({ dimensions: 2, clusters: 3 });
    await kmeans.fit(rows);
    const before = [kmeans.centroids, kmeans.inertia, kmeans.iterations, inUse()];
    const error = kmeans.fit(input as Float32Array);
    await expect(error).rejects.toMatchObject({ name: 'LanewiseError', code });
    await expect(error).rejects.toThrow(message);
    expect([kmeans.centroids, kmeans.inertia, kmeans.iterations, inUse()]).toEqual(before);
  });

  test('of a zero vector is ZERO_VECTOR where directions count, and fine where they do not', async () => {
    using spherical = await KMeans.create({ dimensions: 2, clusters: 1, spherical: true });
    const error = spherical.fit([1, 2, 0, 0]);
    await expect(error).rejects.toMatchObject({ code: 'ZERO_VECTOR' });
    await expect(error).rejects.toThrow(/^Vector 1 /);
    expect(spherical.isFitted).toBe(false);
    using flat = await KMeans.create({ dimensions: 2, clusters: 1 });
    expect((await flat.fit([2, 2, 0, 0])).centroids).toEqual(Float32Array.of(1, 1));
  });

  test('takes numbers in an array, and replaces what was learned before', async () => {
    using kmeans = await KMeans.create({ dimensions: 1, clusters: 2 });
    await kmeans.fit([0, 1, 10, 11]);
    expect([...kmeans.centroids].sort((a, b) => a - b)).toEqual([0.5, 10.5]);
    await kmeans.fit([-4, -4, 4, 4]);
    expect([...kmeans.centroids].sort((a, b) => a - b)).toEqual([-4, 4]);
    expect(kmeans.inertia).toBe(0);
  });

  test('gives a copy of the centroids, which the caller may change', async () => {
    using kmeans = await KMeans.create({ dimensions: 1, clusters: 1 });
    await kmeans.fit([1, 3]);
    kmeans.centroids.fill(9);
    expect([kmeans.centroids[0], kmeans.transform([5])[0]]).toEqual([2, 3]);
  });
});

describe.each(['predict', 'transform'] as const)('%s', (call) => {
  test.each(bad.slice(2))('of %s is %s, and takes no memory', async (_, code, input, message) => {
    using kmeans = await KMeans.create({ dimensions: 2, clusters: 3 });
    await kmeans.fit(rows);
    const before = inUse();
    const error = errorOf(() => kmeans[call](input as Float32Array));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
    expect(inUse()).toBe(before);
  });

  test('of no rows is empty', async () => {
    using kmeans = await KMeans.create({ dimensions: 2, clusters: 3 });
    await kmeans.fit(rows);
    expect(kmeans[call]([]).length).toBe(0);
  });
});
