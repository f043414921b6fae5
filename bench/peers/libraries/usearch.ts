import type { Data, Searcher } from '../measure.ts';
import { importPeer } from './import-peer.ts';

interface Matches {
  readonly keys: BigUint64Array;
}

interface UsearchIndex {
  add(keys: BigUint64Array, vectors: Float32Array, threads: number): void;
  search(queries: Float32Array, k: number, threads: number): Matches;
}

interface Usearch {
  readonly Index: new (options: Readonly<Record<string, string | number | boolean>>) => UsearchIndex;
  exactSearch(
    base: Float32Array,
    queries: Float32Array,
    dimensions: number,
    k: number,
    metric: string,
    threads: number,
  ): Matches;
}

const THREADS = 1;

function rowsOf({ keys }: Matches): ArrayLike<number> {
  return Array.from(keys, Number);
}

/** usearch: its exact search, and its graph with the parameters that it chooses itself. */
export async function* searchers({ case: definition, base }: Data): AsyncGenerator<Searcher> {
  const { rows, dimensions, k, approximate } = definition;
  const metric = definition.metric === 'cosine' ? 'cos' : 'ip';
  const { Index, exactSearch } = await importPeer<Usearch>('usearch');
  // exactSearch reads a view from the start of its buffer (2.25.3), so it gets a copy that starts there.
  const exact = (queries: Float32Array): ArrayLike<number> => {
    return rowsOf(exactSearch(base, queries.slice(), dimensions, k, metric, THREADS));
  };
  if (!approximate) {
    yield { method: 'usearch, exact', bytes: base.byteLength, search: exact, searchBatch: exact };
    return;
  }
  const start = performance.now();
  const index = new Index({
    ...{ dimensions, metric, quantization: 'f32', multi: false },
    ...{ connectivity: 16, expansion_add: 128, expansion_search: 64 },
  });
  index.add(
    BigUint64Array.from({ length: rows }, (_, row) => BigInt(row)),
    base,
    THREADS,
  );
  const search = (queries: Float32Array): ArrayLike<number> => rowsOf(index.search(queries, k, THREADS));
  const buildSeconds = (performance.now() - start) / 1_000;
  yield { method: 'usearch graph, its defaults', buildSeconds, search, searchBatch: search };
}
