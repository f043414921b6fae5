import { readFileSync } from 'node:fs';
import { FlatIndex, readNpy } from 'lanewise';

export const DIMENSIONS = 100;

/** Word vectors of the demo, GloVe: rows x 100, and held-out queries. */
export interface Words {
  readonly rows: Float32Array;
  readonly queries: Float32Array;
  readonly size: number;
}

/** The first `size` words that are no queries, and every 200th word of 40 000 as one of 200 queries. */
export function readWords(size: number): Words {
  const words = readNpy(readFileSync('demo/data/glove-40k.npy')).data as Float32Array;
  const rows = new Float32Array(size * DIMENSIONS);
  const queries = new Float32Array(200 * DIMENSIONS);
  for (let word = 0, row = 0, query = 0; word < 40_000; word++) {
    const vector = words.subarray(word * DIMENSIONS, (word + 1) * DIMENSIONS);
    if (word % 200 === 199) queries.set(vector, query++ * DIMENSIONS);
    else if (row < size) rows.set(vector, row++ * DIMENSIONS);
  }
  return { rows, queries, size };
}

/** The true ten best under cosine among some rows, a query. */
export async function bestTen(
  rows: Float32Array,
  ids: Int32Array,
  queries: Float32Array,
): Promise<Int32Array> {
  using flat = await FlatIndex.create({ dimensions: DIMENSIONS });
  flat.add(rows, { ids });
  return flat.search(queries, { k: 10 }).ids;
}

/** Share of the true ids that were found, ten a query. */
export function recallOf(found: Int32Array, truth: Int32Array): number {
  let hits = 0;
  for (let first = 0; first < truth.length; first += 10) {
    const wanted = new Set(truth.subarray(first, first + 10));
    for (let i = first; i < first + 10; i++) if (wanted.has(found[i]!)) hits++;
  }
  return hits / truth.length;
}

export function upTo(count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, i) => i);
}
