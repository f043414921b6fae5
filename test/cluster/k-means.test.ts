import { KMeans, type KMeansOptions, Random } from 'lanewise';
import { describe, expect, test } from 'vitest';
import { bell, type DataShape, EVERY_DISTRIBUTION, makeRows } from '../reference/data.ts';
import { assignFloat32 } from '../reference/float32.ts';
import { float32Tolerance, scoreFloat64 } from '../reference/float64.ts';

type Wanted = Omit<KMeansOptions, 'dimensions'>;

async function fit(rows: Float32Array, dimensions: number, wanted: Wanted): Promise<KMeans> {
  const kmeans = await KMeans.create({ dimensions, ...wanted });
  return kmeans.fit(rows);
}

/** The sum of squared distances to the nearest centroid in float64, and what float32 keys may be off by. */
function inertiaFloat64(rows: Float32Array, kmeans: KMeans, isSpherical: boolean) {
  const { dimensions, centroids } = kmeans;
  const metric = isSpherical ? 'cosine' : 'l2';
  let [inertia, tolerance] = [0, 0];
  for (const [row, cell] of kmeans.predict(rows).entries()) {
    const vector = rows.subarray(row * dimensions, (row + 1) * dimensions);
    const centroid = centroids.subarray(cell * dimensions, (cell + 1) * dimensions);
    const score = scoreFloat64(centroid, vector, metric);
    inertia += isSpherical ? 2 - 2 * score : score;
    // Another centroid may be as near within the tolerance; its distance is then as near. Spherical: 2 - 2 x the key.
    tolerance += 2 * (isSpherical ? 2 : 1) * float32Tolerance(centroid, vector, metric);
  }
  return { inertia, tolerance };
}

describe.each([false, true])('spherical: %s', (spherical) => {
  test.each(EVERY_DISTRIBUTION)(
    'rows %s: inertia is the float64 sum and never rises',
    async (distribution) => {
      const metric = spherical ? 'cosine' : 'l2';
      const shape: DataShape = { distribution, metric, dimensions: 6, size: 260 };
      const rows = makeRows(shape, 11);
      let previous = Number.POSITIVE_INFINITY;
      for (let maxIterations = 1; maxIterations <= 8; maxIterations++) {
        using kmeans = await fit(rows, 6, { clusters: 9, maxIterations, tolerance: 0, spherical, seed: 3 });
        const { inertia, tolerance } = inertiaFloat64(rows, kmeans, spherical);
        // Means are rounded to float32: u of each component, so 260 u^2 |c|^2 of the sum, far below the other tolerance.
        expect(Math.abs(kmeans.inertia - inertia)).toBeLessThanOrEqual(tolerance);
        expect(kmeans.inertia).toBeLessThanOrEqual(previous + 2 * tolerance);
        expect(kmeans.iterations).toBeLessThanOrEqual(maxIterations);
        expect(kmeans.centroids.every(Number.isFinite)).toBe(true);
        previous = kmeans.inertia;
      }
    },
  );

  test('more restarts never end with more inertia, and mostly with less', async () => {
    const metric = spherical ? 'cosine' : 'l2';
    const rows = makeRows({ distribution: 'bell', metric, dimensions: 3, size: 300 }, 5);
    const inertias: number[] = [];
    // Every run goes on with the numbers that the runs before it have left, so more restarts repeat the fewer.
    for (let restarts = 1; restarts <= 8; restarts++) {
      using kmeans = await fit(rows, 3, { clusters: 12, restarts, spherical });
      inertias.push(kmeans.inertia);
    }
    expect(inertias).toEqual([...inertias].sort((a, b) => b - a));
    expect(inertias.at(-1)).toBeLessThan(inertias[0]!);
  });

  test('predict and transform agree with each other and with comparing every pair', async () => {
    const metric = spherical ? 'cosine' : 'l2';
    const rows = makeRows({ distribution: 'clustered', metric, dimensions: 10, size: 400 }, 8);
    using kmeans = await fit(rows.subarray(0, 3000), 10, { clusters: 20, spherical, seed: 4 });
    const cells = kmeans.predict(rows);
    const distances = kmeans.transform(rows);
    expect(cells).toEqual(assignFloat32(rows, kmeans.centroids, 10, metric).cells);
    expect(distances.length).toBe(400 * 20);
    const nearest = Array.from({ length: 400 }, (_, row) => {
      const own = distances.subarray(20 * row, 20 * row + 20);
      return own.indexOf(Math.min(...own));
    });
    expect([...cells]).toEqual(nearest);
  });

  test('no cell stays empty, though centroids are drawn several at a time and some of them twice', async () => {
    const metric = spherical ? 'cosine' : 'l2';
    const rows = makeRows({ distribution: 'bell', metric, dimensions: 2, size: 500 }, 6);
    for (let seed = 0; seed < 5; seed++) {
      const wanted = { clusters: 400, maxIterations: 100, tolerance: 0, spherical, seed };
      using kmeans = await fit(rows, 2, wanted);
      expect(kmeans.iterations).toBeLessThan(100);
      expect(new Set(kmeans.predict(rows)).size).toBe(400);
    }
  });

  test('fewer distinct rows than clusters are found one and all, with no inertia', async () => {
    const distinct = [3, 4, -5, 12, 8, -15];
    const rows = Float32Array.from(
      { length: 2 * 90 },
      (_, i) => distinct[(i >> 1) % 3 ? (i % 4) + 2 : i % 2]!,
    );
    using kmeans = await fit(rows, 2, { clusters: 20, spherical, restarts: 3 });
    const cells = kmeans.predict(rows);
    for (let i = 0; i < 90; i++) {
      for (let j = 0; j < i; j++) {
        const isSame = rows[2 * i] === rows[2 * j] && rows[2 * i + 1] === rows[2 * j + 1];
        expect(cells[i] === cells[j]).toBe(isSame);
      }
    }
    // Directions of 3-4-5, 5-12-13 and 8-15-17 are rounded: a cosine may be 2^-24 off, and its distance from 1 doubled.
    expect(kmeans.inertia).toBeLessThanOrEqual(spherical ? 90 * 4 * 2 ** -24 : 0);
  });

  test('as many clusters as rows end with a centroid at each row', async () => {
    const metric = spherical ? 'cosine' : 'l2';
    const rows = makeRows({ distribution: 'bell', metric, dimensions: 4, size: 30 }, 9);
    using kmeans = await fit(rows, 4, { clusters: 30, spherical });
    expect(new Set(kmeans.predict(rows)).size).toBe(30);
  });
});

