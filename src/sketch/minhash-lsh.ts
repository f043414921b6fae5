import { bytesTensor, readChecked } from '../format/file-tensors.ts';
import { corruptFile, IndexFile, writeIndexFile } from '../format/index-file.ts';
import type { TensorSpec } from '../format/safetensors.ts';
import { Arena } from '../host/arena.ts';
import { dispose } from '../host/disposal.ts';
import { type Progress, runPieces } from '../host/progress.ts';
import { checkNewIds } from '../vectors/ids.ts';
import { checkBytes, checkInteger, checkNumber, type IdInput, LARGEST_ID, toIds } from '../vectors/input.ts';
import { type Bands, candidateProbability, checkBands } from './bands.ts';
import { init, runtime } from './kernels.ts';
import type { CheckedKeys } from './keys.ts';
import {
  checkKeySet,
  checkMinHashOptions,
  MinHash,
  type MinHashOptions,
  readHashes,
  shapeOf,
  signKeys,
} from './minhash.ts';
import {
  checkSets,
  type KeySet,
  type KeySetOptions,
  type MinHashLshOptions,
  type SimilarPairOptions,
  type SimilarPairs,
  type SimilarSetOptions,
  type SimilarSets,
} from './minhash-lsh-options.ts';
import { LSH_BYTES, lshStateBytes } from './signature-layout.ts';
import { SignatureSets } from './signature-sets.ts';
import { checkMergeable, checkOther, type ErrorBound, filled, type Sketch } from './sketch.ts';
import { SketchMemory } from './sketch-memory.ts';
import { CHUNK } from './workspace.ts';
import { numbersTensor, readNumbers } from './written-numbers.ts';

const ESTIMATOR = 'MinHashLsh';

/**
 * Sets that are nearly the same, among many: those whose MinHash signatures agree in one band at least (Leskovec, Rajaraman and
 * Ullman, "Mining of Massive Datasets", 3rd edition, sections 3.4.1 and 3.4.2). Sets of similarity s are found with probability
 * 1 - (1 - s^rows)^bands, an S-curve that rises about (1 / bands)^(1 / rows); those found are told with an estimate of s from
 * all hashes. The probability is that over seeds: with one, pairs of the same keys are found together or not at all, so that
 * counts over a whole collection scatter. Sets of fewer keys than hashes share bins and are filled, which moves the curve by some
 * hundredths, and where it is below a tenth by up to a third of itself.
 *
 * Cost of a query: signing, bands looked up, and hashes / 4 instructions for each candidate. Memory: 16 + 4 x hashes + 12 to 16
 * x bands bytes a set, and 16 to 32 for ids out of order; at most twice as much after sets were removed.
 *
 * @example
 * const lsh = await MinHashLsh.create({ hashes: 128, threshold: 0.7 });
 * lsh.add([1, 2], [['a', 'b', 'c', 'd'], ['a', 'b', 'c', 'e', 'f']]);
 * lsh.query(['a', 'b', 'c', 'd'], { minSimilarity: 0.8 }); // { ids: [1], similarities: [1] }
 * const { firsts, seconds } = await lsh.pairs({ minSimilarity: 0.5 }); // near duplicates
 */
export class MinHashLsh implements Sketch {
  readonly hashes: number;
  readonly bands: number;
  /** Hashes a band. */
  readonly rows: number;
  readonly seed: number;
  readonly #hashSeed: bigint;
  readonly #memory: SketchMemory;
  readonly #sets: SignatureSets;
  /** `using lsh = await MinHashLsh.create()` disposes of it at the end of the block. */
  declare [Symbol.dispose]: () => void;

  private constructor({ hashes, seed, bands, rows }: Required<MinHashOptions> & Bands) {
    this.hashes = hashes;
    this.seed = seed;
    this.bands = bands;
    this.rows = rows;
    this.#hashSeed = BigInt(seed);
    this.#memory = new SketchMemory(this, ESTIMATOR, lshStateBytes(hashes));
    this[dispose] = () => this.dispose();
    try {
      this.#sets = new SignatureSets(this.#memory, hashes, this);
    } catch (error) {
      this.dispose();
      throw error;
    }
  }

