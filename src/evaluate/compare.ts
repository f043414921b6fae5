import { type LongCallOptions, type Progress, runPieces } from '../host/progress.ts';
import { type CommonSearchOptions, checkFilter } from '../search/options.ts';
import type { Searchable } from '../search/tuning.ts';
import { checkInteger, LARGEST_ID, type VectorInput } from '../vectors/input.ts';
import { type Latency, measureSingle, timeCalls } from './measure.ts';
import { type Answers, checkTruth, mean } from './recall.ts';
import { exactAnswers, queriesFrom, type Sample, toSample } from './sample.ts';

/** One row of a comparison: an index, and how it is searched. */
export interface Compared {
  readonly name: string;
  readonly index: Searchable;
  /** Search options beside `k` and `filter`: `{ probes: 32 }`, `{ exact: 'scan' }`. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** What building it took, for the table. */
  readonly buildMilliseconds?: number;
}

/** How a comparison is made. */
export interface CompareOptions extends Pick<CommonSearchOptions, 'k' | 'filter'>, LongCallOptions {
  /** The right answers to the queries, for this k or a larger one. @default what the first index answers, exactly */
  readonly truth?: Answers;
  /** Time to spend on single queries, and as much on batches, for each row; every query is asked once at least. @default 1000 */
  readonly milliseconds?: number;
  /** Queries of a batch. @default 64 */
  readonly batch?: number;
}

/** What a comparison tells of one row. */
export interface MethodReport extends Latency {
  readonly name: string;
  readonly k: number;
  /** Share of the true k best rows that were found, 0..1, the mean over queries. */
  readonly recall: number;
  /** Queries a second, asked in batches. */
  readonly batchedRate: number;
  /** Bytes that the index holds, where it tells. */
  readonly bytes?: number;
  readonly buildMilliseconds?: number;
}

/**
 * Searches the same queries in several ways: the table of methods, as data. Latencies are those of one query alone, in
 * milliseconds. Progress counts rows.
 *
 * @param queries at least one, row-major
 * @throws LanewiseError `INVALID_ARGUMENT`, `DIMENSION_MISMATCH`, and what searching throws
 * @example
 * const table = await compare([{ name: 'flat', index: flat }, { name: 'ivf', index: ivf }], queries, { k: 10 });
 */
export async function compare(
  entries: readonly Compared[],
  queries: VectorInput,
  options: CompareOptions = {},
): Promise<MethodReport[]> {
  const reports = await runPieces(compareAll(entries, queries, options), options);
  options.onProgress?.({ done: entries.length, total: entries.length });
  return reports;
}

function* compareAll(
  entries: readonly Compared[],
  queries: VectorInput,
  { k = 10, filter, truth, milliseconds = 1000, batch = 64 }: CompareOptions,
): Generator<Progress, MethodReport[]> {
  checkInteger('k', k, 1, LARGEST_ID);
  checkInteger('batch', batch, 1, LARGEST_ID);
  checkFilter(filter);
  const common: CommonSearchOptions = filter ? { k, filter } : { k };
  const [first] = entries;
  if (!first) return [];
  const { dimensions } = first.index;
  const values = toSample(queries, dimensions);
  const sample = { queries: values, dimensions, truth: truth ?? exactAnswers(first.index, values, common) };
  checkTruth(sample.truth, values.length / dimensions, k);
  const reports: MethodReport[] = [];
  for (const entry of entries) {
    yield { done: reports.length, total: entries.length };
    const progress = { done: reports.length, total: entries.length };
    reports.push(yield* report(entry, sample, { common, milliseconds, batch }, progress));
  }
  return reports;
}

interface Plan {
  readonly common: CommonSearchOptions;
  readonly milliseconds: number;
  readonly batch: number;
}

function* report(
  { name, index, options, buildMilliseconds }: Compared,
  sample: Sample,
  { common, milliseconds, batch }: Plan,
  progress: Progress,
): Generator<Progress, MethodReport> {
  const wanted = { ...options, ...common };
  const search = (queries: Float32Array) => index.search(queries, wanted);
  const { latency, recalls } = yield* measureSingle(search, sample, milliseconds, progress);
  const size = Math.min(batch, recalls.length);
  const call = (turn: number): void => void search(queriesFrom(sample, turn * size, size));
  const batched = yield* timeCalls(call, { milliseconds, least: 3 }, progress);
  return {
    name,
    k: common.k!,
    ...latency,
    recall: mean(recalls),
    batchedRate: (1000 * size) / batched.median,
    ...(index.memoryUsage && { bytes: index.memoryUsage().total }),
    ...(buildMilliseconds !== undefined && { buildMilliseconds }),
  };
}