test('k-means++ finds the parts of a mixture that lie far apart from nearly every seed', async () => {
  const random = new Random(1);
  const [dimensions, clusters, perCluster] = [4, 10, 30];
  const rows = Float32Array.from({ length: dimensions * clusters * perCluster }, (_, i) => {
    const cluster = Math.floor(i / dimensions) % clusters;
    return 200 * (((cluster + 1) * (((i % dimensions) + 2) * 7)) % 13) + bell(random);
  });
  // The variance of bell() is 1/3 a dimension; the mean of 30 rows takes 1/30 of it.
  const expected = (rows.length / 3) * (1 - 1 / perCluster);
  let found = 0;
  for (let seed = 0; seed < 60; seed++) {
    using kmeans = await fit(rows, dimensions, { clusters, seed });
    if (kmeans.inertia < 1.3 * expected) found++;
  }
  // Rows drawn without regard to distance find all ten in 10!/10^10 of the cases, 0.04 %.
  expect(found).toBeGreaterThanOrEqual(58);
});

test('with one iteration more than it needs, nothing changes any more', async () => {
  const rows = makeRows({ distribution: 'clustered', metric: 'l2', dimensions: 5, size: 200 }, 2);
  using kmeans = await fit(rows, 5, { clusters: 8, maxIterations: 500, tolerance: 0 });
  expect(kmeans.iterations).toBeLessThan(500);
  const { iterations } = kmeans;
  using longer = await fit(rows, 5, { clusters: 8, maxIterations: iterations + 1, tolerance: 0 });
  expect(longer.centroids).toEqual(kmeans.centroids);
  const cells = kmeans.predict(rows);
  const means = new Float64Array(5 * 8);
  for (let i = 0; i < rows.length; i++) means[5 * cells[Math.floor(i / 5)]! + (i % 5)]! += rows[i]!;
  for (let cell = 0; cell < 8; cell++) {
    const count = cells.filter((other) => other === cell).length;
    for (let i = 0; i < 5; i++) {
      const mean = means[5 * cell + i]! / count;
      expect(Math.abs(kmeans.centroids[5 * cell + i]! - mean)).toBeLessThanOrEqual(2 ** -23 * Math.abs(mean));
    }
  }
});

test('a tolerance ends it sooner, with no less inertia', async () => {
  const rows = makeRows({ distribution: 'bell', metric: 'l2', dimensions: 3, size: 800 }, 2);
  using rough = await fit(rows, 3, { clusters: 20, maxIterations: 200, tolerance: 0.05 });
  using fine = await fit(rows, 3, { clusters: 20, maxIterations: 200, tolerance: 0 });
  expect(rough.iterations).toBeLessThan(fine.iterations);
  expect(rough.inertia).toBeGreaterThan(fine.inertia);
});

test('directions that cancel out, even to less than float32 holds, are no centroid and no error', async () => {
  const least = 2 ** -149;
  for (const rows of [
    [1, 0, -1, 0],
    [1, least, -1, 0],
    [1e30, least, -1e30, 0],
    [1, 0, -1, 0, 0, 1, 0, -1],
  ]) {
    for (let seed = 0; seed < 4; seed++) {
      using kmeans = await fit(Float32Array.from(rows), 2, { clusters: 1, spherical: true, seed });
      // All that one direction can do for opposite ones: their distances' squares, 2 - 2 cos, are 2 in the mean.
      expect(kmeans.inertia).toBeCloseTo(rows.length, 5);
      const [x, y] = kmeans.centroids;
      expect(Math.hypot(x!, y!)).toBeCloseTo(1, 6);
    }
  }
});

test('spherical centroids have norm 1, and lengths of rows do not matter', async () => {
  const rows = makeRows({ distribution: 'clustered', metric: 'cosine', dimensions: 8, size: 300 }, 7);
  const scaled = rows.map((value, i) => value * 2 ** ((Math.floor(i / 8) % 40) - 20));
  using kmeans = await fit(rows, 8, { clusters: 12, spherical: true });
  using other = await fit(scaled, 8, { clusters: 12, spherical: true });
  expect(other.predict(scaled)).toEqual(kmeans.predict(rows));
  for (let cell = 0; cell < 12; cell++) {
    const centroid = kmeans.centroids.subarray(8 * cell, 8 * cell + 8);
    expect(Math.hypot(...centroid)).toBeCloseTo(1, 6);
  }
});
