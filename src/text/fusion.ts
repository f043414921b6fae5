import { LanewiseError } from '../host/errors.ts';
import { checkChoice } from '../search/options.ts';
import { checkInteger, checkNumber, LARGEST_ID } from '../vectors/input.ts';

/** Answers to some queries, `queries x k`, row-major, best first, as a search gives them; one ranking of those to fuse. */
export interface FusedRanking {
  /** -1 behind the last one found. */
  readonly ids: Int32Array;
  readonly scores: Float32Array;
  readonly k: number;
  /** What it counts, 0 or more; with 0 it is reported, and decides nothing. @default 1 */
  readonly weight?: number;
  /** Whether smaller scores are better, as those of the metric l2 are. @default false */
  readonly isDistance?: boolean;
}

/** How rankings become one. */
export interface FusionOptions {
  /** Results a query, from 1 on. @default 10 */
  readonly k?: number;
  /** By ranks (`rrf`) or by normalised scores (`weighted`). @default 'rrf' */
  readonly fusion?: 'rrf' | 'weighted';
  /** What is added to every rank: the larger, the less the first ranks stand out. @default 60 */
  readonly rrfK?: number;
  /** How `weighted` makes scores comparable, over what a ranking found for a query. @default 'min-max' */
  readonly normalization?: 'min-max' | 'z';
}

/** What one ranking said of the results, `queries x k`. */
export interface PartScores {
  /** As they were given; NaN where it did not find the result. */
  readonly scores: Float32Array;
  /** From 1; -1 where it did not find the result. */
  readonly ranks: Int32Array;
}

/** Rankings as one, `queries x k`, row-major, best first. */
export interface FusionResult {
  /** Ids; -1 where fewer than k were found. Equal scores, before they are rounded to float32: the lower id first. */
  readonly ids: Int32Array;
  /** Larger is better; -Infinity behind the last result. */
  readonly scores: Float32Array;
  readonly k: number;
  /** What each ranking said, in their order. */
  readonly parts: readonly PartScores[];
}

/** Results that arrays are made for. */
const MOST_RESULTS = 2 ** 28;

/**
 * Several rankings of the same ids as one.
 *
 * - `rrf`: the sum of weight / (rrfK + rank) over the rankings that found an id (Cormack, Clarke and Buettcher,
 *   "Reciprocal rank fusion outperforms Condorcet and individual rank learning methods", 2009). Scores are not looked at.
 * - `weighted`: the sum of weight x normalised score. `min-max` maps the least to 0 and the best to 1, and all to 1 where
 *   they are equal: they are the best there is, and more than not being found. `z` is the distance from the mean in
 *   standard deviations, and 0 where all are equal. Who was not found counts as the least that was.
 *
 * Sums are in float64, in the order of the rankings. Cost: O(results log results) a query.
 *
 * @throws LanewiseError `INVALID_ARGUMENT`; `DIMENSION_MISMATCH` where the rankings are not of equally many queries,
 *   `DUPLICATE_ID`, `INVALID_VALUE` for a score that is not finite, `MEMORY_EXHAUSTED`
 * @example fuseRankings([bm25.search(texts, { k: 100 }), { ...index.search(queries, { k: 100 }), weight: 2 }], { k: 10 });
 */
export function fuseRankings(rankings: readonly FusedRanking[], options: FusionOptions = {}): FusionResult {
  const checked = checkFusion(options);
  const queries = checkRankings(rankings);
  const { k } = checked;
  if (queries * k > MOST_RESULTS) {
    const message = `There are no arrays for ${queries} x ${k} results. Ask for a smaller k, or fewer queries at once.`;
    throw new LanewiseError('MEMORY_EXHAUSTED', message, { expected: MOST_RESULTS, got: queries * k });
  }
  const result = {
    ids: new Int32Array(queries * k).fill(-1),
    scores: new Float32Array(queries * k).fill(Number.NEGATIVE_INFINITY),
    k,
    parts: rankings.map(() => noScores(queries * k)),
  };
  for (let query = 0; query < queries; query++) fuseQuery(rankings, query, checked, result);
  return result;
}

/** What a ranking says that found nothing. */
export function noScores(length: number): PartScores {
  return { scores: new Float32Array(length).fill(Number.NaN), ranks: new Int32Array(length).fill(-1) };
}

/** @throws LanewiseError `INVALID_ARGUMENT` */
export function checkFusion({
  k = 10,
  fusion = 'rrf',
  rrfK = 60,
  normalization = 'min-max',
}: FusionOptions): Required<FusionOptions> {
  return {
    k: checkInteger('k', k, 1, LARGEST_ID),
    fusion: checkChoice('fusion', fusion, ['rrf', 'weighted']),
    rrfK: checkNumber('rrfK', rrfK, 0, Number.MAX_SAFE_INTEGER),
    normalization: checkChoice('normalization', normalization, ['min-max', 'z']),
  };
}

