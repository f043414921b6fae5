import { Random } from '../../host/random.ts';
import type { Plane } from '../../vectors/segment.ts';

/** Links that a row chooses on each layer, unless it is told. */
export const USUAL_M = 16;
export const MOST_M = 128;

/** What a store keeps beside the rows of a graph: their codes stand in the graph. */
export const GRAPH_PLANES: readonly Plane[] = [];
/** Bytes of a graph's descriptor, and of a segment's entry in its table (assembly/graph.ts draws both). */
const GRAPH_BYTES = 32;
export const ENTRY_BYTES = 12;
const FIRST_ENTRIES = 16;
/** Bytes behind the codes of a record. */
const TAIL_BYTES = 16;
/** Links of nodes above the bottom are allocated so many bytes at a time. */
export const POOL_BYTES: number = 16 << 10;
/** Layers above the bottom, at most. */
export const MOST_LAYERS = 15;

/** Bytes of a node: of its codes, of its record, which begins with them, and of its links at the bottom. */
export interface NodeLayout {
  readonly codeBytes: number;
  readonly recordBytes: number;
  readonly linkBytes: number;
}

export function layoutNode(dimensions: number, m: number): NodeLayout {
  const codeBytes = 16 * Math.ceil(dimensions / 16);
  return { codeBytes, recordBytes: codeBytes + TAIL_BYTES, linkBytes: 8 * m };
}

/** Where the descriptor of a graph stands behind the room for a row of `stride` bytes, and where both end. */
export function layoutHead(stride: number): { readonly descriptor: number; readonly bytes: number } {
  const descriptor = stride + 16;
  return { descriptor, bytes: descriptor + GRAPH_BYTES };
}

/** Entries that a table of so many gets when it must hold those of `segments`. */
export function tableRoom(segments: number, held: number): number {
  return Math.max(FIRST_ENTRIES, 2 * held, segments);
}

/** Bytes of the links of a node above the bottom, up to its layer. */
export function upperBytes(layer: number, m: number): number {
  return 16 * Math.ceil((4 + 4 * layer * m) / 16);
}

/**
 * How many layers above the bottom a row is on: l with the probability (1 - 1/m) / m^l, drawn from its id, so that a row
 * has its layer wherever and whenever it is added. Section 4 of the paper draws the same distribution from a logarithm.
 */
export function drawLayer(seed: number, id: number, m: number): number {
  const random = new Random(Math.imul(id, 0x9e3779b1) ^ seed);
  let layer = 0;
  while (layer < MOST_LAYERS && random.integer(m) === 0) layer++;
  return layer;
}
