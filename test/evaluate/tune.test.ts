import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { Bitmap, IvfIndex, LanewiseError, type Progress, readNpy, recall, type Tuning, tune } from 'lanewise';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { makeRows } from '../reference/data.ts';
import { isSeen, PartialIndex } from './partial-index.ts';

const DIMENSIONS = 6;
const K = 10;
const SHARES = [1, 5, 10, 20, 40, 80];
const rows = makeRows({ distribution: 'bell', metric: 'ip', dimensions: DIMENSIONS, size: 2000 }, 1);
const queries = makeRows({ distribution: 'bell', metric: 'ip', dimensions: DIMENSIONS, size: 40 }, 2);

/** A clock that stands still but for what searches are said to take. */
function useVirtualClock(index: PartialIndex, milliseconds: (share: number) => number): void {
  let now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  index.onSearch = (share) => {
    now += milliseconds(share);
  };
}

/** The recall of a share: the true neighbours among the rows that it sees. */
function recallAt(index: PartialIndex, share: number, filter?: Bitmap): number {
  const { ids } = index.search(queries, { k: K, exact: true, ...(filter && { filter }) });
  return ids.filter((id) => isSeen(id, share)).length / ids.length;
}

async function rejectionOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => {
      throw new Error('Nothing was thrown.');
    },
    (error: unknown) => error,
  );
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe('tune', () => {
  test('finds the cheapest effort that reaches any recall, between the rungs of the ladder too', async () => {
    const index = await PartialIndex.of(rows, DIMENSIONS, SHARES);
    useVirtualClock(index, (share) => share);
    const property = fc.asyncProperty(fc.double({ min: 0.01, max: 0.76, noNaN: true }), async (wanted) => {
      const { effort, curve, reached, recall: measured } = await tune(index, queries, { recall: wanted });
      const share = effort['share']!;
      expect(reached).toBe(true);
      expect(measured).toBeCloseTo(recallAt(index, share), 12);
      expect(measured).toBeGreaterThan(wanted - 2e-9);
      // Four halvings leave a sixteenth of the widest gap, 40..80; what lies so far below was not enough.
      const cheaper = curve.filter((point) => point.effort['share']! < share).at(-1);
      expect(share - (cheaper?.effort['share'] ?? 0)).toBeLessThanOrEqual(Math.ceil(40 / 16));
      if (cheaper) expect(cheaper.recall).toBeLessThan(wanted);
    });
    await fc.assert(property, { seed: 5, numRuns: 20 });
  });

  test('tells what it measured: recall, its interval, times, and the curve, cheapest first', async () => {
    const index = await PartialIndex.of(rows, DIMENSIONS, SHARES);
    useVirtualClock(index, (share) => share / 4);
    const tuning = await tune(index, queries, { recall: 0.3, k: K });

    const [low, high] = tuning.recallInterval;
    expect(low).toBeLessThan(tuning.recall);
    expect(high).toBeGreaterThan(tuning.recall);
    expect(tuning).toMatchObject({ reached: true, k: K, queries: 40 });
    for (const point of [tuning, ...tuning.curve]) {
      const share = point.effort['share']!;
      expect(point.recall).toBeCloseTo(recallAt(index, share), 12);
      expect([point.p50, point.p95, point.p99]).toEqual([share / 4, share / 4, share / 4]);
    }
    const shares = tuning.curve.map(({ effort }) => effort['share']!);
    expect(shares).toEqual([...new Set(shares)].sort((a, b) => a - b));
    expect(index.tuning).toBe(tuning);
    expect(JSON.parse(JSON.stringify(tuning))).toEqual(tuning);
  });

  test('that cannot reach the recall says so, and gives the most accurate effort', async () => {
    const index = await PartialIndex.of(rows, DIMENSIONS, SHARES);
    useVirtualClock(index, (share) => share);
    const tuning = await tune(index, queries, { recall: 0.99 });
    expect(tuning).toMatchObject({ reached: false, effort: { share: 80 } });
    expect(tuning.recall).toBeCloseTo(recallAt(index, 80), 12);
    expect(index.tuning).toBe(tuning);
  });

  test('keeps to p95, and gives the best recall within it', async () => {
    const index = await PartialIndex.of(rows, DIMENSIONS, SHARES);
    useVirtualClock(index, (share) => share);
    const within = await tune(index, queries, { recall: 0.15, p95: 30 });
    expect(within.reached).toBe(true);
    expect(within.recall).toBeGreaterThanOrEqual(0.15);

    // 0.5 needs more than 30 rows of a hundred; four halvings of 20..40 end within two of 30.
    const tooSlow = await tune(index, queries, { recall: 0.5, p95: 30 });
    expect(tooSlow.reached).toBe(false);
    expect(tooSlow.p95).toBeLessThanOrEqual(30);
    expect(tooSlow.effort['share']).toBeGreaterThanOrEqual(28);

    const impossible = await tune(index, queries, { recall: 0.5, p95: 0.5 });
    expect(impossible).toMatchObject({ reached: false, effort: { share: 1 } });
  });

  test('tunes for a filter', async () => {
    const index = await PartialIndex.of(rows, DIMENSIONS, SHARES);
    const filter = Bitmap.where(new Array(2000).fill(0), (_, id) => id % 7 === 0);
    const { effort, recall: measured } = await tune(index, queries, { recall: 0.4, filter, k: K });
    expect(measured).toBeCloseTo(recallAt(index, effort['share']!, filter), 12);
  });

  test('takes the truth from the caller, where the index has no exact search', async () => {
    const index = await PartialIndex.of(rows, DIMENSIONS, SHARES);
    const truth = index.search(queries, { k: 20, exact: true });
    index.onSearch = (share) => {
      if (share === 100) throw new Error('no float rows are kept');
    };
    const tuning = await tune(index, queries, { recall: 0.3, k: K, truth });
    index.onSearch = () => {};
    expect(tuning.recall).toBeCloseTo(recallAt(index, tuning.effort['share']!), 12);
    expect(await rejectionOf(tune(index, queries, { k: 21, truth }))).toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
  });

  test('takes queries as plain numbers, and one of them', async () => {
    const index = await PartialIndex.of(rows, DIMENSIONS, [100]);
    const { recall: measured, curve } = await tune(index, [...queries.subarray(0, DIMENSIONS)]);
    expect([measured, curve.length]).toEqual([1, 1]);
  });

  test('tells its progress, and that it is done', async () => {
    const index = await PartialIndex.of(rows, DIMENSIONS, SHARES);
    const told: Progress[] = [];
    await tune(index, queries, { recall: 0.5, onProgress: (progress) => void told.push(progress) });
    const done = told.map((progress) => progress.done);
    expect(done).toEqual([...done].sort((a, b) => a - b));
    expect(told.at(-1)!.done).toBe(told.at(-1)!.total);
  });

  test('makes an inverted file of word vectors as accurate as it was asked to be', async () => {
    const words = readNpy(readFileSync('demo/data/glove-40k.npy')).data as Float32Array;
    const some = words.subarray(0, 600_000);
    using ivf = await IvfIndex.create({ dimensions: 100, metric: 'cosine', cells: 64 });
    await ivf.train(some, { seed: 1, maxIterations: 4 });
    ivf.add(some);
    const sample = words.subarray(600_000, 608_000);
    const tuning = await tune(ivf, sample, { recall: 0.9 });

    expect(tuning.reached).toBe(true);
    const unseen = words.subarray(700_000, 710_000);
    const found = recall(ivf.search(unseen), ivf.search(unseen, { exact: true }));
    // Two intervals of a hundred queries: three standard errors of each side of .9, some .02.
    expect(Math.abs(found - tuning.recall)).toBeLessThan(0.06);
    expect(ivf.search(unseen)).toEqual(ivf.search(unseen, tuning.effort));
  });
});