/** How many queries they are of. */
function checkRankings(rankings: readonly FusedRanking[]): number {
  if (!Array.isArray(rankings) || rankings.length === 0) {
    throw new LanewiseError('INVALID_ARGUMENT', 'There must be one ranking to fuse at least, in an array.');
  }
  const counts = rankings.map(({ ids, scores, k, weight = 1 }: FusedRanking, i) => {
    checkNumber(`The weight of ranking ${i}`, weight, 0, Number.MAX_SAFE_INTEGER);
    const isWhole = ids instanceof Int32Array && Number.isInteger(k) && k >= 1 && ids.length % k === 0;
    if (isWhole && scores instanceof Float32Array && scores.length === ids.length) return ids.length / k;
    throw new LanewiseError(
      'INVALID_ARGUMENT',
      `Ranking ${i} must be answers { ids, scores, k } to whole queries, with a score for each id.`,
    );
  });
  const queries = counts[0]!;
  if (counts.every((count) => count === queries)) return queries;
  throw new LanewiseError(
    'DIMENSION_MISMATCH',
    `The rankings must be of equally many queries; got ${counts.join(', ')}.`,
    { expected: queries, got: counts },
  );
}

/** One ranking of one query. */
interface QueryRanking {
  readonly ids: Int32Array;
  readonly scores: Float32Array;
  readonly weight: number;
  /** What each rank is worth, and behind them what not being found is. */
  readonly worth: Float64Array;
}

function fuseQuery(
  rankings: readonly FusedRanking[],
  query: number,
  options: Required<FusionOptions>,
  { ids, scores, k, parts }: FusionResult,
): void {
  const found = rankings.map((ranking) => rankingOf(ranking, query, options));
  const places = new Map<number, number>();
  for (const { ids, weight } of found) {
    if (weight > 0) for (const id of ids) if (!places.has(id)) places.set(id, places.size);
  }
  const ranks = found.map((ranking) => ranksOf(ranking, places, query));
  const candidates = Int32Array.from(places.keys());
  const totals = new Float64Array(candidates.length);
  for (const [part, { weight, worth }] of found.entries()) {
    for (const [place, rank] of ranks[part]!.entries()) {
      totals[place]! += weight * worth[(rank < 0 ? worth.length : rank) - 1]!;
    }
  }
  const order = candidates.map((_, place) => place);
  order.sort((a, b) => totals[b]! - totals[a]! || candidates[a]! - candidates[b]!);
  for (const [i, place] of order.subarray(0, k).entries()) {
    const at = query * k + i;
    ids[at] = candidates[place]!;
    scores[at] = totals[place]!;
    for (const [part, said] of parts.entries()) {
      const rank = ranks[part]![place]!;
      said.ranks[at] = rank;
      if (rank > 0) said.scores[at] = found[part]!.scores[rank - 1]!;
    }
  }
}

/** The ranks of the candidates, by their places; -1 where they were not found. */
function ranksOf({ ids }: QueryRanking, places: ReadonlyMap<number, number>, query: number): Int32Array {
  const ranks = new Int32Array(places.size).fill(-1);
  for (const [i, id] of ids.entries()) {
    const place = places.get(id);
    if (place === undefined) continue;
    if (ranks[place]! > 0) {
      throw new LanewiseError('DUPLICATE_ID', `Id ${id} stands twice in one ranking of query ${query}.`, {
        got: id,
      });
    }
    ranks[place] = i + 1;
  }
  return ranks;
}

function rankingOf(
  { ids, scores, k, weight = 1, isDistance = false }: FusedRanking,
  query: number,
  { fusion, rrfK, normalization }: Required<FusionOptions>,
): QueryRanking {
  const first = query * k;
  let end = first;
  while (end < first + k && ids[end]! >= 0) end++;
  const own = scores.subarray(first, end);
  const worth = new Float64Array(own.length + 1);
  if (fusion === 'rrf') for (let i = 0; i < own.length; i++) worth[i] = 1 / (rrfK + i + 1);
  else normalize(own, isDistance, normalization, worth);
  return { ids: ids.subarray(first, end), scores: own, weight, worth };
}

/** Writes what the scores are worth, and behind them what the least of them is. */
function normalize(
  scores: Float32Array,
  isDistance: boolean,
  normalization: 'min-max' | 'z',
  worth: Float64Array,
): void {
  const values = Float64Array.from(scores, (score) => (isDistance ? -score : score));
  const wrong = values.find((value) => !Number.isFinite(value));
  if (wrong !== undefined) {
    throw new LanewiseError('INVALID_VALUE', `Scores that are fused must be finite; got ${wrong}.`, {
      got: wrong,
    });
  }
  const least = values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const most = values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  if (least === most && normalization === 'min-max') worth.fill(1, 0, values.length);
  if (!(least < most)) return;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) * (value - mean), 0);
  const [origin, unit] =
    normalization === 'z' ? [mean, Math.sqrt(squares / values.length)] : [least, most - least];
  for (const [i, value] of values.entries()) worth[i] = (value - origin) / unit;
  worth[values.length] = (least - origin) / unit;
}
