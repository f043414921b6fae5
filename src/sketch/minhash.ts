import { arrayTensor, readChecked } from '../format/file-tensors.ts';
import { corruptFile, IndexFile, writeIndexFile } from '../format/index-file.ts';
import type { TensorSpec } from '../format/safetensors.ts';
import { dispose } from '../host/disposal.ts';
import { LanewiseError } from '../host/errors.ts';
import { checkBytes, checkInteger } from '../vectors/input.ts';
import { init, runtime } from './kernels.ts';
import { type CheckedKeys, checkKeys, hashKeys, type KeyBatch, type Keys } from './keys.ts';
import { checkSeed } from './seed.ts';
import { checkOther, type ErrorBound, filled, type Sketch } from './sketch.ts';
import { SketchMemory } from './sketch-memory.ts';
import { signatureBytes } from './state-bytes.ts';
import { numbersTensor, readNumbers } from './written-numbers.ts';

const ESTIMATOR = 'MinHash';
const FEWEST_HASHES = 16;
const MOST_HASHES = 65_536;
/** The value of a bin where no key fell into it (assembly/minhash.ts), and each of its bytes. */
const EMPTY = 0xffffffff;
const EMPTY_BYTE = 255;

/** What a {@link MinHash} is made for. */
export interface MinHashOptions {
  /** Values of a signature, a power of two in 16..65536: the standard error is .5 / sqrt(hashes) or less, of 128 .044. @default 128 */
  readonly hashes?: number;
  /** Of the hash; sketches that are compared or merged have the same. @default 0 */
  readonly seed?: number;
}

/**
 * How alike two sets are: an estimate of the Jaccard similarity, the share of the keys of either that both have (Broder, "On the
 * resemblance and containment of documents", 1997), by one permutation (Li, Owen and Zhang, NIPS 2012) whose empty bins are
 * filled from others (Shrivastava, "Optimal densification", ICML 2017), when sketches are compared: so merging stays exact, and
 * estimates are without bias for sets of any size. Sets of more than 10^9 keys agree by chance in a tenth of a percent.
 *
 * Memory: 8 bytes a hash. Cost of a key: its hash and a number compared, whatever the number of hashes; of a comparison: hashes / 4
 * instructions, and O(hashes^1.5) at most after keys were added.
 *
 * @example
 * const shingles = (text: string) => text.split(' ').map((_, i, words) => words.slice(i, i + 3).join(' ')).slice(0, -2);
 * const one = (await MinHash.create()).add(shingles('the quick brown fox jumps over the lazy dog'));
 * const other = (await MinHash.create()).add(shingles('the quick brown fox jumps over a sleeping dog'));
 * one.jaccard(other); // .4, give or take .05: 4 of the 10 runs of three words are in both
 */
export class MinHash implements Sketch {
  readonly hashes: number;
  readonly seed: number;
  readonly #hashSeed: bigint;
  readonly #memory: SketchMemory;
  readonly #signature: number;
  #isSigned = false;
  /** `using set = await MinHash.create()` disposes of it at the end of the block. */
  declare [Symbol.dispose]: () => void;

  private constructor(hashes: number, seed: number) {
    this.hashes = hashes;
    this.seed = seed;
    this.#hashSeed = BigInt(seed);
    this.#memory = new SketchMemory(this, ESTIMATOR, signatureBytes(hashes));
    this[dispose] = () => this.dispose();
    try {
      this.#signature = this.#memory.arena.allocate(signatureBytes(hashes));
    } catch (error) {
      this.dispose();
      throw error;
    }
    this.clear();
  }

  /** @throws LanewiseError `INVALID_ARGUMENT`, `MEMORY_EXHAUSTED`, `SIMD_UNSUPPORTED`, `CSP_BLOCKED` */
  static async create(options: MinHashOptions = {}): Promise<MinHash> {
    const { hashes, seed } = checkMinHashOptions(options);
    await init();
    return new MinHash(hashes, seed);
  }