describe('tune leaves the index as it was', () => {
  const before = { effort: { share: 3 } } as unknown as Tuning;

  test('when it is aborted, before it begins or in the middle', async () => {
    for (const searches of [0, 1, 30, 200]) {
      const index = await PartialIndex.of(rows, DIMENSIONS, SHARES);
      index.tuning = before;
      const controller = new AbortController();
      let left = searches;
      if (left === 0) controller.abort('enough');
      useVirtualClock(index, (share) => share);
      const advance = index.onSearch;
      index.onSearch = (share) => {
        advance(share);
        if (--left === 0) controller.abort('enough');
      };
      expect(await rejectionOf(tune(index, queries, { recall: 0.5, signal: controller.signal }))).toBe(
        'enough',
      );
      expect(index.tuning).toBe(before);
      vi.restoreAllMocks();
    }
  });

  test('when a search throws', async () => {
    const index = await PartialIndex.of(rows, DIMENSIONS, SHARES);
    index.tuning = before;
    const broken = queries.slice();
    broken[7] = Number.NaN;
    expect(await rejectionOf(tune(index, broken))).toMatchObject({ code: 'INVALID_VALUE' });
    expect(index.tuning).toBe(before);
  });

  test.each([
    ['a recall of 0', { recall: 0 }],
    ['a recall above 1', { recall: 1.1 }],
    ['a recall that is no number', { recall: Number.NaN }],
    ['a p95 of 0', { p95: 0 }],
    ['k = 0', { k: 0 }],
    ['a filter that is none', { filter: [1, 2] as never }],
  ])('when it is asked for %s', async (_, options) => {
    const index = await PartialIndex.of(rows, DIMENSIONS, SHARES);
    index.tuning = before;
    const error = await rejectionOf(tune(index, queries, options));
    expect(error).toBeInstanceOf(LanewiseError);
    expect(error).toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(index.tuning).toBe(before);
  });

  test('when there are no queries, parts of one, or no efforts', async () => {
    const index = await PartialIndex.of(rows, DIMENSIONS, SHARES);
    expect(await rejectionOf(tune(index, []))).toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(await rejectionOf(tune(index, [1, 2]))).toMatchObject({ code: 'DIMENSION_MISMATCH' });
    const effortless = await PartialIndex.of(rows, DIMENSIONS, []);
    expect(await rejectionOf(tune(effortless, queries))).toMatchObject({ code: 'INVALID_ARGUMENT' });
  });
});
