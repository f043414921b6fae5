import { Arena } from '../../host/arena.ts';
import type { GraphOptions } from '../hnsw-options.ts';
import { newLinker, poolOf } from './builder.ts';
import { HnswGraph, NONE } from './graph.ts';
import { buildGraph, liveSlots } from './grow.ts';

/** From one removed node in so many on, a graph built anew is better than one that is repaired, and as soon ready. */
const REBUILT_SHARE = 8;

/**
 * Drops removed nodes and moves the last ones into their slots, in the store and in the graph. Where few were removed,
 * their neighbours are linked to one another, as in Singh et al., "FreshDiskANN" (2021).
 *
 * @returns the graph of the rows from then on; the old one is released when it is another
 * @throws LanewiseError `MEMORY_EXHAUSTED`, `INVALID_ARGUMENT` during a build; nothing has changed then
 */
export function compactGraph(graph: HnswGraph, options: GraphOptions): HnswGraph {
  const { store } = graph;
  store.checkIdle();
  if (store.slots === store.size) return graph;
  const removed = graph.nodes - store.size;
  const scratch = new Arena(store.runtime.memory);
  try {
    const numbers = scratch.allocate(4 * store.slots);
    let compacted = graph;
    if (store.size === 0) compacted = new HnswGraph(store, graph.m);
    else if (removed * REBUILT_SHARE > graph.nodes) compacted = rebuild(graph, options);
    else if (removed > 0) repair(graph, options, numbers);
    if (compacted !== graph) graph.release();
    renumber(compacted, numbers);
    return compacted;
  } finally {
    scratch.release();
  }
}

function rebuild(graph: HnswGraph, options: GraphOptions): HnswGraph {
  const slots = [...liveSlots(graph)];
  const ids = slots.map((slot) => graph.store.idAt(slot));
  const work = buildGraph(graph, slots, ids, options, slots.length);
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
  }
}

/** Links the neighbours of removed nodes to one another. */
function repair(graph: HnswGraph, { efConstruction }: GraphOptions, numbers: number): void {
  const { store } = graph;
  const { kernels } = store.runtime;
  const linker = newLinker(graph, efConstruction);
  try {
    numberSlots(graph, numbers);
    const pool = poolOf(graph, efConstruction);
    for (const slot of liveSlots(graph)) {
      kernels.repairNode(graph.address, linker.address, slot, numbers, pool);
    }
  } finally {
    linker.release();
  }
}

/** Writes the number of every slot: its own, or `NONE` where its row was removed. */
function numberSlots({ store }: HnswGraph, numbers: number): void {
  const { u32 } = store.runtime.memory;
  for (let slot = 0; slot < store.slots; slot++) u32[numbers / 4 + slot] = store.idAt(slot) < 0 ? NONE : slot;
}

/** Compacts the store, and lets the graph follow. Nothing fails. */
function renumber(graph: HnswGraph, numbers: number): void {
  const { store } = graph;
  const { kernels, memory } = store.runtime;
  numberSlots(graph, numbers);
  if (store.size > 0) {
    for (let slot = 0; slot < store.slots; slot++) if (store.idAt(slot) < 0) graph.lower(slot);
  }
  store.compact((from, to) => {
    kernels.moveNode(graph.address, from, to);
    memory.u32[numbers / 4 + from] = to;
  });
  let entry = NONE;
  let top = 0;
  for (let slot = 0; slot < store.size; slot++) {
    kernels.renumberLinks(graph.address, slot, numbers);
    const layer = graph.layerOf(slot);
    if (entry !== NONE && layer <= top) continue;
    entry = slot;
    top = layer;
  }
  graph.enterAt(entry, top);
  graph.nodes = store.size;
  graph.reserve();
}
