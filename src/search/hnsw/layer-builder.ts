import { Arena } from '../../host/arena.ts';
import { Random } from '../../host/random.ts';
import { PRODUCT_BYTES, tileBytes } from '../../vectors/tile.ts';
import { concatenate, dealRows, groupByCell } from './dealing.ts';
import type { HnswGraph } from './graph.ts';
import { BeamPlan, BlockPlan, type Linker } from './workspace.ts';

/** Up to so many nodes, every pair is compared. */
const EXACT_NODES = 6144;
/** Rows of a cell, on average; a cell takes at most so many times that. */
const CELL_ROWS = 256;
const FULLNESS = 3;
/** Queries that go through the cells together. */
const CHUNK_QUERIES = 2048;
/** Cells nearest to a query are looked through first: they raise its threshold for the others. */
const FIRST_PROBES = 3;

/** Rows of one part of the space, packed for the tile. */
interface Cell {
  readonly blocks: number;
  readonly rows: number;
}

export interface LayerOptions {
  readonly layer: number;
  /** Neighbours found for each node, at most. */
  readonly candidates: number;
  /** Candidates that a choice among links takes into account. */
  readonly pool: number;
  readonly seed: number;
  /** Cells that nodes are dealt to; 1 compares every pair. */
  readonly cells: number;
  /** Cells that each node looks through. */
  readonly probes: number;
}

/** Cells for so many nodes. */
export function countCells(nodes: number): number {
  return nodes > EXACT_NODES ? Math.ceil(nodes / CELL_ROWS) : 1;
}

/**
 * Links all nodes of a layer at once, without searching it. Rows are dealt to the cells of sampled rows; every node
 * looks for its nearest rows in the cells nearest to it, chooses among them by the heuristic, and is linked back to.
 * Cells overlap in what they are looked through for, as in "PiPNN" (2025), which showed how much cheaper that is than
 * searching a growing graph.
 */
export class LayerBuilder {
  readonly #graph: HnswGraph;
  readonly #linker: Linker;
  readonly #nodes: Uint32Array;
  readonly #options: LayerOptions;
  readonly #arena: Arena;
  readonly #beams: number[] = [];
  readonly #list: number;
  readonly #scratch: number;
  readonly #blockBytes: number;

  /** @throws LanewiseError `MEMORY_EXHAUSTED` */
  constructor(graph: HnswGraph, linker: Linker, nodes: Uint32Array, options: LayerOptions) {
    const { memory } = graph.store.runtime;
    this.#graph = graph;
    this.#linker = linker;
    this.#nodes = nodes;
    this.#options = options;
    this.#arena = new Arena(memory);
    this.#blockBytes = 16 * graph.codeBytes + 256;
    try {
      const chunk = Math.min(CHUNK_QUERIES, nodes.length);
      this.#list = this.#arena.allocate(8 * Math.max(nodes.length, chunk));
      this.#scratch = this.#arena.allocate(PRODUCT_BYTES + tileBytes(graph.codeBytes / 4));
      const plan = new BlockPlan();
      const capacity = Math.max(options.candidates + 1, options.probes);
      const shape = { capacity, codeBytes: graph.codeBytes, slots: 0, listed: 0 };
      const plans = Array.from({ length: chunk }, () => new BeamPlan(plan, shape));
      const block = this.#arena.allocate(plan.bytes);
      for (const beam of plans) this.#beams.push(beam.write(memory, block));
    } catch (error) {
      this.#arena.release();
      throw error;
    }
  }

  release(): void {
    this.#arena.release();
  }

  /** Links the nodes step by step; yields how many of `2 * nodes` units are done. */
  *link(): Generator<number> {
    const count = this.#nodes.length;
    if (this.#options.cells > 1) {
      yield* this.#linkByCells();
    } else {
      const cell = this.#packCell(this.#nodes);
      for (let first = 0; first < count; first += CHUNK_QUERIES) {
        const chunk = this.#nodes.subarray(first, first + CHUNK_QUERIES);
        this.#aim(chunk, this.#options.candidates + 1);
        for (let i = 0; i < chunk.length; i += 96) {
          this.#scan(cell, this.#beams.slice(i, Math.min(i + 96, chunk.length)));
          yield first;
        }
        yield* this.#linkForward(chunk, first);
      }
    }
    yield* this.#linkBack();
  }

