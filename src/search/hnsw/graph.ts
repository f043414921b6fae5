import { METRIC_CODES } from '../../vectors/metric.ts';
import type { VectorStore } from '../../vectors/store.ts';
import {
  ENTRY_BYTES,
  layoutHead,
  layoutNode,
  type NodeLayout,
  POOL_BYTES,
  tableRoom,
  upperBytes,
} from './layout.ts';

/** No slot, where the kernels expect one. */
export const NONE = 0xffff_ffff;
/** Nodes encoded in one kernel call. */
const ENCODED_NODES = 1024;

// Fields of the descriptor, in words.
const ENTRY = 5;
const TOP = 6;

/** A navigable graph over the rows of a store, in linear memory of the store's arena (assembly/graph.ts). */
export class HnswGraph {
  readonly store: VectorStore;
  /** Links of a node above the bottom; twice as many there. */
  readonly m: number;
  readonly address: number;
  /** Bytes of a node's codes. */
  readonly codeBytes: number;
  readonly #node: NodeLayout;
  readonly #vector: number;
  readonly #segments: number[] = [];
  readonly #pools: number[] = [];
  /** Blocks of links that removed nodes left, by layers. */
  readonly #spare = new Map<number, number[]>();
  /** Nodes that are linked, removed ones among them. */
  nodes = 0;
  #table = 0;
  #tableSize = 0;
  #poolUsed = 0;
  #poolBytes = 0;

