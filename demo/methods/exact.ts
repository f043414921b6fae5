import { type CommonSearchOptions, capabilities } from 'lanewise';
import { JavaScriptLoop } from '../javascript-loop.ts';
import { EVERY_METRIC, type Method } from './method.ts';

/** Certified search reads codes of every row before anything else: of 4 bits in the relaxed tier, of 8 in the other. */
function shareOfCertified(): number {
  return capabilities().tier === 'relaxed' ? 1 / 8 : 1 / 4;
}

export const loop: Method = {
  name: 'loop',
  title: 'plain JavaScript loop',
  metrics: EVERY_METRIC,
  async build({ rows, metric }) {
    const start = performance.now();
    const index = new JavaScriptLoop(rows, metric);
    return { index, buildMilliseconds: performance.now() - start, bytesRead: rows.data.byteLength };
  },
};

export const scan: Method = {
  name: 'scan',
  title: 'float32 scan',
  metrics: EVERY_METRIC,
  async build({ rows, flat, flatMilliseconds }) {
    return {
      index: {
        dimensions: rows.dimensions,
        search: (queries: Float32Array, options: CommonSearchOptions = {}) =>
          flat.search(queries, { ...options, exact: 'scan' }),
        memoryUsage() {
          const { total, codes } = flat.memoryUsage();
          return { total: total - codes };
        },
      },
      buildMilliseconds: flatMilliseconds,
      bytesRead: rows.data.byteLength,
    };
  },
};

export const certified: Method = {
  name: 'certified',
  title: 'certified exact',
  metrics: EVERY_METRIC,
  async build({ rows, flat, flatMilliseconds }) {
    return {
      index: flat,
      buildMilliseconds: flatMilliseconds,
      bytesRead: rows.data.byteLength * shareOfCertified(),
    };
  },
};
