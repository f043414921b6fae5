import { measureSingle } from '../evaluate/measure.ts';
import { type Answers, mean } from '../evaluate/recall.ts';
import { queriesFrom, type Sample } from '../evaluate/sample.ts';
import { asPart, type LongCallOptions, type Progress, runInSlices, runPieces } from '../host/progress.ts';
import { FlatIndex } from '../search/flat.ts';
import { HnswIndex } from '../search/hnsw.ts';
import { IvfIndex } from '../search/ivf.ts';
import type { IvfOptions } from '../search/ivf-options.ts';
import { LshIndex } from '../search/lsh.ts';
import type { CommonSearchOptions, SearchResult } from '../search/options.ts';
import type { Bitmap } from '../vectors/bitmap.ts';
import type { PlanCandidate } from './plan.ts';
import type { VerifiedRows } from './verify-sample.ts';

/** What was measured of an index. */
export interface VerifiedFigures {
  /** Building it from all rows, milliseconds. */
  readonly build: number;
  /** One query a call, milliseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly queriesPerSecond: number;
  /** Bytes held, as allocated. */
  readonly bytes: number;
  /** The share of the true k best rows that are found: the mean over the queries. */
  readonly recall: number;
  /** Adding one row, alone: the mean, milliseconds. */
  readonly update: number;
}

/** What is built, and how it is measured. */
export interface Measurement {
  readonly candidate: Pick<PlanCandidate, 'index' | 'create' | 'search'>;
  readonly sample: VerifiedRows;
  readonly filter: Bitmap | undefined;
  readonly milliseconds: number;
}

/** Queries that the truth is looked for at once. */
const TRUTH_BATCH = 16;
/** Rows added one by one, at most. */
const MOST_UPDATES = 64;
/** Progress counts hundredths: of the truth, of building, and of measuring. */
const TRUTH_UNTIL = 20;
const BUILT_UNTIL = 70;
const ALL = 100;

/** Builds and measures an index, and gives all memory back, also when it throws. */
export async function measure(
  work: Measurement,
  options: LongCallOptions,
): Promise<{ readonly measured: VerifiedFigures; readonly recalls: Float64Array }> {
  const { candidate, sample, filter } = work;
  const { dimensions } = candidate.create;
  const { k } = candidate.search;
  const common = filter ? { k, filter } : { k };
  const isFlat = candidate.index === 'flat';
  const truth = isFlat ? undefined : await exactAnswers(work, common, options);
  const index = await create(candidate);
  try {
    const start = performance.now();
    await index.build(sample.rows, partOf(options, TRUTH_UNTIL, BUILT_UNTIL));
    const build = performance.now() - start;
    // A flat index proves its answers by bounds: they are held against those of scoring every row.
    const scanned = { ...common, exact: 'scan' } as const;
    const right = truth ?? (await answers(index, sample.queries, dimensions, scanned, options));
    const measuring = measureIndex(index, work, { queries: sample.queries, dimensions, truth: right });
    const { recalls, ...measured } = await runPieces(
      asPart(measuring, { from: BUILT_UNTIL, to: ALL, total: ALL }),
      options,
    );
    options.onProgress?.({ done: ALL, total: ALL });
    return { measured: { ...measured, build }, recalls };
  } finally {
    index.dispose();
  }
}

/** How answers are looked for. */
interface Wanted extends CommonSearchOptions {
  readonly k: number;
  readonly exact?: 'scan';
}

interface MeasuredIndex {
  build(vectors: Float32Array, options: LongCallOptions): Promise<Int32Array>;
  add(vectors: Float32Array): Int32Array;
  search(queries: Float32Array, options: CommonSearchOptions): SearchResult;
  memoryUsage(): { readonly total: number };
  dispose(): void;
}

function create({ index, create: options }: Measurement['candidate']): Promise<MeasuredIndex> {
  switch (index) {
    case 'flat':
      return FlatIndex.create(options);
    case 'ivf':
      return IvfIndex.create(options as IvfOptions);
    case 'hnsw':
      return HnswIndex.create(options);
    default:
      return LshIndex.create(options);
  }
}

/** The answers of a flat index of the same rows. */
async function exactAnswers(
  { candidate, sample }: Measurement,
  common: Wanted,
  options: LongCallOptions,
): Promise<Answers> {
  const { dimensions, metric } = candidate.create;
  const flat = await FlatIndex.create({ dimensions, metric });
  try {
    await flat.build(sample.rows, partOf(options, 0, TRUTH_UNTIL));
    return await answers(flat, sample.queries, dimensions, common, options);
  } finally {
    flat.dispose();
  }
}

/** Searches some queries at a time, so that the call can be stopped between them. */
function answers(
  index: Pick<MeasuredIndex, 'search'>,
  queries: Float32Array,
  dimensions: number,
  wanted: Wanted,
  { signal }: LongCallOptions,
): Promise<Answers> {
  const { k } = wanted;
  const count = queries.length / dimensions;
  const ids = new Int32Array(count * k);
  const scores = new Float32Array(count * k);
  const step = (done: number): number => {
    const end = Math.min(count, done + TRUTH_BATCH);
    const found = index.search(queries.subarray(done * dimensions, end * dimensions), wanted);
    ids.set(found.ids, done * k);
    scores.set(found.scores, done * k);
    return end;
  };
  return runInSlices(count, step, signal ? { signal } : {}).then(() => ({ ids, scores, k }));
}

function* measureIndex(
  index: MeasuredIndex,
  { candidate, filter, milliseconds }: Measurement,
  sample: Sample,
): Generator<Progress, Omit<VerifiedFigures, 'build'> & { readonly recalls: Float64Array }> {
  const options = filter ? { ...candidate.search, filter } : candidate.search;
  const bytes = index.memoryUsage().total;
  const search = (query: Float32Array) => index.search(query, options);
  const { latency, recalls } = yield* measureSingle(search, sample, milliseconds, { done: 0, total: 2 });
  yield { done: 1, total: 2 };
  return {
    ...{ p50: latency.median, p99: latency.p99, queriesPerSecond: 1000 / latency.mean, bytes },
    ...{ recall: mean(recalls), recalls, update: timeUpdates(index, sample) },
  };
}

/** Adds queries as if they were rows, one by one, and once before: compilers settle there. */
function timeUpdates(index: MeasuredIndex, sample: Sample): number {
  const updates = Math.min(MOST_UPDATES, sample.queries.length / sample.dimensions);
  index.add(queriesFrom(sample, 0));
  const start = performance.now();
  for (let i = 0; i < updates; i++) index.add(queriesFrom(sample, i));
  return (performance.now() - start) / updates;
}

/** Reports the progress of a part as that of the whole. */
function partOf({ signal, onProgress }: LongCallOptions, from: number, to: number): LongCallOptions {
  return {
    ...(signal && { signal }),
    ...(onProgress && {
      onProgress: ({ done, total }: Progress) => {
        const share = total === 0 ? 1 : done / total;
        onProgress({ done: Math.floor(from + (to - from) * share), total: ALL });
      },
    }),
  };
}
