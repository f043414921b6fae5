import { readFileSync } from 'node:fs';
import { FlatIndex, type Metric, readNpy } from 'lanewise';
import { expect, test } from 'vitest';
import { expectSameAnswers } from './answers.ts';

const DIMENSIONS = 100;
const QUERIES = 40;

/** 12 000 words of GloVe; every 300th is a query and not in the index. */
function splitWords(): { rows: Float32Array; queries: Float32Array } {
  const words = readNpy(readFileSync('demo/data/glove-40k.npy')).data as Float32Array;
  const rows: number[] = [];
  const queries: number[] = [];
  for (let word = 0; word < 300 * QUERIES; word++) {
    const target = word % 300 === 299 ? queries : rows;
    target.push(...words.subarray(word * DIMENSIONS, (word + 1) * DIMENSIONS));
  }
  return { rows: Float32Array.from(rows), queries: Float32Array.from(queries) };
}

test.each<Metric>(['cosine', 'ip', 'l2'])(
  'on word vectors, %s answers as the scan and scores few rows',
  async (metric) => {
    const { rows, queries } = splitWords();
    using index = await FlatIndex.create({ dimensions: DIMENSIONS, metric });
    index.add(rows);

    const certified = index.search(queries, { k: 10, stats: true });

    expectSameAnswers(certified, index.search(queries, { k: 10, exact: 'scan' }), metric);
    for (let query = 0; query < QUERIES; query++) {
      const vector = queries.subarray(query * DIMENSIONS, (query + 1) * DIMENSIONS);
      const alone = index.search(vector, { k: 10 });
      expect(alone.ids).toEqual(certified.ids.slice(10 * query, 10 * query + 10));
      expect(alone.scores).toEqual(certified.scores.slice(10 * query, 10 * query + 10));
    }
    const scored = certified.rescored!.reduce((sum, count) => sum + count, 0) / QUERIES;
    expect(scored).toBeLessThan(index.size / 20);
  },
);
