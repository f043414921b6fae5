import { LanewiseError } from '../host/errors.ts';
import type { Bitmap } from '../vectors/bitmap.ts';
import { CANDIDATE_ROOM, type QueriedRows, QueryBatch } from '../vectors/query-batch.ts';
import type { SegmentLayout } from '../vectors/segment.ts';

/** How an exact answer is found: by certified bounds, or by scoring every row. Both give the same bits. */
export type ExactMethod = 'certified' | 'scan';

/** Rows in segments that can be searched one and all: a store of any kind. */
export interface ExactRows extends QueriedRows {
  readonly layout: SegmentLayout;
  /** Live rows; and with tombstones. */
  readonly size: number;
  readonly slots: number;
  readonly segments: readonly number[];
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

/** Queries prepared at once: twenty full tiles. */
const BATCH_QUERIES = 120;
/** Results of a batch take no more linear memory than this. */
const BATCH_RESULT_BYTES = 16 << 20;
/** From so many queries on, a tile beats one scan a query. */
const LEAST_TILED = 3;
/** A row taken from the middle of memory and scored costs about as much as bounding this many in passing. */
const SCORE_COST = 32;

/** The best k rows of every query, exactly. */
export function searchExact(store: ExactRows, queries: Float32Array, search: ExactSearch): RankedRows {
  const { k, filter } = search;
  const count = queries.length / store.dimensions;
  const ranked = unranked(store, count, k);
  const { ids, scores, rescored } = ranked;
  const capacity = Math.min(k, Math.max(1, store.size));
  const fitting = Math.floor(BATCH_RESULT_BYTES / (8 * capacity));
  const size = Math.max(1, Math.min(count, BATCH_QUERIES, fitting));
  for (let first = 0; first < count; first += size) {
    const batch = new QueryBatch(store, Math.min(size, count - first), { k: capacity, capacity, filter });
    try {
      batch.prepare(queries, first, Number.NEGATIVE_INFINITY);
      const path = choosePath(store, batch.size, search, capacity);
      runBatch(store, batch, path, filter);
      for (let i = 0; i < batch.size; i++) {
        batch.take(i, ids, scores, (first + i) * k);
        rescored[first + i] = path === 'rows' ? store.size : batch.rescored(i);
      }
    } finally {
      batch.release();
    }
  }
  return ranked;
}

/** Results of which none is found yet. */
export function unranked({ metric }: ExactRows, count: number, k: number): RankedRows {
  try {
    return {
      ids: new Int32Array(count * k).fill(-1),
      scores: new Float32Array(count * k).fill(
        metric === 'l2' ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY,
      ),
      rescored: new Int32Array(count),
    };
  } catch (cause) {
    const message = `The runtime has no arrays for ${count} x ${k} results. Ask for a smaller k, or fewer queries at once.`;
    throw new LanewiseError('MEMORY_EXHAUSTED', message, { got: count * k, cause });
  }
}

/** What a batch goes through: every row, the few rows that the filter allows, tiles of queries, or one by one. */
type Path = 'rows' | 'allowed' | 'tiles' | 'single';

function choosePath(store: ExactRows, queries: number, { method, filter }: ExactSearch, k: number): Path {
  if (method === 'scan') return 'rows';
  if (filter && filter.count * SCORE_COST < store.slots) return 'allowed';
  // Bounds turn little away where a quarter of the rows is wanted.
  if (!store.layout.codes || 4 * k >= store.size) return 'rows';
  return queries >= LEAST_TILED ? 'tiles' : 'single';
}

function runBatch(store: ExactRows, batch: QueryBatch, path: Path, filter: Bitmap | undefined): void {
  if (path === 'allowed') {
    scoreAllowed(store, batch, filter!);
  } else if (path === 'tiles') {
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

/** Scores the rows that a filter allows, where they are few. */
function scoreAllowed(store: ExactRows, batch: QueryBatch, filter: Bitmap): void {
  const slots: number[] = [];
  for (const id of filter) {
    const slot = store.slotOf(id);
    if (slot >= 0) slots.push(slot);
  }
  slots.sort((a, b) => a - b);
  for (let from = 0; from < slots.length; ) {
    const { segment } = store.place(slots[from]!);
    const rows: number[] = [];
    for (; from < slots.length && rows.length < CANDIDATE_ROOM; from++) {
      const place = store.place(slots[from]!);
      if (place.segment !== segment) break;
      rows.push(place.row);
    }
    for (let i = 0; i < batch.size; i++) batch.scoreRows(i, segment, rows);
  }
}
