import { LanewiseError } from '../host/errors.ts';
import type { Bitmap } from '../vectors/bitmap.ts';
import { type QueriedRows, QueryBatch } from '../vectors/query-batch.ts';
import type { SegmentLayout } from '../vectors/segment.ts';
import { LEAST_TILED } from '../vectors/tile.ts';
import { AllowedRows } from './allowed-rows.ts';

/** How an exact answer is found: by certified bounds, or by scoring every row. Both give the same bits. */
export type ExactMethod = 'certified' | 'scan';

/** Rows in segments that can be searched one and all: a store of any kind. */
export interface ExactRows extends QueriedRows {
  readonly layout: SegmentLayout;
  /** Live rows; and with tombstones. */
  readonly size: number;
  readonly slots: number;
  readonly segments: readonly number[];
  /** Whether every live row's id is its slot, so that none needs looking up. */
  readonly idsAreSlots?: boolean;
  slotOf(id: number): number;
  place(slot: number): { readonly segment: number; readonly row: number };
}

/** Which rows qualify, and how the answer is found. */
export interface SearchScope {
  readonly filter: Bitmap | undefined;
  readonly method: ExactMethod;
}

/** What `searchExact` looks for. */
export interface ExactSearch extends SearchScope {
  readonly k: number;
}

/** Results of some queries: `queries x k`, row-major, best first; ids are -1 where fewer than k rows qualify. */
export interface RankedRows {
  readonly ids: Int32Array;
  readonly scores: Float32Array;
  /** Rows scored in float32, a query. */
  readonly rescored: Int32Array;
}

/** Results of one call, 2 GiB: a runtime may grant arrays that the machine then has no memory for. */
const MOST_RESULTS = 2 ** 28;
/** Queries prepared at once: twenty full tiles. */
const BATCH_QUERIES = 120;
/** Results of a batch take no more linear memory than this. */
const BATCH_RESULT_BYTES = 16 << 20;
/** A row taken from the middle of memory and scored costs about as much as bounding this many in passing. */
const SCORE_COST = 32;
/**
 * Scoring an allowed row costs as much as bounding this many, of which more survive under a filter; for the first query,
 * that looks the row up and fetches it, this many more. Measured on GloVe, 100 000 x 100: both ways meet at some 5 % of
 * the rows for one query, at 12 % for a hundred.
 */
const ALLOWED_COST = 8;
const FETCH_COST = 12;
/** Scoring a row in passing, where there are no codes to bound it by, costs as much as bounding this many. */
const PASSING_COST = 4;

/** The best k rows of every query, exactly. */
export function searchExact(store: ExactRows, queries: Float32Array, search: ExactSearch): RankedRows {
  const { k } = search;
  const count = queries.length / store.dimensions;
  const ranked = unranked(store, count, k);
  const { ids, scores, rescored } = ranked;
  const capacity = Math.min(k, Math.max(1, store.size));
  const fitting = Math.floor(BATCH_RESULT_BYTES / (8 * capacity));
  const size = Math.max(1, Math.min(count, BATCH_QUERIES, fitting));
  const allowed = isSelective(store, count, search) ? new AllowedRows(store, search.filter!) : undefined;
  const wanted = { k: capacity, capacity, filter: allowed ? undefined : search.filter };
  try {
    for (let first = 0; first < count; first += size) {
      const batch = new QueryBatch(store, Math.min(size, count - first), wanted);
      try {
        batch.prepare(queries, first, Number.NEGATIVE_INFINITY);
        const path = allowed ? 'allowed' : choosePath(store, batch.size, search, capacity);
        if (path === 'allowed') allowed!.score(batch);
        else runBatch(store, batch, path);
        for (let i = 0; i < batch.size; i++) {
          batch.take(i, ids, scores, (first + i) * k);
          rescored[first + i] = path === 'rows' ? store.size : batch.rescored(i);
        }
      } finally {
        batch.release();
      }
    }
  } finally {
    allowed?.release();
  }
  return ranked;
}

/** Results of which none is found yet. @throws LanewiseError `MEMORY_EXHAUSTED` */
export function unranked({ metric }: ExactRows, count: number, k: number): RankedRows {
  if (count * k > MOST_RESULTS) throw tooManyResults(count, k);
  try {
    return {
      ids: new Int32Array(count * k).fill(-1),
      scores: new Float32Array(count * k).fill(
        metric === 'l2' ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY,
      ),
      rescored: new Int32Array(count),
    };
  } catch (cause) {
    throw tooManyResults(count, k, cause);
  }
}

function tooManyResults(count: number, k: number, cause?: unknown): LanewiseError {
  const message = `There are no arrays for ${count} x ${k} results. Ask for a smaller k, or fewer queries at once.`;
  return new LanewiseError('MEMORY_EXHAUSTED', message, { expected: MOST_RESULTS, got: count * k, cause });
}

/** Whether a filter allows so few rows that these alone are scored. */
export function isSelective(store: ExactRows, queries: number, { method, filter }: ExactSearch): boolean {
  if (!filter || method === 'scan') return false;
  const passed = store.layout.codes ? store.slots : PASSING_COST * store.slots;
  return filter.count * (ALLOWED_COST + FETCH_COST / queries) < passed;
}

/** What a batch goes through: every row, tiles of queries, or one query after the other. */
type Path = 'rows' | 'tiles' | 'single';

function choosePath(store: ExactRows, queries: number, { method }: ExactSearch, k: number): Path {
  // Bounds turn little away where a quarter of the rows is wanted.
  if (method === 'scan' || !store.layout.codes || 4 * k >= store.size) return 'rows';
  return queries >= LEAST_TILED ? 'tiles' : 'single';
}

function runBatch(store: ExactRows, batch: QueryBatch, path: Path): void {
  if (path === 'tiles') {
    batch.packTiles();
    for (const segment of store.segments) batch.scanTiles(segment);
  } else {
    for (let i = 0; i < batch.size; i++) {
      if (path === 'single') scanOne(store, batch, i);
      else for (const segment of store.segments) batch.scanRows(i, segment);
    }
  }
}

/**
 * One query: 4-bit codes where they pay, 8-bit codes where too many rows survive them. The first segment, whose
 * threshold is still low, takes 8-bit codes; after a segment with many survivors, 8-bit codes take as many segments as
 * went before, since the threshold only rises.
 */
function scanOne(store: ExactRows, batch: QueryBatch, i: number): void {
  const { segments, layout, runtime } = store;
  let codesUntil = layout.nibbles && runtime.tier === 'relaxed' ? 1 : segments.length;
  for (let at = 0; at < segments.length; at++) {
    const segment = segments[at]!;
    if (at < codesUntil) batch.scanCodes(i, segment);
    else if (batch.scanNibbles(i, segment) * SCORE_COST > layout.rowsPerSegment) codesUntil = 2 * at + 1;
  }
}
