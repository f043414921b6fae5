import { Arena } from '../../host/arena.ts';
import type { GraphOptions } from '../hnsw-options.ts';
import type { HnswGraph } from './graph.ts';
import { countCells, LayerBuilder } from './layer-builder.ts';
import { Linker } from './workspace.ts';

/** Candidates that a choice among links takes into account, at least. */
const LEAST_POOL = 256;
/**
 * Cells that a node looks through, at least; of many cells it is some 1.2 times their square root. On GloVe, 100 000 x
 * 100, 24 of 391 cells gave a recall of .971 at ef 80, 16 gave .968, in a tenth less time.
 */
const LEAST_PROBES = 24;
/**
 * Candidates of a node, as a share of efConstruction: those found by comparing rows are nearer than those of a walk. On
 * the same rows and efConstruction 200, 100 gave .971 at ef 80 (hnswlib: .9695), 64 gave .969 in 3/4 of the time, and 200
 * gave .972 in 1.4 times the time.
 */
const CANDIDATE_SHARE = 0.5;
/** Nodes whose links are followed in one kernel call. */
const REACHED_NODES = 4096;

/**
 * Links encoded nodes of a graph that has none, layer by layer from the top, step by step of a few milliseconds; yields
 * how many of the nodes are done. Needs no clock and no order of timing: the same nodes give the same links.
 *
 * @param slots in ascending order
 */
export function* linkAll(
  graph: HnswGraph,
  slots: Uint32Array,
  { efConstruction, seed }: Pick<GraphOptions, 'efConstruction' | 'seed'>,
): Generator<number> {
  if (slots.length === 0) return;
  const linker = newLinker(graph, efConstruction);
  try {
    const layers = Uint8Array.from(slots, (slot) => graph.layerOf(slot));
    const top = layers.reduce((highest, layer) => Math.max(highest, layer), 0);
    graph.enterAt(slots[layers.indexOf(top)]!, top);
    for (let layer = top; layer >= 0; layer--) {
      const nodes = slots.filter((_, i) => layers[i]! >= layer);
      const cells = countCells(nodes.length);
      const probes = Math.min(cells, Math.max(LEAST_PROBES, Math.ceil(1.2 * Math.sqrt(cells))));
      const wanted = Math.max(graph.m, Math.ceil(efConstruction * CANDIDATE_SHARE));
      const options = {
        layer,
        candidates: Math.max(1, Math.min(nodes.length - 1, wanted)),
        pool: poolOf(graph, efConstruction),
        seed,
        cells,
        probes,
      };
      const builder = new LayerBuilder(graph, linker, nodes, options);
      try {
        for (const units of builder.link()) yield layer === 0 ? Math.floor(units / 2) : 0;
      } finally {
        builder.release();
      }
    }
    graph.nodes = slots.length;
    yield* attachLost(graph, linker, slots, efConstruction);
  } finally {
    linker.release();
  }
}

/** What linking the nodes of a graph needs beside it. @throws LanewiseError `MEMORY_EXHAUSTED` */
export function newLinker(graph: HnswGraph, efConstruction: number): Linker {
  const capacity = poolOf(graph, efConstruction);
  return new Linker(graph.store.runtime.memory, graph.m, capacity, graph.codeBytes, graph.slots);
}

/** Candidates that a choice among the links of a node takes into account. */
export function poolOf({ m }: HnswGraph, efConstruction: number): number {
  return Math.max(efConstruction, LEAST_POOL, 2 * m + 1);
}

/** Gives every node that no path leads to a link from a near one. */
function* attachLost(
  graph: HnswGraph,
  linker: Linker,
  slots: Uint32Array,
  capacity: number,
): Generator<number> {
  const { memory, kernels } = graph.store.runtime;
  const pool = memory.u32[linker.address / 4 + 1]!;
  const visited = memory.u32[pool / 4 + 7]!;
  memory.u8.fill(0, visited, visited + memory.u32[pool / 4 + 8]!);
  const arena = new Arena(memory);
  try {
    const stack = arena.allocate(4 * (slots.length + 1));
    const isReached = (slot: number): boolean =>
      (memory.u8[visited + (slot >>> 3)]! & (1 << (slot & 7))) !== 0;
    const reachFrom = function* (slot: number): Generator<number> {
      memory.u8[visited + (slot >>> 3)]! |= 1 << (slot & 7);
      memory.u32[stack / 4] = slot;
      for (let waiting = 1; waiting > 0; yield slots.length - 1) {
        waiting = kernels.reach(graph.address, linker.address, stack, waiting, REACHED_NODES);
      }
    };
    yield* reachFrom(graph.entry);
    let attached = graph.entry;
    for (const slot of slots) {
      if (isReached(slot)) continue;
      kernels.attach(graph.address, linker.address, slot, capacity, attached);
      yield* reachFrom(slot);
      attached = slot;
    }
  } finally {
    arena.release();
  }
}
