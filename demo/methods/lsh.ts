import { LshIndex } from 'lanewise';
import type { Method } from './method.ts';

/** A table has so many buckets that each would hold so many rows, were these spread evenly. */
const ROWS_A_BUCKET = 4;
const TABLES = 12;

export const lsh: Method = {
  name: 'lsh',
  title: 'hash tables (LSH)',
  metrics: ['cosine'],
  async build({ rows: { rows, dimensions, data } }, options) {
    const start = performance.now();
    const bits = Math.max(1, Math.round(Math.log2(rows / ROWS_A_BUCKET)));
    const index = await LshIndex.create({ dimensions, tables: TABLES, bits, seed: 1 });
    await index.build(data, options);
    return { index, buildMilliseconds: performance.now() - start };
  },
};
