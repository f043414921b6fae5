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
  {
    metric: 'cosine',
    dimensions: 24,
    rows: 7000,
    answers: '148ebcc7d20fffe26d623954aaeb85dd4bb75cec2713a6ba4defa64c9a59ba00',
    fileBytes: 1184886,
    file: 'c70a45a291c425268611494733ed5bf5b4796a517ac3f6a63aca3945ad2b2a05',
  },
  {
    metric: 'ip',
    dimensions: 7,
    rows: 2000,
    answers: '10c8d3db77aa25047a0df2adfe8f5c905355a10598eb34803fdaa7384a08756c',
    fileBytes: 209538,
    file: 'a88386279ac0ac10119373a9f5d397a41ebec42d447273f77c5609f32735efd5',
  },
  {
    metric: 'l2',
    dimensions: 200,
    rows: 1500,
    answers: 'eadf6fed7363ea1fe7841938bc3aeac4fee9db72619b6254634a9aa8623e706c',
    fileBytes: 1311846,
    file: '1ec37d721d34dbf5a95172dff4acce6322d08047086452e6330eb8fcd31f5da9',
  },
];
