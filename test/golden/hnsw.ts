import type { Metric } from 'lanewise';

/** Hashes of answers and files: derived once by running, the same in every tier, runtime and version from then on. */
export interface GoldenHnsw {
  readonly metric: Metric;
  readonly dimensions: number;
  readonly rows: number;
  /** SHA-256 of the ids and then the scores of nine queries, k = 10, ef = 30. */
  readonly answers: string;
  readonly fileBytes: number;
  /** SHA-256 of `toBytes()`. */
  readonly file: string;
}

export const GOLDEN: readonly GoldenHnsw[] = [
  { metric: 'cosine', dimensions: 24, rows: 7000, answers: '', fileBytes: 0, file: '' },
  { metric: 'ip', dimensions: 7, rows: 2000, answers: '', fileBytes: 0, file: '' },
  { metric: 'l2', dimensions: 200, rows: 1500, answers: '', fileBytes: 0, file: '' },
];
