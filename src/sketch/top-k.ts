import { corruptFile, IndexFile, writeIndexFile } from '../format/index-file.ts';
import { dispose } from '../host/disposal.ts';
import { LanewiseError } from '../host/errors.ts';
import { checkBytes, checkInteger } from '../vectors/input.ts';
import { addTotals, occurrencesOf, putCounts, readTotal, totalTensor } from './counted.ts';
import { init, runtime } from './kernels.ts';
import {
  type CheckedKeys,
  type Counts,
  checkCounts,
  checkKeys,
  hashKeys,
  type Key,
  type Keys,
} from './keys.ts';
import { checkSeed } from './seed.ts';
import { checkOther, type ErrorBound, filled, type Sketch } from './sketch.ts';
import { SketchMemory } from './sketch-memory.ts';
import { bytesOfKeys, keptTensors, readKept } from './top-k-file.ts';
import { byCount, type Kept, mergeKept } from './top-k-kept.ts';
import { ENTRY_BYTES, HEAD_BYTES, NODE_BYTES, placesFor, topKBytes } from './top-k-layout.ts';

const ESTIMATOR = 'TopK';
const MOST_CAPACITY = 2 ** 22;
const LARGEST_K = 2 ** 31 - 1;

/** What a {@link TopK} is made for. */
export interface TopKOptions {
  /** Keys it keeps, 1..4194304: what occurs more often than total / capacity is surely among them. */
  readonly capacity: number;
  /** Of the hash; sketches that are merged have the same. @default 0 */
  readonly seed?: number;
}

/** How often a key occurred: at least `count - error`, at most `count`. */
export interface FrequencyEstimate {
  readonly count: number;
  readonly error: number;
}

/** One of the keys that occurred most often. */
export interface FrequentKey extends FrequencyEstimate {
  readonly key: Key;
  /** Whether it is surely one of the k that occurred most often: no other can have occurred more than `count - error` times. */
  readonly isGuaranteed: boolean;
}

/**
 * The keys that occur most often, with counts that are never too low and the error of each (SpaceSaving: Metwally, Agrawal and
 * El Abbadi, "Efficient computation of frequent and top-k elements in data streams", ICDT 2005). Memory: 40 bytes and a table of
 * 8 to 16 a key of the capacity, and the keys themselves. Cost of a key: its hash and a look into the table, O(log capacity) where
 * the order changes.
 *
 * All keys are of one kind: strings, numbers, bigints or bytes. They are told apart by a 64-bit hash: two keys of the same hash would
 * count as one, which among a million keys happens once in 37 million sketches.
 *
 * @example
 * const trending = await TopK.create({ capacity: 1000 });
 * trending.add(['to', 'be', 'or', 'not', 'to', 'be']);
 * trending.top(2); // [{ key: 'to', count: 2, error: 0, isGuaranteed: true }, { key: 'be', ... }], in either order
 */
export class TopK implements Sketch {
  readonly capacity: number;
  readonly seed: number;
  readonly #hashSeed: bigint;
  readonly #memory: SketchMemory;
  /** By entry. */
  #keys: Key[] = [];
  #kind: CheckedKeys['kind'] | undefined;
  #total = 0;
  /** `using trending = await TopK.create(options)` disposes of it at the end of the block. */
  declare [Symbol.dispose]: () => void;

  private constructor(capacity: number, seed: number) {
    this.capacity = capacity;
    this.seed = seed;
    this.#hashSeed = BigInt(seed);
    this.#memory = new SketchMemory(this, ESTIMATOR, topKBytes(capacity));
    this.#writeHead();
    this[dispose] = () => this.dispose();
  }

  /** @throws LanewiseError `INVALID_ARGUMENT`, `MEMORY_EXHAUSTED`, `SIMD_UNSUPPORTED`, `CSP_BLOCKED` */
  static async create(options: TopKOptions): Promise<TopK> {
    const capacity = checkInteger('capacity', options?.capacity, 1, MOST_CAPACITY);
    const seed = checkSeed(options.seed);
    await init();
    return new TopK(capacity, seed);
  }

