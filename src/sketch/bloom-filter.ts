import { arrayTensor, readChecked } from '../format/file-tensors.ts';
import { corruptFile, IndexFile, writeIndexFile } from '../format/index-file.ts';
import type { TensorSpec } from '../format/safetensors.ts';
import { dispose } from '../host/disposal.ts';
import { ln } from '../host/logarithm.ts';
import { checkBytes, checkInteger, checkNumber } from '../vectors/input.ts';
import { BLOCK_BITS, type BloomShape, SECTORS, shapeFor } from './bloom-shape.ts';
import { init, runtime } from './kernels.ts';
import { type CheckedKeys, checkKeys, hashKeys, type Key, type KeyBatch, type Keys } from './keys.ts';
import { checkSeed } from './seed.ts';
import { checkOther, type ErrorBound, filled, type Sketch } from './sketch.ts';
import { SketchMemory } from './sketch-memory.ts';
import { BLOCK_BYTES, bloomBytes } from './state-bytes.ts';
import { numbersTensor, readNumbers } from './written-numbers.ts';

const ESTIMATOR = 'BloomFilter';
const MOST_KEYS = 2 ** 32 - 1;
const LEAST_RATE = 1e-6;
const MOST_RATE = 0.5;
/** What chance may add to the rate that was asked for before the filter counts as overfull. */
const TOLERANCE = 1.15;

/** What a {@link BloomFilter} is made for. */
export interface BloomFilterOptions {
  /** Distinct keys that it is to hold, 1..4294967295. More are no error; the rate rises with them. */
  readonly capacity: number;
  /** Wrong answers among those about keys that were never added, with as many keys as `capacity`; 1e-6...5. @default .01 */
  readonly falsePositiveRate?: number;
  /** Of the hash; filters that are merged have the same. @default 0 */
  readonly seed?: number;
}

/**
 * Whether a key was added: no is certain, yes is wrong at a rate that is chosen. A blocked filter (Putze, Sanders and Singler,
 * "Cache-, Hash- and Space-Efficient Bloom Filters", WEA 2007; sectors as in Apache Parquet): a key takes 2, 4, 8 or 16 bits of one
 * cache line, whichever needs least memory. Bits a key: 1.7 for a rate of .5, 4.9 for .1, 10.1 for .01, 15.8 for .001, 23.1 for
 * 1e-4, 39.3 for 1e-6; a filter without blocks, which reads as many cache lines as bits, takes 9.6 for .01. Cost of a key: its hash
 * and one cache line, O(1).
 *
 * @example
 * const seen = await BloomFilter.create({ capacity: 1_000_000, falsePositiveRate: 0.01 });
 * seen.add(['ada', 'grace']);
 * seen.has('ada'); // true
 * seen.has(['ada', 'alan']); // Uint8Array [1, 0]
 */
export class BloomFilter implements Sketch {
  readonly capacity: number;
  /** As it was asked for. */
  readonly falsePositiveRate: number;
  readonly seed: number;
  readonly #shape: BloomShape;
  readonly #hashSeed: bigint;
  readonly #memory: SketchMemory;
  #added = 0;
  /** `using seen = await BloomFilter.create({ capacity })` disposes of it at the end of the block. */
  declare [Symbol.dispose]: () => void;

  private constructor(capacity: number, falsePositiveRate: number, seed: number, shape: BloomShape) {
    this.capacity = capacity;
    this.falsePositiveRate = falsePositiveRate;
    this.seed = seed;
    this.#shape = shape;
    this.#hashSeed = BigInt(seed);
    this.#memory = new SketchMemory(this, ESTIMATOR, bloomBytes(shape));
    this[dispose] = () => this.dispose();
  }

