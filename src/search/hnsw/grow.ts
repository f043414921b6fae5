import type { Progress } from '../../host/progress.ts';
import type { StagedRows } from '../../vectors/staged-rows.ts';
import type { GraphOptions } from '../hnsw-options.ts';
import { linkAll, newLinker } from './builder.ts';
import { HnswGraph } from './graph.ts';
import { drawLayer } from './layout.ts';
import type { Linker } from './workspace.ts';

/** Fewer rows are always inserted one by one. */
const LEAST_BATCH = 256;
/** Building a graph anew takes about as long for so many rows as inserting one. */
const REBUILT_ROWS = 4;

/**
 * Writes staged rows and links them, piece by piece. Many rows are worth a graph built anew from all rows that stay;
 * few are inserted one by one.
 *
 * @param inPlace whether rows may be inserted into `graph` itself: once that begins, nothing fails
 * @returns the graph that holds the rows: another one, to be released when it is not used, unless inserted in place
 * @throws LanewiseError `INVALID_VALUE`, `ZERO_VECTOR`, `MEMORY_EXHAUSTED`; `graph` is as it was
 */
export function* growGraph(
  graph: HnswGraph,
  staged: StagedRows,
  values: Float32Array,
  options: GraphOptions,
  inPlace: boolean,
): Generator<Progress, HnswGraph> {
  const { store } = graph;
  const rows = staged.ids.length;
  const first = store.slots;
  while (staged.written < rows) {
    staged.writeChunk(values);
    yield { done: 0, total: rows };
  }
  if (rows >= LEAST_BATCH && REBUILT_ROWS * rows >= store.size) {
    const replaced = new Set<number>();
    for (const id of staged.ids) if (store.has(id)) replaced.add(store.slotOf(id));
    const slots = [...liveSlots(graph)].filter((slot) => !replaced.has(slot));
    const ids = slots.map((slot) => store.idAt(slot));
    for (let i = 0; i < rows; i++) slots.push(first + i);
    return yield* buildGraph(graph, slots, [...ids, ...staged.ids], options, rows);
  }
  return yield* insertRows(graph, staged, options, inPlace);
}

/** Slots of the rows that were not removed, in order. */
export function* liveSlots({ store }: HnswGraph): Generator<number> {
  for (let slot = 0; slot < store.slots; slot++) if (store.idAt(slot) >= 0) yield slot;
}

/** A new graph of some slots. */
export function* buildGraph(
  { store, m }: HnswGraph,
  slots: readonly number[],
  ids: readonly number[],
  options: GraphOptions,
  total: number,
): Generator<Progress, HnswGraph> {
  const fresh = new HnswGraph(store, m);
  let isWhole = false;
  try {
    fresh.reserve();
    const end = Math.max(store.slots, slots.at(-1)! + 1);
    for (let slot = 0; slot < end; slot += 4096) {
      fresh.encode(slot, Math.min(end, slot + 4096));
      yield { done: 0, total };
    }
    for (let i = 0; i < slots.length; i++) {
      fresh.raise(slots[i]!, drawLayer(options.seed, ids[i]!, m));
      if (i % 4096 === 4095) yield { done: 0, total };
    }
    for (const done of linkAll(fresh, Uint32Array.from(slots), options)) {
      yield { done: Math.floor((done / slots.length) * total), total };
    }
    isWhole = true;
    return fresh;
  } finally {
    if (!isWhole) fresh.release();
  }
}

/** Inserts the staged rows one by one, in order. */
function* insertRows(
  graph: HnswGraph,
  staged: StagedRows,
  options: GraphOptions,
  inPlace: boolean,
): Generator<Progress, HnswGraph> {
  const { store } = graph;
  const { kernels } = store.runtime;
  const rows = staged.ids.length;
  const first = store.slots;
  const grown = inPlace ? graph : graph.copy();
  let linker: Linker | undefined;
  let raised = 0;
  let isWhole = false;
  try {
    grown.reserve();
    linker = newLinker(grown, options.efConstruction);
    grown.encode(first, first + rows);
    for (; raised < rows; raised++) {
      grown.raise(first + raised, drawLayer(options.seed, staged.ids[raised]!, graph.m));
    }
    for (let i = 0; i < rows; i++) {
      kernels.linkNode(grown.address, linker.address, first + i, options.efConstruction);
      grown.nodes++;
      yield { done: i, total: rows };
    }
    isWhole = true;
    return grown;
  } finally {
    linker?.release();
    if (!isWhole && !inPlace) grown.release();
    if (!isWhole && inPlace) for (let i = 0; i < raised; i++) grown.lower(first + i);
  }
}
