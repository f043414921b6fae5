import { Bitmap, compare, FlatIndex, type Progress } from 'lanewise';
import { describe, expect, test } from 'vitest';
import { makeRows } from '../reference/data.ts';
import { rankFloat32 } from '../reference/float32.ts';
import { isSeen, PartialIndex } from './partial-index.ts';

const DIMENSIONS = 6;
const K = 10;
const rows = makeRows({ distribution: 'bell', metric: 'ip', dimensions: DIMENSIONS, size: 1000 }, 1);
const queries = makeRows({ distribution: 'bell', metric: 'ip', dimensions: DIMENSIONS, size: 12 }, 2);
const quick = { k: K, milliseconds: 5 };

async function flatIndex(): Promise<FlatIndex> {
  const index = await FlatIndex.create({ dimensions: DIMENSIONS, metric: 'ip' });
  index.add(rows);
  return index;
}

/** The true best of every query, by the reference. */
function truthOf(k: number): { ids: Int32Array; k: number } {
  const best = Array.from({ length: 12 }, (_, i) =>
    rankFloat32(rows, queries.subarray(i * DIMENSIONS, (i + 1) * DIMENSIONS), 'ip').ids.slice(0, k),
  );
  return { ids: Int32Array.from(best.flat()), k };
}

describe('compare', () => {
  test('tells the recall of every way to search, in the order given', async () => {
    using flat = await flatIndex();
    const partial = await PartialIndex.of(rows, DIMENSIONS, [50]);
    const reports = await compare(
      [
        { name: 'exact', index: flat, buildMilliseconds: 7 },
        { name: 'scan', index: flat, options: { exact: 'scan' } },
        { name: 'half', index: partial, options: { share: 50 } },
      ],
      queries,
      quick,
    );
    const { ids } = truthOf(K);
    const half = ids.filter((id) => isSeen(id, 50)).length / ids.length;
    expect(reports.map(({ name, recall }) => [name, recall])).toEqual([
      ['exact', 1],
      ['scan', 1],
      ['half', expect.closeTo(half, 12)],
    ]);
    expect(reports[0]).toMatchObject({ k: K, buildMilliseconds: 7, bytes: flat.memoryUsage().total });
    expect(reports[2]).not.toHaveProperty('bytes');
    expect(reports[2]).not.toHaveProperty('buildMilliseconds');
    for (const { median, p95, p99, mean, batchedRate } of reports) {
      expect(median).toBeGreaterThan(0);
      expect(p95).toBeGreaterThanOrEqual(median);
      expect(p99).toBeGreaterThanOrEqual(p95);
      expect(mean).toBeGreaterThan(0);
      expect(batchedRate).toBeGreaterThan(0);
    }
  });

  test('holds an approximate index against its own exact search, where it comes first', async () => {
    const partial = await PartialIndex.of(rows, DIMENSIONS, [50]);
    const [report] = await compare(
      [{ name: 'half', index: partial, options: { share: 50 } }],
      queries,
      quick,
    );
    const { ids } = truthOf(K);
    expect(report!.recall).toBeCloseTo(ids.filter((id) => isSeen(id, 50)).length / ids.length, 12);
  });

  test('takes the truth from the caller, of a larger k too', async () => {
    using flat = await flatIndex();
    const truth = truthOf(30);
    truth.ids.fill(0, 0, 30); // of the first query: nothing is right but row 0
    const [report] = await compare([{ name: 'flat', index: flat }], queries, { ...quick, truth });
    const first = flat.search(queries.subarray(0, DIMENSIONS), { k: K }).ids.includes(0) ? 1 : 0;
    expect(report!.recall).toBeCloseTo((11 + first) / 12, 12);
  });

  test('searches with the filter, and batches of any size', async () => {
    using flat = await flatIndex();
    const filter = Bitmap.range(0, 5);
    for (const batch of [1, 12, 500]) {
      const [report] = await compare([{ name: 'few', index: flat }], queries, { ...quick, filter, batch });
      expect(report!.recall).toBe(1);
    }
  });

  test('of nothing is an empty table', async () => {
    expect(await compare([], queries, quick)).toEqual([]);
  });

  test('tells its progress in rows, and can be stopped', async () => {
    using flat = await flatIndex();
    const entries = [1, 2, 3].map((i) => ({ name: `${i}`, index: flat }));
    const told: Progress[] = [];
    await compare(entries, queries, {
      k: K,
      milliseconds: 20,
      onProgress: (progress) => void told.push(progress),
    });
    expect(told.map(({ total }) => total)).toEqual(told.map(() => 3));
    expect(new Set(told.map(({ done }) => done))).toEqual(new Set([0, 1, 2, 3]));
    const signal = AbortSignal.abort('no');
    await expect(compare(entries, queries, { ...quick, signal })).rejects.toBe('no');
  });

  test.each([
    ['k = 0', queries, { k: 0 }, 'INVALID_ARGUMENT'],
    ['a batch of none', queries, { batch: 0 }, 'INVALID_ARGUMENT'],
    ['a truth of too few rows', queries, { k: 10, truth: truthOf(5) }, 'INVALID_ARGUMENT'],
    ['no queries', new Float32Array(0), {}, 'INVALID_ARGUMENT'],
    ['parts of a query', queries.subarray(1), {}, 'DIMENSION_MISMATCH'],
  ])('refuses %s', async (_, asked, options, code) => {
    using flat = await flatIndex();
    await expect(compare([{ name: 'flat', index: flat }], asked, options)).rejects.toMatchObject({ code });
  });
});
