import { IvfIndex } from 'lanewise';
import { EVERY_METRIC, type Method } from './method.ts';

/** Cells for the square root of so many rows: few enough to rank, small enough to skip most rows. */
const CELLS_A_ROOT = 2;

export const ivf: Method = {
  name: 'ivf',
  title: 'inverted file',
  metrics: EVERY_METRIC,
  async build({ rows: { rows, dimensions, data }, metric }) {
    const start = performance.now();
    const cells = Math.min(rows, Math.round(CELLS_A_ROOT * Math.sqrt(rows)));
    const index = await IvfIndex.create({ dimensions, metric, cells });
    await index.train(data, { seed: 1 });
    index.add(data);
    return { index, buildMilliseconds: performance.now() - start };
  },
};
