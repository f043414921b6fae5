import type { Bitmap } from '../vectors/bitmap.ts';
import { QueryBatch } from '../vectors/query-batch.ts';
import type { VectorStore } from '../vectors/store.ts';
import { type RankedRows, searchExact, unranked } from './exact-search.ts';
import type { HnswGraph } from './hnsw/graph.ts';
import { BeamPlan, BlockPlan } from './hnsw/workspace.ts';

/** Queries prepared at once. */
const BATCH_QUERIES = 120;
/** A node of a beam costs about as much as scoring so many rows in passing. */
const NODE_COST = 30;
/** Looking a row up that the filter allows, and scoring it, costs about as much as scoring so many in passing. */
const ALLOWED_COST = 5;

/** A query that is not settled is searched for with a beam so many times as wide. */
const WIDENING = 4;
/** Field of a beam's descriptor that counts scored nodes, in words (assembly/beam.ts). */
const SCORED = 12;

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
 * A beam passes through rows that do not qualify, so it is made wider by their share. Where it held fewer than k that
 * qualify, or codes were too coarse to tell its rows from others, a wider one is tried; and where a beam would take
 * longer than scoring every row that qualifies, they are all scored.
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
  for (const at of searchBeams(graph, queries, Math.ceil(width), search, ranked)) {
    const query = queries.subarray(at * store.dimensions, (at + 1) * store.dimensions);
    const wider = searchHnsw(graph, query, { ...search, ef: WIDENING * Math.max(search.ef, k) });
    ranked.ids.set(wider.ids, at * k);
    ranked.scores.set(wider.scores, at * k);
    ranked.rescored[at]! += wider.rescored[0]!;
    ranked.visited[at]! += wider.visited[0]!;
  }
  return ranked;
}

/** Whether a beam of this width takes less than scoring every row that qualifies. */
function pays({ store }: HnswGraph, width: number, filter: Bitmap | undefined): boolean {
  const scored = filter ? Math.min(store.slots, ALLOWED_COST * filter.count) : store.slots;
  return NODE_COST * width < scored;
}

/** Searches with a beam of some width; returns the queries that need a wider one. */
function searchBeams(
  graph: HnswGraph,
  queries: Float32Array,
  width: number,
  { k, filter }: HnswSearch,
  { ids, scores, rescored, visited }: HnswRanked,
): number[] {
  const { store } = graph;
  const unsettled: number[] = [];
  const count = rescored.length;
  const qualifying = lazily(() => countLive(store, filter));
  const beam = new SearchBeam(graph, width);
  try {
    for (let first = 0; first < count; first += BATCH_QUERIES) {
      const size = Math.min(BATCH_QUERIES, count - first);
      const batch = new QueryBatch(store, size, { k, capacity: k, filter });
      try {
        batch.prepare(queries, first, Number.NEGATIVE_INFINITY);
        for (let i = 0; i < size; i++) {
          const at = first + i;
          const isSettled = beam.search(batch.address(i), k);
          const found = batch.take(i, ids, scores, at * k);
          rescored[at] = batch.rescored(i);
          visited[at] = beam.takeVisited();
          if (!isSettled || (found < k && found < qualifying())) unsettled.push(at);
        }
      } finally {
        batch.release();
      }
    }
  } finally {
    beam.release();
  }
  return unsettled;
}

function lazily<Value>(compute: () => Value): () => Value {
  let value: Value | undefined;
  return () => {
    value ??= compute();
    return value;
  };
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

  /** Offers the best rows found to a prepared query; returns whether a wider beam would find no more for all it knows. */
  search(query: number, k: number): boolean {
    const { kernels } = this.#graph.store.runtime;
    const least = 2 * k + 8;
    return kernels.searchGraph(this.#graph.address, this.#beam, query, this.#width, least) !== 0;
  }

  /** How many nodes were scored since the last call. */
  takeVisited(): number {
    const { u32 } = this.#graph.store.runtime.memory;
    const visited = u32[this.#beam / 4 + SCORED]!;
    u32[this.#beam / 4 + SCORED] = 0;
    return visited;
  }

  release(): void {
    this.#graph.store.runtime.memory.free(this.#block);
  }
}
