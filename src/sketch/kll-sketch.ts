import { arrayTensor, readChecked } from '../format/file-tensors.ts';
import { IndexFile, writeIndexFile } from '../format/index-file.ts';
import type { TensorSpec } from '../format/safetensors.ts';
import { Arena } from '../host/arena.ts';
import { dispose } from '../host/disposal.ts';
import { checkBytes, checkInteger } from '../vectors/input.ts';
import { addTotals } from './counted.ts';
import { init, runtime } from './kernels.ts';
import { BLOCK, type KllShape, kllShape } from './kll-shape.ts';
import * as state from './kll-state.ts';
import { checkSeed } from './seed.ts';
import { checkOther, type ErrorBound, filled, type Sketch } from './sketch.ts';
import { SketchMemory } from './sketch-memory.ts';
import {
  checkPoint,
  checkPoints,
  checkQuantiles,
  putValues,
  survey,
  toValueArray,
  type ValueArray,
  type Values,
} from './values.ts';
import { numbersTensor, readNumbers } from './written-numbers.ts';

const ESTIMATOR = 'KllSketch';
const LEAST_K = 8;
const MOST_K = 4096;
/** sqrt(2 ln(2 / .01)): a sum of independent symmetric errors exceeds so many times its deviation at most one time in 100. */
const DEVIATIONS = 3.2552472614374395;

/** What a {@link KllSketch} is made for. */
export interface KllSketchOptions {
  /**
   * Values of the highest level, 8..4096: an error of at most 2.2 / k of all values, 99 times in 100, for 17 kB at 200 and 40
   * bytes for each further one. Questions take up to twice as much again, from the first to the next change. @default 200
   */
  readonly k?: number;
  /**
   * Of the coins, which are drawn from it and the values; sketches that are merged may have different ones. Where values come
   * from whom a wrong answer would please, keep it secret: whoever knows it can look for values whose coins err alike. @default 0
   */
  readonly seed?: number;
}

/** All values in order, and for each how much weighs what is no greater. */
interface View {
  readonly values: Float64Array;
  readonly weights: Float64Array;
}

/**
 * Which value stands where among all, whatever they are (Karnin, Lang and Liberty, "Optimal quantile approximation in streams",
 * FOCS 2016, arXiv 1603.05346): ranks are right to a part of all values, `errorBound()`, and exact up to the first 1024 values.
 * Compactions go in pairs of opposite coins, and a block is compacted whole, so the error is less than that of the paper's.
 * Infinities are values like others; -0 is 0. Cost of a value: some 20 ns in a batch; of the first query after
 * a change: a sort of a block and a pass over what is kept, some 40 us; of others less than 1 us.
 *
 * @example
 * const latency = await KllSketch.create({ k: 200 });
 * latency.add(Float64Array.of(12, 15, 11, 240));
 * latency.quantiles([0.5, 0.99]); // 12, 240
 */
export class KllSketch implements Sketch {
  readonly k: number;
  readonly seed: number;
  readonly #shape: KllShape;
  readonly #memory: SketchMemory;
  /** Of what is there now, once it was asked for. */
  #view: View | undefined;
  /** `using latency = await KllSketch.create()` disposes of it at the end of the block. */
  declare [Symbol.dispose]: () => void;

  private constructor(shape: KllShape, seed: number) {
    this.k = shape.k;
    this.seed = seed;
    this.#shape = shape;
    this.#memory = new SketchMemory(this, ESTIMATOR, shape.bytes);
    this.#begin();
    this[dispose] = () => this.dispose();
  }

  /** @throws LanewiseError `INVALID_ARGUMENT`, `MEMORY_EXHAUSTED`, `SIMD_UNSUPPORTED`, `CSP_BLOCKED` */
  static async create(options: KllSketchOptions = {}): Promise<KllSketch> {
    const { k = 200, seed } = options ?? {};
    checkInteger('k', k, LEAST_K, MOST_K);
    const checkedSeed = checkSeed(seed);
    await init();
    return new KllSketch(kllShape(k), checkedSeed);
  }

