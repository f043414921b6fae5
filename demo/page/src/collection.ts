import type { Metric } from 'lanewise/search';
import type { Names } from './names.ts';

/** Vectors to search, and what they are called. */
export interface Collection {
  readonly title: string;
  readonly names: Names;
  readonly metric: Metric;
  readonly rows: number;
  readonly dimensions: number;
  /** `rows x dimensions`, row-major. */
  readonly data: Float32Array<ArrayBuffer>;
}

/** A view of one row. */
export function vectorOf({ data, dimensions }: Collection, row: number): Float32Array {
  return data.subarray(row * dimensions, (row + 1) * dimensions);
}
