import { Bitmap, type Metric } from 'lanewise';
import { describe, expect, test } from 'vitest';
import { type DataShape, makeQueries, makeRows } from '../reference/data.ts';
import { rankFloat32 } from '../reference/float32.ts';
import { expectSameAnswers, indexOf } from './answers.ts';

const METRICS: readonly Metric[] = ['cosine', 'ip', 'l2'];
const METHODS = ['certified', 'scan'] as const;

describe.each(METRICS)('range under %s', (metric) => {
  const sign = metric === 'l2' ? -1 : 1;

  test('gives the rows of the reference whose scores reach the radius, best first', async () => {
    for (const distribution of ['bell', 'clustered', 'nearly tied', 'duplicated'] as const) {
      const shape: DataShape = { distribution, metric, dimensions: 5, size: 8500 };
      const rows = makeRows(shape, 1);
      using index = await indexOf(rows, 5, metric);
      const query = makeQueries(shape, rows, 2).slice(0, 5);
      const { ids, scores } = rankFloat32(rows, query, metric);
      for (const at of [0, 10, 4000, 8499]) {
        const radius = scores[at]!;
        const count = scores.filter((score) => sign * (score - radius) >= 0).length;
        const expected = {
          ids: Int32Array.from(ids.slice(0, count)),
          scores: Float32Array.from(scores.slice(0, count), (score) => score + 0),
        };
        for (const exact of METHODS)
          expectSameAnswers(index.range(query, { radius, exact }), expected, distribution);
      }
    }
  });

  test('includes scores equal to the radius, and compares float32 scores with the radius as it is', async () => {
    // Rows 1 and 2 mirror each other; row 0 is better by cosine and l2, and worse by ip.
    using index = await indexOf(Float32Array.of(1, 1, 1, 2, 2, 1), 2, metric);
    const [score] = index.search([1, 1], { k: 1, filter: Bitmap.of([1]) }).scores;
    const better = metric === 'ip' ? [] : [0];
    // 2^-40 of the score is nothing to float32, which would round the radius to the score.
    const step = sign * Math.abs(score!) * 2 ** -40;
    for (const exact of METHODS) {
      const found = (radius: number) => [...index.range([1, 1], { radius, exact }).ids];
      expect(found(score!)).toEqual([...better, 1, 2]);
      expect(found(score! - step)).toEqual([...better, 1, 2]);
      expect(found(score! + step)).toEqual(better);
    }
  });

  test('an infinite radius leaves all rows or none', async () => {
    using index = await indexOf(Float32Array.of(1, 2, 3, 4, 5, 6), 2, metric);
    for (const exact of METHODS) {
      const all = index.range([1, 1], { radius: -sign * Number.POSITIVE_INFINITY, exact }).ids;
      const none = index.range([1, 1], { radius: sign * Number.POSITIVE_INFINITY, exact }).ids;
      expect([all.length, none.length]).toEqual([3, 0]);
      const beyondFloat32 = index.range([1, 1], { radius: -sign * 1e300, exact }).ids;
      expect(beyondFloat32.length).toBe(3);
    }
  });

  test('takes a filter, and tells the rows that were scored', async () => {
    const shape: DataShape = { distribution: 'clustered', metric, dimensions: 16, size: 9000 };
    const rows = makeRows(shape, 3);
    using index = await indexOf(rows, 16, metric);
    const query = rows.slice(0, 16);
    const { ids, scores } = rankFloat32(rows, query, metric);
    const filter = Bitmap.of(ids.filter((id) => id % 3 === 0));
    const expected = ids.filter((id, rank) => id % 3 === 0 && sign * (scores[rank]! - scores[50]!) >= 0);
    for (const exact of METHODS) {
      const found = index.range(query, { radius: scores[50]!, filter, exact, stats: true });
      expect([...found.ids]).toEqual(expected);
      const [rescored] = found.rescored!;
      expect(exact === 'scan' ? rescored === 9000 : rescored! >= expected.length && rescored! < 3000).toBe(
        true,
      );
    }
  });
});

test('range under l2: a negative radius leaves nothing, 0 the row itself', async () => {
  using index = await indexOf(Float32Array.of(1, 2, 1, 2, 1, 2.0001), 2, 'l2');
  expect(index.range([1, 2], { radius: -1e-60 }).ids.length).toBe(0);
  expect(index.range([1, 2], { radius: 0 }).ids).toEqual(Int32Array.of(0, 1));
  expect(index.range([1, 2], { radius: 1e-60 }).ids).toEqual(Int32Array.of(0, 1));
});
