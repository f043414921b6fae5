import type { Metric } from 'lanewise';
import { Arena } from '../../src/host/arena.ts';
import { Random } from '../../src/host/random.ts';
import type { SketchKind } from '../../src/search/sketch-layout.ts';
import { Sketcher } from '../../src/search/sketcher.ts';
import { runtime } from '../../src/vectors/kernels.ts';
import { QueryBatch } from '../../src/vectors/query-batch.ts';

/** What sketches are made of. */
export interface SketchedShape {
  readonly kind: SketchKind;
  readonly dimensions: number;
  readonly metric: Metric;
  readonly width?: number;
  /** Signs are rotated. @default 7 */
  readonly seed?: number;
}

/** One row as assembly/sketch.ts draws it. */
export interface Sketch {
  readonly codes: readonly number[];
  readonly scale: number;
  readonly term: number;
}

/** A row and its estimated key. */
export type Estimate = readonly [id: number, key: number];

/** Rows of one cell in linear memory with their sketches, and queries that scan them: everything freed by `release`. */
export class SketchedRows {
  readonly sketcher: Sketcher;
  readonly shape: SketchedShape;
  readonly count: number;
  readonly #arena: Arena = new Arena(runtime().memory);
  readonly #segment: number;
  readonly #blocks: number;
  readonly #tables: number;

  /** @param rows rows x dimensions, of norm 1 under cosine; ids 0.. in order */
  constructor(shape: SketchedShape, rows: Float32Array, centroid: Float32Array) {
    const { memory } = runtime();
    const { dimensions } = shape;
    const lanes = Math.ceil(dimensions / 4);
    this.shape = shape;
    this.count = rows.length / dimensions;
    this.sketcher = new Sketcher(runtime(), this.#arena, { seed: 7, ...shape });
    const rests = rows.map((value, i) => value - centroid[i % dimensions]!);
    for (const _ of this.sketcher.train(rests, dimensions, new Random(1)));
    const vectors = this.#arena.allocate(16 * lanes * this.count);
    const center = this.#arena.allocate(16 * lanes);
    const ids = this.#arena.allocate(4 * this.count);
    this.#blocks = this.#arena.allocate(Math.ceil(this.count / 16) * this.sketcher.blockBytes);
    this.#tables = this.#arena.allocate(this.sketcher.tableBytes);
    this.#segment = this.#arena.allocate(64);
    memory.u8.fill(0, vectors, vectors + 16 * lanes * this.count);
    memory.u8.fill(0, center, center + 16 * lanes);
    memory.u8.fill(0xa5, this.#blocks, this.#blocks + Math.ceil(this.count / 16) * this.sketcher.blockBytes);
    for (let i = 0; i < this.count; i++) {
      memory.f32.set(rows.subarray(i * dimensions, (i + 1) * dimensions), vectors / 4 + 4 * lanes * i);
      memory.i32[ids / 4 + i] = i;
    }
    memory.f32.set(centroid, center / 4);
    memory.u32[this.#tables / 4 + 4] = 0; // a heap
    memory.u32.set([0, 0, ids, 0, 0, 0, 0, 0, 0, 0, 0, this.count, 0, this.#blocks], this.#segment / 4);
    // In two calls, so that a block is begun by one and ended by the other.
    const half = this.count >> 1;
    this.sketcher.encode(vectors, 0, center, this.#blocks, 0, half);
    this.sketcher.encode(vectors + 16 * lanes * half, 0, center, this.#blocks, half, this.count);
  }

  /** The blocks as they stand. */
  get bytes(): Uint8Array {
    const { u8 } = runtime().memory;
    return u8.slice(this.#blocks, this.#blocks + Math.ceil(this.count / 16) * this.sketcher.blockBytes);
  }

  /** Leaves a tombstone in place of a row's id. */
  bury(row: number): void {
    const { memory } = runtime();
    memory.i32[memory.u32[this.#segment / 4 + 2]! / 4 + row] = -1;
  }

  sketch(row: number): Sketch {
    const { memory } = runtime();
    const { subvectors, blockBytes } = this.sketcher;
    const block = this.#blocks + Math.floor(row / 16) * blockBytes;
    const lane = row % 16;
    const codes = Array.from(
      { length: subvectors },
      (_, i) => (memory.u8[block + 16 * (i >> 1) + lane]! >> (i % 2 ? 4 : 0)) & 15,
    );
    const tail = block + 8 * subvectors;
    const base = memory.u32[this.#tables / 4 + 2]!;
    const floats = new Float32Array(2);
    const words = new Uint32Array(floats.buffer);
    words[0] = (memory.u8[tail + lane]! << 18) + base;
    words[1] = (memory.u8[tail + 16 + 2 * lane + 1]! << 24) | (memory.u8[tail + 16 + 2 * lane]! << 16);
    return { codes, scale: floats[0]!, term: floats[1]! };
  }

  /** The tables of the last query: the value of a step, the sum of the tables' least values, and all entries. */
  get tables(): { step: number; bias: number; entries: Uint8Array } {
    const { memory } = runtime();
    const [step, bias] = memory.f32.subarray(this.#tables / 4, this.#tables / 4 + 2);
    const start = this.#tables + 128;
    return {
      step: step!,
      bias: bias!,
      entries: memory.u8.slice(start, start + 16 * this.sketcher.subvectors),
    };
  }

  /** The best k rows by their estimates, best first. */
  scan(
    query: Float32Array,
    k: number,
    { cellTerm = 0, margin = 0 }: { cellTerm?: number; margin?: number } = {},
  ): Estimate[] {
    const { kernels } = runtime();
    const { dimensions, metric } = this.shape;
    const layout = { stride: 16 * Math.ceil(dimensions / 4), lanes: Math.ceil(dimensions / 4) };
    const rows = { dimensions, metric, layout, runtime: runtime() };
    const batch = new QueryBatch(rows, 1, { k, capacity: k, filter: undefined });
    try {
      batch.prepare(query, 0, Number.NEGATIVE_INFINITY);
      const address = batch.addressOf(0);
      this.sketcher.makeTables(address, this.#tables);
      kernels.scanSketches(address, this.#segment, this.#tables, cellTerm, margin);
      const ids = new Int32Array(k);
      const keys = new Float32Array(k);
      const found = batch.take(0, ids, keys, 0);
      const sign = metric === 'l2' ? -1 : 1;
      return Array.from({ length: found }, (_, i) => [ids[i]!, sign * keys[i]!] as const);
    } finally {
      batch.release();
    }
  }

  release(): void {
    this.#arena.release();
  }
}
