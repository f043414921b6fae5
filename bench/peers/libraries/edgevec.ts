import { readFileSync } from 'node:fs';
import { exactAnswers } from '../cases.ts';
import type { Data, Searcher } from '../measure.ts';
import { importPeer } from './import-peer.ts';

interface EdgeVecConfig {
  metric: string;
}

interface EdgeVec {
  insert(vector: Float32Array): number;
  search(query: Float32Array, k: number): readonly { readonly id: number }[];
  memoryUsage(): number;
}

interface EdgeVecModule {
  default(source: { module_or_path: BufferSource }): Promise<unknown>;
  readonly EdgeVecConfig: new (dimensions: number) => EdgeVecConfig;
  readonly EdgeVec: new (config: EdgeVecConfig) => EdgeVec;
}

/** Its build takes minutes for all rows. */
const ROWS = 10_000;

function unit(vector: Float32Array): Float32Array {
  const norm = Math.sqrt(vector.reduce((sum, component) => sum + component * component, 0));
  return vector.map((component) => component / norm);
}

/**
 * edgevec's graph over the first rows, by the distance of unit vectors: in 0.9.0 its own cosine metric does not find
 * the nearest rows of vectors that are not of length 1, and its flat index takes bits only.
 */
export async function* searchers({ case: definition, base, queries }: Data): AsyncGenerator<Searcher> {
  const { dimensions, k } = definition;
  const edgevec = await importPeer<EdgeVecModule>('edgevec');
  const wasm = new URL('../node_modules/edgevec/edgevec_bg.wasm', import.meta.url);
  await edgevec.default({ module_or_path: readFileSync(wasm) });
  const start = performance.now();
  const config = new edgevec.EdgeVecConfig(dimensions);
  config.metric = 'l2';
  const index = new edgevec.EdgeVec(config);
  const rowOfId = new Map<number, number>();
  for (let row = 0; row < ROWS; row++) {
    rowOfId.set(index.insert(unit(base.subarray(row * dimensions, (row + 1) * dimensions))), row);
  }
  yield {
    method: `edgevec graph, only ${ROWS.toLocaleString('en-US')} rows`,
    buildSeconds: (performance.now() - start) / 1_000,
    bytes: index.memoryUsage(),
    search: (query) => index.search(unit(query), k).map(({ id }) => rowOfId.get(id) ?? -1),
    truth: exactAnswers(base.subarray(0, ROWS * dimensions), queries, { ...definition, rows: ROWS }),
  };
}
