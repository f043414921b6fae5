import { LanewiseError } from '../host/errors.ts';
import { checkChoice } from '../search/options.ts';
import { checkInteger, LARGEST_ID } from '../vectors/input.ts';
import { type GradedRanking, gradeRankings, type Judgements, type Rankings } from './judgements.ts';
import {
  averagePrecisionOf,
  type Gain,
  hitOf,
  ndcgBy,
  precisionOf,
  type QueryMetric,
  recallOf,
  reciprocalRankOf,
  type Scope,
} from './query-metrics.ts';

/** What counts as relevant, and how far down the ranking is looked at. */
export interface RankingOptions {
  /** Ranks that are looked at. @default 10 for metrics named At, and for the others the whole ranking */
  readonly k?: number;
  /** The least grade, above 0, that is relevant, where metrics know but relevant and not. @default 1 */
  readonly relevantFrom?: number;
}

/** How a discounted gain is counted. */
export interface GainOptions extends RankingOptions {
  /** @default 'linear' */
  readonly gain?: Gain;
}

/** A metric over queries, 0..1, larger is better. */
export interface RankingMetric {
  /** Over the queries that were judged. */
  readonly mean: number;
  /** Of each query; NaN where it was not judged. */
  readonly perQuery: Float64Array;
}

/** What `evaluateRankings` tells. */
export interface RankingReport {
  /** Queries that were judged, over which the means are. */
  readonly queries: number;
  readonly k: number;
  /** Of the first k. */
  readonly precision: RankingMetric;
  /** Of the first k. */
  readonly recall: RankingMetric;
  /** Of the first k. */
  readonly hitRate: RankingMetric;
  /** Of the first k. */
  readonly ndcg: RankingMetric;
  /** Of the whole ranking; the mean is known as MAP. */
  readonly averagePrecision: RankingMetric;
  /** Of the whole ranking; the mean is known as MRR. */
  readonly reciprocalRank: RankingMetric;
}

/**
 * Precision, recall, hit rate and nDCG of the first k, average precision and reciprocal rank of the whole rankings, by the
 * definitions of trec_eval.
 *
 * Queries that nobody judged are left out. A judged query counts whatever it holds: 0 where nothing was found, or where no
 * judgement says relevant (trec_eval does so with `-c`; without, it leaves out queries that found nothing). Rankings are
 * taken in the order that they have, while trec_eval sorts by score and breaks ties by the names of documents.
 *
 * @param options `k`: @default 10
 * @throws LanewiseError `INVALID_ARGUMENT`; `DUPLICATE_ID` where an id stands twice in a ranking
 * @example
 * const judgements = [new Map([[17, 3], [4, 1]]), [8, 9]]; // grades by id, or ids
 * const { ndcg, averagePrecision } = evaluateRankings(index.search(queries, { k: 100 }), judgements, { k: 10 });
 */
export function evaluateRankings(
  rankings: Rankings,
  judgements: Judgements,
  options: GainOptions = {},
): RankingReport {
  const atK = checkScope(options, 10);
  const whole = { ...atK, k: Number.POSITIVE_INFINITY };
  const gain = checkGain(options);
  const graded = gradeRankings(rankings, judgements);
  return {
    queries: graded.filter((ranking) => ranking).length,
    k: atK.k,
    precision: overQueries(graded, precisionOf, atK),
    recall: overQueries(graded, recallOf, atK),
    hitRate: overQueries(graded, hitOf, atK),
    ndcg: overQueries(graded, ndcgBy(gain), atK),
    averagePrecision: overQueries(graded, averagePrecisionOf, whole),
    reciprocalRank: overQueries(graded, reciprocalRankOf, whole),
  };
}

/**
 * Precision@k: the relevant among the first k, divided by k, even where fewer were found (trec_eval's `P`).
 *
 * @throws LanewiseError as `evaluateRankings` does
 */
