import { checkInteger, LARGEST_ID } from '../vectors/input.ts';
import { MOST_M, USUAL_M } from './hnsw/layout.ts';
import type { HnswSearch } from './hnsw-search.ts';
import { type CommonSearchOptions, checkFilter, type IndexOptions, type SearchResult } from './options.ts';

/** What an {@link HnswIndex} is made for. */
export interface HnswOptions extends IndexOptions {
  /** Links that a row chooses on each layer, 2..128; at the bottom it may have twice as many. @default 16 */
  readonly m?: number;
  /** Candidates among which links are chosen, 1..10000: more take longer to build, and find more. @default 200 */
  readonly efConstruction?: number;
  /** Draws the layers of rows. @default 0 */
  readonly seed?: number;
}

/** How an {@link HnswIndex} is searched. */
export interface EfOptions extends CommonSearchOptions {
  /** Rows kept in mind on the way, at least k of them. @default what `tune` found, or 64 */
  readonly ef?: number;
  /** Whether every row is compared. @default false */
  readonly exact?: boolean;
}

/** What a search of an {@link HnswIndex} found. */
export interface EfResult extends SearchResult {
  /** With `stats`: rows compared by their codes on the way, a query; 0 where every row that qualifies was scored. */
  readonly visited?: Int32Array;
}

/** What a graph is built by. */
export interface GraphOptions {
  readonly m: number;
  readonly efConstruction: number;
  readonly seed: number;
}

export const MOST_CANDIDATES = 10_000;
const USUAL_EF = 64;

/** @throws LanewiseError `INVALID_ARGUMENT` */
export function checkGraphOptions({
  m = USUAL_M,
  efConstruction = 200,
  seed = 0,
}: HnswOptions): GraphOptions {
  checkInteger('m', m, 2, MOST_M);
  checkInteger('efConstruction', efConstruction, 1, MOST_CANDIDATES);
  checkInteger('seed', seed, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
  return { m, efConstruction, seed };
}

/** @throws LanewiseError `INVALID_ARGUMENT` */
export function checkEfOptions(options: EfOptions, tuned: number | undefined): HnswSearch {
  const k = checkInteger('k', options.k ?? 10, 1, LARGEST_ID);
  const ef = checkInteger('ef', options.ef ?? tuned ?? USUAL_EF, 1, LARGEST_ID);
  return { k, ef, filter: checkFilter(options.filter) };
}
