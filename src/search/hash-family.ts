import { RowChunk } from '../vectors/row-chunk.ts';
import type { VectorStore } from '../vectors/store.ts';
import { TILE_GROUP_BYTES, TILE_HEAD_BYTES, TILE_QUERIES } from '../vectors/tile.ts';
import { HASHED_QUERIES, layoutFamily } from './hash-layout.ts';
import { drawHyperplanes } from './hyperplanes.ts';
import type { CheckedLshOptions } from './lsh-options.ts';

/** What is added to a weight. */
const WEIGHT_ZERO = 64;

// Fields of the descriptor, in words (assembly/hash.ts draws it).
const HEADS = 8;

/** Hash functions in linear memory, and the queries that they are asked about. */
export class HashFamily {
  /** Address of the descriptor. */
  readonly address: number;
  readonly #store: VectorStore;
  readonly #queries: RowChunk;

  /** @throws LanewiseError `MEMORY_EXHAUSTED` */
  constructor(store: VectorStore, { dimensions, tables, bits, seed }: CheckedLshOptions) {
    const { arena, runtime } = store;
    const { lanes } = store.layout;
    const layout = layoutFamily(lanes, tables, bits);
    const { tiles, tileBytes, hyperplaneBytes } = layout;
    this.#store = store;
    this.address = arena.allocate(layout.descriptorBytes);
    this.#queries = new RowChunk(arena, dimensions, 'cosine', HASHED_QUERIES);
    const hyperplanes = arena.allocate(hyperplaneBytes);
    const products = arena.allocate(layout.productBytes);
    const sides = arena.allocate(layout.sideBytes);
    const queryLinks = arena.allocate(layout.queryLinkBytes);
    const { u8, u32 } = runtime.memory;
    u8.fill(WEIGHT_ZERO, hyperplanes, hyperplanes + hyperplaneBytes);
    packHyperplanes(u8, hyperplanes, tileBytes, dimensions, drawHyperplanes(dimensions, tables * bits, seed));
    u32.set([hyperplanes, tiles, tables, bits, lanes, products, sides, queryLinks, 0, 0], this.address / 4);
  }

  /** Tells the kernels where the buckets stand. */
  setHeads(heads: number, headBits: number): void {
    this.#store.runtime.memory.u32.set([heads, headBits], this.address / 4 + HEADS);
  }

  /** Hashes the queries that stand at `first` in `values`, sixteen at most. @throws LanewiseError `INVALID_VALUE`, `ZERO_VECTOR` */
  hashQueries(values: Float32Array, first: number): void {
    this.#queries.load(values, first);
    this.#store.runtime.kernels.hashQueries(this.address, this.#queries.segment);
  }
}

/** Interleaves hyperplanes as assembly/tile.ts interleaves queries: six by six, four dimensions at a time. */
function packHyperplanes(
  u8: Uint8Array,
  address: number,
  bytes: number,
  dimensions: number,
  weights: Int8Array,
): void {
  for (let i = 0; i < weights.length; i++) {
    const hyperplane = Math.floor(i / dimensions);
    const dimension = i % dimensions;
    const tile = Math.floor(hyperplane / TILE_QUERIES);
    const group = tile * bytes + TILE_HEAD_BYTES + (dimension >> 2) * TILE_GROUP_BYTES;
    u8[address + group + (hyperplane % TILE_QUERIES) * 4 + (dimension & 3)] = weights[i]! + WEIGHT_ZERO;
  }
}
