import { log2 } from '../host/logarithm.ts';
import { checkInteger } from '../vectors/input.ts';
import type { GradedRanking } from './judgements.ts';

/**
 * How much a grade g > 0 is worth: g itself (`linear`, as trec_eval counts), 2^g - 1 (`exponential`; Burges et al.,
 * "Learning to rank using gradient descent", 2005), or 1 from `relevantFrom` on (`binary`).
 */
export type Gain = 'linear' | 'exponential' | 'binary';

/** Ranks that are looked at, perhaps all, and the least grade that is relevant. */
export interface Scope {
  readonly k: number;
  readonly relevantFrom: number;
}

/** A metric of one query. */
export type QueryMetric = (ranking: GradedRanking, scope: Scope) => number;

/** So many powers of two up to this one can be summed within float64. */
const LARGEST_EXPONENT = 512;

export const precisionOf: QueryMetric = (ranking, scope) => hitsOf(ranking, scope) / scope.k;

export const recallOf: QueryMetric = (ranking, scope) =>
  shareOfRelevant(hitsOf(ranking, scope), ranking, scope);

export const hitOf: QueryMetric = (ranking, scope) => Math.min(1, hitsOf(ranking, scope));

export const reciprocalRankOf: QueryMetric = ({ grades }, { k, relevantFrom }) => {
  const rank = grades.findIndex((grade) => grade >= relevantFrom) + 1;
  return rank > 0 && rank <= k ? 1 / rank : 0;
};

export const averagePrecisionOf: QueryMetric = (ranking, scope) => {
  let hits = 0;
  let sum = 0;
  for (const [i, grade] of ranking.grades.slice(0, scope.k).entries()) {
    if (grade >= scope.relevantFrom) sum += ++hits / (i + 1);
  }
  return shareOfRelevant(sum, ranking, scope);
};

/** Relevant among the first k. */
function hitsOf({ grades }: GradedRanking, { k, relevantFrom }: Scope): number {
  return grades.slice(0, k).filter((grade) => grade >= relevantFrom).length;
}

function shareOfRelevant(part: number, { judged }: GradedRanking, { relevantFrom }: Scope): number {
  return part === 0 ? 0 : part / judged.filter((grade) => grade >= relevantFrom).length;
}

/** Of whatever gain: the order of the judged grades is the best for all of them. */
export function ndcgBy(gain: Gain): QueryMetric {
  return ({ grades, judged }, { k, relevantFrom }) => {
    const cumulated = (inOrder: ArrayLike<number>): number => {
      let sum = 0;
      for (let i = 0; i < Math.min(k, inOrder.length); i++) {
        const grade = inOrder[i]!;
        if (grade > 0) sum += gainOf(grade, gain, relevantFrom) / log2(i + 2);
      }
      return sum;
    };
    const best = cumulated(judged);
    return best === 0 ? 0 : cumulated(grades) / best;
  };
}

function gainOf(grade: number, gain: Gain, relevantFrom: number): number {
  if (gain === 'linear') return grade;
  if (gain === 'binary') return grade >= relevantFrom ? 1 : 0;
  checkInteger('A grade of exponential gain', grade, 1, LARGEST_EXPONENT);
  // By doubling, since a power may differ between engines.
  let power = 1;
  for (let i = 0; i < grade; i++) power *= 2;
  return power - 1;
}