  /**
   * The signatures of many sets, without a sketch of each: `sets x hashes`, row-major; those that `signature()` gives.
   *
   * @throws LanewiseError `INVALID_ARGUMENT`, `INVALID_VALUE` for NaN, `MEMORY_EXHAUSTED`, `SIMD_UNSUPPORTED`, `CSP_BLOCKED`
   */
  static signatures(sets: readonly KeyBatch[], options: MinHashOptions = {}): Uint32Array<ArrayBuffer> {
    const { hashes, seed } = checkMinHashOptions(options);
    if (!Array.isArray(sets)) {
      throw new LanewiseError('INVALID_ARGUMENT', 'sets must be an array, of the keys of each set.');
    }
    const checked = sets.map(checkKeySet);
    const signatures = new Uint32Array(sets.length * hashes);
    const sketch = new MinHash(hashes, seed);
    try {
      checked.forEach((keys, set) => {
        sketch.clear();
        sketch.#take(keys);
        signatures.set(sketch.#sign(), set * hashes);
      });
    } finally {
      sketch.dispose();
    }
    return signatures;
  }

  /**
   * The sketch that `toBytes()` wrote.
   *
   * @throws LanewiseError `INVALID_ARGUMENT`, `FILE_FORMAT`, `FILE_TRUNCATED`, `FILE_CORRUPT`, `FILE_VERSION`, `FILE_DTYPE`,
   *   `MEMORY_EXHAUSTED`
   */
  static fromBytes(bytes: Uint8Array | ArrayBuffer): MinHash {
    const file = new IndexFile(checkBytes(bytes), ESTIMATOR);
    const hashes = readHashes(file);
    readNumbers(runtime(), file, 'options', [hashes, file.seed]);
    return filled(new MinHash(hashes, file.seed), (sketch) => {
      const { runtime, address } = sketch.#memory;
      runtime.memory.u8.set(readChecked(runtime, file, binsOf(hashes)), address);
    });
  }

  /**
   * Adds a key of the set, or many of one type; keys that it has already change nothing.
   *
   * @throws LanewiseError `INVALID_ARGUMENT`, `INVALID_VALUE` for NaN, `MEMORY_EXHAUSTED`, `DISPOSED`
   */
  add(keys: Keys): this {
    this.#memory.check();
    this.#take(checkKeys(keys));
    return this;
  }

  /**
   * The Jaccard similarity of both sets, about: the share of equal values of their signatures. Of two sets without keys it is 1,
   * as they are equal; where only one has keys, 0.
   *
   * @throws LanewiseError `MERGE_MISMATCH` unless both have the same hashes and seed, `INVALID_ARGUMENT` for what is no such
   *   sketch, `DISPOSED`
   */
  jaccard(other: MinHash): number {
    this.#checkOther(other);
    this.#sign();
    other.#sign();
    const { kernels } = this.#memory.runtime;
    return kernels.countEqual(this.#signature, other.#signature, 4 * this.hashes) / this.hashes;
  }

  /**
   * A number a hash, the same in every runtime: the share of equal ones of two sets estimates their similarity. All are
   * 4294967295 where no key was added, and only there.
   *
   * @throws LanewiseError `DISPOSED`
   */
  signature(): Uint32Array<ArrayBuffer> {
    this.#memory.check();
    return this.#sign().slice();
  }

  /** Adds the keys of another set: the result is that of one sketch over both. */
  merge(other: MinHash): this {
    this.#checkOther(other);
    const { runtime, address, bytes } = this.#memory;
    runtime.kernels.uniteMinima(address, other.#memory.address, bytes);
    this.#isSigned = false;
    return this;
  }

  clone(): this {
    this.#memory.check();
    const clone = new MinHash(this.hashes, this.seed);
    clone.#memory.copy(this.#memory);
    return clone as this;
  }

  clear(): void {
    this.#memory.check();
    const { runtime, address, bytes } = this.#memory;
    runtime.memory.u8.fill(EMPTY_BYTE, address, address + bytes);
    this.#isSigned = false;
  }

  /**
   * The standard error of `jaccard()` where it is largest, at a similarity of a half: of 1000 estimates, some 683 keep it. Of
   * sets that fill two thirds of the bins it is .5 / sqrt(hashes); of smaller ones, whose empty bins are filled, up to sqrt(2)
   * times as much, which is told as long as this set is small. At a similarity J, 2 sqrt(J (1 - J)) of it.
   */
  errorBound(): ErrorBound {
    this.#memory.check();
    const { runtime, address, bytes } = this.#memory;
    let empty = 0;
    for (const value of runtime.memory.u32.subarray(address / 4, (address + bytes) / 4))
      if (value === EMPTY) empty++;
    const bound = Math.sqrt((3 * empty > this.hashes ? 0.5 : 0.25) / this.hashes);
    return { kind: 'similarity', bound, confidence: 0.683 };
  }

  toBytes(): Uint8Array<ArrayBuffer> {
    this.#memory.check();
    const { hashes, seed } = this;
    const { runtime } = this.#memory;
    return writeIndexFile({ estimator: ESTIMATOR, options: { hashes }, nextId: 0, seed }, [
      numbersTensor(runtime, 'options', [hashes, seed]),
      arrayTensor(runtime, binsOf(hashes), this.#memory.state()),
    ]);
  }

  memoryUsage(): { readonly total: number } {
    return this.#memory.usage();
  }

  dispose(): void {
    this.#memory.end();
  }

  #take(keys: CheckedKeys): void {
    const { runtime, space, address } = this.#memory;
    this.#isSigned = false;
    hashKeys(this.#memory, keys, this.#hashSeed, (count) =>
      runtime.kernels.addMinima(address, bitsOf(this.hashes), space.hashes, count),
    );
  }

  /** Fills the bins where keys were added since; a view of the signature. */
  #sign(): Uint32Array<ArrayBuffer> {
    const { runtime, space, address } = this.#memory;
    const from = this.#signature;
    if (!this.#isSigned) runtime.kernels.fillBins(address, bitsOf(this.hashes), from, space.values);
    this.#isSigned = true;
    return runtime.memory.u32.subarray(from / 4, from / 4 + this.hashes);
  }

  #checkOther(other: MinHash): void {
    checkOther([this, other], MinHash, ESTIMATOR, (sketch) => {
      sketch.#memory.check();
      return shapeOf(sketch);
    });
  }
}

/** What must be equal in sets that are compared. */
export function shapeOf({ hashes, seed }: Required<MinHashOptions>): Readonly<Record<string, unknown>> {
  return { hashes, seed };
}

/** @throws LanewiseError `INVALID_ARGUMENT` */
export function checkMinHashOptions(options: MinHashOptions): Required<MinHashOptions> {
  const { hashes = 128, seed } = options ?? {};
  checkInteger('hashes', hashes, FEWEST_HASHES, MOST_HASHES);
  if (!isPowerOfTwo(hashes)) {
    throw new LanewiseError('INVALID_ARGUMENT', `hashes must be a power of two; got ${hashes}.`, {
      expected: 2 ** bitsOf(hashes),
      got: hashes,
    });
  }
  return { hashes, seed: checkSeed(seed) };
}

/** The keys of a whole set. @throws LanewiseError `INVALID_ARGUMENT` also for a key alone, `INVALID_VALUE` */
export function checkKeySet(keys: KeyBatch): CheckedKeys {
  const checked = checkKeys(keys);
  if (!checked.isOne) return checked;
  throw new LanewiseError(
    'INVALID_ARGUMENT',
    `A set must be an array of keys, a typed array of numbers or a MinHash; got ${typeof keys}. ` +
      'Split a text into words or runs of words first, and spread a Set: [...set].',
    { got: typeof keys },
  );
}

/** @throws LanewiseError `FILE_CORRUPT` */
export function readHashes(file: IndexFile): number {
  const hashes = file.integer('hashes', FEWEST_HASHES, MOST_HASHES);
  if (isPowerOfTwo(hashes)) return hashes;
  throw corruptFile(`The file tells of ${hashes} hashes.`, hashes);
}

/** The binary logarithm of a power of two; rounded down, of others. */
function bitsOf(hashes: number): number {
  return 31 - Math.clz32(hashes);
}

/** Signs a set by itself: `bins` is scratch of 4 bytes a hash. */
export function signKeys(
  memory: SketchMemory,
  keys: CheckedKeys,
  { seed, hashes }: { readonly seed: bigint; readonly hashes: number },
  { bins, out }: { readonly bins: number; readonly out: number },
): void {
  const { runtime, space } = memory;
  const bits = bitsOf(hashes);
  runtime.memory.u8.fill(EMPTY_BYTE, bins, bins + 4 * hashes);
  hashKeys(memory, keys, seed, (count) => runtime.kernels.addMinima(bins, bits, space.hashes, count));
  runtime.kernels.fillBins(bins, bits, out, space.values);
}

function isPowerOfTwo(value: number): boolean {
  return (value & (value - 1)) === 0;
}

function binsOf(hashes: number): TensorSpec {
  return { name: 'bins', dtype: 'U32', shape: [hashes] };
}