  /**
   * The sketch that `toBytes()` wrote.
   *
   * @throws LanewiseError `INVALID_ARGUMENT`, `FILE_FORMAT`, `FILE_TRUNCATED`, `FILE_CORRUPT`, `FILE_VERSION`, `FILE_DTYPE`,
   *   `MEMORY_EXHAUSTED`
   */
  static fromBytes(bytes: Uint8Array | ArrayBuffer): TopK {
    const file = new IndexFile(checkBytes(bytes), ESTIMATOR);
    const capacity = file.integer('capacity', 1, MOST_CAPACITY);
    const total = readTotal(runtime(), file, [capacity, file.seed]);
    const { kind, kept } = readKept(runtime(), file, capacity, total);
    return filled(new TopK(capacity, file.seed), (sketch) => {
      sketch.#total = total;
      const hashes = sketch.#hashesOf(kept.map(({ key }) => key));
      sketch.#fill(
        kept.map((one, at) => ({ ...one, hash: hashes[at]! })),
        kept.length > 0 ? kind : undefined,
      );
    });
  }

  /** Occurrences added so far, at most 2^53 - 1: each counts as often as `counts` said. */
  get total(): number {
    return this.#total;
  }

  /** Keys kept, at most the capacity. */
  get size(): number {
    return this.#keys.length;
  }

  /**
   * Adds a key, or many of one type, which is that of all keys before. Bytes are copied.
   *
   * @throws LanewiseError `INVALID_ARGUMENT`, `INVALID_VALUE` for NaN, `DIMENSION_MISMATCH` unless there is one count a key,
   *   `MEMORY_EXHAUSTED`, `DISPOSED`
   */
  add(keys: Keys, counts: Counts = 1): this {
    this.#memory.check();
    const checked = checkKeys(keys);
    const each = checkCounts(counts, checked.length);
    const total = addTotals(this.#total, occurrencesOf(each, checked.length));
    if (checked.length > 0) this.#checkKind(checked.kind);
    if (total === this.#total) return this;
    const { runtime, space, address } = this.#memory;
    hashKeys(this.#memory, checked, this.#hashSeed, (count, first) => {
      putCounts(this.#memory, each, count, first);
      const taken = runtime.kernels.addFrequent(address, space.hashes, count, space.values);
      this.#keep(checked, first, taken);
    });
    this.#kind = checked.kind;
    this.#total = total;
    return this;
  }

  /**
   * The k keys of the largest counts, the largest first; fewer where fewer are kept. Of equal counts the one with less error is
   * first, then the one of the lower hash. Cost: O(capacity log capacity).
   *
   * @throws LanewiseError `INVALID_ARGUMENT`, `DISPOSED`
   */
  top(k: number): readonly FrequentKey[] {
    this.#memory.check();
    checkInteger('k', k, 1, LARGEST_K);
    const counts = this.#counts().sort();
    const { length } = counts;
    const most = counts[length - k - 1] ?? this.#least;
    return this.#kept(counts[length - k])
      .sort(byCount)
      .slice(0, k)
      .map(({ key, count, error }) => ({ key, count, error, isGuaranteed: count - error >= most }));
  }

  /**
   * How often a key occurred. One that is not kept has a count all the same, the least that a key of the sketch has: it can
   * have occurred as often, or never.
   *
   * @throws LanewiseError `INVALID_ARGUMENT` for a key of another kind, `INVALID_VALUE` for NaN, `MEMORY_EXHAUSTED`, `DISPOSED`
   */
  estimate(key: Key): FrequencyEstimate {
    this.#memory.check();
    const checked = checkKeys([key] as readonly string[]);
    this.#checkKind(checked.kind);
    const { runtime, address } = this.#memory;
    const entry = runtime.kernels.findFrequent(address, this.#hashesOf([key])[0]!);
    if (entry < 0) return { count: this.#least, error: this.#least };
    const { f64, u32 } = runtime.memory;
    const at = address + HEAD_BYTES + entry * ENTRY_BYTES;
    return { count: f64[this.#nodeAt(u32[at / 4 + 4]!) / 8]!, error: f64[at / 8 + 1]! };
  }

  /**
   * Takes over what another sketch has counted: the bounds are those of one sketch over both streams (Agarwal et al.,
   * "Mergeable summaries", PODS 2012; Cafaro, Pulimeno and Tempesta, "A parallel space saving algorithm for frequent items",
   * 2016). Which keys are kept near the least count may differ from it.
   *
   * @throws LanewiseError `MERGE_MISMATCH`, also for keys of another kind; `INVALID_ARGUMENT` for what is no such sketch and
   *   beyond 2^53 - 1 occurrences, `DISPOSED`
   */
  merge(other: TopK): this {
    checkOther([this, other], TopK, ESTIMATOR, (sketch, beside) => sketch.#shapeBeside(beside));
    const total = addTotals(this.#total, other.#total);
    const kept = mergeKept(this.#kept(), this.#least, other.#kept(), other.#least).slice(0, this.capacity);
    // In rising order of their counts they are a heap.
    this.#fill(kept.reverse(), this.#kind ?? other.#kind);
    this.#total = total;
    return this;
  }

  clone(): this {
    this.#memory.check();
    const clone = new TopK(this.capacity, this.seed);
    clone.#memory.copy(this.#memory);
    clone.#keys = [...this.#keys];
    clone.#kind = this.#kind;
    clone.#total = this.#total;
    return clone as this;
  }

  /** Forgets what was added; what is added next may be of another kind. */
  clear(): void {
    this.#memory.check();
    this.#fill([], undefined);
    this.#total = 0;
  }

  /** No count exceeds the truth by more, and no key that is not kept occurred more often: at most total / capacity. */
  errorBound(): ErrorBound {
    this.#memory.check();
    return { kind: 'count', bound: this.#least, confidence: 1 };
  }

  /**
   * A safetensors file, the keys in the order of the heap: `total` F64 [3] with the capacity and the seed, `counts` and `errors` F64
   * [n], and `keys`, of numbers F64 [n]. Other keys follow each other, with `ends` U32 [n]: strings as UTF-16 in U16, which keeps
   * half surrogate pairs, bigints as their decimal digits likewise, bytes in U8.
   *
   * @throws LanewiseError `DISPOSED`
   */
  toBytes(): Uint8Array<ArrayBuffer> {
    this.#memory.check();
    const { capacity, seed } = this;
    const { runtime } = this.#memory;
    const kind = this.#kind ?? 'number';
    return writeIndexFile({ estimator: ESTIMATOR, options: { capacity, kind }, nextId: 0, seed }, [
      totalTensor(runtime, this.#total, [capacity, seed]),
      ...keptTensors(runtime, kind, this.#kept()),
    ]);
  }

  /** Of `total` bytes, `keys` are those of the keys outside linear memory, about: runtimes do not tell. */
  memoryUsage(): { readonly total: number; readonly keys: number } {
    const { total } = this.#memory.usage();
    const keys = bytesOfKeys(this.#keys);
    return { total: total + keys, keys };
  }

  dispose(): void {
    this.#memory.end();
    this.#keys = [];
  }

  /** What a key that is not kept can have occurred at most. */
  get #least(): number {
    const { runtime } = this.#memory;
    return this.size < this.capacity ? 0 : runtime.memory.f64[this.#nodeAt(0) / 8]!;
  }

  #nodeAt(place: number): number {
    return this.#memory.address + HEAD_BYTES + this.capacity * ENTRY_BYTES + place * NODE_BYTES;
  }

  #shapeBeside(other: TopK): Readonly<Record<string, unknown>> {
    this.#memory.check();
    const { capacity, seed } = this;
    return { capacity, seed, kind: this.#kind ?? other.#kind };
  }

  /** @throws LanewiseError `INVALID_ARGUMENT` */
  #checkKind(kind: CheckedKeys['kind']): void {
    if ((this.#kind ?? kind) === kind) return;
    throw new LanewiseError(
      'INVALID_ARGUMENT',
      `The keys of a ${ESTIMATOR} must be of one kind: this one has ${nameOf(this.#kind!)}, not ${nameOf(kind)}. Convert ` +
        'them, or count each kind by itself.',
      { expected: this.#kind, got: kind },
    );
  }

  /** Keeps the keys that the kernel reports in `space.hashes`. */
  #keep({ kind, keys }: CheckedKeys, first: number, taken: number): void {
    const { runtime, space } = this.#memory;
    const { u32 } = runtime.memory;
    const end = space.hashes / 4 + 2 * taken;
    for (let at = space.hashes / 4; at < end; at += 2) {
      const key = keys[first + u32[at]!]!;
      this.#keys[u32[at + 1]!] = kind === 'bytes' ? (key as Uint8Array).slice() : key;
    }
  }

  /** The hashes of few keys. */
  #hashesOf(keys: readonly Key[]): BigUint64Array {
    const { runtime, space } = this.#memory;
    const hashes = new BigUint64Array(keys.length);
    hashKeys(this.#memory, checkKeys(keys as readonly string[]), this.#hashSeed, (count, first) => {
      hashes.set(runtime.memory.u64.subarray(space.hashes / 8, space.hashes / 8 + count), first);
    });
    return hashes;
  }

  /** The counts, in the order of the heap. */
  #counts(): Float64Array {
    const { f64 } = this.#memory.runtime.memory;
    const [first, each] = [this.#nodeAt(0) / 8, NODE_BYTES / 8];
    return Float64Array.from({ length: this.size }, (_, place) => f64[first + each * place]!);
  }

  /** What is kept, in the order of the heap, of a count from `fewest` on. */
  #kept(fewest = 0): Kept[] {
    const { runtime, address } = this.#memory;
    const { f64, u32, u64 } = runtime.memory;
    const kept: Kept[] = [];
    for (let place = 0; place < this.size; place++) {
      const node = this.#nodeAt(place) / 8;
      const count = f64[node]!;
      if (count < fewest) continue;
      const entry = u32[2 * node + 2]!;
      const at = (address + HEAD_BYTES + entry * ENTRY_BYTES) / 8;
      kept.push({ key: this.#keys[entry]!, hash: u64[at]!, count, error: f64[at + 1]! });
    }
    return kept;
  }

  /** Keeps these instead, a heap in its order. @throws LanewiseError `FILE_CORRUPT` where two have the same hash */
  #fill(kept: readonly Kept[], kind: CheckedKeys['kind'] | undefined): void {
    const { runtime, address } = this.#memory;
    const { f64, u32, u64 } = runtime.memory;
    this.#memory.clear();
    this.#writeHead();
    kept.forEach(({ hash, count, error }, entry) => {
      const at = (address + HEAD_BYTES + entry * ENTRY_BYTES) / 8;
      const node = this.#nodeAt(entry) / 8;
      u64[at] = hash;
      f64[at + 1] = error;
      f64[node] = count;
      u32[2 * node + 2] = entry;
    });
    if (!runtime.kernels.enterFrequent(address, kept.length))
      throw corruptFile('Two keys of the file have the same hash.', this.seed);
    this.#keys = kept.map(({ key }) => key);
    this.#kind = kind;
  }

  #writeHead(): void {
    const { runtime, address } = this.#memory;
    runtime.memory.u32[address / 4] = this.capacity;
    runtime.memory.u32[address / 4 + 2] = placesFor(this.capacity) - 1;
  }
}

function nameOf(kind: CheckedKeys['kind']): string {
  return kind === 'bytes' ? kind : `${kind}s`;
}
