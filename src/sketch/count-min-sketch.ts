import { arrayTensor, readChecked } from '../format/file-tensors.ts';
import { corruptFile, IndexFile, writeIndexFile } from '../format/index-file.ts';
import type { TensorSpec } from '../format/safetensors.ts';
import { dispose } from '../host/disposal.ts';
import { LanewiseError } from '../host/errors.ts';
import { exp } from '../host/exponential.ts';
import { checkBytes } from '../vectors/input.ts';
import {
  type CountMinMade,
  type CountMinOptions,
  checkCountMin,
  MOST_DEPTH,
  MOST_WIDTH,
} from './count-min-options.ts';
import { addTotals, occurrencesOf, putCounts, readTotal, totalTensor } from './counted.ts';
import { init, runtime } from './kernels.ts';
import { type Counts, checkCounts, checkKeys, hashKeys, type Key, type KeyBatch, type Keys } from './keys.ts';
import { checkOther, type ErrorBound, filled, type Sketch } from './sketch.ts';
import { SketchMemory } from './sketch-memory.ts';
import { countMinBytes } from './state-bytes.ts';

const ESTIMATOR = 'CountMinSketch';
const LARGEST_COUNTER = 2 ** 32 - 1;

/**
 * How often each key occurred, never less than it did (Cormode and Muthukrishnan, "An improved data stream summary: the
 * count-min sketch and its applications", Journal of Algorithms 55, 2005). Memory: 4 x width x depth bytes, however many keys
 * there are. Cost of a key: its hash and one counter a row.
 *
 * Counters hold 32 bits and stop at 2^32 - 1: `saturated` tells how many did, and an estimate that reads 4294967295 means "at
 * least as often".
 *
 * @example
 * const requests = await CountMinSketch.create({ epsilon: 0.001, delta: 0.01 });
 * requests.add(['/', '/about', '/']);
 * requests.add('/', 40);
 * requests.estimate('/'); // 42
 */
export class CountMinSketch implements Sketch {
  readonly width: number;
  readonly depth: number;
  readonly conservative: boolean;
  readonly seed: number;
  readonly #hashSeed: bigint;
  readonly #memory: SketchMemory;
  #total = 0;
  /** `using requests = await CountMinSketch.create(options)` disposes of it at the end of the block. */
  declare [Symbol.dispose]: () => void;

  private constructor({ width, depth, conservative, seed }: CountMinMade) {
    this.width = width;
    this.depth = depth;
    this.conservative = conservative;
    this.seed = seed;
    this.#hashSeed = BigInt(seed);
    this.#memory = new SketchMemory(this, ESTIMATOR, countMinBytes(width, depth));
    this[dispose] = () => this.dispose();
  }

  /** @throws LanewiseError `INVALID_ARGUMENT`, `MEMORY_EXHAUSTED`, `SIMD_UNSUPPORTED`, `CSP_BLOCKED` */
  static async create(options: CountMinOptions): Promise<CountMinSketch> {
    const made = checkCountMin(options);
    await init();
    return new CountMinSketch(made);
  }

  /**
   * The sketch that `toBytes()` wrote.
   *
   * @throws LanewiseError `INVALID_ARGUMENT`, `FILE_FORMAT`, `FILE_TRUNCATED`, `FILE_CORRUPT`, `FILE_VERSION`, `FILE_DTYPE`,
   *   `MEMORY_EXHAUSTED`
   */
  static fromBytes(bytes: Uint8Array | ArrayBuffer): CountMinSketch {
    const file = new IndexFile(checkBytes(bytes), ESTIMATOR);
    const width = file.integer('width', 1, MOST_WIDTH);
    const depth = file.integer('depth', 1, MOST_DEPTH);
    const conservative = file.integer('conservative', 0, 1) === 1;
    file.take(countersOf(width, depth)); // before as much is allocated
    const made = { width, depth, conservative, seed: file.seed };
    const total = readTotal(runtime(), file, numbersOf(made));
    return filled(new CountMinSketch(made), (sketch) => {
      const { runtime, address } = sketch.#memory;
      sketch.#total = total;
      runtime.memory.u8.set(readChecked(runtime, file, countersOf(width, depth)), address);
      sketch.#checkCounters();
    });
  }

  /** Occurrences added so far, at most 2^53 - 1: each counts as often as `counts` said. */
  get total(): number {
    return this.#total;
  }

  /** How many counters stand at 2^32 - 1, where they stop. Cost: O(width x depth). @throws LanewiseError `DISPOSED` */
  get saturated(): number {
    this.#memory.check();
    const { runtime, address, bytes } = this.#memory;
    return runtime.kernels.countSaturated(address, bytes / 4);
  }

