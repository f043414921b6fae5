import { corruptFile, IndexFile, writeIndexFile } from '../format/index-file.ts';
import { dispose } from '../host/disposal.ts';
import { checkBytes, checkInteger, checkNumber } from '../vectors/input.ts';
import { bucketsPerOctave } from './bucket-layout.ts';
import { BucketStore } from './bucket-store.ts';
import { addTotals } from './counted.ts';
import { ddsketchTensors, LEAST_NORMAL, readDDSketch, type Stores, type Totals } from './ddsketch-file.ts';
import { init, runtime } from './kernels.ts';
import { checkOther, type ErrorBound, filled, type Sketch } from './sketch.ts';
import { SketchMemory } from './sketch-memory.ts';
import {
  checkPoint,
  checkPoints,
  checkQuantile,
  checkQuantiles,
  putChunk,
  type Span,
  survey,
  toValueArray,
  type Values,
} from './values.ts';
import { CHUNK } from './workspace.ts';
import { numbersTensor, readNumbers } from './written-numbers.ts';

const ESTIMATOR = 'DDSketch';
const LEAST_ALPHA = 1e-4;
const MOST_ALPHA = 0.5;
const LEAST_BUCKETS = 16;
/** All magnitudes there are take fewer at the least alpha. */
const MOST_BUCKETS = 2 ** 23;
const NOTHING: Totals = { count: 0, zeros: 0, min: Number.POSITIVE_INFINITY, max: Number.NEGATIVE_INFINITY };

/** What a {@link DDSketch} is made for. */
export interface DDSketchOptions {
  /** How far answers of `quantile` may be off, as a part of the true value, .0001...5. @default 0.01 */
  readonly alpha?: number;
  /**
   * The most buckets for positive values, and for negative ones, of 8 bytes each, 16..8388608. There are .35 / alpha for each
   * doubling: 2048 at 1 % cover 17 decades. @default 2048
   */
  readonly maxBuckets?: number;
}

/**
 * Quantiles that are right to a part of their value, not of their rank (Masson, Rim and Lee, "DDSketch", VLDB 2019, arXiv
 * 1908.10693), which is what is asked of latencies: buckets whose bounds grow by a factor. Sketches that are merged are, to the
 * bit, one over all their streams. Values are finite; magnitudes below 2^-1022 count as 0. Memory grows with the range of
 * magnitudes. Where it asks for more than `maxBuckets`, the lowest buckets become one, on either side of 0: from
 * `accurateFrom` on answers keep alpha.
 *
 * Cost of a value: some 5 ns in a batch; of an answer: a pass over the buckets, some 2 us.
 *
 * @example
 * const latency = await DDSketch.create({ alpha: 0.01 });
 * latency.add(Float64Array.of(12, 15, 11, 240));
 * latency.quantile(0.5); // within 1 % of 12
 */
export class DDSketch implements Sketch {
  readonly alpha: number;
  readonly maxBuckets: number;
  readonly #perOctave: number;
  readonly #memory: SketchMemory;
  readonly #stores: Stores;
  #totals: Totals = NOTHING;
  /** `using latency = await DDSketch.create()` disposes of it at the end of the block. */
  declare [Symbol.dispose]: () => void;

