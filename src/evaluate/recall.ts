import { LanewiseError } from '../host/errors.ts';

/** Answers to some queries, `queries x k`, row-major, best first; ids are -1 where there are fewer. */
export interface Answers {
  readonly ids: Int32Array;
  readonly k: number;
  /** With scores on both sides, rows that tie with the last true one count as found. */
  readonly scores?: Float32Array;
}

/**
 * Recall@k: the share of the true k best rows that were found, the mean over queries. 0..1; 1 where nothing qualifies.
 *
 * @param truth the right answers to the same queries, as an exact search gives them; its k may be larger
 * @throws LanewiseError `INVALID_ARGUMENT` where the answers are not to equally many queries, or the truth has a smaller k
 */
export function recall(found: Answers, truth: Answers): number {
  return mean(recallOfEach(found, truth));
}

/** The recall of each query. */
export function recallOfEach(found: Answers, truth: Answers): Float64Array {
  const queries = found.ids.length / found.k;
  checkTruth(truth, queries, found.k);
  return Float64Array.from({ length: queries }, (_, query) => recallOfQuery(found, truth, query));
}

/** @throws LanewiseError `INVALID_ARGUMENT` unless it is the truth of so many queries, for this k or a larger one */
export function checkTruth(truth: Answers, queries: number, k: number): void {
  const given = truth.ids.length / truth.k;
  if (queries === given && k <= truth.k) return;
  throw new LanewiseError(
    'INVALID_ARGUMENT',
    `Answers to ${queries} queries with k = ${k} cannot be held against a truth of ${given} queries with k = ${truth.k}.`,
    { expected: [queries, k], got: [given, truth.k] },
  );
}

function recallOfQuery(found: Answers, truth: Answers, query: number): number {
  const { k } = found;
  const first = query * truth.k;
  const right = new Set(truth.ids.subarray(first, first + k));
  right.delete(-1);
  if (right.size === 0) return 1;
  const last = truth.scores?.[first + right.size - 1];
  const hits = new Set<number>();
  for (let i = query * k; i < (query + 1) * k; i++) {
    const id = found.ids[i]!;
    const isTied = last !== undefined && found.scores?.[i] === last;
    if (id >= 0 && (right.has(id) || isTied)) hits.add(id);
  }
  return Math.min(1, hits.size / right.size);
}

export function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
