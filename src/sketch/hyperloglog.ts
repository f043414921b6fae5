import { arrayTensor, readChecked } from '../format/file-tensors.ts';
import { corruptFile, IndexFile, writeIndexFile } from '../format/index-file.ts';
import type { TensorSpec } from '../format/safetensors.ts';
import { dispose } from '../host/disposal.ts';
import { checkBytes, checkInteger } from '../vectors/input.ts';
import { init, runtime } from './kernels.ts';
import { checkKeys, hashKeys, type Keys } from './keys.ts';
import { checkSeed } from './seed.ts';
import { checkOther, type ErrorBound, filled, type Sketch } from './sketch.ts';
import { SketchMemory } from './sketch-memory.ts';
import { hyperLogLogBytes } from './state-bytes.ts';
import { numbersTensor, readNumbers } from './written-numbers.ts';

const ESTIMATOR = 'HyperLogLog';
const LEAST_PRECISION = 4;
const MOST_PRECISION = 18;
/** 1 / (2 ln 2), to which the constant of the raw estimator tends. */
const ALPHA = 0.7213475204444817;

/** What a {@link HyperLogLog} is made for. */
export interface HyperLogLogOptions {
  /** 2^precision registers of a byte each, 4..18: the standard error is 1.04 / sqrt(registers), of 14 .8 %. @default 14 */
  readonly precision?: number;
  /** Of the hash; sketches that are merged have the same. @default 0 */
  readonly seed?: number;
}

/**
 * How many distinct keys there were (Flajolet et al., "HyperLogLog", AofA 2007), by the improved estimator of Ertl ("New
 * cardinality estimation algorithms for HyperLogLog sketches", arXiv 1702.01284, section 2), which is without bias from no key
 * on and needs no tables. Memory: 2^precision bytes. Cost of a key: its hash and a byte compared.
 *
 * @example
 * const visitors = await HyperLogLog.create({ precision: 14 });
 * visitors.add(['ada', 'grace', 'ada']);
 * visitors.estimate(); // 2.0001
 */
export class HyperLogLog implements Sketch {
  readonly precision: number;
  readonly seed: number;
  readonly #hashSeed: bigint;
  readonly #memory: SketchMemory;
  /** `using visitors = await HyperLogLog.create()` disposes of it at the end of the block. */
  declare [Symbol.dispose]: () => void;

  private constructor(precision: number, seed: number) {
    this.precision = precision;
    this.seed = seed;
    this.#hashSeed = BigInt(seed);
    this.#memory = new SketchMemory(this, ESTIMATOR, hyperLogLogBytes(precision));
    this[dispose] = () => this.dispose();
  }

  /** @throws LanewiseError `INVALID_ARGUMENT`, `MEMORY_EXHAUSTED`, `SIMD_UNSUPPORTED`, `CSP_BLOCKED` */
  static async create(options: HyperLogLogOptions = {}): Promise<HyperLogLog> {
    const { precision = 14, seed } = options ?? {};
    checkInteger('precision', precision, LEAST_PRECISION, MOST_PRECISION);
    const checkedSeed = checkSeed(seed);
    await init();
    return new HyperLogLog(precision, checkedSeed);
  }

  /**
   * The sketch that `toBytes()` wrote.
   *
   * @throws LanewiseError `INVALID_ARGUMENT`, `FILE_FORMAT`, `FILE_TRUNCATED`, `FILE_CORRUPT`, `FILE_VERSION`, `FILE_DTYPE`,
   *   `MEMORY_EXHAUSTED`
   */
  static fromBytes(bytes: Uint8Array | ArrayBuffer): HyperLogLog {
    const file = new IndexFile(checkBytes(bytes), ESTIMATOR);
    const precision = file.integer('precision', LEAST_PRECISION, MOST_PRECISION);
    readNumbers(runtime(), file, 'options', [precision, file.seed]);
    return filled(new HyperLogLog(precision, file.seed), (sketch) => {
      const { runtime, address } = sketch.#memory;
      runtime.memory.u8.set(readChecked(runtime, file, registersOf(precision)), address);
      const largest = sketch.#countRanks();
      if (largest > 65 - precision) throw corruptFile(`A register of the file holds ${largest}.`, largest);
    });
  }