  private constructor(alpha: number, maxBuckets: number) {
    this.alpha = alpha;
    this.maxBuckets = maxBuckets;
    this.#perOctave = bucketsPerOctave(alpha);
    this.#memory = new SketchMemory(this, ESTIMATOR, 0);
    this.#stores = {
      positive: new BucketStore(this.#memory, maxBuckets),
      negative: new BucketStore(this.#memory, maxBuckets),
    };
    this[dispose] = () => this.dispose();
  }

  /** @throws LanewiseError `INVALID_ARGUMENT`, `MEMORY_EXHAUSTED`, `SIMD_UNSUPPORTED`, `CSP_BLOCKED` */
  static async create(options: DDSketchOptions = {}): Promise<DDSketch> {
    const { alpha = 0.01, maxBuckets = 2048 } = options ?? {};
    checkNumber('alpha', alpha, LEAST_ALPHA, MOST_ALPHA);
    checkInteger('maxBuckets', maxBuckets, LEAST_BUCKETS, MOST_BUCKETS);
    await init();
    return new DDSketch(alpha, maxBuckets);
  }

  /**
   * The sketch that `toBytes()` wrote.
   *
   * @throws LanewiseError `INVALID_ARGUMENT`, `FILE_FORMAT`, `FILE_TRUNCATED`, `FILE_CORRUPT`, `FILE_VERSION`, `FILE_DTYPE`,
   *   `MEMORY_EXHAUSTED`
   */
  static fromBytes(bytes: Uint8Array | ArrayBuffer): DDSketch {
    const file = new IndexFile(checkBytes(bytes), ESTIMATOR);
    const { alpha } = file.options;
    if (!(typeof alpha === 'number' && alpha >= LEAST_ALPHA && alpha <= MOST_ALPHA))
      throw corruptFile('The file names no alpha.', alpha);
    const maxBuckets = file.integer('maxBuckets', LEAST_BUCKETS, MOST_BUCKETS);
    readNumbers(runtime(), file, 'options', [alpha, maxBuckets]);
    return filled(new DDSketch(alpha, maxBuckets), (sketch) => {
      const { runtime } = sketch.#memory;
      sketch.#totals = readDDSketch(runtime, file, sketch.#stores, maxBuckets, sketch.#perOctave);
    });
  }

  /**
   * Adds a value, or many.
   *
   * @throws LanewiseError `INVALID_ARGUMENT`, also beyond 2^53 values, `INVALID_VALUE` for NaN and infinities, `MEMORY_EXHAUSTED`, `DISPOSED`
   */
  add(values: Values): this {
    this.#memory.check();
    const array = toValueArray(values);
    const span = survey(this.#memory, array, true);
    addTotals(this.#totals.count, array.length);
    this.#reserve(...this.#bounds(span));
    const { runtime, space } = this.#memory;
    const { positive, negative } = this.#stores;
    let zeros = 0;
    for (let first = 0; first < array.length; first += CHUNK) {
      // What fits in one chunk is there from the survey.
      const count = array.length <= CHUNK ? array.length : putChunk(this.#memory, array, first);
      const chunk = [space.values, count, this.#perOctave, positive.origin, positive.low] as const;
      if (span.min >= LEAST_NORMAL) runtime.kernels.countPositive(...chunk, space.hashes);
      else zeros += runtime.kernels.countValues(...chunk, negative.origin, negative.low, space.hashes);
    }
    this.#join({ count: array.length, zeros, min: span.min, max: span.max });
    return this;
  }

  /** How many values were added, at most 2^53 - 1. @throws LanewiseError `DISPOSED` */
  get count(): number {
    this.#memory.check();
    return this.#totals.count;
  }

  /** The least value, exactly; NaN while there is none. @throws LanewiseError `DISPOSED` */
  get min(): number {
    return this.count > 0 ? this.#totals.min : Number.NaN;
  }

  /** The greatest value, exactly; NaN while there is none. @throws LanewiseError `DISPOSED` */
  get max(): number {
    return this.count > 0 ? this.#totals.max : Number.NaN;
  }

  /**
   * The magnitude from which on answers keep `alpha`: 0 until buckets collapse, on either side of 0.
   *
   * @throws LanewiseError `DISPOSED`
   */
  get accurateFrom(): number {
    this.#memory.check();
    const { kernels } = this.#memory.runtime;
    const from = ({ isCollapsed, low }: BucketStore) =>
      isCollapsed ? kernels.bucketStart(low + 1, this.#perOctave) : 0;
    return Math.max(from(this.#stores.positive), from(this.#stores.negative));
  }

  /**
   * The least value that at least `q` of all values do not exceed, to within `alpha` of it; the least and the greatest of all for
   * 0 and 1. NaN while there is none.
   *
   * @param q in 0..1
   * @throws LanewiseError `INVALID_ARGUMENT`, `DISPOSED`
   */
  quantile(q: number): number {
    this.#memory.check();
    checkQuantile(q);
    const { count, min, max } = this.#totals;
    if (count === 0) return Number.NaN;
    if (q === 0) return min;
    if (q === 1) return max;
    return Math.min(max, Math.max(min, this.#valueAt(q * count)));
  }

  /** `quantile` for each, in any order. */
  quantiles(qs: readonly number[] | Float64Array): Float64Array<ArrayBuffer> {
    this.#memory.check();
    return checkQuantiles(qs).map((q) => this.quantile(q));
  }

  /**
   * The part of all values that are at most `value`, where those of the bucket of `value` count as such: it is exact for some
   * value within a factor of (1 + alpha) / (1 - alpha). NaN while there is none.
   *
   * @throws LanewiseError as `cdf`
   */
  rank(value: number): number {
    this.#memory.check();
    checkPoint(value);
    const { count, zeros, min, max } = this.#totals;
    if (count === 0) return Number.NaN;
    if (value >= max) return 1;
    if (value < min) return 0;
    const magnitude = Math.abs(value);
    const isZero = magnitude < LEAST_NORMAL;
    const index = isZero ? 0 : this.#memory.runtime.kernels.bucketOf(magnitude, this.#perOctave);
    const { positive, negative } = this.#stores;
    if (value < 0 && !isZero) return sum(negative, index, negative.high) / count;
    const upToZero = sum(negative, negative.low, negative.high) + zeros;
    return (isZero ? upToZero : upToZero + sum(positive, positive.low, index)) / count;
  }

  /**
   * `rank` for points in ascending order.
   *
   * @throws LanewiseError `INVALID_ARGUMENT`, `INVALID_VALUE` for NaN, `DISPOSED`
   */
  cdf(points: readonly number[] | Float64Array): Float64Array<ArrayBuffer> {
    this.#memory.check();
    checkPoints(points);
    return Float64Array.from(points, (point) => this.rank(point));
  }

  /**
   * Sketches of the same options merge; the result is, to the bit, that of one over all values.
   *
   * @throws LanewiseError `MERGE_MISMATCH`, `INVALID_ARGUMENT` for what is no such sketch and beyond 2^53 values,
   *   `MEMORY_EXHAUSTED`, `DISPOSED`
   */
  merge(other: DDSketch): this {
    checkOther([this, other], DDSketch, ESTIMATOR, (sketch) => {
      sketch.#memory.check();
      return { alpha: sketch.alpha, maxBuckets: sketch.maxBuckets };
    });
    addTotals(this.#totals.count, other.#totals.count);
    const { positive, negative } = other.#stores;
    this.#reserve(positive.low, positive.high, negative.low, negative.high);
    this.#stores.positive.take(positive);
    this.#stores.negative.take(negative);
    this.#join(other.#totals);
    return this;
  }

  clone(): this {
    this.#memory.check();
    return filled(new DDSketch(this.alpha, this.maxBuckets), (clone) => clone.merge(this)) as this;
  }

  clear(): void {
    this.#memory.check();
    this.#stores.positive.clear();
    this.#stores.negative.clear();
    this.#totals = NOTHING;
  }

  /** How far answers of `quantile` are off at most, as a part of the true value, of magnitudes from `accurateFrom` on. */
  errorBound(): ErrorBound {
    this.#memory.check();
    return { kind: 'relative', bound: this.alpha, confidence: 1 };
  }

  toBytes(): Uint8Array<ArrayBuffer> {
    this.#memory.check();
    const { alpha, maxBuckets } = this;
    const { runtime } = this.#memory;
    return writeIndexFile({ estimator: ESTIMATOR, options: { alpha, maxBuckets }, nextId: 0, seed: 0 }, [
      numbersTensor(runtime, 'options', [alpha, maxBuckets]),
      ...ddsketchTensors(runtime, this.#totals, this.#stores),
    ]);
  }

  memoryUsage(): { readonly total: number } {
    return this.#memory.usage();
  }

  dispose(): void {
    this.#memory.end();
  }

  /** The indexes of positive and of negative values, from the lowest to the highest; the first above the second for none. */
  #bounds({ min, max, leastPositive, greatestNegative }: Span): [number, number, number, number] {
    const { kernels } = this.#memory.runtime;
    const of = (magnitude: number) => kernels.bucketOf(magnitude, this.#perOctave);
    return [
      ...(max >= LEAST_NORMAL ? ([of(leastPositive), of(max)] as const) : ([0, -1] as const)),
      ...(-min >= LEAST_NORMAL ? ([of(-greatestNegative), of(-min)] as const) : ([0, -1] as const)),
    ];
  }

  /** Room for indexes; nothing changes where there is none. @throws LanewiseError `MEMORY_EXHAUSTED` */
  #reserve(lowPositive: number, highPositive: number, lowNegative: number, highNegative: number): void {
    const positive = this.#stores.positive.reserve(lowPositive, highPositive);
    try {
      this.#stores.negative.reserve(lowNegative, highNegative).commit();
    } catch (error) {
      positive.release();
      throw error;
    }
    positive.commit();
  }

  #join({ count, zeros, min, max }: Totals): void {
    const own = this.#totals;
    this.#totals = {
      count: own.count + count,
      zeros: own.zeros + zeros,
      min: Math.min(own.min, min),
      max: Math.max(own.max, max),
    };
  }

  /** What stands for the bucket in which so many values are reached. */
  #valueAt(target: number): number {
    const { kernels } = this.#memory.runtime;
    const { positive, negative } = this.#stores;
    let reached = 0;
    if (!negative.isEmpty) {
      const { counts, low } = negative;
      for (let at = counts.length - 1; at >= 0; at--) {
        reached += counts[at]!;
        if (reached >= target) return -kernels.bucketValue(low + at, this.#perOctave);
      }
    }
    reached += this.#totals.zeros;
    if (reached >= target) return 0;
    const { counts, low } = positive;
    let at = 0;
    for (reached += counts[0]!; reached < target; reached += counts[at]!) at++;
    return kernels.bucketValue(low + at, this.#perOctave);
  }
}

/** What counts from one index to another, where what lies below a store that collapsed counts as its lowest. */
function sum(store: BucketStore, from: number, to: number): number {
  if (store.isEmpty) return 0;
  const { counts, low, isCollapsed } = store;
  const last = isCollapsed ? Math.max(to - low, 0) : to - low;
  let total = 0;
  for (let at = Math.max(from - low, 0); at <= last && at < counts.length; at++) total += counts[at]!;
  return total;
}
