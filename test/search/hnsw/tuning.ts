import type { Tuning } from 'lanewise';

/** What `tune` might have found. */
export const TUNING: Tuning = {
  effort: { ef: 33 },
  reached: true,
  k: 10,
  recall: 0.96,
  recallInterval: [0.95, 0.97],
  p50: 0.1,
  p95: 0.2,
  p99: 0.3,
  queries: 200,
  curve: [{ effort: { ef: 33 }, recall: 0.96, p50: 0.1, p95: 0.2, p99: 0.3 }],
};
