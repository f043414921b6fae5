import { Arena } from '../host/arena.ts';
import type { Bitmap } from '../vectors/bitmap.ts';
import type { CellStore } from '../vectors/cell-store.ts';
import { QueryBatch } from '../vectors/query-batch.ts';
import type { VectorStore } from '../vectors/store.ts';
import type { CellSketches } from './cell-sketches.ts';
import { type RankedRows, unranked } from './exact-search.ts';
import { SketchScan } from './sketch-search.ts';

/** Inverted lists, and the centroids of their cells as rows. */
export interface InvertedLists {
  readonly centroids: VectorStore;
  readonly rows: CellStore;
  /** What the rows are found by, if not by bounds. */
  readonly sketches?: CellSketches | undefined;
}

/** What `searchProbes` looks for. */
export interface ProbeSearch {
  readonly k: number;
  readonly probes: number;
  readonly filter: Bitmap | undefined;
  /** Rows scored in float32 for each result wanted, where rows are found by sketches; false for none. */
  readonly rescore: number | false;
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
  const { rows, sketches } = lists;
  const { k, rescore } = search;
  const count = queries.length / rows.dimensions;
  const ranked = unranked(rows, count, k);
  const probed = new Int32Array(count);
  const most = Math.max(1, rows.size);
  const kept = Math.min(sketches && rescore ? k * rescore : k, most);
  const capacity = sketches ? SketchScan.capacityFor(kept) : kept;
  const fitting = Math.floor(BATCH_RESULT_BYTES / (8 * Math.max(capacity, rows.cells)));
  const size = Math.max(1, Math.min(count, BATCH_QUERIES, fitting));
  for (let first = 0; first < count; first += size) {
    const batch = new QueryBatch(rows, Math.min(size, count - first), {
      k: sketches ? 0 : capacity,
      capacity,
      filter: search.filter,
    });
    let scan: SketchScan | undefined;
    try {
      scan = sketches && new SketchScan(rows, sketches, batch, kept);
      batch.prepare(queries, first, Number.NEGATIVE_INFINITY);
      const wanted = Math.min(k, most, search.filter?.count ?? k);
      const values = queries.subarray(first * rows.dimensions, (first + batch.size) * rows.dimensions);
      const cells = probeBatch(lists, batch, values, Math.min(search.probes, rows.cells), wanted, scan);
      for (let i = 0; i < batch.size; i++) {
        if (rescore) scan?.score(i, Math.min(k, most));
        batch.take(i, ranked.ids, ranked.scores, (first + i) * k);
        ranked.rescored[first + i] = batch.rescored(i);
      }
      probed.set(cells, first);
    } finally {
      scan?.release();
      batch.release();
    }
  }
  return { ...ranked, probed };
}

/** Searches the cells of a batch, doubling their number for queries that found too few rows; returns how many each took. */
function probeBatch(
  lists: InvertedLists,
  batch: QueryBatch,
  queries: Float32Array,
  probes: number,
  wanted: number,
  scan: SketchScan | undefined,
): Int32Array {
  const { rows, centroids } = lists;
  const probed = new Int32Array(batch.size).fill(probes);
  for (let from = 0, to = probes; ; from = to, to = Math.min(2 * to, rows.cells)) {
    const ranking = new QueryBatch(centroids, batch.size, { k: to, capacity: rows.cells, filter: undefined });
    try {
      rank(centroids, ranking, queries);
      const lacking = from === 0 ? undefined : tooFew(batch, wanted);
      const probe = (i: number): void =>
        (scan ?? batch).probeCells(i, ranking, { from, to, table: rows.table });
      if (lacking) {
        for (const i of lacking) {
          probe(i);
          probed[i] = to;
        }
      } else if (scan || batch.size < LEAST_GROUPED) {
        for (let i = 0; i < batch.size; i++) probe(i);
      } else probeGrouped(rows, batch, ranking, to);
    } finally {
      ranking.release();
    }
    if (to === rows.cells || tooFew(batch, wanted).length === 0) return probed;
  }
}

function rank(centroids: VectorStore, ranking: QueryBatch, queries: Float32Array): void {
  const { segments, layout, size, runtime } = centroids;
  ranking.prepare(queries, 0, Number.NEGATIVE_INFINITY);
  const scratch = runtime.memory.allocate(QueryBatch.rankBytes(size));
  try {
    ranking.rankCells({ segments, rowsPerSegment: layout.rowsPerSegment, count: size }, scratch);
  } finally {
    runtime.memory.free(scratch);
  }
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