  /** @throws LanewiseError `INVALID_ARGUMENT`, `MEMORY_EXHAUSTED`, `SIMD_UNSUPPORTED`, `CSP_BLOCKED` */
  static async create(options: MinHashLshOptions = {}): Promise<MinHashLsh> {
    const checked = checkMinHashOptions(options);
    const bands = checkBands(options ?? {}, checked.hashes);
    await init();
    return new MinHashLsh({ ...checked, ...bands });
  }

  /**
   * The index that `toBytes()` wrote, with identical answers.
   *
   * @throws LanewiseError `INVALID_ARGUMENT`, `FILE_FORMAT`, `FILE_TRUNCATED`, `FILE_CORRUPT`, `FILE_VERSION`, `FILE_DTYPE`,
   *   `MEMORY_EXHAUSTED`
   */
  static fromBytes(bytes: Uint8Array | ArrayBuffer): MinHashLsh {
    const file = new IndexFile(checkBytes(bytes), ESTIMATOR);
    const hashes = readHashes(file);
    const bands = file.integer('bands', 1, hashes);
    const rows = file.integer('rows', 1, Math.floor(hashes / bands));
    const { seed } = file;
    readNumbers(runtime(), file, 'options', [hashes, bands, rows, seed]);
    return filled(new MinHashLsh({ hashes, seed, bands, rows }), (lsh) => lsh.#read(file));
  }

  /** Sets in the index. */
  get size(): number {
    this.#memory.check();
    return this.#sets.size;
  }

  has(id: number): boolean {
    this.#memory.check();
    return this.#sets.ids.get(id) >= 0;
  }

  /**
   * Adds one set or many: all of them, or none when it throws. Cost: signing, amortized O(bands x rows) a set.
   *
   * @throws LanewiseError `INVALID_ARGUMENT`, `INVALID_VALUE` for NaN, `DIMENSION_MISMATCH` unless there is a set an id,
   *   `DUPLICATE_ID`, `MERGE_MISMATCH` for a MinHash of other hashes or another seed, `MEMORY_EXHAUSTED`, `DISPOSED`
   */
  add(id: number, set: KeySet, options?: KeySetOptions): this;
  add(ids: IdInput, sets: readonly KeySet[], options?: KeySetOptions): this;
  add(
    ids: IdInput | number,
    sets: KeySet | readonly KeySet[],
    { replace = false }: KeySetOptions = {},
  ): this {
    this.#memory.check();
    const checkedIds = toIds(ids);
    const list = typeof ids === 'number' ? [sets as KeySet] : checkSets(checkedIds, sets);
    const checked = list.map((set) => this.#check(set));
    checkNewIds(checkedIds, replace ? undefined : this.#sets.ids);
    this.#sets.add(checkedIds, (set, out) => this.#sign(checked[set]!, out));
    return this;
  }

  /**
   * Removes sets; unknown ids are passed over. Amortized O(bands x rows) a set.
   *
   * @returns how many sets were removed
   * @throws LanewiseError `INVALID_ARGUMENT`, `DISPOSED`
   */
  remove(ids: IdInput | number): number {
    this.#memory.check();
    return this.#sets.remove(toIds(ids));
  }

  /**
   * The sets most alike among those that share a band with a set, which need not be in the index; if it is, it finds itself:
   * `exclude` it.
   *
   * @throws LanewiseError `INVALID_ARGUMENT`, `INVALID_VALUE` for NaN, `MERGE_MISMATCH` as for `add`, `MEMORY_EXHAUSTED`,
   *   `DISPOSED`
   */
  query(set: KeySet, { k = 10, minSimilarity = 0, exclude = [] }: SimilarSetOptions = {}): SimilarSets {
    this.#memory.check();
    const most = Math.min(checkInteger('k', k, 1, LARGEST_ID), this.#sets.size);
    const least = checkNumber('minSimilarity', minSimilarity, 0, 1);
    const met = toIds(exclude);
    const signature = this.#memory.address + LSH_BYTES + 4 * this.hashes;
    this.#sign(this.#check(set), signature);
    const room = new Arena(this.#memory.runtime.memory);
    try {
      const answers = most > CHUNK ? room.allocate(8 * most) : this.#memory.space.values;
      const found = this.#ask({ signature, leastId: 0, mark: this.#sets.mark(met), least, most, answers });
      const ids = new Int32Array(found);
      const similarities = new Float32Array(found);
      for (let i = 0; i < found; i++) [ids[i], similarities[i]] = this.#answer(answers, i);
      return { ids, similarities };
    } finally {
      room.release();
    }
  }

  /**
   * All pairs that share a band: what is nearly the same, to keep one of. Gives way to the event loop; progress counts sets.
   * Sets that are added or removed meanwhile may or may not be among the pairs. Memory: 8 bytes a set meanwhile, and the pairs:
   * of n equal sets, all n (n - 1) / 2.
   *
   * @throws LanewiseError `INVALID_ARGUMENT`, `MEMORY_EXHAUSTED`, `DISPOSED`, and the signal's reason
   */
  async pairs({ minSimilarity = 0, ...options }: SimilarPairOptions = {}): Promise<SimilarPairs> {
    this.#memory.check();
    return await runPieces(this.#findPairs(checkNumber('minSimilarity', minSimilarity, 0, 1)), options);
  }

  /**
   * The probability over seeds that sets of a similarity share a band: 1 - (1 - similarity^rows)^bands; of sets of fewer keys
   * than hashes, about.
   *
   * @throws LanewiseError `INVALID_ARGUMENT`
   */
  candidateProbability(similarity: number): number {
    return candidateProbability(checkNumber('similarity', similarity, 0, 1), this);
  }

  /**
   * Takes over the sets of another one, under their ids.
   *
   * @throws LanewiseError `MERGE_MISMATCH` for other hashes, bands or another seed, `DUPLICATE_ID` for an id of both,
   *   `INVALID_ARGUMENT`, `MEMORY_EXHAUSTED`, `DISPOSED`
   */
  merge(other: MinHashLsh): this {
    this.#memory.check();
    checkOther([this, other], MinHashLsh, ESTIMATOR, (lsh) => {
      lsh.#memory.check();
      const { hashes, bands, rows, seed } = lsh;
      return { hashes, bands, rows, seed };
    });
    const ids = other.#sets.sortedIds();
    checkNewIds(ids, this.#sets.ids);
    this.#sets.add(ids, (set, out) => {
      const from = other.#sets.signatureOf(ids[set]!);
      this.#memory.runtime.memory.u8.copyWithin(out, from, from + 4 * this.hashes);
    });
    return this;
  }

  clone(): this {
    this.#memory.check();
    return filled(new MinHashLsh(this), (clone) => clone.merge(this)) as this;
  }

  /** Removes all sets. Cost: O(sets). */
  clear(): void {
    this.#memory.check();
    this.#sets.remove(this.#sets.sortedIds());
  }

  /** The largest standard error of the similarities that are told; `candidateProbability` tells which sets are found at all. */
  errorBound(): ErrorBound {
    this.#memory.check();
    return { kind: 'similarity', bound: Math.sqrt(0.5 / this.hashes), confidence: 0.683 };
  }

  /** A safetensors file with checksums: the same bytes for the same sets, however they came. @throws LanewiseError `DISPOSED` */
  toBytes(): Uint8Array<ArrayBuffer> {
    this.#memory.check();
    const { hashes, bands, rows, seed } = this;
    const { runtime } = this.#memory;
    const ids = this.#sets.sortedIds();
    const write = (target: Uint8Array) =>
      ids.forEach((id, set) => {
        const from = this.#sets.signatureOf(id);
        target.set(runtime.memory.u8.subarray(from, from + 4 * hashes), 4 * hashes * set);
      });
    return writeIndexFile({ estimator: ESTIMATOR, options: { hashes, bands, rows }, nextId: 0, seed }, [
      numbersTensor(runtime, 'options', [hashes, bands, rows, seed]),
      bytesTensor(runtime, idsOf(ids.length), (target) => target.set(new Uint8Array(ids.buffer))),
      bytesTensor(runtime, signaturesOf(ids.length, hashes), write),
    ]);
  }

  /** Bytes held, without some 100 kB of linear memory that all sketches share. @throws LanewiseError `DISPOSED` */
  memoryUsage(): { readonly total: number } {
    return { total: this.#memory.usage().total + this.#sets.idBytes };
  }

  /** Gives the memory back; every later call throws `DISPOSED`. Harmless when called again. */
  dispose(): void {
    this.#memory.end();
  }

  /** A signature to store, or keys to sign. */
  #check(set: KeySet): CheckedKeys | Uint32Array {
    if (!(set instanceof MinHash)) return checkKeySet(set);
    checkMergeable(shapeOf(this), shapeOf(set));
    return set.signature();
  }

  #sign(set: CheckedKeys | Uint32Array, out: number): void {
    if (set instanceof Uint32Array) this.#memory.runtime.memory.u32.set(set, out / 4);
    else {
      const { hashes } = this;
      const bins = this.#memory.address + LSH_BYTES;
      signKeys(this.#memory, set, { seed: this.#hashSeed, hashes }, { bins, out });
    }
  }

  /** Best first to `answers`; returns their number. */
  #ask({ signature, leastId, mark, least, most, answers }: Question): number {
    const { runtime, address } = this.#memory;
    const equal = Math.ceil(least * this.hashes);
    return runtime.kernels.querySets(address, signature, leastId, mark, equal, most, answers);
  }

  /** Answer `i`: the id, and the similarity. */
  #answer(answers: number, i: number): [id: number, similarity: number] {
    const { u32 } = this.#memory.runtime.memory;
    const at = answers / 4 + 2 * i;
    return [~u32[at]!, u32[at + 1]! / this.hashes];
  }

  *#findPairs(least: number): Generator<Progress, SimilarPairs> {
    const sets = this.#sets;
    const sorted = sets.sortedIds();
    const total = sorted.length;
    const firsts: number[] = [];
    const seconds: number[] = [];
    const similarities: number[] = [];
    const room = new Arena(this.#memory.runtime.memory);
    try {
      const answers = room.allocate(8 * total);
      const none = new Int32Array(0);
      for (let at = 0; at < total; at++) {
        const id = sorted[at]!;
        // After each: of many equal sets, one alone may take milliseconds.
        yield { done: at, total };
        this.#memory.check();
        if (sets.ids.get(id) < 0) continue;
        const signature = sets.signatureOf(id);
        const question = { signature, leastId: id + 1, mark: sets.mark(none), least, most: total, answers };
        const found = this.#ask(question);
        for (let i = 0; i < found; i++) {
          const [second, similarity] = this.#answer(answers, i);
          firsts.push(id);
          seconds.push(second);
          similarities.push(similarity);
        }
      }
      yield { done: total, total };
    } finally {
      room.release();
    }
    return {
      firsts: Int32Array.from(firsts),
      seconds: Int32Array.from(seconds),
      similarities: Float32Array.from(similarities),
    };
  }

  #read(file: IndexFile): void {
    const { runtime } = this.#memory;
    const { hashes } = this;
    const count = file.rowsOf('ids');
    const ids = file.ids('ids', count);
    for (let i = 1; i < count; i++)
      if (ids[i - 1]! >= ids[i]!) throw corruptFile('The ids of the file do not ascend.', ids[i]);
    readChecked(runtime, file, idsOf(count));
    const signatures = readChecked(runtime, file, signaturesOf(count, hashes));
    this.#sets.add(ids, (set, out) =>
      runtime.memory.u8.set(signatures.subarray(4 * hashes * set, 4 * hashes * (set + 1)), out),
    );
  }
}

/** What a query asks for (assembly/minhash-lsh.ts), with the least similarity. */
interface Question {
  readonly signature: number;
  readonly leastId: number;
  readonly mark: number;
  readonly least: number;
  readonly most: number;
  readonly answers: number;
}

function idsOf(count: number): TensorSpec {
  return { name: 'ids', dtype: 'I32', shape: [count] };
}

function signaturesOf(count: number, hashes: number): TensorSpec {
  return { name: 'signatures', dtype: 'U32', shape: [count, hashes] };
}
