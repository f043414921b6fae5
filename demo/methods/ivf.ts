import { type CellCodes, IvfIndex } from 'lanewise';
import { EVERY_METRIC, type Method } from './method.ts';

/** Cells for the square root of so many rows: few enough to rank, small enough to skip most rows. */
const CELLS_A_ROOT = 2;

function inverted(name: string, title: string, codes: CellCodes): Method {
  return {
    name,
    title,
    metrics: EVERY_METRIC,
    async build({ rows: { rows, dimensions, data }, metric }, options) {
      const start = performance.now();
      const cells = Math.min(rows, Math.round(CELLS_A_ROOT * Math.sqrt(rows)));
      const index = await IvfIndex.create({ dimensions, metric, cells, codes });
      await index.train(data, { ...options, seed: 1 });
      index.add(data);
      return { index, buildMilliseconds: performance.now() - start };
    },
  };
}

export const ivf: Method = inverted('ivf', 'inverted file', 'int8');
export const ivfPq4: Method = inverted('ivf-pq4', 'inverted file pq4', 'pq4');
export const ivfBits: Method = inverted('ivf-bits', 'inverted file bits', 'bits');
