import { METRIC_CODES } from '../vectors/metric.ts';
import { describeSegment, layoutSegment, type SegmentLayout } from '../vectors/segment.ts';
import type { VectorStore } from '../vectors/store.ts';
import { drawHyperplanes } from './hyperplanes.ts';
import type { CheckedLshOptions } from './lsh-options.ts';

/** Hyperplanes in a tile, bytes that they take a group of four dimensions, and what is added to a weight. */
const TILE = 6;
const TILE_GROUP_BYTES = 24;
const WEIGHT_ZERO = 64;
/** Queries hashed at once: a block of rows. */
export const HASHED_QUERIES = 16;
const FAMILY_BYTES = 40;
/** What transposing reads beyond the last hyperplane (assembly/hash.ts). */
const SIDES_BEYOND = 32;
const LINK_BYTES = 8;
const SCRATCH_CONSTANTS_BYTES = 64;

// Fields of the descriptor, in words (assembly/hash.ts draws it).
const HEADS = 8;

/** Hash functions in linear memory, and the queries that they are asked about. */
export class HashFamily {
  /** Address of the descriptor. */
  readonly address: number;
  readonly #store: VectorStore;
  readonly #queries: number;
  readonly #layout: SegmentLayout;
  readonly #scratch: number;

  /** @throws LanewiseError `MEMORY_EXHAUSTED` */
  constructor(store: VectorStore, { dimensions, tables, bits, seed }: CheckedLshOptions) {
    const { arena, runtime } = store;
    const { lanes, stride } = store.layout;
    const tiles = Math.ceil((tables * bits) / TILE);
    this.#store = store;
    this.#layout = layoutSegment({ dimensions, planes: ['codes'], rows: HASHED_QUERIES });
    this.address = arena.allocate(FAMILY_BYTES);
    this.#queries = arena.allocate(this.#layout.bytes);
    this.#scratch = arena.allocate(stride + SCRATCH_CONSTANTS_BYTES);
    const hyperplanes = arena.allocate(tiles * lanes * TILE_GROUP_BYTES);
    const products = arena.allocate(tiles * TILE * 4 * HASHED_QUERIES);
    const sides = arena.allocate(2 * (tiles * TILE + SIDES_BEYOND));
    const queryLinks = arena.allocate(HASHED_QUERIES * tables * LINK_BYTES);
    const { u8, u32 } = runtime.memory;
    u8.fill(0, this.#queries, this.#queries + this.#layout.bytes);
    u32.set(describeSegment(this.#layout, this.#queries), this.#queries / 4);
    u8.fill(WEIGHT_ZERO, hyperplanes, hyperplanes + tiles * lanes * TILE_GROUP_BYTES);
    packHyperplanes(u8, hyperplanes, lanes, dimensions, drawHyperplanes(dimensions, tables * bits, seed));
    u32.set([hyperplanes, tiles, tables, bits, lanes, products, sides, queryLinks, 0, 0], this.address / 4);
  }

  /** Tells the kernels where the buckets stand. */
  setHeads(heads: number, headBits: number): void {
    this.#store.runtime.memory.u32.set([heads, headBits], this.address / 4 + HEADS);
  }

  /** Hashes the `count` queries, at most 16, that stand at `first` in `values`; their norms are in range. */
  hashQueries(values: Float32Array, first: number, count: number): void {
    const { dimensions, runtime } = this.#store;
    const { kernels, memory } = runtime;
    const { lanes, stride, rows } = this.#layout;
    for (let i = 0; i < count; i++) {
      const start = (first + i) * dimensions;
      memory.f32.set(values.subarray(start, start + dimensions), (this.#queries + rows + i * stride) / 4);
    }
    kernels.measureRows(this.#queries, lanes, 0, count, 0, Number.POSITIVE_INFINITY);
    kernels.encodeRows(this.#queries, dimensions, METRIC_CODES.cosine, 0, count, this.#scratch);
    kernels.hashQueries(this.address, this.#queries);
  }
}

/** Interleaves hyperplanes as assembly/tile.ts interleaves queries: six by six, four dimensions at a time. */
function packHyperplanes(
  u8: Uint8Array,
  address: number,
  lanes: number,
  dimensions: number,
  weights: Int8Array,
): void {
  for (let i = 0; i < weights.length; i++) {
    const hyperplane = Math.floor(i / dimensions);
    const dimension = i % dimensions;
    const tile = Math.floor(hyperplane / TILE);
    const group = (tile * lanes + (dimension >> 2)) * TILE_GROUP_BYTES;
    u8[address + group + (hyperplane % TILE) * 4 + (dimension & 3)] = weights[i]! + WEIGHT_ZERO;
  }
}
