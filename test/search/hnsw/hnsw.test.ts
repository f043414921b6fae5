import { Bitmap, HnswIndex, type Metric } from 'lanewise';
import { describe, expect, test } from 'vitest';
import { errorOf } from '../../host/error-of.ts';
import { makeQueries, makeRows } from '../../reference/data.ts';
import { rankFloat32 } from '../../reference/float32.ts';
import { sameBytes } from '../answers.ts';
import { TUNING } from './tuning.ts';

const METRICS: readonly Metric[] = ['cosine', 'ip', 'l2'];

describe.each(METRICS)('under %s', (metric) => {
  // 7 dimensions: rows are padded, in memory and in codes. 3000 rows: beams pay, where few rows are just scanned.
  const shape = { distribution: 'bell', metric, dimensions: 7, size: 3000 } as const;
  const rows = makeRows(shape, 1);
  const queries = makeQueries(shape, rows, 2);

  test('finds what a reference ranks first, with its float32 scores', async () => {
    using index = await HnswIndex.create({ dimensions: 7, metric });
    index.add(rows);
    const { ids, scores, visited } = index.search(queries, { k: 5, ef: 60, stats: true });
    let found = 0;
    for (let query = 0; query < 14; query++) {
      const ranked = rankFloat32(rows, queries.slice(7 * query, 7 * query + 7), metric);
      const best = new Set(ranked.ids.slice(0, 5));
      for (let i = 5 * query; i < 5 * query + 5; i++) {
        if (best.has(ids[i]!)) found++;
        expect(scores[i]).toBe(ranked.scores[ranked.ids.indexOf(ids[i]!)]);
      }
      expect(visited![query]).toBeGreaterThan(0);
    }
    expect(found / 70).toBeGreaterThan(0.9);
  });

  test('an exact search is that of the reference', async () => {
    using index = await HnswIndex.create({ dimensions: 7, metric });
    index.add(rows);
    const { ids, visited } = index.search(queries.slice(0, 7), { k: 20, exact: true, stats: true });
    expect([...ids]).toEqual(rankFloat32(rows, queries.slice(0, 7), metric).ids.slice(0, 20));
    expect(visited).toEqual(Int32Array.of(0));
  });

  test('a range is every row that reaches the radius', async () => {
    using index = await HnswIndex.create({ dimensions: 7, metric });
    index.add(rows);
    const ranked = rankFloat32(rows, queries.slice(0, 7), metric);
    const { ids, scores } = index.range(queries.slice(0, 7), { radius: ranked.scores[17]! });
    expect([...ids]).toEqual(ranked.ids.slice(0, 18));
    expect([...scores]).toEqual(ranked.scores.slice(0, 18));
  });

  test('rows that are all alike are all found', async () => {
    using index = await HnswIndex.create({ dimensions: 3, metric });
    index.add(new Float32Array(3 * 2000).fill(0.5));
    const { ids } = index.search([1, 2, 3], { k: 25, ef: 30 });
    expect(new Set(ids).size).toBe(25);
    expect(ids.every((id) => id >= 0 && id < 2000)).toBe(true);
  });
});

test('replacing a row is as removing it and adding the new one', async () => {
  using index = await HnswIndex.create({ dimensions: 2, metric: 'l2' });
  index.add(Float32Array.from({ length: 2000 }, (_, i) => i));
  expect(index.add([5000, 5000], { ids: [3], replace: true })).toEqual(Int32Array.of(3));
  expect([index.size, index.get(3)]).toEqual([1000, Float32Array.of(5000, 5000)]);
  expect(index.search([5000, 5001], { k: 1, ef: 10 }).ids).toEqual(Int32Array.of(3));
  expect(index.search([6, 7], { k: 1, ef: 10 }).ids).not.toEqual(Int32Array.of(3));
});

test('ids are the next ones unless given, and removed ones are gone', async () => {
  using index = await HnswIndex.create({ dimensions: 1, metric: 'ip' });
  expect(index.add([1, 2, 3])).toEqual(Int32Array.of(0, 1, 2));
  expect(index.add([4], { ids: [10] })).toEqual(Int32Array.of(10));
  expect(index.add([5])).toEqual(Int32Array.of(11));
  expect(index.remove([1, 99, 10])).toBe(2);
  expect(index.remove(1)).toBe(0);
  expect([index.has(1), index.has(2), index.get(1)]).toEqual([false, true, undefined]);
  expect(index.search([1], { k: 9 }).ids).toEqual(Int32Array.of(11, 2, 0, -1, -1, -1, -1, -1, -1));
});

test('an empty index answers with no ids, and so does one whose rows are all removed', async () => {
  using index = await HnswIndex.create({ dimensions: 2, metric: 'l2' });
  const none = { ids: Int32Array.of(-1, -1), scores: Float32Array.of(Infinity, Infinity), k: 2 };
  expect(index.search([1, 2], { k: 2 })).toEqual(none);
  index.add(new Float32Array(2 * 9000).fill(1));
  index.remove(Int32Array.from({ length: 9000 }, (_, i) => i));
  expect(index.search([1, 2], { k: 2 })).toEqual(none);
  index.add([3, 4]);
  expect(index.search([1, 2], { k: 2 }).ids).toEqual(Int32Array.of(9000, -1));
});

