import { HnswIndex } from 'lanewise';
import { EVERY_METRIC, type Method } from './method.ts';

export const hnsw: Method = {
  name: 'hnsw',
  title: 'graph (HNSW)',
  metrics: EVERY_METRIC,
  async build({ rows: { dimensions, data }, metric }, options) {
    const start = performance.now();
    const index = await HnswIndex.create({ dimensions, metric, m: 16, efConstruction: 200, seed: 1 });
    await index.build(data, options);
    return { index, buildMilliseconds: performance.now() - start };
  },
};