  /**
   * Adds a key, or many of one type.
   *
   * @throws LanewiseError `INVALID_ARGUMENT`, `INVALID_VALUE` for NaN, `MEMORY_EXHAUSTED`, `DISPOSED`
   */
  add(keys: Keys): this {
    this.#memory.check();
    const { runtime, space, address } = this.#memory;
    hashKeys(this.#memory, checkKeys(keys), this.#hashSeed, (count) =>
      runtime.kernels.addDistinct(address, this.precision, space.hashes, count),
    );
    return this;
  }

  /** How many distinct keys were added, about. Cost: O(registers). @throws LanewiseError `DISPOSED` */
  estimate(): number {
    this.#memory.check();
    this.#countRanks();
    const { runtime, space } = this.#memory;
    const registers = 2 ** this.precision;
    const last = 65 - this.precision;
    const counts = runtime.memory.u32.subarray(space.values / 4, space.values / 4 + last + 1);
    let sum = registers * tau(1 - counts[last]! / registers);
    for (let rank = last - 1; rank >= 1; rank--) sum = 0.5 * (sum + counts[rank]!);
    sum += registers * sigma(counts[0]! / registers);
    return (ALPHA * registers * registers) / sum;
  }

  merge(other: HyperLogLog): this {
    checkOther([this, other], HyperLogLog, ESTIMATOR, (sketch) => sketch.#shape);
    const { runtime, address, bytes } = this.#memory;
    runtime.kernels.uniteDistinct(address, other.#memory.address, bytes);
    return this;
  }

  clone(): this {
    this.#memory.check();
    const clone = new HyperLogLog(this.precision, this.seed);
    clone.#memory.copy(this.#memory);
    return clone as this;
  }

  clear(): void {
    this.#memory.check();
    this.#memory.clear();
  }

  /** The standard error of `estimate()`, as a part of the true number: of 1000 estimates, some 683 keep it. */
  errorBound(): ErrorBound {
    this.#memory.check();
    return { kind: 'relative', bound: 1.04 / Math.sqrt(2 ** this.precision), confidence: 0.683 };
  }

  toBytes(): Uint8Array<ArrayBuffer> {
    this.#memory.check();
    const { precision, seed } = this;
    const { runtime } = this.#memory;
    return writeIndexFile({ estimator: ESTIMATOR, options: { precision }, nextId: 0, seed }, [
      numbersTensor(runtime, 'options', [precision, seed]),
      arrayTensor(runtime, registersOf(precision), this.#memory.state()),
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
    return { precision: this.precision, seed: this.seed };
  }

  /** To the workspace; the largest rank. */
  #countRanks(): number {
    const { runtime, space, address, bytes } = this.#memory;
    return runtime.kernels.countRanks(address, bytes, space.values);
  }
}

function registersOf(precision: number): TensorSpec {
  return { name: 'registers', dtype: 'U8', shape: [2 ** precision] };
}

/** The share of registers that are empty, corrected (equation 13 of Ertl's). */
function sigma(empty: number): number {
  if (empty === 1) return Number.POSITIVE_INFINITY;
  let [power, weight, sum, before] = [empty, 1, empty, -1];
  while (sum !== before) {
    power *= power;
    before = sum;
    sum += power * weight;
    weight += weight;
  }
  return sum;
}

/** The share of registers that are not full, corrected (equation 18 of Ertl's). */
function tau(notFull: number): number {
  if (notFull === 0 || notFull === 1) return 0;
  let [root, weight, sum, before] = [notFull, 1, 1 - notFull, -1];
  while (sum !== before) {
    root = Math.sqrt(root);
    before = sum;
    weight *= 0.5;
    sum -= (1 - root) * (1 - root) * weight;
  }
  return sum / 3;
}