  /**
   * Adds a key, or many of one type.
   *
   * @throws LanewiseError `INVALID_ARGUMENT`, `INVALID_VALUE` for NaN, `DIMENSION_MISMATCH` unless there is one count a key,
   *   `MEMORY_EXHAUSTED`, `DISPOSED`
   */
  add(keys: Keys, counts: Counts = 1): this {
    this.#memory.check();
    const checked = checkKeys(keys);
    const each = checkCounts(counts, checked.length);
    const total = addTotals(this.#total, occurrencesOf(each, checked.length));
    const { runtime, space, address } = this.#memory;
    const { width, depth } = this;
    if (typeof each === 'number' && total <= LARGEST_COUNTER && !this.conservative) {
      hashKeys(this.#memory, checked, this.#hashSeed, (count) =>
        runtime.kernels.addCounts(address, width, depth, space.hashes, count, each),
      );
    } else {
      const { addWeights, raiseCounts } = runtime.kernels;
      const addChunk = this.conservative ? raiseCounts : addWeights;
      hashKeys(this.#memory, checked, this.#hashSeed, (count, first) => {
        putCounts(this.#memory, each, count, first);
        addChunk(address, width, depth, space.hashes, count, space.values);
      });
    }
    this.#total = total;
    return this;
  }

  /**
   * How often a key occurred, at most: the truth is no more, and less by at most `errorBound()`.
   *
   * @throws LanewiseError `INVALID_ARGUMENT`, `INVALID_VALUE` for NaN, `MEMORY_EXHAUSTED`, `DISPOSED`
   */
  estimate(key: Key): number;
  /** The same of each key of a batch. */
  estimate(keys: KeyBatch): Uint32Array;
  estimate(keys: Keys): number | Uint32Array {
    this.#memory.check();
    const checked = checkKeys(keys);
    const { runtime, space, address } = this.#memory;
    const estimates = new Uint32Array(checked.length);
    hashKeys(this.#memory, checked, this.#hashSeed, (count, first) => {
      runtime.kernels.readCounts(address, this.width, this.depth, space.hashes, count, space.values);
      estimates.set(runtime.memory.u32.subarray(space.values / 4, space.values / 4 + count), first);
    });
    return checked.isOne ? estimates[0]! : estimates;
  }

  /**
   * Adds what another sketch has counted; the result is, to the bit, the sketch of both streams.
   *
   * @throws LanewiseError `MERGE_MISMATCH`, also where either is conservative: its counters depend on the order of the keys;
   *   `INVALID_ARGUMENT` for what is no such sketch and beyond 2^53 - 1 occurrences, `DISPOSED`
   */
  merge(other: CountMinSketch): this {
    checkOther([this, other], CountMinSketch, ESTIMATOR, (sketch) => sketch.#shape);
    if (this.conservative) {
      throw new LanewiseError(
        'MERGE_MISMATCH',
        'Sketches with conservative update cannot be merged. Make them with conservative: false.',
        { expected: { conservative: false }, got: other.#shape },
      );
    }
    this.#total = addTotals(this.#total, other.#total);
    const { runtime, address, bytes } = this.#memory;
    runtime.kernels.uniteCounts(address, other.#memory.address, bytes);
    return this;
  }

  clone(): this {
    this.#memory.check();
    const clone = new CountMinSketch(this);
    clone.#memory.copy(this.#memory);
    clone.#total = this.#total;
    return clone as this;
  }

  clear(): void {
    this.#memory.check();
    this.#memory.clear();
    this.#total = 0;
  }

  /** An estimate exceeds the truth by at most e / width x total with a probability of 1 - e^-depth. */
  errorBound(): ErrorBound {
    this.#memory.check();
    const bound = (Math.E / this.width) * this.#total;
    return { kind: 'count', bound, confidence: 1 - exp(-this.depth) };
  }

  toBytes(): Uint8Array<ArrayBuffer> {
    this.#memory.check();
    const { width, depth, seed } = this;
    const { runtime } = this.#memory;
    const options = { width, depth, conservative: Number(this.conservative) };
    return writeIndexFile({ estimator: ESTIMATOR, options, nextId: 0, seed }, [
      totalTensor(runtime, this.#total, numbersOf(this)),
      arrayTensor(runtime, countersOf(width, depth), this.#memory.state()),
    ]);
  }

  memoryUsage(): { readonly total: number } {
    return this.#memory.usage();
  }

  dispose(): void {
    this.#memory.end();
  }

  get #shape(): Readonly<Record<string, unknown>> {
    this.#memory.check();
    const { width, depth, conservative, seed } = this;
    return { width, depth, conservative, seed };
  }

  /** While the total is below 2^32, counters are added to unwatched. */
  #checkCounters(): void {
    const { runtime, address, bytes } = this.#memory;
    const counters = runtime.memory.u32.subarray(address / 4, (address + bytes) / 4);
    for (const counter of counters) {
      if (counter > this.#total)
        throw corruptFile(`A counter of the file holds ${counter}, of ${this.#total}.`, counter);
    }
  }
}

function numbersOf({ width, depth, conservative, seed }: CountMinMade): readonly number[] {
  return [width, depth, Number(conservative), seed];
}

function countersOf(width: number, depth: number): TensorSpec {
  return { name: 'counters', dtype: 'U32', shape: [depth, width] };
}
