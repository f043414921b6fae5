import { Random } from '../../src/host/random.ts';
import type { VectorStore } from '../../src/vectors/store.ts';

/** Adds rows to a store as an index does. */
export function addRows(
  store: VectorStore,
  values: Float32Array,
  ids?: Int32Array,
  replaces = false,
): Int32Array {
  return store.stage(values.length / store.dimensions, ids, replaces).writeAll(values);
}

/** Numbers in -1..1 from a seed. */
export function randomValues(seed: number, count: number): Float32Array {
  const random = new Random(seed);
  return Float32Array.from({ length: count }, () => 2 * random.uniform() - 1);
}

/** The Euclidean norm in float64. */
export function normOf(values: Iterable<number>): number {
  let sum = 0;
  for (const value of values) sum += value * value;
  return Math.sqrt(sum);
}