  /** @throws LanewiseError `INVALID_ARGUMENT`, `MEMORY_EXHAUSTED`, `SIMD_UNSUPPORTED`, `CSP_BLOCKED` */
  static async create(options: BloomFilterOptions): Promise<BloomFilter> {
    const {
      capacity: asked,
      falsePositiveRate = 0.01,
      seed,
    } = (options ?? {}) as Partial<BloomFilterOptions>;
    const capacity = checkInteger('capacity', asked, 1, MOST_KEYS);
    checkNumber('falsePositiveRate', falsePositiveRate, LEAST_RATE, MOST_RATE);
    const checkedSeed = checkSeed(seed);
    await init();
    return new BloomFilter(capacity, falsePositiveRate, checkedSeed, shapeFor(capacity, falsePositiveRate));
  }

  /**
   * The filter that `toBytes()` wrote.
   *
   * @throws LanewiseError `INVALID_ARGUMENT`, `FILE_FORMAT`, `FILE_TRUNCATED`, `FILE_CORRUPT`, `FILE_VERSION`, `FILE_DTYPE`,
   *   `MEMORY_EXHAUSTED`
   */
  static fromBytes(bytes: Uint8Array | ArrayBuffer): BloomFilter {
    const file = new IndexFile(checkBytes(bytes), ESTIMATOR);
    const { falsePositiveRate: rate } = file.options;
    const capacity = file.integer('capacity', 1, MOST_KEYS);
    const sectors = file.integer('sectors', 1, BLOCK_BITS);
    const added = file.integer('added', 0, Number.MAX_SAFE_INTEGER);
    if (!(typeof rate === 'number' && rate >= LEAST_RATE && rate <= MOST_RATE && SECTORS.includes(sectors))) {
      throw corruptFile('The options of the file are none of a filter.', file.options);
    }
    // Before memory is taken for them.
    const shape = { blocks: Math.max(file.rowsOf('blocks'), 1), sectors };
    file.take(blocksOf(shape));
    readNumbers(runtime(), file, 'options', [capacity, rate, sectors, added, file.seed]);
    return filled(new BloomFilter(capacity, rate, file.seed, shape), (filter) => {
      const { runtime, address } = filter.#memory;
      runtime.memory.u8.set(readChecked(runtime, file, blocksOf(shape)), address);
      filter.#added = added;
    });
  }

  /** How often keys were added, the same ones again included; at most 2^53 - 1. */
  get added(): number {
    return this.#added;
  }

