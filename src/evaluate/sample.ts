import { LanewiseError } from '../host/errors.ts';
import type { CommonSearchOptions } from '../search/options.ts';
import type { Searchable } from '../search/tuning.ts';
import { toVectors, type VectorInput } from '../vectors/input.ts';
import type { Answers } from './recall.ts';

/** Queries and their right answers. */
export interface Sample {
  readonly queries: Float32Array;
  readonly dimensions: number;
  readonly truth: Answers;
}

/** @throws LanewiseError `INVALID_ARGUMENT`, `DIMENSION_MISMATCH` */
export function toSample(queries: VectorInput, dimensions: number): Float32Array {
  const values = toVectors('queries', queries, dimensions);
  if (values.length > 0) return values;
  throw new LanewiseError(
    'INVALID_ARGUMENT',
    'There are no queries. Give some that stand for those to come.',
  );
}

/** One query alone, or several that follow one another and begin anew after the last. */
export function queriesFrom({ queries, dimensions }: Sample, first: number, count = 1): Float32Array {
  const total = queries.length / dimensions;
  const start = (first % Math.max(1, total - count + 1)) * dimensions;
  return queries.subarray(start, start + Math.min(count, total) * dimensions);
}

/** The answers of an exact search, where the index has one; of its only search otherwise. */
export function exactAnswers(index: Searchable, queries: Float32Array, common: CommonSearchOptions): Answers {
  const isApproximate = 'efforts' in index;
  return index.search(queries, isApproximate ? ({ ...common, exact: true } as CommonSearchOptions) : common);
}
