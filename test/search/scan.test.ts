import type { Metric } from 'lanewise';
import { describe, expect, test } from 'vitest';
import { type DataShape, EVERY_DISTRIBUTION, makeQueries, makeRows } from '../reference/data.ts';
import { rankFloat32 } from '../reference/float32.ts';
import { float32Tolerance, rankFloat64, scoreFloat64 } from '../reference/float64.ts';
import { expectSameAnswers, indexOf } from './answers.ts';

const METRICS: readonly Metric[] = ['cosine', 'ip', 'l2'];
const SHAPES = [
  [1, 70],
  [2, 33],
  [3, 50],
  [4, 17],
  [5, 64],
  [7, 31],
  [8, 150],
  [9, 100],
  [100, 90],
  [256, 40],
  [299, 35],
] as const;

describe.each(METRICS)('%s', (metric) => {
  test.each(EVERY_DISTRIBUTION)(
    'rows %s: the scan is the float32 reference, to the bit',
    async (distribution) => {
      for (const [dimensions, size] of SHAPES) {
        const shape: DataShape = { distribution, metric, dimensions, size };
        const rows = makeRows(shape, 7 * dimensions);
        using index = await indexOf(rows, dimensions, metric);
        for (const query of split(makeQueries(shape, rows, size), dimensions)) {
          const expected = rankFloat32(rows, query, metric);
          const answers = {
            ids: Int32Array.from(expected.ids),
            scores: Float32Array.from(expected.scores, (score) => score + 0), // scores are never -0
          };
          expectSameAnswers(
            index.search(query, { k: size, exact: 'scan' }),
            answers,
            `${dimensions} x ${size}`,
          );
        }
      }
    },
  );

  test.each(EVERY_DISTRIBUTION)(
    'rows %s: scores and ranks are those of float64 within rounding',
    async (distribution) => {
      for (const [dimensions, size] of SHAPES) {
        const shape: DataShape = { distribution, metric, dimensions, size };
        const rows = makeRows(shape, 11 * dimensions);
        const each = split(rows, dimensions);
        using index = await indexOf(rows, dimensions, metric);
        for (const query of split(makeQueries(shape, rows, size), dimensions)) {
          const tolerances = each.map((row) => float32Tolerance(query, row, metric));
          // Sorted, two lists whose entries differ by at most t differ by at most t rank by rank.
          const loosest = Math.max(...tolerances);
          const ranked = rankFloat64(rows, query, metric);
          const { ids, scores } = index.search(query, { k: size });
          ids.forEach((id, rank) => {
            const missed = Math.abs(scores[rank]! - scoreFloat64(query, each[id]!, metric));
            if (missed > tolerances[id]!) expect.fail(`row ${id} of ${dimensions}: off by ${missed}`);
            const displaced = Math.abs(scores[rank]! - ranked.scores[rank]!);
            if (displaced > loosest) expect.fail(`rank ${rank} of ${dimensions}: off by ${displaced}`);
          });
          expect(new Set(ids).size).toBe(size);
        }
      }
    },
  );

  test('a scan over several segments is the float32 reference, to the bit', async () => {
    const shape: DataShape = { distribution: 'clustered', metric, dimensions: 5, size: 16_400 };
    const rows = makeRows(shape, 8);
    using index = await indexOf(rows, 5, metric);
    for (const query of split(makeQueries(shape, rows, 9), 5).slice(0, 5)) {
      const { ids, scores } = rankFloat32(rows, query, metric);
      const expected = {
        ids: Int32Array.from(ids.slice(0, 50)),
        scores: Float32Array.from(scores.slice(0, 50)),
      };
      expectSameAnswers(index.search(query, { k: 50, exact: 'scan' }), expected);
    }
  });
});

function split(values: Float32Array, dimensions: number): Float32Array[] {
  return Array.from({ length: values.length / dimensions }, (_, i) =>
    values.slice(i * dimensions, (i + 1) * dimensions),
  );
}