  *#linkByCells(): Generator<number> {
    const { probes, cells: cellCount } = this.#options;
    const count = this.#nodes.length;
    const nearest = new Uint16Array(count * probes);
    yield* this.#findCentres(nearest);
    const members = dealRows(nearest, probes, cellCount, FULLNESS * CELL_ROWS);
    const cells: Cell[] = [];
    for (const positions of members) {
      cells.push(this.#packCell(positions.map((position) => this.#nodes[position]!)));
      yield 0;
    }
    const order = concatenate(members, count);
    for (let first = 0; first < count; first += CHUNK_QUERIES) {
      const positions = order.subarray(first, first + CHUNK_QUERIES);
      const chunk = positions.map((position) => this.#nodes[position]!);
      this.#aim(chunk, this.#options.candidates + 1);
      for (const [from, to] of [
        [0, FIRST_PROBES],
        [FIRST_PROBES, probes],
      ] as const) {
        const visitors = groupByCell(positions, nearest, probes, from, to, cellCount);
        for (let cell = 0; cell < cellCount; cell++) {
          const visiting = visitors[cell]!;
          if (visiting.length === 0) continue;
          this.#scan(
            cells[cell]!,
            visiting.map((i) => this.#beams[i]!),
          );
          yield first;
        }
      }
      yield* this.#linkForward(chunk, first);
    }
  }

  /** For every node the nearest of some sampled ones, best first. */
  *#findCentres(nearest: Uint16Array): Generator<number> {
    const { probes, cells: cellCount, seed } = this.#options;
    const random = new Random(seed ^ this.#options.layer);
    const shuffled = this.#nodes.slice();
    for (let i = 0; i < cellCount; i++) {
      const j = i + random.integer(shuffled.length - i);
      [shuffled[i], shuffled[j]] = [shuffled[j]!, shuffled[i]!];
    }
    const names = Uint32Array.from({ length: cellCount }, (_, i) => i);
    const isDirection = this.#graph.store.metric === 'ip';
    const centres = this.#packCell(shuffled.subarray(0, cellCount), names, isDirection);
    const { memory } = this.#graph.store.runtime;
    for (let first = 0; first < this.#nodes.length; first += CHUNK_QUERIES) {
      const chunk = this.#nodes.subarray(first, first + CHUNK_QUERIES);
      this.#aim(chunk, probes);
      for (let i = 0; i < chunk.length; i += 384) {
        this.#scan(centres, this.#beams.slice(i, Math.min(i + 384, chunk.length)));
        yield 0;
      }
      for (let i = 0; i < chunk.length; i++) {
        const nodes = memory.u32[this.#beams[i]! / 4 + 4]! / 4;
        nearest.set(memory.u32.subarray(nodes, nodes + probes), (first + i) * probes);
      }
    }
  }

  #packCell(slots: Uint32Array, names = slots, isDirection = false): Cell {
    const { memory, kernels } = this.#graph.store.runtime;
    const rows = slots.length;
    const blocks = this.#arena.allocate(Math.ceil(rows / 16) * this.#blockBytes);
    if (rows === 0) return { blocks, rows };
    memory.u32.set(slots, this.#list / 4);
    memory.u32.set(names, this.#list / 4 + rows);
    const list = this.#list;
    kernels.packCell(this.#graph.address, list, list + 4 * rows, rows, blocks, isDirection);
    return { blocks, rows };
  }

  /** Makes the nodes of a chunk the queries of as many empty beams. */
  #aim(chunk: Uint32Array, capacity: number): void {
    const { memory, kernels } = this.#graph.store.runtime;
    for (let i = 0; i < chunk.length; i++) {
      const beam = this.#beams[i]!;
      kernels.aim(this.#graph.address, beam, chunk[i]!);
      memory.u32[beam / 4 + 2] = capacity;
      memory.u32[beam / 4 + 5] = 0;
      memory.f32[beam / 4 + 6] = Number.NEGATIVE_INFINITY;
    }
  }

  #scan({ blocks, rows }: Cell, beams: readonly number[]): void {
    const { memory, kernels } = this.#graph.store.runtime;
    memory.u32.set(beams, this.#list / 4);
    kernels.scanCell(this.#graph.address, blocks, rows, this.#list, beams.length, this.#scratch);
  }

  *#linkForward(chunk: Uint32Array, first: number): Generator<number> {
    const { kernels } = this.#graph.store.runtime;
    const { layer } = this.#options;
    for (let i = 0; i < chunk.length; i++) {
      kernels.linkForward(
        this.#graph.address,
        this.#linker.address,
        this.#beams[i]!,
        chunk[i]!,
        layer,
        this.#graph.m,
      );
      if (i % 64 === 63) yield first + i;
    }
  }

  *#linkBack(): Generator<number> {
    const { memory, kernels } = this.#graph.store.runtime;
    const { layer, pool } = this.#options;
    const count = this.#nodes.length;
    const { slots } = this.#graph;
    const counts = this.#arena.allocate(4 * slots);
    memory.u32.set(this.#nodes, this.#list / 4);
    memory.u32.fill(0, counts / 4, counts / 4 + slots);
    for (let first = 0; first < count; first += CHUNK_QUERIES) {
      const nodes = Math.min(CHUNK_QUERIES, count - first);
      kernels.countBack(this.#graph.address, this.#list + 4 * first, nodes, layer, counts);
      yield count;
    }
    let total = 0;
    for (let i = counts / 4; i < counts / 4 + slots; i++) {
      const links = memory.u32[i]!;
      memory.u32[i] = total;
      total += links;
    }
    const starts = memory.u32.slice(counts / 4, counts / 4 + slots);
    const sources = this.#arena.allocate(4 * total);
    for (let first = 0; first < count; first += CHUNK_QUERIES) {
      const nodes = Math.min(CHUNK_QUERIES, count - first);
      kernels.listBack(this.#graph.address, this.#list + 4 * first, nodes, layer, counts, sources);
      yield count;
    }
    for (let i = 0; i < count; i++) {
      const slot = this.#nodes[i]!;
      const start = starts[slot]!;
      const end = memory.u32[counts / 4 + slot]!;
      if (end > start) {
        kernels.linkBack(
          this.#graph.address,
          this.#linker.address,
          slot,
          layer,
          sources + 4 * start,
          end - start,
          pool,
        );
      }
      if (i % 64 === 63) yield count + i;
    }
  }
}
