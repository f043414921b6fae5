import type { Metric } from 'lanewise';
import { describe, expect, test } from 'vitest';
import { type DataShape, EVERY_DISTRIBUTION, makeQueries, makeRows } from '../reference/data.ts';
import { expectSameAnswers, indexOf } from './answers.ts';

const METRICS: readonly Metric[] = ['cosine', 'ip', 'l2'];

// Segments hold 8192 rows up to 64 dimensions, 4096 at 100, 2048 at 256, 1024 at 300: every second shape spans two or
// three of them. Sizes off the multiples of 16 leave a block part empty.
const SHAPES = [
  [1, 8201],
  [2, 300],
  [3, 8195],
  [5, 37],
  [7, 1000],
  [8, 8500],
  [9, 16],
  [100, 4150],
  [101, 200],
  [256, 2100],
  [300, 1100],
] as const;

/** Queries a call: alone (codes, or nibbles where the tier has them), too few for a tile, and in tiles with a rest. */
const BATCHES = [1, 2, 14];

describe.each(METRICS)('%s', (metric) => {
  test.each(EVERY_DISTRIBUTION)('rows %s: bounds and scan answer alike, to the bit', async (distribution) => {
    for (const [dimensions, size] of SHAPES) {
      const shape: DataShape = { distribution, metric, dimensions, size };
      const rows = makeRows(shape, 100 * dimensions + size);
      const queries = makeQueries(shape, rows, dimensions);
      using index = await indexOf(rows, dimensions, metric);
      for (const k of [1, 3, 10, 100]) {
        const all = index.search(queries, { k, exact: 'scan' });
        for (const batch of BATCHES) {
          for (let first = 0; first < 14; first += batch) {
            const answers = index.search(queries.slice(first * dimensions, (first + batch) * dimensions), {
              k,
            });
            const [from, to] = [first * k, Math.min(14, first + batch) * k];
            const expected = { ids: all.ids.subarray(from, to), scores: all.scores.subarray(from, to) };
            expectSameAnswers(
              answers,
              expected,
              `${dimensions} x ${size}, k ${k}, queries ${first} + ${batch}`,
            );
          }
        }
      }
    }
  });

  test('batches of 1 to 14 queries answer as their queries do one by one', async () => {
    const shape: DataShape = { distribution: 'clustered', metric, dimensions: 20, size: 8300 };
    const rows = makeRows(shape, 1);
    const queries = makeQueries(shape, rows, 2);
    using index = await indexOf(rows, 20, metric);
    const alone = Array.from({ length: 14 }, (_, i) =>
      index.search(queries.slice(20 * i, 20 * i + 20), { k: 5 }),
    );
    for (let batch = 1; batch <= 14; batch++) {
      const { ids, scores } = index.search(queries.slice(0, 20 * batch), { k: 5 });
      for (let i = 0; i < batch; i++) {
        const one = { ids: ids.slice(5 * i, 5 * i + 5), scores: scores.slice(5 * i, 5 * i + 5) };
        expectSameAnswers(one, alone[i]!, `query ${i} of ${batch}`);
      }
    }
  });

  test.each(['bell', 'nearly tied'] as const)(
    'rows %s: k up to and beyond the size answers as the scan',
    async (distribution) => {
      for (const size of [1, 15, 16, 17, 400, 8250]) {
        const shape: DataShape = { distribution, metric, dimensions: 6, size };
        const rows = makeRows(shape, size);
        const queries = makeQueries(shape, rows, 3).slice(0, 6 * 4);
        using index = await indexOf(rows, 6, metric);
        for (const k of [1, Math.ceil(size / 4) - 1, Math.ceil(size / 4), size - 1, size, size + 5]) {
          if (k < 1) continue;
          const expected = index.search(queries, { k, exact: 'scan' });
          expectSameAnswers(index.search(queries, { k }), expected, `${k} of ${size}`);
          expect(expected.ids.filter((id) => id >= 0).length).toBe(4 * Math.min(k, size));
        }
      }
    },
  );

  test('more than 120 queries, which take several batches, answer as the scan', async () => {
    const shape: DataShape = { distribution: 'bell', metric, dimensions: 12, size: 900 };
    using index = await indexOf(makeRows(shape, 4), 12, metric);
    const queries = makeRows({ ...shape, size: 263 }, 5);
    expectSameAnswers(index.search(queries, { k: 7 }), index.search(queries, { k: 7, exact: 'scan' }));
  });
});
