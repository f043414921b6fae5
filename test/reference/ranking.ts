import type { Metric } from 'lanewise';

/** Rows in order, best first; equal scores: the lower id first. */
export interface Ranked {
  readonly ids: number[];
  readonly scores: number[];
}

/** Scores every row (rows x dimensions, row-major; ids 0.. in order) and sorts them. */
export function rankBy(
  rows: Float32Array,
  dimensions: number,
  metric: Metric,
  score: (row: Float32Array) => number,
): Ranked {
  const count = rows.length / dimensions;
  const scores = Array.from({ length: count }, (_, id) =>
    score(rows.subarray(id * dimensions, (id + 1) * dimensions)),
  );
  const sign = metric === 'l2' ? 1 : -1;
  const ids = scores.map((_, id) => id).sort((a, b) => sign * (scores[a]! - scores[b]!) || a - b);
  return { ids, scores: ids.map((id) => scores[id]!) };
}
