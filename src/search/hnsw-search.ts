import type { Bitmap } from '../vectors/bitmap.ts';
import { QueryBatch } from '../vectors/query-batch.ts';
import type { VectorStore } from '../vectors/store.ts';
import { LOOKUP_COST, type RankedRows, searchExact, unranked } from './exact-search.ts';
import type { HnswGraph } from './hnsw/graph.ts';
import { BeamPlan, BlockPlan } from './hnsw/workspace.ts';

/** Queries prepared at once. */
const BATCH_QUERIES = 120;
/** A node of a beam costs about as much as scoring so many rows in passing. */
const NODE_COST = 30;

/** What `searchHnsw` looks for. */
export interface HnswSearch {
  readonly k: number;
  readonly ef: number;
  readonly filter: Bitmap | undefined;
}

/** What a search found, and how many nodes it scored on the way, a query. */
export interface HnswRanked extends RankedRows {
  readonly visited: Int32Array;
}

/**
 * The best k rows that the graph leads to, for every query; k of them whenever k rows qualify.
 *
 * A beam passes through rows that do not qualify, so it is made wider by their share. Where that would take longer than
 * scoring every row that qualifies, or where the beam held fewer than k of them, they are all scored.
 */
export function searchHnsw(graph: HnswGraph, queries: Float32Array, search: HnswSearch): HnswRanked {
  const { store } = graph;
  const { k, filter } = search;
  const possible = filter ? Math.min(filter.count, store.size) : store.size;
  const width = Math.max(search.ef, k) * (graph.nodes / Math.max(1, possible));
  if (!pays(graph, width, filter)) {
    const ranked = searchExact(store, queries, { k, filter, method: 'certified' });
    return { ...ranked, visited: new Int32Array(ranked.rescored.length) };
  }
  const count = queries.length / store.dimensions;
  const ranked = { ...unranked(store, count, k), visited: new Int32Array(count) };
  const beam = new SearchBeam(graph, Math.ceil(width));
  try {
    for (let first = 0; first < count; first += BATCH_QUERIES) {
      const size = Math.min(BATCH_QUERIES, count - first);
      const batch = new QueryBatch(store, size, { k, capacity: k, filter });
      try {
        batch.prepare(queries, first, Number.NEGATIVE_INFINITY);
        for (let i = 0; i < size; i++) takeOne(beam, batch, i, search, ranked, first + i);
      } finally {
        batch.release();
      }
    }
  } finally {
    beam.release();
  }
  for (let i = 0; i < count; i++) {
    if (ranked.ids[(i + 1) * k - 1]! < 0) scoreAll(graph, queries, i, search, ranked);
  }
  return ranked;
}

/** Whether a beam of this width takes less than scoring every row that qualifies. */
function pays({ store }: HnswGraph, width: number, filter: Bitmap | undefined): boolean {
  const scored = filter ? Math.min(store.slots, LOOKUP_COST * filter.count) : store.slots;
  return NODE_COST * width < scored;
}

/** Searches for query `i` of a batch, and takes its results to place `at`. */
function takeOne(
  beam: SearchBeam,
  batch: QueryBatch,
  i: number,
  { k }: HnswSearch,
  ranked: HnswRanked,
  at: number,
): void {
  ranked.visited[at]! += beam.search(batch.address(i), k);
  batch.take(i, ranked.ids, ranked.scores, at * k);
  ranked.rescored[at]! += batch.rescored(i);
}

/** One query whose beam held fewer than k rows that qualify: every row is scored, unless there are no more. */
function scoreAll(
  graph: HnswGraph,
  queries: Float32Array,
  at: number,
  { k, filter }: HnswSearch,
  ranked: HnswRanked,
): void {
  const { store } = graph;
  if (k - countMissing(ranked.ids, at * k, k) >= countLive(store, filter)) return;
  const query = queries.subarray(at * store.dimensions, (at + 1) * store.dimensions);
  const exact = searchExact(store, query, { k, filter, method: 'certified' });
  ranked.ids.set(exact.ids, at * k);
  ranked.scores.set(exact.scores, at * k);
  ranked.rescored[at]! += exact.rescored[0]!;
}

function countMissing(ids: Int32Array, from: number, k: number): number {
  let missing = 0;
  for (let i = from; i < from + k; i++) if (ids[i]! < 0) missing++;
  return missing;
}

/** How many rows qualify. */
function countLive(store: VectorStore, filter: Bitmap | undefined): number {
  if (!filter) return store.size;
  let live = 0;
  for (const id of filter) if (store.has(id)) live++;
  return live;
}

/** A beam of some width in linear memory, for one search after the other. */
class SearchBeam {
  readonly #graph: HnswGraph;
  readonly #block: number;
  readonly #beam: number;
  readonly #width: number;

  /** @throws LanewiseError `MEMORY_EXHAUSTED` */
  constructor(graph: HnswGraph, width: number) {
    const { memory } = graph.store.runtime;
    const plan = new BlockPlan();
    const shape = { capacity: width, codeBytes: graph.codeBytes, slots: graph.slots, listed: 2 * graph.m };
    const beam = new BeamPlan(plan, shape);
    this.#graph = graph;
    this.#width = width;
    this.#block = memory.allocate(plan.bytes);
    this.#beam = beam.write(memory, this.#block);
  }

  /** Offers the best rows found to a prepared query; returns how many nodes were scored. */
  search(query: number, k: number): number {
    const { kernels, memory } = this.#graph.store.runtime;
    const before = memory.u32[this.#beam / 4 + 12]!;
    kernels.searchGraph(this.#graph.address, this.#beam, query, this.#width, 2 * k + 8);
    return memory.u32[this.#beam / 4 + 12]! - before;
  }

  release(): void {
    this.#graph.store.runtime.memory.free(this.#block);
  }
}
