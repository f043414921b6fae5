import { checkInteger } from '../vectors/input.ts';
import {
  type CommonSearchOptions,
  checkChoice,
  checkFilter,
  type IndexOptions,
  type SearchResult,
} from './options.ts';
import type { ProbeSearch } from './probe-search.ts';

/** What the rows of a cell are searched by. */
export type CellCodes = 'float32' | 'int8';

export const CELL_CODES: readonly CellCodes[] = ['float32', 'int8'];
export const MOST_CELLS = 65_536;

/** What an {@link IvfIndex} is made for. */
export interface IvfOptions extends IndexOptions {
  /** Cells that the rows are divided into, 1..65536: about the square root of their number, and up to ten times that. */
  readonly cells: number;
  /**
   * `int8` bounds the rows of a cell by 8-bit codes and scores what the bounds leave: the answer is that of `float32`,
   * which scores them all. @default 'int8'
   */
  readonly codes?: CellCodes;
}

/** How an {@link IvfIndex} is trained. */
export interface TrainOptions {
  /** Draws the sample and the first centroids. @default 0 */
  readonly seed?: number;
  /** Lloyd's iterations, at most. @default 10 */
  readonly maxIterations?: number;
  /** Rows drawn from the sample for each cell, at most. @default 256 */
  readonly rowsPerCell?: number;
}

/** How an {@link IvfIndex} is searched. */
export interface ProbeOptions extends CommonSearchOptions {
  /** Cells searched, nearest first. More than there are: all. @default what `tune` found, or a sixteenth of the cells */
  readonly probes?: number;
  /** Whether every row is compared, as by a `FlatIndex`. @default false */
  readonly exact?: boolean;
}

/** What a search of an {@link IvfIndex} found. */
export interface ProbeResult extends SearchResult {
  /** With `stats`: cells searched, a query; more than `probes` where these held fewer than k rows that qualify. */
  readonly probed?: Int32Array;
}

/** @throws LanewiseError `INVALID_ARGUMENT` */
export function checkProbeOptions(options: ProbeOptions, usual: number): ProbeSearch {
  return {
    k: checkInteger('k', options.k ?? 10, 1, 2 ** 31 - 1),
    probes: checkInteger('probes', options.probes ?? usual, 1, 2 ** 31 - 1),
    filter: checkFilter(options.filter),
  };
}

/** @throws LanewiseError `INVALID_ARGUMENT` */
export function checkTrainOptions({
  seed = 0,
  maxIterations = 10,
  rowsPerCell = 256,
}: TrainOptions): Required<TrainOptions> {
  checkInteger('seed', seed, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
  checkInteger('maxIterations', maxIterations, 1, 100_000);
  checkInteger('rowsPerCell', rowsPerCell, 1, 2 ** 31 - 1);
  return { seed, maxIterations, rowsPerCell };
}

/** @throws LanewiseError `INVALID_ARGUMENT` */
export function checkCodes(codes: unknown): CellCodes {
  return checkChoice('codes', codes, CELL_CODES);
}
