import type { PlaneLayout } from '../../src/vectors/segment.ts';
import type { VectorStore } from '../../src/vectors/store.ts';

/** One row of a plane of codes, read as assembly/segment.ts draws it. */
export interface CodedRow {
  /** Multiples of the scale, one a dimension, padding included. */
  readonly steps: readonly number[];
  /** What products are made of before the lower nibbles' zero, 120, is taken off: the sum that `correction` is of. */
  readonly factors: readonly number[];
  /** What `steps` stand for. */
  readonly decoded: readonly number[];
  readonly scale: number;
  readonly error: number;
  readonly correction: number;
}

/** Where the byte of four dimensions' first stands: blocks of 16 rows, groups of 64 bytes, 4 bytes a row. */
function groupAddress(blocks: number, blockBytes: number, row: number, group: number): number {
  return blocks + Math.floor(row / 16) * blockBytes + 64 * group + 4 * (row % 16);
}

/** How a group of bytes is read: one factor a dimension, and what is taken off each to make it a step. */
interface Grouping {
  readonly factors: (group: readonly number[]) => number[];
  readonly zeros: readonly number[];
}

function read(store: VectorStore, slot: number, plane: PlaneLayout, { factors, zeros }: Grouping): CodedRow {
  const { memory } = store.runtime;
  const { segment, row } = store.place(slot);
  const bytes = new Int8Array(memory.u8.buffer);
  const at = row + segment / 4;
  const scale = memory.f32[at + plane.scales / 4]!;
  const all: number[] = [];
  for (let group = 0; group < plane.blockBytes / 64; group++) {
    const address = groupAddress(segment + plane.blocks, plane.blockBytes, row, group);
    all.push(...factors([...bytes.subarray(address, address + 4)]));
  }
  const steps = all.map((factor, i) => factor - zeros[i % zeros.length]!);
  return {
    steps,
    factors: all,
    decoded: steps.map((step) => step * scale),
    scale,
    error: memory.f32[at + plane.errors / 4]!,
    correction: memory.i32[at + plane.corrections / 4]!,
  };
}

/** The 8-bit codes of a slot: a group is four dimensions, a byte each. */
export function readCodes(store: VectorStore, slot: number): CodedRow {
  return read(store, slot, store.layout.codes!, { factors: (group) => [...group], zeros: [0] });
}

/**
 * The 4-bit codes of a slot: a group is eight dimensions. Byte j is dimension j as a whole, in sixteenths, and its lower
 * nibble l is dimension 4 + j: 16 l - 120 sixteenths (assembly/nibbles.ts).
 */
export function readNibbles(store: VectorStore, slot: number): CodedRow {
  return read(store, slot, store.layout.nibbles!, {
    factors: (group) => [...group, ...group.map((byte) => 16 * (byte & 15))],
    zeros: [0, 0, 0, 0, 120, 120, 120, 120],
  });
}
