import { Random } from '../../dist/index.js';

/** Seeded rows x dimensions, row-major, in -0.5..0.5. */
export function vectors(rows: number, dimensions: number, seed = 1): Float32Array<ArrayBuffer> {
  const random = new Random(seed);
  const values = new Float32Array(rows * dimensions);
  for (let i = 0; i < values.length; i++) values[i] = random.uniform() - 0.5;
  return values;
}