  /** @throws LanewiseError `MEMORY_EXHAUSTED` */
  constructor(store: VectorStore, m: number) {
    const { arena, dimensions, metric, layout, runtime } = store;
    this.store = store;
    this.m = m;
    this.#node = layoutNode(dimensions, m);
    this.codeBytes = this.#node.codeBytes;
    const head = layoutHead(layout.stride);
    this.#vector = arena.allocate(head.bytes);
    this.address = this.#vector + head.descriptor;
    const shift = Math.log2(layout.rowsPerSegment);
    const { u32, f32 } = runtime.memory;
    u32.set([0, shift, this.#node.recordBytes, this.codeBytes / 16, m, NONE, 0], this.address / 4);
    f32[this.address / 4 + 7] = metric === 'l2' ? 4 : 2;
  }

  /** Slot where a search begins; `NONE` in an empty graph. */
  get entry(): number {
    return this.store.runtime.memory.u32[this.address / 4 + ENTRY]!;
  }

  get top(): number {
    return this.store.runtime.memory.u32[this.address / 4 + TOP]!;
  }

  /** Slots that there is room for. */
  get slots(): number {
    return this.#segments.length * this.store.layout.rowsPerSegment;
  }

  /** Lets searches begin at a node of the highest layer. */
  enterAt(slot: number, layer: number): void {
    this.store.runtime.memory.u32.set([slot, layer], this.address / 4 + ENTRY);
  }

  /**
   * Makes room for a node in every segment of the store.
   *
   * @throws LanewiseError `MEMORY_EXHAUSTED`; what was allocated stays for the next time
   */
  reserve(): void {
    const { segments, arena, layout, runtime } = this.store;
    while (this.#segments.length > segments.length) arena.free(this.#segments.pop()!);
    while (this.#segments.length < segments.length) {
      this.#reserveTable(segments.length);
      this.#segments.push(arena.allocate(this.#segmentBytes));
    }
    for (let i = 0; i < segments.length; i++) {
      const block = this.#segments[i]!;
      const links = block + layout.rowsPerSegment * this.#node.recordBytes;
      runtime.memory.u32.set([block, links, segments[i]!], (this.#table + i * ENTRY_BYTES) / 4);
    }
  }

  get #segmentBytes(): number {
    const { recordBytes, linkBytes } = this.#node;
    return this.store.layout.rowsPerSegment * (recordBytes + linkBytes);
  }

  #reserveTable(segments: number): void {
    if (segments <= this.#tableSize) return;
    const size = tableRoom(segments, this.#tableSize);
    const { arena, runtime } = this.store;
    const table = arena.allocate(size * ENTRY_BYTES);
    const { memory } = runtime;
    if (this.#table) {
      memory.u8.copyWithin(table, this.#table, this.#table + this.#tableSize * ENTRY_BYTES);
      arena.free(this.#table);
    }
    this.#table = table;
    this.#tableSize = size;
    memory.u32[this.address / 4] = table;
  }

  /** Writes the records of slots from..to, without links. */
  encode(from: number, to: number): void {
    const { runtime, dimensions, metric, layout } = this.store;
    for (let slot = from; slot < to; ) {
      const { row } = this.store.place(slot);
      const rows = Math.min(to - slot, layout.rowsPerSegment - row, ENCODED_NODES);
      const code = METRIC_CODES[metric];
      runtime.kernels.encodeNodes(this.address, slot - row, row, row + rows, dimensions, code, this.#vector);
      slot += rows;
    }
  }

  /**
   * Raises encoded nodes to their layers, in order; layer 0 needs nothing.
   *
   * @throws LanewiseError `MEMORY_EXHAUSTED`
   */
  raise(slot: number, layer: number): void {
    if (layer === 0) return;
    const upper = this.#spare.get(layer)?.pop() ?? this.#allocateUpper(layer);
    const { u32 } = this.store.runtime.memory;
    u32.fill(NONE, upper / 4 + 1, upper / 4 + 1 + layer * this.m);
    u32[upper / 4] = layer;
    u32[this.#upperIndex(slot)] = upper;
  }

  /** Takes the links above the bottom from a node, for another to use. */
  lower(slot: number): void {
    const { u32 } = this.store.runtime.memory;
    const upper = u32[this.#upperIndex(slot)]!;
    if (upper === 0) return;
    const layer = u32[upper / 4]!;
    const spare = this.#spare.get(layer);
    if (spare) spare.push(upper);
    else this.#spare.set(layer, [upper]);
    u32[this.#upperIndex(slot)] = 0;
  }

  /** The highest layer of a node. */
  layerOf(slot: number): number {
    const { u32 } = this.store.runtime.memory;
    const upper = u32[this.#upperIndex(slot)]!;
    return upper === 0 ? 0 : u32[upper / 4]!;
  }

  /** Address of a node's links on a layer: `2 * m` slots at the bottom, `m` above. */
  linksOf(slot: number, layer: number): number {
    const { layout, runtime } = this.store;
    if (layer > 0) return runtime.memory.u32[this.#upperIndex(slot)]! + 4 + (layer - 1) * 4 * this.m;
    const { block, row } = this.#place(slot);
    return block + layout.rowsPerSegment * this.#node.recordBytes + row * this.#node.linkBytes;
  }

  /**
   * The same nodes and links in blocks of its own.
   *
   * @throws LanewiseError `MEMORY_EXHAUSTED`
   */
  copy(): HnswGraph {
    const copy = new HnswGraph(this.store, this.m);
    try {
      copy.reserve();
      const { u8 } = this.store.runtime.memory;
      const bytes = this.#segmentBytes;
      this.#segments.forEach((block, i) => {
        u8.copyWithin(copy.#segments[i]!, block, block + bytes);
      });
      const layers: [slot: number, layer: number][] = [];
      for (let slot = 0; slot < this.store.slots; slot++) {
        const layer = this.layerOf(slot);
        if (layer > 0) layers.push([slot, layer]);
      }
      for (const [slot, layer] of layers) {
        copy.raise(slot, layer);
        const { u32: words } = this.store.runtime.memory; // raising may have grown the memory
        const from = this.linksOf(slot, 1) / 4;
        words.copyWithin(copy.linksOf(slot, 1) / 4, from, from + layer * this.m);
      }
      copy.enterAt(this.entry, this.top);
      copy.nodes = this.nodes;
      return copy;
    } catch (error) {
      copy.release();
      throw error;
    }
  }

  /** Gives all memory back; harmless when the store has done so. */
  release(): void {
    const { arena } = this.store;
    if (arena.bytes === 0) return; // the store was released, and its arena with it
    for (const address of [...this.#segments, ...this.#pools, this.#vector]) arena.free(address);
    if (this.#table) arena.free(this.#table);
  }

  #allocateUpper(layer: number): number {
    const bytes = upperBytes(layer, this.m);
    if (this.#poolUsed + bytes > this.#poolBytes) {
      const size = Math.max(bytes, POOL_BYTES);
      this.#pools.push(this.store.arena.allocate(size));
      this.#poolBytes = size;
      this.#poolUsed = 0;
    }
    const upper = this.#pools.at(-1)! + this.#poolUsed;
    this.#poolUsed += bytes;
    return upper;
  }

  #upperIndex(slot: number): number {
    const { block, row } = this.#place(slot);
    return (block + row * this.#node.recordBytes + this.codeBytes + 12) / 4;
  }

  #place(slot: number): { block: number; row: number } {
    const { rowsPerSegment } = this.store.layout;
    const row = slot % rowsPerSegment;
    return { block: this.#segments[(slot - row) / rowsPerSegment]!, row };
  }
}
