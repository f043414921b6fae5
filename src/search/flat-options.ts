import { LanewiseError } from '../host/errors.ts';
import { Bitmap } from '../vectors/bitmap.ts';
import type { IdInput } from '../vectors/input.ts';
import type { Metric } from '../vectors/metric.ts';
import type { ExactMethod, SearchScope } from './exact-search.ts';

/** What a {@link FlatIndex} is made for. */
export interface FlatIndexOptions {
  /** Dimensions of every vector, 1..65536. */
  readonly dimensions: number;
  /** @default 'cosine' */
  readonly metric?: Metric;
}

/** How rows are added. */
export interface AddOptions {
  /** One id a row, integers in 0..2147483647. @default the next ids in order */
  readonly ids?: IdInput;
  /** Whether a row whose id is present replaces the row there; without it that is an error. @default false */
  readonly replace?: boolean;
}

/** How a search is done. */
export interface SearchOptions {
  /** Results a query, from 1 on. @default 10 */
  readonly k?: number;
  /** Only these ids qualify. */
  readonly filter?: Bitmap;
  /** `certified` bounds every row by its codes and scores what the bounds leave; `scan` scores every row. @default 'certified' */
  readonly exact?: ExactMethod;
  /** Whether to report how many rows were scored in float32. @default false */
  readonly stats?: boolean;
}

/** What a search found: `queries x k`, row-major, best first. */
export interface SearchResult {
  /** Ids; -1 where fewer than k rows qualify. Equal scores: the lower id first. */
  readonly ids: Int32Array;
  /** Similarity for `ip` and `cosine` (larger is better), squared distance for `l2` (smaller is better). */
  readonly scores: Float32Array;
  readonly k: number;
  /** With `stats`: rows scored in float32, a query. */
  readonly rescored?: Int32Array;
}

/** How a range search is done. */
export interface RangeOptions extends Omit<SearchOptions, 'k'> {
  /** Scores from here on qualify: at least `radius` for `ip` and `cosine`, at most `radius` (squared) for `l2`. */
  readonly radius: number;
}

/** What a range search found, best first. */
export type RangeResult = Omit<SearchResult, 'k'>;

/** Bytes that an index holds. */
export interface MemoryUsage {
  readonly total: number;
  /** Float rows and their norms, in linear memory, with the room of segments that are not full. */
  readonly vectors: number;
  /** 8-bit and 4-bit codes, in linear memory. */
  readonly codes: number;
  /** Ids, in linear memory and in the look-up table. */
  readonly ids: number;
}

/** Checks what search and range have in common. @throws LanewiseError `INVALID_ARGUMENT` */
export function checkScope({
  filter,
  exact = 'certified',
}: Pick<SearchOptions, 'filter' | 'exact'>): SearchScope {
  if (exact !== 'certified' && exact !== 'scan') {
    throw new LanewiseError(
      'INVALID_ARGUMENT',
      `exact must be 'certified' or 'scan'; got '${String(exact)}'.`,
      {
        expected: ['certified', 'scan'],
        got: exact,
      },
    );
  }
  if (filter !== undefined && !(filter instanceof Bitmap)) {
    throw new LanewiseError(
      'INVALID_ARGUMENT',
      'filter must be a Bitmap of ids. Make one with Bitmap.of(ids).',
    );
  }
  return { filter, method: exact };
}
