import { LanewiseError } from '../host/errors.ts';
import { checkInteger, type IdInput, LARGEST_ID, toIds } from '../vectors/input.ts';
import type { Answers } from './recall.ts';

/**
 * What is relevant to each query, in the order of the queries: grades by id, of which those up to 0 are not relevant, or
 * the relevant ids alone, of grade 1. What is not named is not relevant. An empty entry is a query that nobody judged.
 */
export type Judgements = readonly (ReadonlyMap<number, number> | IdInput)[];

/** What was found for each query, best first: answers as a search gives them, or the ids of each query. */
export type Rankings = Answers | readonly IdInput[];

/** The ranking of one query, seen through its judgements. */
export interface GradedRanking {
  /** The grade at each rank; 0 for what was not judged. */
  readonly grades: readonly number[];
  /** The grades of all that was judged, the highest first. */
  readonly judged: Float64Array;
}

/** Grades are counted with: sums of so many, and powers of two of the small ones, stay far within float64. */
const LARGEST_GRADE = 2 ** 31;

/**
 * The rankings with their grades; undefined where the query was not judged.
 *
 * @throws LanewiseError `INVALID_ARGUMENT`, `DUPLICATE_ID`
 */
export function gradeRankings(
  rankings: Rankings,
  judgements: Judgements,
): readonly (GradedRanking | undefined)[] {
  const ranked = rankingsOf(rankings);
  if (!Array.isArray(judgements) || judgements.length !== ranked.length) {
    throw new LanewiseError(
      'INVALID_ARGUMENT',
      `Rankings of ${ranked.length} queries need an array of judgements of as many; got ${judgements?.length}.`,
      { expected: ranked.length, got: judgements?.length },
    );
  }
  const graded = ranked.map((ids, query) => {
    const found = checkRanking(ids, query);
    const grades = toGrades(judgements[query], query);
    if (grades.size === 0) return undefined;
    return {
      grades: Array.from(found, (id) => grades.get(id) ?? 0),
      judged: Float64Array.from(grades.values()).sort().reverse(),
    };
  });
  if (graded.some((ranking) => ranking)) return graded;
  throw new LanewiseError('INVALID_ARGUMENT', 'No query has judgements, so there is nothing to evaluate.');
}

function rankingsOf(rankings: Rankings): readonly unknown[] {
  if (Array.isArray(rankings)) return rankings;
  const { ids, k } = (rankings ?? {}) as Answers;
  if (ids instanceof Int32Array && Number.isInteger(k) && k >= 1 && ids.length % k === 0) {
    return Array.from({ length: ids.length / k }, (_, query) => ids.subarray(query * k, (query + 1) * k));
  }
  throw new LanewiseError(
    'INVALID_ARGUMENT',
    'Rankings must be answers { ids, k } to whole queries, or an array of the ids of each query.',
  );
}

/** The ids in their order, without the empty places behind them. */
function checkRanking(ids: unknown, query: number): ReadonlySet<number> {
  if (!isArray(ids)) {
    throw new LanewiseError('INVALID_ARGUMENT', `The ranking of query ${query} must be an array of ids.`);
  }
  const found = new Set<number>();
  let end = ids.length;
  while (end > 0 && ids[end - 1] === -1) end--;
  for (let i = 0; i < end; i++) {
    const id = checkInteger(`Rank ${i + 1} of query ${query}`, ids[i], 0, LARGEST_ID);
    if (found.has(id)) {
      throw new LanewiseError(
        'DUPLICATE_ID',
        `Id ${id} stands twice in the ranking of query ${query}. Keep the better of its ranks.`,
        { got: id },
      );
    }
    found.add(id);
  }
  return found;
}

function toGrades(judged: unknown, query: number): ReadonlyMap<number, number> {
  if (isArray(judged)) return new Map(Array.from(toIds(judged), (id) => [id, 1]));
  if (!(judged instanceof Map)) {
    throw new LanewiseError(
      'INVALID_ARGUMENT',
      `The judgements of query ${query} must be a Map of grades by id, or an array of the relevant ids.`,
    );
  }
  for (const [id, grade] of judged) {
    checkInteger(`A judged id of query ${query}`, id, 0, LARGEST_ID);
    if (typeof grade === 'number' && Math.abs(grade) <= LARGEST_GRADE) continue;
    throw new LanewiseError(
      'INVALID_ARGUMENT',
      `The grade of id ${id} for query ${query} must be a number within ±2^31; got ${String(grade)}.`,
      { got: grade },
    );
  }
  return judged as ReadonlyMap<number, number>;
}

function isArray(ids: unknown): ids is IdInput {
  return Array.isArray(ids) || ids instanceof Int32Array || ids instanceof Uint32Array;
}