  /**
   * The sketch that `toBytes()` wrote.
   *
   * @throws LanewiseError `INVALID_ARGUMENT`, `FILE_FORMAT`, `FILE_TRUNCATED`, `FILE_CORRUPT`, `FILE_VERSION`, `FILE_DTYPE`,
   *   `MEMORY_EXHAUSTED`
   */
  static fromBytes(bytes: Uint8Array | ArrayBuffer): KllSketch {
    const file = new IndexFile(checkBytes(bytes), ESTIMATOR);
    const shape = kllShape(file.integer('k', LEAST_K, MOST_K));
    readNumbers(runtime(), file, 'options', [shape.k, file.seed]);
    return filled(new KllSketch(shape, file.seed), (sketch) => {
      const { runtime, address } = sketch.#memory;
      const head = readChecked(runtime, file, HEAD).slice();
      const { waiting, sizes } = state.readHead(head, shape);
      const read = (name: string, length: number): Float64Array =>
        new Float64Array(readChecked(runtime, file, valuesSpec(name, length)).slice().buffer);
      const block = read('waiting', waiting);
      const values = read('values', state.total(sizes));
      state.checkLevels(head, sizes, block, values);
      runtime.memory.u8.set(head, address);
      runtime.memory.f64.set(block, sketch.#blockPlace);
      runtime.memory.f64.set(values, sketch.#blockPlace + shape.block);
    });
  }

  /**
   * Adds a value, or many.
   *
   * @throws LanewiseError `INVALID_ARGUMENT`, also beyond 2^53 values, `INVALID_VALUE` for NaN, `MEMORY_EXHAUSTED`, `DISPOSED`
   */
  add(values: Values): this {
    this.#memory.check();
    const array = toValueArray(values);
    const span = survey(this.#memory, array, false);
    addTotals(this.count, array.length);
    this.#withScratch(this.#waiting + array.length < this.#shape.block ? 0 : 3, (scratch) => {
      this.#take(array, scratch);
      this.#widen(span.min, span.max);
    });
    return this;
  }

  /** How many values were added, at most 2^53 - 1. @throws LanewiseError `DISPOSED` */
  get count(): number {
    return this.#read(state.COUNT);
  }

  /** The least value, exactly; NaN while there is none. @throws LanewiseError `DISPOSED` */
  get min(): number {
    return this.count > 0 ? this.#read(state.MIN) : Number.NaN;
  }

  /** The greatest value, exactly; NaN while there is none. @throws LanewiseError `DISPOSED` */
  get max(): number {
    return this.count > 0 ? this.#read(state.MAX) : Number.NaN;
  }

  /**
   * The least value that at least `q` of all values do not exceed, about; the least and the greatest of all for 0 and 1. NaN
   * while there is none.
   *
   * @param q in 0..1
   * @throws LanewiseError `INVALID_ARGUMENT`, `MEMORY_EXHAUSTED`, `DISPOSED`
   */
  quantile(q: number): number {
    return this.quantiles([q])[0]!;
  }

  /** `quantile` for each, in any order. */
  quantiles(qs: readonly number[] | Float64Array): Float64Array<ArrayBuffer> {
    this.#memory.check();
    const parts = checkQuantiles(qs);
    const { count, min, max } = this;
    if (count === 0) return parts.fill(Number.NaN);
    const { values, weights } = this.#look();
    return parts.map((q) => {
      if (q === 0) return min;
      if (q === 1) return max;
      return values[firstWhere(weights.length, (at) => weights[at]! >= q * count)]! + 0;
    });
  }

  /** The part of all values that are at most `value`, about; NaN while there is none. @throws LanewiseError as `cdf` */
  rank(value: number): number {
    checkPoint(value);
    return this.cdf([value])[0]!;
  }

  /**
   * `rank` for points in ascending order.
   *
   * @throws LanewiseError `INVALID_ARGUMENT`, `INVALID_VALUE` for NaN, `MEMORY_EXHAUSTED`, `DISPOSED`
   */
  cdf(points: readonly number[] | Float64Array): Float64Array<ArrayBuffer> {
    this.#memory.check();
    checkPoints(points);
    const { count } = this;
    const parts = Float64Array.from(points);
    if (count === 0) return parts.fill(Number.NaN);
    const { values, weights } = this.#look();
    return parts.map((point) => {
      const greater = firstWhere(values.length, (at) => values[at]! > point);
      return greater === 0 ? 0 : weights[greater - 1]! / count;
    });
  }

  /**
   * Sketches of the same `k` merge, whatever their seeds; of any order of merging the bound holds, as long as no values are merged
   * twice.
   *
   * @throws LanewiseError `MERGE_MISMATCH`, `INVALID_ARGUMENT` for what is no such sketch and beyond 2^53 values,
   *   `MEMORY_EXHAUSTED`, `DISPOSED`
   */
  merge(other: KllSketch): this {
    checkOther([this, other], KllSketch, ESTIMATOR, (sketch) => {
      sketch.#memory.check();
      return { k: sketch.k };
    });
    addTotals(this.count, other.count);
    if (other === this) {
      const same = this.clone();
      try {
        return this.merge(same);
      } finally {
        same.dispose();
      }
    }
    this.#withScratch(3, (scratch) => {
      const { runtime, address } = this.#memory;
      const place = other.#blockPlace;
      this.#take(runtime.memory.f64.slice(place, place + other.#waiting), scratch);
      this.#widen(other.#read(state.MIN), other.#read(state.MAX));
      if (other.count > other.#waiting) {
        const { block, room } = this.#shape;
        runtime.kernels.mergeLevels(address, other.#memory.address, 8 * block, scratch, room);
      }
    });
    return this;
  }

