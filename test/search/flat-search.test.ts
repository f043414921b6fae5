import { Bitmap, FlatIndex, type Metric } from 'lanewise';
import { describe, expect, test } from 'vitest';
import { makeQueries, makeRows } from '../reference/data.ts';
import { rankFloat32 } from '../reference/float32.ts';
import { expectSameAnswers, indexOf } from './answers.ts';

const METRICS: readonly Metric[] = ['cosine', 'ip', 'l2'];

describe('search', () => {
  test.each([
    ['cosine', [8 / 10, 6 / 10, -3 / 5]],
    ['ip', [5 * 8, 5 * 6, 5 * -3]],
    ['l2', [3 ** 2 + 6 ** 2, 1 + 8 ** 2, 8 ** 2 + 4 ** 2]],
  ] as const)('%s scores are those of its definition', async (metric, expected) => {
    // Query (5, 0); rows (6, 8), (8, 6) and (-3, 4): |rows| = 10, 10, 5.
    using index = await indexOf(Float32Array.of(6, 8, 8, 6, -3, 4), 2, metric);
    const { ids, scores } = index.search([5, 0], { k: 3 });
    expect(ids).toEqual(Int32Array.of(1, 0, 2));
    expect(scores).toEqual(Float32Array.from(expected));
  });

  test('fills what too few rows leave with id -1 and the worst score', async () => {
    for (const metric of METRICS) {
      using index = await indexOf(Float32Array.of(1, 0, 0, 1), 2, metric);
      const { ids, scores, k } = index.search([1, 0, 0, 1], { k: 3 });
      const [worst, far] = metric === 'l2' ? [Number.POSITIVE_INFINITY, 2] : [Number.NEGATIVE_INFINITY, 0];
      const near = metric === 'l2' ? 0 : 1;
      expect(k).toBe(3);
      expect(ids).toEqual(Int32Array.of(0, 1, -1, 1, 0, -1));
      expect(scores).toEqual(Float32Array.of(near, far, worst, near, far, worst));
    }
  });

  test('an empty index answers with nothing, and no query with no answer', async () => {
    using index = await FlatIndex.create({ dimensions: 2, metric: 'ip' });
    expect(index.search([1, 2], { k: 2 }).ids).toEqual(Int32Array.of(-1, -1));
    expect(index.search([], { k: 2 }).ids).toEqual(new Int32Array(0));
    expect(index.range([1, 2], { radius: 0 }).ids).toEqual(new Int32Array(0));
  });

  test('finds ten results unless told otherwise', async () => {
    using index = await indexOf(new Float32Array(20).fill(1), 1, 'ip');
    expect(index.search([1]).ids).toEqual(Int32Array.from({ length: 10 }, (_, i) => i));
  });

  test('equal scores come by lower id, in whatever order the rows were added', async () => {
    const ids = Int32Array.from({ length: 9000 }, (_, i) => (i * 7919) % 9000); // 7919 is prime: a permutation
    for (const metric of METRICS) {
      using index = await FlatIndex.create({ dimensions: 3, metric });
      index.add(new Float32Array(27_000).fill(0.3), { ids });
      for (const exact of ['certified', 'scan'] as const) {
        for (const count of [1, 4]) {
          const { ids: found } = index.search(new Float32Array(3 * count).fill(0.7), { k: 5, exact });
          expect([...found]).toEqual(Array.from({ length: 5 * count }, (_, i) => i % 5));
        }
      }
    }
  });

  test('a query given as an array is the query rounded to float32', async () => {
    using index = await indexOf(Float32Array.of(1, 3), 1, 'ip');
    const expected = index.search(Float32Array.of(0.1), { k: 2 });
    expectSameAnswers(index.search([0.1], { k: 2 }), expected);
  });

  test('leaves the queries as they were', async () => {
    using index = await indexOf(Float32Array.of(1, 2, 3, 4), 2, 'cosine');
    const query = Float32Array.of(30, 40);
    index.search(query, { k: 1 });
    expect(query).toEqual(Float32Array.of(30, 40));
  });

  test('gives answers of their own: a later search does not change them', async () => {
    using index = await indexOf(Float32Array.of(1, 2), 1, 'ip');
    const first = index.search([1], { k: 2 });
    index.search([-1], { k: 2 });
    expect([...first.ids, ...first.scores]).toEqual([1, 0, 2, 1]);
  });

  test('tells the rows that were scored: all in a scan, a few of clustered rows by bounds', async () => {
    const shape = { distribution: 'clustered', metric: 'ip', dimensions: 64, size: 9000 } as const;
    const rows = makeRows(shape, 1);
    using index = await indexOf(rows, 64, 'ip');
    for (const count of [1, 7]) {
      const queries = rows.slice(0, 64 * count);
      const scanned = index.search(queries, { k: 10, exact: 'scan', stats: true }).rescored!;
      const certified = index.search(queries, { k: 10, stats: true }).rescored!;
      expect(scanned).toEqual(new Int32Array(count).fill(9000));
      expect(certified.length).toBe(count);
      // At least the ten results; beyond these, less than the rows of the query's own cluster, some 9000 / 12.
      for (const rescored of certified) expect(rescored >= 10 && rescored < 9000 / 12).toBe(true);
      // Where a quarter of the rows is wanted, bounds would turn little away, and every row is scored.
      expect(index.search(queries, { k: 9000 / 4, stats: true }).rescored).toEqual(scanned);
    }
    expect(index.search(rows.slice(0, 64))).not.toHaveProperty('rescored');
  });
});

