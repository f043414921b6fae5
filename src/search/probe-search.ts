import { Arena } from '../host/arena.ts';
import type { Bitmap } from '../vectors/bitmap.ts';
import type { CellStore } from '../vectors/cell-store.ts';
import { QueryBatch } from '../vectors/query-batch.ts';
import type { VectorStore } from '../vectors/store.ts';
import { type RankedRows, unranked } from './exact-search.ts';

/** Inverted lists, and the centroids of their cells as rows. */
export interface InvertedLists {
  readonly centroids: VectorStore;
  readonly rows: CellStore;
}

/** What `searchProbes` looks for. */
export interface ProbeSearch {
  readonly k: number;
  readonly probes: number;
  readonly filter: Bitmap | undefined;
}

/** What was found, and how many cells were searched for it, a query. */
export interface ProbedRows extends RankedRows {
  readonly probed: Int32Array;
}

/** Queries that are grouped by cell at once: enough to fill the tiles of every cell, small enough for the caches. */
const BATCH_QUERIES = 1024;
/** Results of a batch take no more linear memory than this. */
const BATCH_RESULT_BYTES = 16 << 20;
/** From so many queries on, grouping by cell pays. */
const LEAST_GROUPED = 8;
/** Ranks at which a group ends: the nearest cell first for every query, so that thresholds stand before the many. */
const FIRST_RANKS = [1, 4];

/** The best k rows in the nearest cells of every query; more cells are searched where these hold fewer than k. */
export function searchProbes(lists: InvertedLists, queries: Float32Array, search: ProbeSearch): ProbedRows {
  const { rows } = lists;
  const { k } = search;
  const count = queries.length / rows.dimensions;
  const ranked = unranked(rows, count, k);
  const probed = new Int32Array(count);
  const capacity = Math.min(k, Math.max(1, rows.size));
  const probes = Math.min(search.probes, rows.cells);
  const fitting = Math.floor(BATCH_RESULT_BYTES / (8 * Math.max(capacity, probes)));
  const size = Math.max(1, Math.min(count, BATCH_QUERIES, fitting));
  for (let first = 0; first < count; first += size) {
    const batch = new QueryBatch(rows, Math.min(size, count - first), {
      k: capacity,
      capacity,
      filter: search.filter,
    });
    try {
      batch.prepare(queries, first, Number.NEGATIVE_INFINITY);
      const wanted = Math.min(capacity, search.filter?.count ?? capacity);
      const values = queries.subarray(first * rows.dimensions, (first + batch.size) * rows.dimensions);
      const cells = probeBatch(lists, batch, values, probes, wanted);
      for (let i = 0; i < batch.size; i++) {
        batch.take(i, ranked.ids, ranked.scores, (first + i) * k);
        ranked.rescored[first + i] = batch.rescored(i);
      }
      probed.set(cells, first);
    } finally {
      batch.release();
    }
  }
  return { ...ranked, probed };
}

/** Searches the cells of a batch, and more of them for queries that found too few rows; returns how many each took. */
function probeBatch(
  lists: InvertedLists,
  batch: QueryBatch,
  queries: Float32Array,
  probes: number,
  wanted: number,
): Int32Array {
  const { rows, centroids } = lists;
  const ranking = new QueryBatch(centroids, batch.size, { k: probes, capacity: probes, filter: undefined });
  try {
    ranking.prepare(queries, 0, Number.NEGATIVE_INFINITY);
    rank(centroids, ranking);
    if (batch.size >= LEAST_GROUPED) probeGrouped(rows, batch, ranking, probes);
    else {
      const probed = { from: 0, to: probes, table: rows.table };
      for (let i = 0; i < batch.size; i++) batch.probeCells(i, ranking, probed);
    }
  } finally {
    ranking.release();
  }
  const probed = new Int32Array(batch.size).fill(probes);
  if (probes < rows.cells) widen(lists, batch, queries, wanted, probed);
  return probed;
}

/** Doubles the cells of queries that found too few rows, one by one: a ranking of all cells is large. */
function widen(
  { rows, centroids }: InvertedLists,
  batch: QueryBatch,
  queries: Float32Array,
  wanted: number,
  probed: Int32Array,
): void {
  const { cells, table } = rows;
  const lacking = tooFew(batch, wanted);
  if (lacking.length === 0) return;
  const ranking = new QueryBatch(centroids, 1, { k: cells, capacity: cells, filter: undefined });
  try {
    for (const i of lacking) {
      ranking.prepare(queries, i, Number.NEGATIVE_INFINITY);
      rank(centroids, ranking);
      while (probed[i]! < cells && batch.found(i) < wanted) {
        const from = probed[i]!;
        probed[i] = Math.min(2 * from, cells);
        batch.probeCells(i, ranking, { from, to: probed[i]!, table }, 0);
      }
    }
  } finally {
    ranking.release();
  }
}

function rank(centroids: VectorStore, ranking: QueryBatch): void {
  const isTiled = ranking.size >= LEAST_GROUPED;
  if (isTiled) ranking.packTiles();
  for (const [i, segment] of centroids.segments.entries()) {
    const first = i * centroids.layout.rowsPerSegment;
    if (isTiled) ranking.rankTiles(segment, first);
    else for (let query = 0; query < ranking.size; query++) ranking.rankCells(query, segment, first);
  }
  ranking.sortAll();
}

function probeGrouped(rows: CellStore, batch: QueryBatch, ranking: QueryBatch, probes: number): void {
  const ranks = [0, ...FIRST_RANKS.filter((rank) => rank < probes), probes];
  const buffers = new Arena(rows.runtime.memory);
  try {
    const groups = buffers.allocate(batch.groupBytes(rows.cells, probes));
    for (let i = 1; i < ranks.length; i++) {
      const probed = { from: ranks[i - 1]!, to: ranks[i]!, table: rows.table };
      batch.probeTiles(ranking, probed, rows.cells, groups);
    }
  } finally {
    buffers.release();
  }
}

function tooFew(batch: QueryBatch, wanted: number): number[] {
  const queries: number[] = [];
  for (let i = 0; i < batch.size; i++) if (batch.found(i) < wanted) queries.push(i);
  return queries;
}
