import { LanewiseError } from '../host/errors.ts';
import { checkDimensions, checkInteger } from '../vectors/input.ts';
import { checkShape } from './lsh-model.ts';
import type { CommonSearchOptions, SearchResult } from './options.ts';

/** What an `LshIndex` is made for. */
export interface LshOptions {
  /** Dimensions of every vector, 1..65536. */
  readonly dimensions: number;
  /** Hash tables, 1..512: each finds what others missed, and takes some 12 to 16 bytes a row. @default 12 */
  readonly tables?: number;
  /** Bits of a signature, 1..32: each about halves the candidates. @default 18 */
  readonly bits?: number;
  /** Seed of the hyperplanes, 0..4294967295. @default 0 */
  readonly seed?: number;
}

/** How a search is done. */
export interface LshSearchOptions extends CommonSearchOptions {
  /**
   * Buckets looked into in each table, likeliest first, 1..65536; no table has more than 2^bits.
   *
   * @default what `tuning` found, or 1
   */
  readonly probesPerTable?: number;
  /** Answers from every row, whatever the buckets hold. @default false */
  readonly exact?: boolean;
}

/** What a search found. */
export interface LshSearchResult extends SearchResult {
  /** Rows scored in float32, a query: the distinct rows of its buckets that qualify. 0 where the buckets are empty. */
  readonly candidates: Int32Array;
}

/** Options of an index, all of them. */
export type CheckedLshOptions = Required<LshOptions>;

const LARGEST_SEED = 2 ** 32 - 1;
const MOST_PROBES = 65_536;
/** Numbers that all hyperplanes together may hold. */
export const MOST_WEIGHTS: number = 2 ** 26;

/** @throws LanewiseError `INVALID_ARGUMENT` */
export function checkLshOptions(options: LshOptions): CheckedLshOptions {
  const dimensions = checkDimensions(options?.dimensions);
  const { metric } = options as { readonly metric?: unknown };
  if (metric !== undefined && metric !== 'cosine') {
    throw new LanewiseError(
      'INVALID_ARGUMENT',
      `Hyperplanes compare directions, so the metric is always 'cosine'; got '${String(metric)}'.`,
      { expected: 'cosine', got: metric },
    );
  }
  const { tables, bits } = checkShape({ tables: options.tables ?? 12, bits: options.bits ?? 18 });
  const seed = checkInteger('seed', options.seed ?? 0, 0, LARGEST_SEED);
  const weights = tables * bits * dimensions;
  if (weights > MOST_WEIGHTS) {
    throw new LanewiseError(
      'INVALID_ARGUMENT',
      `tables x bits x dimensions must be at most ${MOST_WEIGHTS}; got ${weights}. Take fewer tables or bits.`,
      { expected: MOST_WEIGHTS, got: weights },
    );
  }
  return { dimensions, tables, bits, seed };
}

/** @throws LanewiseError `INVALID_ARGUMENT` */
export function checkProbes(probesPerTable: unknown): number {
  return checkInteger('probesPerTable', probesPerTable, 1, MOST_PROBES);
}

/** Whether a file may hold this as `probesPerTable`. */
export function isProbes(probesPerTable: number | undefined): boolean {
  return probesPerTable !== undefined && probesPerTable <= MOST_PROBES;
}
