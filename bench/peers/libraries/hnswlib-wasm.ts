import type { Data, Searcher } from '../measure.ts';
import { importPeer } from './import-peer.ts';

interface HnswlibIndex {
  initIndex(maxElements: number, m: number, efConstruction: number, randomSeed: number): void;
  addPoints(points: readonly Float32Array[], labels: readonly number[], replaceDeleted: boolean): void;
  setEfSearch(ef: number): void;
  searchKnn(query: Float32Array, k: number, filter: undefined): { neighbors: number[] };
}

interface Hnswlib {
  HierarchicalNSW: new (space: string, dimensions: number, autoSaveFilename: string) => HnswlibIndex;
}

/**
 * hnswlib compiled to WebAssembly, for browsers only: in Node it refuses to start without a `window`, and its loader
 * wants an IndexedDB. The module inside (0.8.2's file name) needs neither once a window is there.
 */
async function loadHnswlib(): Promise<Hnswlib> {
  Object.assign(globalThis, { window: globalThis });
  const { default: instantiate } = await importPeer<{ default: () => Promise<Hnswlib> }>(
    'hnswlib-wasm/dist/hnswlib-317962d7.js',
  );
  return instantiate();
}

export async function* searchers({ case: definition, base }: Data): AsyncGenerator<Searcher> {
  const { rows, dimensions, metric, k } = definition;
  const { HierarchicalNSW } = await loadHnswlib();
  const start = performance.now();
  const index = new HierarchicalNSW(metric, dimensions, '');
  index.initIndex(rows, 16, 200, 1);
  const labels = Array.from({ length: rows }, (_, row) => row);
  const points = labels.map((row) => base.subarray(row * dimensions, (row + 1) * dimensions));
  index.addPoints(points, labels, false);
  const buildSeconds = (performance.now() - start) / 1_000;
  for (const ef of [80, 320]) {
    index.setEfSearch(ef);
    yield {
      method: `hnswlib-wasm, M 16, ef ${ef}`,
      buildSeconds,
      search: (query) => index.searchKnn(query, k, undefined).neighbors,
    };
  }
}
