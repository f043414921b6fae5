import { LanewiseError } from '../host/errors.ts';
import type { Bitmap } from '../vectors/bitmap.ts';
import type { VectorStore } from '../vectors/store.ts';
import { CANDIDATE_ROOM, QueryBatch } from './query-batch.ts';

/** How an exact answer is found: by certified bounds, or by scoring every row. Both give the same bits. */
export type ExactMethod = 'certified' | 'scan';

/** What `searchExact` looks for. */
export interface ExactSearch {
  readonly k: number;
  readonly filter: Bitmap | undefined;
  readonly method: ExactMethod;
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
export function searchExact(store: VectorStore, queries: Float32Array, search: ExactSearch): RankedRows {
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
      runBatch(store, batch, search, capacity);
      for (let i = 0; i < batch.size; i++) {
        batch.take(i, ids, scores, (first + i) * k);
        rescored[first + i] = search.method === 'scan' ? store.size : batch.rescored(i);
      }
    } finally {
      batch.release();
    }
  }
  return ranked;
}

/** Results of which none is found yet. */
function unranked({ metric }: VectorStore, count: number, k: number): RankedRows {
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

function runBatch(store: VectorStore, batch: QueryBatch, { method, filter }: ExactSearch, k: number): void {
  const { segments, slots } = store;
  if (method === 'scan') {
    for (let i = 0; i < batch.size; i++) for (const segment of segments) batch.scanRows(i, segment);
  } else if (filter && filter.count * SCORE_COST < slots) {
    scoreAllowed(store, batch, filter);
  } else if (4 * k >= store.size) {
    // Bounds turn little away where a quarter of the rows is wanted.
    for (let i = 0; i < batch.size; i++) for (const segment of segments) batch.scanRows(i, segment);
  } else if (batch.size >= LEAST_TILED) {
    batch.packTiles();
    for (const segment of segments) batch.scanTiles(segment);
  } else {
    for (let i = 0; i < batch.size; i++) scanOne(store, batch, i);
  }
}

/**
 * One query: 4-bit codes where they pay, 8-bit codes where too many rows survive them. The first segment, whose
 * threshold is still low, takes 8-bit codes; after a segment with many survivors, 8-bit codes take as many segments as
 * went before, since the threshold only rises.
 */
function scanOne(store: VectorStore, batch: QueryBatch, i: number): void {
  const { segments, layout, runtime } = store;
  let codesUntil = runtime.tier === 'relaxed' ? 1 : segments.length;
  for (let at = 0; at < segments.length; at++) {
    const segment = segments[at]!;
    if (at < codesUntil) batch.scanCodes(i, segment);
    else if (batch.scanNibbles(i, segment) * SCORE_COST > layout.rowsPerSegment) codesUntil = 2 * at + 1;
  }
}

/** Scores the rows that a filter allows, where they are few. */
function scoreAllowed(store: VectorStore, batch: QueryBatch, filter: Bitmap): void {
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

/** What `rangeExact` looks for. */
export interface RangeSearch {
  readonly radius: number;
  readonly filter: Bitmap | undefined;
  readonly method: ExactMethod;
}

/** Every row whose score reaches the radius, best first. */
export function rangeExact(
  store: VectorStore,
  query: Float32Array,
  { radius, filter, method }: RangeSearch,
): RankedRows {
  const capacity = store.layout.rowsPerSegment;
  const batch = new QueryBatch(store, 1, { k: 0, capacity, filter });
  const segmentIds = new Int32Array(capacity);
  const segmentScores = new Float32Array(capacity);
  const found: { id: number; score: number }[] = [];
  let rescored = 0;
  try {
    batch.prepare(query, 0, store.metric === 'l2' ? -roundDown(radius) : roundUp(radius));
    for (const segment of store.segments) {
      if (method === 'scan') batch.scanRows(0, segment);
      else batch.scanCodes(0, segment);
      const count = batch.take(0, segmentIds, segmentScores, 0);
      for (let i = 0; i < count; i++) found.push({ id: segmentIds[i]!, score: segmentScores[i]! });
    }
    rescored = method === 'scan' ? store.size : batch.rescored(0);
  } finally {
    batch.release();
  }
  const sign = store.metric === 'l2' ? 1 : -1;
  found.sort((a, b) => sign * (a.score - b.score) || a.id - b.id);
  return {
    ids: Int32Array.from(found, ({ id }) => id),
    scores: Float32Array.from(found, ({ score }) => score),
    rescored: Int32Array.of(rescored),
  };
}

/** The largest float32 that is not above `value`: float32 scores compare with it as they would with `value`. */
function roundDown(value: number): number {
  const nearest = Math.fround(value);
  return nearest <= value ? nearest : nextFloat(nearest, -1);
}

function roundUp(value: number): number {
  return -roundDown(-value);
}

/** The float32 next to a finite non-zero one, above (1) or below (-1). */
function nextFloat(value: number, direction: 1 | -1): number {
  const floats = Float32Array.of(value);
  const bits = new Int32Array(floats.buffer);
  bits[0]! += value > 0 ? direction : -direction;
  return floats[0]!;
}
