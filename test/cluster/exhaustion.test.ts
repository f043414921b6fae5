import { beforeEach, expect, test } from 'vitest';
import { loadWithMemory, type ScarcePackage, starve } from '../host/scarce-memory.ts';
import { makeRows } from '../reference/data.ts';

const rows = makeRows({ distribution: 'bell', metric: 'l2', dimensions: 60, size: 1000 }, 1);
const exhausted = { name: 'LanewiseError', code: 'MEMORY_EXHAUSTED' };

let scarce: ScarcePackage;

beforeEach(async () => {
  scarce = await loadWithMemory(6 << 20);
});

test('a fit that finds no memory, wherever on its way, leaves what was learned before, and no bytes', async () => {
  const { memory, lanewise } = scarce;
  const kmeans = await lanewise.KMeans.create({ dimensions: 60, clusters: 30, maxIterations: 2 });
  await kmeans.fit(rows);
  const { centroids, inertia } = kmeans;
  const { bytesInUse } = memory.statistics;
  const calls = await starve(
    scarce,
    () => kmeans.fit(rows),
    (error) => expect(error).toMatchObject(exhausted),
  );
  expect(calls).toBeGreaterThan(10);
  expect(memory.statistics.bytesInUse).toBe(bytesInUse);
  expect([kmeans.centroids, kmeans.inertia]).toEqual([centroids, inertia]);
  await kmeans.fit(rows.slice(0, 60 * 600));
  expect(kmeans.centroids).not.toEqual(centroids);
});

test.each(['predict', 'transform'] as const)(
  '%s that finds no memory throws and leaves no bytes, and works once there is some',
  async (call) => {
    const { memory, lanewise } = scarce;
    const kmeans = await lanewise.KMeans.create({ dimensions: 60, clusters: 50 });
    await kmeans.fit(rows);
    const expected = kmeans[call](rows);
    const { bytesInUse } = memory.statistics;
    const calls = await starve(
      scarce,
      () => kmeans[call](rows),
      (error) => expect(error).toMatchObject(exhausted),
    );
    expect(calls).toBeGreaterThan(10);
    expect(memory.statistics.bytesInUse).toBe(bytesInUse);
    expect(kmeans[call](rows)).toEqual(expected);
  },
);
