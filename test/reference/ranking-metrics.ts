/** The metrics of one query as their definitions read, over sets and ranks from 1; `judged` holds grades by id. */
export interface NaiveMetrics {
  readonly precision: number;
  readonly recall: number;
  readonly hitRate: number;
  readonly ndcg: number;
  readonly averagePrecision: number;
  readonly reciprocalRank: number;
}

export function naiveMetrics(
  ranking: readonly number[],
  judged: ReadonlyMap<number, number>,
  k: number,
  relevantFrom = 1,
): NaiveMetrics {
  const relevant = new Set([...judged].filter(([, grade]) => grade >= relevantFrom).map(([id]) => id));
  const hitsUpTo = (rank: number) => ranking.filter((id, i) => i < rank && relevant.has(id)).length;
  const ranks = [...relevant].map((id) => ranking.indexOf(id) + 1).filter((rank) => rank > 0);
  const dcg = (ids: readonly number[]) =>
    ids.reduce((sum, id, i) => sum + (i < k ? Math.max(judged.get(id) ?? 0, 0) / Math.log2(i + 2) : 0), 0);
  const ideal = dcg([...judged.keys()].sort((a, b) => judged.get(b)! - judged.get(a)!));
  const orZero = (value: number) => (Number.isNaN(value) ? 0 : value);
  return {
    precision: hitsUpTo(k) / k,
    recall: orZero(hitsUpTo(k) / relevant.size),
    hitRate: hitsUpTo(k) > 0 ? 1 : 0,
    ndcg: orZero(dcg(ranking) / ideal),
    averagePrecision: orZero(ranks.reduce((sum, rank) => sum + hitsUpTo(rank) / rank, 0) / relevant.size),
    reciprocalRank: ranks.length > 0 ? 1 / Math.min(...ranks) : 0,
  };
}