describe('a filter', () => {
  const shape = { distribution: 'bell', metric: 'ip', dimensions: 8, size: 9000 } as const;
  const rows = makeRows(shape, 5);
  const query = makeQueries(shape, rows, 6).slice(0, 8);
  const ranked = rankFloat32(rows, query, 'ip').ids;

  test.each([
    ['a few ids', 5000],
    ['some of the ids', 40],
    ['most of the ids', 2],
    ['every id', 1],
  ])('of %s leaves the best of these', async (_, every) => {
    using index = await indexOf(rows, 8, 'ip');
    const isAllowed = (id: number) => id % every === 0;
    const filter = Bitmap.of(ranked.filter(isAllowed));
    const expected = [...ranked.filter(isAllowed).slice(0, 10), ...new Array(10).fill(-1)].slice(0, 10);
    for (const exact of ['certified', 'scan'] as const) {
      expect([...index.search(query, { k: 10, filter, exact }).ids]).toEqual(expected);
    }
  });

  test('passes over ids that no row has, and rows whose ids lie beyond it', async () => {
    using index = await FlatIndex.create({ dimensions: 1, metric: 'ip' });
    index.add([5, 4, 3], { ids: [1, 100_000, 2] });
    const filter = Bitmap.of([2, 3, 64, 1]);
    expect(index.search([1], { k: 3, filter }).ids).toEqual(Int32Array.of(1, 2, -1));
    expect(index.range([1], { radius: 0, filter }).ids).toEqual(Int32Array.of(1, 2));
  });

  test('that is empty leaves nothing', async () => {
    using index = await indexOf(rows, 8, 'ip');
    for (const filter of [new Bitmap(), Bitmap.of([]), Bitmap.of([3]).delete(3)]) {
      expect(index.search(query, { k: 1, filter }).ids).toEqual(Int32Array.of(-1));
    }
  });

  test('follows removals: an allowed row that is gone is not found', async () => {
    using index = await indexOf(rows, 8, 'ip');
    const filter = Bitmap.of(ranked.slice(0, 3));
    index.remove(ranked[0]!);
    expect([...index.search(query, { k: 3, filter }).ids]).toEqual([ranked[1], ranked[2], -1]);
  });
});
