import { corruptFile } from '../format/index-file.ts';
import type { Metadata } from '../format/safetensors.ts';
import type { Metric } from '../vectors/metric.ts';
import type { CommonSearchOptions, SearchResult } from './options.ts';

/** Search options that trade recall for time, by name: `{ probes: 32 }`, `{ ef: 64 }`. */
export type Effort = Readonly<Record<string, number>>;

/** One point of a measured curve. */
export interface CurvePoint {
  readonly effort: Effort;
  /** Share of the true k best that were found, 0..1, the mean over queries. */
  readonly recall: number;
  /** Milliseconds of one query alone: median, 95th and 99th percentile. */
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** What `tune` found; a tuned index searches with it where no other effort is given, and saves it. */
export interface Tuning {
  readonly effort: Effort;
  /** Whether it reaches what was asked for; where nothing does, this is the best there is. */
  readonly reached: boolean;
  readonly k: number;
  readonly recall: number;
  /** 95 % confidence interval of the recall over queries like the sample. */
  readonly recallInterval: readonly [number, number];
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly queries: number;
  /** Everything that was measured, cheapest first. */
  readonly curve: readonly CurvePoint[];
}

/** Anything that answers queries, as `compare` takes it. */
export interface Searchable {
  readonly dimensions: number;
  search(queries: Float32Array, options?: CommonSearchOptions): SearchResult;
  memoryUsage?(): { readonly total: number };
}

/** An index that `tune` can work on. */
export interface TunableIndex extends Searchable {
  readonly metric: Metric;
  readonly size: number;
  /** `exact: true` answers by the float32 score of every row, whatever it costs. */
  search(
    queries: Float32Array,
    options?: CommonSearchOptions & { readonly exact?: boolean } & Record<string, unknown>,
  ): SearchResult;
  /** Efforts worth trying, cheapest first. */
  efforts(): readonly Effort[];
  /** What the last `tune` found. */
  tuning: Tuning | undefined;
}

function isEffort(effort: Effort): boolean {
  const values = Object.values(effort);
  return (
    values.length > 0 && values.every((value) => Number.isInteger(value) && value >= 1 && value < 2 ** 31)
  );
}

/** What `tune` found, as a file says it beside its tensors. */
export function tuningExtras(tuning: Tuning | undefined): Metadata {
  return tuning ? { tuning: JSON.stringify(tuning) } : {};
}

/** What a file says that `tune` found. @throws LanewiseError `FILE_CORRUPT` */
export function readTuning(text: string | undefined): Tuning | undefined {
  if (text === undefined) return undefined;
  try {
    const tuning = JSON.parse(text) as Tuning;
    const { k, queries, recallInterval, curve } = tuning;
    const isPoint = ({ effort, recall, p50, p95, p99 }: CurvePoint) =>
      isEffort(effort) && [recall, p50, p95, p99].every(Number.isFinite);
    const isTuning = [k, queries, recallInterval[0], recallInterval[1]].every(Number.isFinite);
    if (isTuning && isPoint(tuning) && curve.every(isPoint)) return tuning;
  } catch {
    // told below, with what stood there
  }
  throw corruptFile('The tuning in the file is none.', text);
}
