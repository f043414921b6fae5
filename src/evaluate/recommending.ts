import { LanewiseError } from '../host/errors.ts';
import { type LongCallOptions, type Progress, runPieces } from '../host/progress.ts';
import { checkInteger, checkNumber, LARGEST_ID } from '../vectors/input.ts';
import { type CheckedInteractions, checkInteractions, type Interactions } from '../vectors/interactions.ts';
import { countByUser } from './numbers.ts';
import { evaluateRankings, type RankingMetric, type RankingReport } from './ranking.ts';

/** What recommends; every recommender of this package does. */
export interface Recommending {
  /** At most k items for a user, best first, none of them twice, and none of those excluded; -1 behind the last. */
  recommend(
    user: number,
    options: { readonly k: number; readonly exclude: Int32Array },
  ): { readonly ids: Int32Array | readonly number[] };
}

/** How recommendations are held against what users did. */
export interface EvaluateRecommenderOptions extends LongCallOptions {
  /** Items that are recommended to each user. @default 10 */
  readonly k?: number;
  /** The least rating in `test` that tells of a liking. @default none: whatever is there does */
  readonly relevantFrom?: number;
  /** Whether items that a user has in `train` are not to be recommended. @default true */
  readonly excludeKnown?: boolean;
}

/** What `evaluateRecommender` tells: of each metric the mean over users, and that of each, as many as `users`. */
export interface RecommenderReport extends RankingReport {
  /** Who was recommended to, ascending: all whom `test` has something for. */
  readonly users: Int32Array;
  /** The share of all items that was recommended to anybody, 0..1. */
  readonly coverage: number;
}

/** What was learned from, and what was left out. */
export interface TrainAndTest {
  readonly train: Interactions;
  readonly test: Interactions;
}

const METRICS = ['precision', 'recall', 'hitRate', 'ndcg', 'averagePrecision', 'reciprocalRank'] as const;

/**
 * Recommends k items to each user and holds them against what is in `test`: hit rate, precision, recall, nDCG, MAP and MRR by
 * the definitions of `evaluateRankings`, all relevant items alike, and coverage.
 *
 * Items of `test` that the user has in `train` as well are left aside where these are excluded; so are users that nothing is
 * left for. Progress counts users. Cost: a recommendation a user, and O(entries).
 *
 * @param split what was learned from, and what was left out, as `leaveOneOut` and its like give them
 * @throws LanewiseError `INVALID_ARGUMENT` also for recommendations that are none, `DUPLICATE_ID` for one that stands twice,
 *   `DIMENSION_MISMATCH`, `INVALID_VALUE`, `MEMORY_EXHAUSTED` for more than 2^28 users, what recommending throws, and the
 *   signal's reason
 * @example
 * const split = leaveOneOut({ users, items }, { seed: 1 });
 * await popularity.fit(split.train);
 * const { ndcg, hitRate } = await evaluateRecommender(popularity, split, { k: 10 });
 */
export async function evaluateRecommender(
  recommender: Recommending,
  split: TrainAndTest,
  options: EvaluateRecommenderOptions = {},
): Promise<RecommenderReport> {
  return runPieces(evaluate(recommender, split, options), options);
}

function* evaluate(
  recommender: Recommending,
  split: TrainAndTest,
  { k = 10, relevantFrom, excludeKnown = true }: EvaluateRecommenderOptions,
): Generator<Progress, RecommenderReport> {
  checkInteger('k', k, 1, LARGEST_ID);
  const { train, test } = checkSplit(split, relevantFrom);
  const itemCount = Math.max(train.itemCount, test.itemCount);
  const known = itemsByUser(train);
  const wanted = itemsByUser(test, relevantFrom);
  const users: number[] = [];
  const recommended = new Set<number>();
  const perUser = METRICS.map((): number[] => []);
  for (let user = 0; user < test.userCount; user++) {
    const liked = wanted(user);
    const exclude = excludeKnown && liked.length > 0 ? known(user) : new Int32Array();
    const relevant = without(liked, exclude);
    if (relevant.length > 0) {
      const ranking = checkRanking(recommender.recommend(user, { k, exclude })?.ids, user, k);
      for (const id of ranking)
        if (id !== -1) recommended.add(checkInteger('A recommended item', id, 0, itemCount - 1));
      const report = evaluateRankings([ranking], [relevant], { k });
      METRICS.forEach((metric, i) => void perUser[i]!.push(report[metric].mean));
      users.push(user);
    }
    yield { done: user + 1, total: test.userCount };
  }
  if (users.length === 0) throw nothingToTest('holds nothing new that users like');
  const metrics = METRICS.map((metric, i) => [metric, metricOf(perUser[i]!)]);
  return {
    ...(Object.fromEntries(metrics) as Record<(typeof METRICS)[number], RankingMetric>),
    queries: users.length,
    k,
    users: Int32Array.from(users),
    coverage: recommended.size / itemCount,
  };
}

function metricOf(values: readonly number[]): RankingMetric {
  return {
    mean: values.reduce((sum, value) => sum + value, 0) / values.length,
    perQuery: Float64Array.from(values),
  };
}

function checkSplit(
  split: TrainAndTest,
  relevantFrom: number | undefined,
): { readonly train: CheckedInteractions; readonly test: CheckedInteractions } {
  const { train, test } = split ?? ({} as never);
  if (test?.users?.length === 0) throw nothingToTest('is empty');
  const needsRatings = relevantFrom !== undefined;
  if (needsRatings) checkNumber('relevantFrom', relevantFrom, -Number.MAX_VALUE, Number.MAX_VALUE);
  return { train: checkInteractions(train), test: checkInteractions(test, { needsRatings }) };
}

function nothingToTest(fault: string): LanewiseError {
  return new LanewiseError('INVALID_ARGUMENT', `test ${fault}, so there is nothing to evaluate.`);
}

/** A recommender may be anybody's: more than k would count where k do not. */
function checkRanking(ids: unknown, user: number, k: number): Int32Array | readonly number[] {
  const isArray = Array.isArray(ids) || ids instanceof Int32Array;
  if (isArray && ids.length <= k) return ids;
  const got = isArray ? `${ids.length}` : typeof ids;
  throw new LanewiseError(
    'INVALID_ARGUMENT',
    `recommend() must give { ids }, an array of at most ${k}; for user ${user} it gave ${got}.`,
    { expected: k, got },
  );
}

/** Those of the items that are not excluded; both ascend. */
function without(items: Int32Array, excluded: Int32Array): Int32Array {
  let at = 0;
  return items.filter((item) => {
    while (excluded[at]! < item) at++;
    return excluded[at] !== item;
  });
}

/** The items of a user, each once, ascending; of the entries that are rated high enough. */
function itemsByUser(
  { users, items, ratings, userCount }: CheckedInteractions,
  least: number = Number.NEGATIVE_INFINITY,
): (user: number) => Int32Array {
  // The ends of the rows of users, each of which its entries move down to its start.
  const bounds = countByUser(users, userCount);
  for (let user = 0; user < userCount; user++) bounds[user + 1]! += bounds[user]!;
  const grouped = new Int32Array(users.length);
  for (let at = 0; at < users.length; at++) {
    grouped[--bounds[users[at]!]!] = ratings && ratings[at]! < least ? -1 : items[at]!;
  }
  return (user) => {
    if (user >= userCount) return new Int32Array();
    const own = grouped.slice(bounds[user]!, bounds[user + 1]!).sort();
    return own.filter((item, i) => item >= 0 && (i === 0 || item !== own[i - 1]));
  };
}
