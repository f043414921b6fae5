import { IvfIndex, type Metric, Random } from 'lanewise';
import { describe, expect, test } from 'vitest';
import { rankFloat64 } from '../reference/float64.ts';

const DIMENSIONS = 4;
const CELLS = 40;

/** Cells of one row each, so that what is found with k = probes tells which cells were searched. */
async function oneRowCells(rows: Float32Array, metric: Metric): Promise<IvfIndex> {
  const index = await IvfIndex.create({ dimensions: DIMENSIONS, metric, cells: CELLS, codes: 'float32' });
  await index.train(rows);
  index.add(rows);
  return index;
}

describe.each<[string, number]>([
  ['alike', 1],
  ['and one far away from all others', 300],
])('cells %s', (_, farthest) => {
  test.each<Metric>(['l2', 'ip'])(
    'are searched nearest first, alone and in batches, under %s',
    async (metric) => {
      const random = new Random(3);
      const rows = Float32Array.from({ length: CELLS * DIMENSIONS }, () => 2 * random.uniform() - 1);
      rows.set([farthest, 0, 0, 0]);
      using index = await oneRowCells(rows, metric);
      const queries = rows.slice(DIMENSIONS, 21 * DIMENSIONS).map((value) => value + 0.1);
      for (const probes of [1, 2, 3, 5, 8, 13, 20, 39]) {
        const batch = index.search(queries, { k: probes, probes, stats: true });
        expect([...batch.probed!]).toEqual(new Array(20).fill(probes));
        for (let i = 0; i < 20; i++) {
          const query = queries.slice(i * DIMENSIONS, (i + 1) * DIMENSIONS);
          const { ids } = index.search(query, { k: probes, probes });
          expect(batch.ids.slice(i * probes, (i + 1) * probes)).toEqual(ids);
          const ranked = rankFloat64(rows, query, metric);
          const sign = metric === 'l2' ? 1 : -1;
          // A query's code misses 1/126 of its largest value in each dimension, a row's 1/254: cells may change places
          // where their scores differ by less than 2 |q||x| sqrt(d) (1/126 + 1/254) each, twice that under l2.
          const missed = (row: number) => {
            const norm = Math.hypot(...rows.subarray(row * DIMENSIONS, (row + 1) * DIMENSIONS));
            return 2 * Math.hypot(...query) * norm * 2 * (1 / 126 + 1 / 254) * (metric === 'l2' ? 2 : 1);
          };
          const found = new Set(ids);
          const scoreOf = (row: number) => sign * ranked.scores[ranked.ids.indexOf(row)]!;
          for (let row = 0; row < CELLS; row++) {
            if (found.has(row)) continue;
            for (const id of ids) {
              expect(scoreOf(id)).toBeLessThanOrEqual(scoreOf(row) + missed(id) + missed(row));
            }
          }
        }
      }
    },
  );
});