  /**
   * Adds a key, or many of one type.
   *
   * @throws LanewiseError `INVALID_ARGUMENT`, `INVALID_VALUE` for NaN, `MEMORY_EXHAUSTED`, `DISPOSED`
   */
  add(keys: Keys): this {
    this.#memory.check();
    const { runtime, space, address } = this.#memory;
    const { blocks, sectors } = this.#shape;
    hashKeys(this.#memory, checkKeys(keys), this.#hashSeed, (count) => {
      runtime.kernels.addBloom(address, blocks, sectors, space.hashes, count, space.ends);
      this.#count(count);
    });
    return this;
  }

  /**
   * Whether a key was added; of many, 1 or 0 each, in their order. What was added is always found.
   *
   * @throws LanewiseError `INVALID_ARGUMENT`, `INVALID_VALUE` for NaN, `MEMORY_EXHAUSTED`, `DISPOSED`
   */
  has(key: Key): boolean;
  has(keys: KeyBatch): Uint8Array<ArrayBuffer>;
  has(keys: Keys): boolean | Uint8Array<ArrayBuffer>;
  has(keys: Keys): boolean | Uint8Array<ArrayBuffer> {
    this.#memory.check();
    const checked = checkKeys(keys);
    const found = this.#find(checked);
    return checked.isOne ? found[0] === 1 : found;
  }

  /**
   * How many distinct keys were added, about: from the share of the bits that are set (Swamidass and Baldi, 2007). Infinity where
   * all of them are. Cost: O(memory).
   *
   * @throws LanewiseError `DISPOSED`
   */
  estimate(): number {
    const { unset } = this.#weigh();
    const { blocks, sectors } = this.#shape;
    // One that sets no bit, as the negative zero that ln(1) would leave.
    return unset === 0 ? Number.POSITIVE_INFINITY : Math.abs((ln(unset) * blocks * BLOCK_BITS) / sectors);
  }

  /**
   * Whether wrong answers are more frequent now than was asked for, by more than a seventh: too many keys were added. Make a larger
   * filter, or several. Cost: O(memory).
   *
   * @throws LanewiseError `DISPOSED`
   */
  get isOverfull(): boolean {
    return this.#weigh().rate > TOLERANCE * this.falsePositiveRate;
  }

  /**
   * The rate of wrong answers to expect now, of all about keys that were never added: exact, for it is counted from the bits that
   * are set. Cost: O(memory).
   */
  errorBound(): ErrorBound {
    return { kind: 'rate', bound: this.#weigh().rate, confidence: 1 };
  }

  merge(other: BloomFilter): this {
    checkOther([this, other], BloomFilter, ESTIMATOR, (filter) => filter.#mergeable);
    const { runtime, address } = this.#memory;
    runtime.kernels.uniteBloom(address, other.#memory.address, this.#shape.blocks);
    this.#count(other.#added);
    return this;
  }

  clone(): this {
    this.#memory.check();
    const { capacity, falsePositiveRate, seed } = this;
    const clone = new BloomFilter(capacity, falsePositiveRate, seed, this.#shape);
    clone.#memory.copy(this.#memory);
    clone.#added = this.#added;
    return clone as this;
  }

  clear(): void {
    this.#memory.check();
    this.#memory.clear();
    this.#added = 0;
  }

  toBytes(): Uint8Array<ArrayBuffer> {
    this.#memory.check();
    const { capacity, falsePositiveRate, seed, added } = this;
    const options = { capacity, falsePositiveRate, sectors: this.#shape.sectors, added };
    const { runtime } = this.#memory;
    return writeIndexFile({ estimator: ESTIMATOR, options, nextId: 0, seed }, [
      numbersTensor(runtime, 'options', [...Object.values(options), seed]),
      arrayTensor(runtime, blocksOf(this.#shape), this.#memory.state()),
    ]);
  }

  memoryUsage(): { readonly total: number } {
    return this.#memory.usage();
  }

  dispose(): void {
    this.#memory.end();
  }

  get #mergeable(): Readonly<Record<string, unknown>> {
    this.#memory.check();
    const { capacity, falsePositiveRate, seed } = this;
    return { capacity, falsePositiveRate, seed, ...this.#shape };
  }

  #count(added: number): void {
    this.#added = Math.min(this.#added + added, Number.MAX_SAFE_INTEGER);
  }

  #find(checked: CheckedKeys): Uint8Array<ArrayBuffer> {
    const { runtime, space, address } = this.#memory;
    const { blocks, sectors } = this.#shape;
    const found = new Uint8Array(checked.length);
    hashKeys(this.#memory, checked, this.#hashSeed, (count, first) => {
      runtime.kernels.hasBloom(address, blocks, sectors, space.hashes, count, space.ends, space.values);
      found.set(runtime.memory.u8.subarray(space.values, space.values + count), first);
    });
    return found;
  }

  #weigh(): { readonly rate: number; readonly unset: number } {
    this.#memory.check();
    const { runtime, space, address } = this.#memory;
    const { blocks, sectors } = this.#shape;
    const sum = runtime.kernels.weighBloom(address, blocks, sectors, space.ends, space.values);
    const set = runtime.memory.f64[space.values / 8]!;
    return { rate: sum / blocks, unset: 1 - set / (blocks * BLOCK_BITS) };
  }
}

function blocksOf({ blocks }: BloomShape): TensorSpec {
  return { name: 'blocks', dtype: 'U8', shape: [blocks, BLOCK_BYTES] };
}
