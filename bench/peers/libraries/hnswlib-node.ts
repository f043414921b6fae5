import type { Data, Searcher } from '../measure.ts';
import { importPeer } from './import-peer.ts';

interface HnswlibIndex {
  initIndex(options: { maxElements: number; m: number; efConstruction: number; randomSeed: number }): void;
  addPoint(point: number[], label: number): void;
  setEf(ef: number): void;
  searchKnn(query: number[], k: number): { neighbors: number[] };
}

interface Hnswlib {
  readonly default: { readonly HierarchicalNSW: new (space: string, dimensions: number) => HnswlibIndex };
}

/** hnswlib compiled for Node. It takes plain arrays only, so a query is converted as its user would have to. */
export async function* searchers({ case: definition, base }: Data): AsyncGenerator<Searcher> {
  const { rows, dimensions, metric, k } = definition;
  const { HierarchicalNSW } = (await importPeer<Hnswlib>('hnswlib-node')).default;
  const start = performance.now();
  const index = new HierarchicalNSW(metric, dimensions);
  index.initIndex({ maxElements: rows, m: 16, efConstruction: 200, randomSeed: 1 });
  for (let row = 0; row < rows; row++) {
    index.addPoint(Array.from(base.subarray(row * dimensions, (row + 1) * dimensions)), row);
  }
  const buildSeconds = (performance.now() - start) / 1_000;
  for (const ef of [60, 120, 240]) {
    index.setEf(ef);
    yield {
      method: `hnswlib-node, M 16, ef ${ef}`,
      buildSeconds,
      search: (query) => index.searchKnn(Array.from(query), k).neighbors,
    };
  }
}
