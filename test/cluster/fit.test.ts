import { capabilities, KMeans, type Progress } from 'lanewise';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { makeRows } from '../reference/data.ts';

const shape = { distribution: 'bell', metric: 'l2', dimensions: 12, size: 9000 } as const;
const rows = makeRows(shape, 1);
const otherRows = makeRows({ ...shape, size: 500 }, 2);
const memory = () => capabilities().memory;

// A clock on which every piece takes longer than a slice may, however fast the machine is.
beforeEach(() => {
  let now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => {
    now += 11;
    return now;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
});

const wanted = { dimensions: 12, clusters: 10, maxIterations: 3, tolerance: 0 };

describe.each([1, 3])('a fit of %i runs', (restarts) => {
  test('tells how far it has come in pairs of rows and centroids, always forward, up to the end', async () => {
    using kmeans = await KMeans.create({ ...wanted, restarts });
    const told: Progress[] = [];
    await kmeans.fit(rows, { onProgress: (progress) => void told.push(progress) });
    const total = restarts * (3 + 1) * 9000 * 10;
    expect(told.length).toBeGreaterThan(10 * restarts);
    expect(told.every((progress) => progress.total === total)).toBe(true);
    expect(told.every(({ done }, i) => i === 0 || done > told[i - 1]!.done)).toBe(true);
    expect(told.at(-1)).toEqual({ done: total, total });
  });

  test('that is stopped at any of its pieces leaves what was learned before, and no memory', async () => {
    using kmeans = await KMeans.create({ ...wanted, restarts });
    await kmeans.fit(otherRows);
    const before = { centroids: kmeans.centroids, inertia: kmeans.inertia, cells: kmeans.predict(rows) };
    const { bytesInUse } = memory();
    let pieces = 0;
    for (let stopAt = 0; ; stopAt += 7) {
      const controller = new AbortController();
      const reason = new Error(`stopped at ${stopAt}`);
      let visits = 0;
      const onProgress = () => void (visits++ === stopAt && controller.abort(reason));
      const end = await kmeans.fit(rows, { signal: controller.signal, onProgress }).catch((error) => error);
      expect(memory().bytesInUse).toBe(bytesInUse);
      if (end === kmeans) break;
      pieces++;
      expect(end).toBe(reason);
      expect(kmeans.centroids).toEqual(before.centroids);
      expect([kmeans.inertia, kmeans.predict(rows)]).toEqual([before.inertia, before.cells]);
    }
    expect(pieces).toBeGreaterThan(3);
    // The last one ran to its end, and gave what one that nobody tried to stop gives.
    using fresh = await KMeans.create({ ...wanted, restarts });
    await fresh.fit(rows);
    expect(kmeans.centroids).toEqual(fresh.centroids);
  });
});

test('a fit whose KMeans is disposed of ends with DISPOSED, and leaves no memory', async () => {
  const { bytesInUse } = memory();
  const kmeans = await KMeans.create(wanted);
  let visits = 0;
  const fit = kmeans.fit(rows, { onProgress: () => void (visits++ === 5 && kmeans.dispose()) });
  await expect(fit).rejects.toMatchObject({ code: 'DISPOSED' });
  expect([memory().bytesInUse, visits > 5]).toEqual([bytesInUse, true]);
});

test('two fits at once give what they give one after the other', async () => {
  using alone = await KMeans.create(wanted);
  using first = await KMeans.create(wanted);
  using second = await KMeans.create(wanted);
  await Promise.all([first.fit(rows), second.fit(otherRows)]);
  await alone.fit(rows);
  expect(first.centroids).toEqual(alone.centroids);
  await alone.fit(otherRows);
  expect(second.centroids).toEqual(alone.centroids);
});

test('three hundred fits, predictions and mistakes leave nothing behind', async () => {
  const cycle = async () => {
    using kmeans = await KMeans.create({ dimensions: 2, clusters: 2, maxIterations: 2, spherical: true });
    await kmeans.fit([1, 2, 3, 4, -5, 6]);
    kmeans.predict([1, 1]);
    kmeans.transform([1, 1]);
    await kmeans.fit([1, 2, 3, 4, 0, 0]).catch(() => {});
  };
  await cycle();
  const before = memory();
  for (let i = 0; i < 300; i++) await cycle();
  expect(memory()).toEqual(before);
});