export function precisionAt(
  rankings: Rankings,
  judgements: Judgements,
  options: RankingOptions = {},
): RankingMetric {
  return overQueries(gradeRankings(rankings, judgements), precisionOf, checkScope(options, 10));
}

/**
 * Recall@k: the relevant among the first k, divided by all that were judged relevant (trec_eval's `recall`). The
 * neighbours that an index missed are what `recall` tells.
 *
 * @throws LanewiseError as `evaluateRankings` does
 */
export function recallAt(
  rankings: Rankings,
  judgements: Judgements,
  options: RankingOptions = {},
): RankingMetric {
  return overQueries(gradeRankings(rankings, judgements), recallOf, checkScope(options, 10));
}

/**
 * 1 where any of the first k is relevant, else 0: the mean is the share of queries that were served (trec_eval's
 * `success`).
 *
 * @throws LanewiseError as `evaluateRankings` does
 */
export function hitRateAt(
  rankings: Rankings,
  judgements: Judgements,
  options: RankingOptions = {},
): RankingMetric {
  return overQueries(gradeRankings(rankings, judgements), hitOf, checkScope(options, 10));
}

/**
 * 1 / the rank of the first that is relevant, and 0 without any: the mean is MRR (trec_eval's `recip_rank`).
 *
 * @throws LanewiseError as `evaluateRankings` does
 */
export function reciprocalRank(
  rankings: Rankings,
  judgements: Judgements,
  options: RankingOptions = {},
): RankingMetric {
  return overQueries(gradeRankings(rankings, judgements), reciprocalRankOf, checkScope(options));
}

/**
 * The precision at the rank of each relevant one found, summed, divided by all that were judged relevant: the mean is MAP
 * (trec_eval's `map`, and `map_cut` with `k`).
 *
 * @throws LanewiseError as `evaluateRankings` does
 */
export function averagePrecision(
  rankings: Rankings,
  judgements: Judgements,
  options: RankingOptions = {},
): RankingMetric {
  return overQueries(gradeRankings(rankings, judgements), averagePrecisionOf, checkScope(options));
}

/**
 * Normalized discounted cumulative gain: the gains at ranks 1, 2, ..., each divided by log2(1 + rank), summed, and that
 * divided by the sum of the best order of all that was judged (Järvelin and Kekäläinen, "Cumulated gain-based evaluation",
 * 2002, with the discount of trec_eval's `ndcg_cut`). Any grade above 0 gains, but for the gain `binary`.
 *
 * @throws LanewiseError as `evaluateRankings` does
 */
export function ndcgAt(rankings: Rankings, judgements: Judgements, options: GainOptions = {}): RankingMetric {
  const scope = checkScope(options, 10);
  return overQueries(gradeRankings(rankings, judgements), ndcgBy(checkGain(options)), scope);
}

function checkScope(
  { k, relevantFrom = 1 }: RankingOptions,
  defaultK: number = Number.POSITIVE_INFINITY,
): Scope {
  if (!(relevantFrom > 0)) {
    throw new LanewiseError(
      'INVALID_ARGUMENT',
      `relevantFrom must be a grade above 0; got ${String(relevantFrom)}.`,
      { got: relevantFrom },
    );
  }
  return { k: k === undefined ? defaultK : checkInteger('k', k, 1, LARGEST_ID), relevantFrom };
}

function checkGain({ gain = 'linear' }: GainOptions): Gain {
  return checkChoice('gain', gain, ['linear', 'exponential', 'binary']);
}

function overQueries(
  graded: readonly (GradedRanking | undefined)[],
  metric: QueryMetric,
  scope: Scope,
): RankingMetric {
  const perQuery = Float64Array.from(graded, (ranking) => (ranking ? metric(ranking, scope) : Number.NaN));
  const judged = perQuery.filter((value) => !Number.isNaN(value));
  return { mean: judged.reduce((sum, value) => sum + value, 0) / judged.length, perQuery };
}
