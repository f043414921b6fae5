import type { Metric } from '../vectors/metric.ts';
import { corruptFile } from './index-file.ts';
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

/** An index that `tune` and `compare` can work on. */
export interface TunableIndex {
  readonly dimensions: number;
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

/** What a file says that `tune` found. @throws LanewiseError `FILE_CORRUPT` */
export function readTuning(text: string | undefined): Tuning | undefined {
  if (text === undefined) return undefined;
  try {
    const tuning = JSON.parse(text) as Tuning;
    const efforts = [tuning.effort, ...tuning.curve.map(({ effort }) => effort)];
    const isEffort = (effort: Effort) =>
      Object.values(effort).every((value) => Number.isInteger(value) && value >= 1 && value < 2 ** 31);
    if (efforts.every(isEffort)) return tuning;
  } catch {
    // told below, with what stood there
  }
  throw corruptFile('The tuning in the file is none.', text);
}