  clone(): this {
    this.#memory.check();
    const clone = new KllSketch(this.#shape, this.seed);
    clone.#memory.copy(this.#memory);
    return clone as this;
  }

  clear(): void {
    this.#memory.check();
    this.#memory.clear();
    this.#view = undefined;
    this.#begin();
  }

  /**
   * How far the rank of a value, or that of an answer of `quantile`, is off at most, as a part of all values: 0 while the first
   * block of 1024 values, or 2k if that is more, is not full, and at most 2.2 / k ever. It follows from what was compacted so far by
   * the inequality of Hoeffding, for one question at a time, whatever the values and their order, unless they were chosen by the
   * seed; in practice 99 of 100 answers keep .6 of it. Sketches that are merged count as independent, as those of different
   * streams or seeds are. Of a clone merged as it was cloned, and of the sketch itself, the errors are added up, to
   * about twice as much; but where one of both has gone on before, or the same one is merged again, the bound is too small.
   */
  errorBound(): ErrorBound {
    const count = Math.max(1, this.count);
    const bound = (DEVIATIONS * Math.sqrt(this.#read(state.VARIANCE))) / count;
    return { kind: 'rank', bound: Math.min(1, bound), confidence: 0.99 };
  }

  toBytes(): Uint8Array<ArrayBuffer> {
    this.#memory.check();
    const { runtime, address } = this.#memory;
    const place = this.#blockPlace;
    const values = place + this.#shape.block;
    const tensor = (name: string, start: number, length: number) =>
      arrayTensor(runtime, valuesSpec(name, length), runtime.memory.f64.slice(start, start + length));
    return writeIndexFile({ estimator: ESTIMATOR, options: { k: this.k }, nextId: 0, seed: this.seed }, [
      numbersTensor(runtime, 'options', [this.k, this.seed]),
      arrayTensor(runtime, HEAD, runtime.memory.u8.slice(address, address + state.SAVED_BYTES)),
      tensor('values', values, this.#stored),
      tensor('waiting', place, this.#waiting),
    ]);
  }

  memoryUsage(): { readonly total: number } {
    const { total } = this.#memory.usage();
    return { total: total + 16 * (this.#view?.values.length ?? 0) };
  }

  dispose(): void {
    this.#memory.end();
    this.#view = undefined;
  }

  /** Of the first value that waits, as an index of f64. */
  get #blockPlace(): number {
    return (this.#memory.address + BLOCK) / 8;
  }

  get #waiting(): number {
    const { runtime, address } = this.#memory;
    return runtime.memory.u32[(address + state.WAITING) / 4]!;
  }

  /** Values in levels. */
  get #stored(): number {
    const { runtime, address } = this.#memory;
    return state.total(
      runtime.memory.u32.subarray((address + state.SIZES) / 4, (address + state.CAPACITIES) / 4),
    );
  }

  #read(offset: number): number {
    this.#memory.check();
    const { runtime, address } = this.#memory;
    return runtime.memory.f64[(address + offset) / 8]!;
  }

  /** What is not zero in a sketch that has seen nothing. */
  #begin(): void {
    const { runtime, address } = this.#memory;
    const { f64, u64, u32 } = runtime.memory;
    f64[(address + state.MIN) / 8] = Number.POSITIVE_INFINITY;
    f64[(address + state.MAX) / 8] = Number.NEGATIVE_INFINITY;
    u64[(address + state.RANDOM) / 8] = BigInt.asUintN(64, BigInt(this.seed));
    u32.set(this.#shape.capacities, (address + state.CAPACITIES) / 4);
  }

  #widen(min: number, max: number): void {
    const { runtime, address } = this.#memory;
    const { f64 } = runtime.memory;
    const [least, greatest] = [(address + state.MIN) / 8, (address + state.MAX) / 8];
    f64[least] = Math.min(f64[least]!, min);
    f64[greatest] = Math.max(f64[greatest]!, max);
  }

  /** Fills blocks with values and compacts those that are full. */
  #take(values: ValueArray, scratch: number): void {
    const { runtime, address } = this.#memory;
    const { f64, u32 } = runtime.memory;
    const { block, room } = this.#shape;
    this.#view = undefined;
    const waitingPlace = (address + state.WAITING) / 4;
    for (let first = 0; first < values.length; ) {
      const waiting = u32[waitingPlace]!;
      const count = Math.min(block - waiting, values.length - first);
      putValues(f64, this.#blockPlace + waiting, values, first, count);
      f64[(address + state.COUNT) / 8]! += count;
      u32[waitingPlace] = waiting + count;
      if (waiting + count === block) runtime.kernels.compactBlock(address, 8 * block, scratch, room);
      first += count;
    }
  }

  #look(): View {
    this.#view ??= this.#withScratch(5, (scratch) => {
      const { runtime, address } = this.#memory;
      const { block, room } = this.#shape;
      const place = (runtime.kernels.viewLevels(address, 8 * block, scratch, room) >>> 0) / 8;
      const length = this.#stored + this.#waiting;
      const copy = (start: number) => runtime.memory.f64.slice(start, start + length);
      return { values: copy(place), weights: copy(place + room / 8) };
    });
    return this.#view;
  }

  /** With so many areas of scratch, which are given back. @throws LanewiseError `MEMORY_EXHAUSTED` before anything changed */
  #withScratch<T>(areas: number, use: (scratch: number) => T): T {
    if (areas === 0) return use(0);
    const arena = new Arena(this.#memory.runtime.memory);
    try {
      return use(arena.allocate(areas * this.#shape.room));
    } finally {
      arena.release();
    }
  }
}

const HEAD: TensorSpec = { name: 'head', dtype: 'U8', shape: [state.SAVED_BYTES] };

function valuesSpec(name: string, length: number): TensorSpec {
  return { name, dtype: 'F64', shape: [length] };
}

/** The first of `length` places, which all behind it share with it; `length` for none. */
function firstWhere(length: number, holds: (at: number) => boolean): number {
  let [low, high] = [0, length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
