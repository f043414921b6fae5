import type { Arena } from '../host/arena.ts';
import type { Runtime } from './kernels.ts';
import { columnsOf } from './trees-columns.ts';
import { deepForest } from './trees-deep.ts';
import type { TreesModel } from './trees-model.ts';
import { perfectForest } from './trees-perfect.ts';

/** Blocks of eight rows that are walked together: their values stay in the first-level cache beside a tree. */
const MOST_BLOCKS = 32;
const CACHED_BYTES = 16_384;

/** Trees in linear memory, in one of two layouts. */
export interface Forest {
  /** The feature that each slot of a block of values holds; -1: none, `missing` alone. */
  readonly slots: Int32Array;
  /** What stands in a slot for a missing value. */
  readonly missing: Float32Array;
  /** Of a block of values: 8 floats a slot. */
  readonly valueBytes: number;
  /** Adds the leaves of `rows` rows to their sums; must not allocate. */
  walk(values: number, sums: number, sumBytes: number, rows: number): void;
}

/** Sums over the trees of a model, for some rows at a time. */
export class TreeSums {
  /** Rows that are summed at a time. */
  readonly rows: number;
  readonly #runtime: Runtime;
  readonly #forest: Forest;
  readonly #baseMargins: Float32Array;
  readonly #values: number;
  readonly #sums: number;

  /** @throws LanewiseError `MEMORY_EXHAUSTED` */
  constructor(runtime: Runtime, arena: Arena, model: TreesModel) {
    const columns = columnsOf(model);
    const bytes = 64 * (columns.count + 1) + 32 * model.outputs;
    const blocks = Math.min(Math.max(Math.floor(CACHED_BYTES / bytes), 1), MOST_BLOCKS);
    this.rows = 8 * blocks;
    this.#runtime = runtime;
    this.#forest =
      perfectForest(runtime, arena, model, columns, blocks) ?? deepForest(runtime, arena, model, columns);
    this.#baseMargins = model.baseMargins;
    const valueBytes = blocks * this.#forest.valueBytes;
    this.#values = arena.allocate(valueBytes);
    this.#sums = arena.allocate(32 * model.outputs * blocks);
    // Lanes without a row are walked as well: with numbers, whose comparisons take no longer than others.
    runtime.memory.f32.fill(0, this.#values / 4, (this.#values + valueBytes) / 4);
    this.#writeConstants(blocks);
  }

  /**
   * Margins of `rows` rows, at most `this.rows`, from row `first` of `features` on.
   *
   * @param out rows x outputs, row-major
   */
  write(features: Float32Array, featureCount: number, first: number, rows: number, out: Float32Array): void {
    const { f32 } = this.#runtime.memory;
    this.#writeValues(f32, features, featureCount, first, rows);
    const outputs = this.#baseMargins.length;
    const sums = this.#sums / 4;
    const blocks = Math.ceil(rows / 8);
    for (let i = 0; i < 8 * blocks * outputs; i += 8) {
      f32.fill(this.#baseMargins[(i / 8) % outputs]!, sums + i, sums + i + 8);
    }
    this.#forest.walk(this.#values, this.#sums, 32 * outputs, rows);
    for (let row = 0, at = first * outputs; row < rows; row++) {
      const block = sums + (row >>> 3) * 8 * outputs + (row & 7);
      for (let output = 0; output < outputs; output++) out[at++] = f32[block + 8 * output]!;
    }
  }

  #writeValues(
    f32: Float32Array,
    features: Float32Array,
    featureCount: number,
    first: number,
    rows: number,
  ): void {
    const { slots, missing } = this.#forest;
    for (let row = 0; row < rows; row++) {
      const from = (first + row) * featureCount;
      let to = this.#values / 4 + (row >>> 3) * 8 * slots.length + (row & 7);
      for (let slot = 0; slot < slots.length; slot++, to += 8) {
        const feature = slots[slot]!;
        if (feature < 0) continue;
        const value = features[from + feature]!;
        f32[to] = Number.isNaN(value) ? missing[slot]! : value;
      }
    }
  }

  /** What no row changes. */
  #writeConstants(blocks: number): void {
    const { slots, missing } = this.#forest;
    const { f32 } = this.#runtime.memory;
    slots.forEach((feature, slot) => {
      if (feature >= 0) return;
      for (let block = 0; block < blocks; block++) {
        const at = this.#values / 4 + 8 * (block * slots.length + slot);
        f32.fill(missing[slot]!, at, at + 8);
      }
    });
  }
}
