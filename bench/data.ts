import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Random, readNpy } from 'lanewise';

/** Vectors to search, and queries that are none of them. Row-major. */
export interface Collection {
  readonly name: string;
  readonly dimensions: number;
  readonly rows: number;
  readonly vectors: Float32Array;
  readonly queries: Float32Array;
}

/** Random unit vectors: directions close to uniform, since each coordinate sums four uniform numbers. */
export function randomUnitVectors(rows: number, dimensions: number, seed: number): Float32Array {
  const random = new Random(seed);
  const vectors = new Float32Array(rows * dimensions);
  for (let row = 0; row < rows; row++) {
    const vector = vectors.subarray(row * dimensions, (row + 1) * dimensions);
    let squares = 0;
    for (let i = 0; i < dimensions; i++) {
      const value = random.uniform() + random.uniform() + random.uniform() + random.uniform() - 2;
      vector[i] = value;
      squares += value * value;
    }
    const scale = 1 / Math.sqrt(squares);
    for (let i = 0; i < dimensions; i++) vector[i]! *= scale;
  }
  return vectors;
}

export function randomCollection(rows: number, dimensions: number): Collection {
  return {
    name: `random ${rows} x ${dimensions}`,
    dimensions,
    rows,
    vectors: randomUnitVectors(rows, dimensions, 1),
    queries: randomUnitVectors(64, dimensions, 2),
  };
}

/** GloVe words: 100 000 of LANEWISE_DATA with held-out queries, or the demo's 40 000, the last 64 held out. */
export function gloveCollection(): Collection {
  const dimensions = 100;
  const folder = process.env['LANEWISE_DATA'];
  const base = folder && join(folder, 'glove100_base_100k.f32');
  if (base && existsSync(base)) {
    const vectors = readFloats(base);
    const queries = readFloats(join(folder, 'glove100_query_id_1k.f32'));
    return { name: 'GloVe 100000 x 100', dimensions, rows: 100_000, vectors, queries };
  }
  const file = fileURLToPath(new URL('../demo/data/glove-40k.npy', import.meta.url));
  const words = readNpy(readFileSync(file)).data as Float32Array;
  const rows = words.length / dimensions - 64;
  return {
    name: `GloVe ${rows} x 100 (set LANEWISE_DATA for 100000)`,
    dimensions,
    rows,
    vectors: words.subarray(0, rows * dimensions),
    queries: words.subarray(rows * dimensions),
  };
}

function readFloats(path: string): Float32Array {
  const bytes = readFileSync(path);
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}
