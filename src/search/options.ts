import { LanewiseError } from '../host/errors.ts';
import { Bitmap } from '../vectors/bitmap.ts';
import { type IdInput, toIds, toVectors, type VectorInput } from '../vectors/input.ts';
import type { Metric } from '../vectors/metric.ts';
import type { VectorStore } from '../vectors/store.ts';
import { type MemoryUsage, splitUsage } from './usage.ts';

/** What every index is made for. */
export interface IndexOptions {
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

/** What every search takes. */
export interface CommonSearchOptions {
  /** Results a query, from 1 on. @default 10 */
  readonly k?: number;
  /** Only these ids qualify. */
  readonly filter?: Bitmap;
  /** Whether to report the work that was done. @default false */
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

/** What an index holds that keeps all it has in the arena of its store. */
export function usageOf({ layout, segments, arena, idBytes }: VectorStore): MemoryUsage {
  const capacity = segments.length * layout.rowsPerSegment;
  return splitUsage({ layout, capacity, idBytes }, arena.bytes + idBytes);
}

/** Rows to add, checked: `values` are rows x dimensions, `ids` one a row where the caller gave any. */
export interface CheckedRows {
  readonly values: Float32Array;
  readonly rows: number;
  readonly ids: Int32Array | undefined;
  readonly replace: boolean;
}

/** @throws LanewiseError `INVALID_ARGUMENT`, `DIMENSION_MISMATCH` */
export function checkRows(vectors: VectorInput, options: AddOptions, dimensions: number): CheckedRows {
  const values = toVectors('vectors', vectors, dimensions);
  const rows = values.length / dimensions;
  const ids = options.ids === undefined ? undefined : toIds(options.ids);
  if (ids && ids.length !== rows) {
    throw new LanewiseError('DIMENSION_MISMATCH', `${rows} vectors need as many ids; got ${ids.length}.`, {
      expected: rows,
      got: ids.length,
    });
  }
  return { values, rows, ids, replace: options.replace ?? false };
}

/** @throws LanewiseError `INVALID_ARGUMENT` */
export function checkFilter(filter: unknown): Bitmap | undefined {
  if (filter === undefined || filter instanceof Bitmap) return filter;
  throw new LanewiseError(
    'INVALID_ARGUMENT',
    'filter must be a Bitmap of ids. Make one with Bitmap.of(ids).',
  );
}

/** @throws LanewiseError `INVALID_ARGUMENT` unless `value` is one of `choices` */
export function checkChoice<Choice extends string>(
  name: string,
  value: unknown,
  choices: readonly Choice[],
): Choice {
  if (choices.includes(value as Choice)) return value as Choice;
  throw new LanewiseError(
    'INVALID_ARGUMENT',
    `${name} must be one of: ${choices.join(', ')}; got '${String(value)}'.`,
    { expected: choices, got: value },
  );
}

export { checkBytes } from '../vectors/input.ts';
