import { percentile } from '../../src/evaluate/percentile.ts';
import type { Case, Result } from './exchange.ts';

const WARM_UP_QUERIES = 8;
const FEWEST_BATCHES = 5;
const BATCH_MILLISECONDS = 2_000;
const SINGLE_MILLISECONDS = 20_000;

/** A case, read into memory. */
export interface Data {
  readonly case: Case;
  readonly base: Float32Array;
  readonly queries: Float32Array;
  readonly truth: Int32Array;
}

/** An index that is ready to answer. */
export interface Searcher {
  readonly method: string;
  readonly buildSeconds?: number;
  readonly bytes?: number;
  /** The rows found for one query. */
  readonly search?: (query: Float32Array) => ArrayLike<number>;
  /** The rows found for many queries in one call: queries x k. */
  readonly searchBatch?: (queries: Float32Array) => ArrayLike<number>;
  /** What is right for this index, where it holds less than all rows. */
  readonly truth?: Int32Array;
}

function median(values: readonly number[]): number {
  return percentile(Float64Array.from(values).sort(), 0.5);
}

/** Three rounds of the queries, as long as they take: the first one or two settle compilers and caches. */
const ROUNDS = 3;

function vectorsFrom({ queries, case: { dimensions } }: Data, first: number, count: number): Float32Array {
  return queries.subarray(first * dimensions, (first + count) * dimensions);
}

/** The part of the true neighbours that the answers hold, over as many queries as were answered. */
function recallOf(answers: readonly ArrayLike<number>[], truth: Int32Array, k: number): number {
  let found = 0;
  answers.forEach((answer, query) => {
    const right = new Set(truth.subarray(query * k, (query + 1) * k));
    found += new Set(Array.from(answer).filter((row) => right.has(row))).size;
  });
  return found / (answers.length * k);
}

function measureSingle(
  search: NonNullable<Searcher['search']>,
  data: Data,
  truth: Int32Array,
): Partial<Result> {
  for (let query = 0; query < WARM_UP_QUERIES; query++) search(vectorsFrom(data, query, 1));
  let times: number[] = [];
  let answers: ArrayLike<number>[] = [];
  const start = performance.now();
  for (let round = 0; round < ROUNDS && performance.now() - start < SINGLE_MILLISECONDS / ROUNDS; round++) {
    times = [];
    answers = [];
    for (let query = 0; query < data.case.queries; query++) {
      const vector = vectorsFrom(data, query, 1);
      const before = performance.now();
      const answer = search(vector);
      const after = performance.now();
      times.push(after - before);
      answers.push(answer);
      if (after - start > SINGLE_MILLISECONDS) break;
    }
  }
  const ascending = Float64Array.from(times).sort();
  return {
    milliseconds: percentile(ascending, 0.5),
    p99: percentile(ascending, 0.99),
    recall: recallOf(answers, truth, data.case.k),
  };
}

function measureBatched(
  searchBatch: NonNullable<Searcher['searchBatch']>,
  data: Data,
  truth: Int32Array,
): Partial<Result> {
  const { batch, k, queries } = data.case;
  const batches = Array.from({ length: Math.floor(queries / batch) }, (_, turn) => {
    return vectorsFrom(data, turn * batch, batch);
  });
  const answers = batches.flatMap((vectors) => {
    const flat = Array.from(searchBatch(vectors));
    return Array.from({ length: batch }, (_, query) => flat.slice(query * k, (query + 1) * k));
  });
  const times: number[] = [];
  const start = performance.now();
  while (times.length < FEWEST_BATCHES || performance.now() - start < BATCH_MILLISECONDS) {
    const before = performance.now();
    searchBatch(batches[times.length % batches.length]);
    times.push(performance.now() - before);
  }
  return { batchedRate: (1_000 * batch) / median(times), recall: recallOf(answers, truth, k) };
}

/** Asks an index all that the case asks. */
export function measure(searcher: Searcher, data: Data): Result {
  const { search, searchBatch, truth = data.truth, ...facts } = searcher;
  return {
    ...facts,
    ...(data.case.batched && searchBatch !== undefined && measureBatched(searchBatch, data, truth)),
    ...(data.case.single && search !== undefined && measureSingle(search, data, truth)),
  };
}