describe('k, ef and filter', () => {
  const rows = makeRows({ distribution: 'bell', metric: 'cosine', dimensions: 5, size: 2000 }, 3);
  const query = rows.slice(0, 5);

  test('k above the number of rows gives them all', async () => {
    using index = await HnswIndex.create({ dimensions: 5 });
    index.add(rows);
    const { ids } = index.search(query, { k: 2500, ef: 1 });
    expect(new Set(ids.slice(0, 2000)).size).toBe(2000);
    expect(ids.slice(2000).every((id) => id === -1)).toBe(true);
  });

  test('ef below k counts as k', async () => {
    using index = await HnswIndex.create({ dimensions: 5 });
    index.add(rows);
    expect(index.search(query, { k: 40, ef: 1 })).toEqual(index.search(query, { k: 40, ef: 40 }));
    expect(index.search(query, { k: 40, ef: 1 }).ids.every((id) => id >= 0)).toBe(true);
  });

  test('a filter of ids that no row has finds nothing', async () => {
    using index = await HnswIndex.create({ dimensions: 5 });
    index.add(rows);
    expect(index.search(query, { k: 2, filter: Bitmap.of([5000, 6000]) }).ids).toEqual(Int32Array.of(-1, -1));
    const many = Bitmap.of(Int32Array.from({ length: 2000 }, (_, i) => 2000 + i));
    expect(index.search(query, { k: 2, ef: 1, filter: many }).ids).toEqual(Int32Array.of(-1, -1));
  });

  test('rows on the far side that alone pass a filter are found', async () => {
    using index = await HnswIndex.create({ dimensions: 5 });
    index.add(rows);
    const farthest = index.search(query, { k: 2000, exact: true }).ids.slice(1000);
    const { ids } = index.search(query, { k: 7, ef: 2, filter: Bitmap.of(farthest) });
    expect(new Set(ids).size).toBe(7);
    expect(ids.every((id) => farthest.includes(id))).toBe(true);
  });

  test('the ef of a tuning is the one that searches take', async () => {
    using index = await HnswIndex.create({ dimensions: 5 });
    index.add(rows);
    const visited = (options: object) => index.search(query, { k: 1, stats: true, ...options }).visited![0]!;
    const [few, many] = [visited({ ef: 2 }), visited({ ef: 40 })];
    index.tuning = { ...TUNING, effort: { ef: 2 } };
    expect(few).toBeLessThan(many);
    expect(visited({})).toBe(few);
    expect(visited({ ef: 40 })).toBe(many);
    expect(index.efforts().every(({ ef }, i, all) => i === 0 || ef! > all[i - 1]!['ef']!)).toBe(true);
  });
});

describe('what cannot be is refused, and changes nothing', () => {
  test.each<[string, object]>([
    ['no dimensions', {}],
    ['m of 1', { dimensions: 3, m: 1 }],
    ['m of 129', { dimensions: 3, m: 129 }],
    ['efConstruction of 0', { dimensions: 3, efConstruction: 0 }],
    ['a seed of 0.5', { dimensions: 3, seed: 0.5 }],
    ['an unknown metric', { dimensions: 3, metric: 'hamming' }],
  ])('create with %s', async (_, options) => {
    await expect(HnswIndex.create(options as never)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  test.each<[string, string, (index: HnswIndex) => unknown]>([
    ['part of a row', 'DIMENSION_MISMATCH', (index) => index.add([1, 2, 3, 4])],
    ['a row of NaN', 'INVALID_VALUE', (index) => index.add([1, 2, 3, 1, Number.NaN, 2])],
    ['a zero vector', 'ZERO_VECTOR', (index) => index.add([1, 2, 3, 0, 0, 0])],
    ['an id that is there', 'DUPLICATE_ID', (index) => index.add([1, 2, 3], { ids: [7] })],
    ['an id twice', 'DUPLICATE_ID', (index) => index.add([1, 2, 3, 4, 5, 6], { ids: [9000, 9000] })],
    ['fewer ids than rows', 'DIMENSION_MISMATCH', (index) => index.add([1, 2, 3], { ids: [] })],
    ['a query of NaN', 'INVALID_VALUE', (index) => index.search([Number.NaN, 1, 1])],
    ['k of 0', 'INVALID_ARGUMENT', (index) => index.search([1, 2, 3], { k: 0 })],
    ['ef of 0', 'INVALID_ARGUMENT', (index) => index.search([1, 2, 3], { ef: 0 })],
    ['ef of 1.5', 'INVALID_ARGUMENT', (index) => index.search([1, 2, 3], { ef: 1.5 })],
    [
      'a function for a filter',
      'INVALID_ARGUMENT',
      (index) => index.search([1, 2, 3], { filter: (() => true) as never }),
    ],
    ['a radius of NaN', 'INVALID_ARGUMENT', (index) => index.range([1, 2, 3], { radius: Number.NaN })],
    ['a negative id to remove', 'INVALID_ARGUMENT', (index) => index.remove([-1])],
  ])('%s is %s', async (_, code, call) => {
    const shape = { distribution: 'bell', metric: 'cosine', dimensions: 3, size: 900 } as const;
    using index = await HnswIndex.create({ dimensions: 3 });
    index.add(makeRows(shape, 1));
    const before = index.toBytes();
    const { total } = index.memoryUsage();
    expect(errorOf(() => call(index)).code).toBe(code);
    expect(index.memoryUsage().total).toBe(total);
    expect(sameBytes(index.toBytes(), before)).toBe(true);
    expect(index.add([1, 2, 3])).toEqual(Int32Array.of(900)); // no id was used up
  });
});
