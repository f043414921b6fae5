import { dispose, Lifetime } from '../host/disposal.ts';
import { LanewiseError } from '../host/errors.ts';
import { checkNumber, toVectors, type VectorInput } from '../vectors/input.ts';
import { init } from '../vectors/kernels.ts';
import { bitsOf, hashWords } from './bits.ts';
import { Computations, cosineOf, innerProduct } from './computations.ts';
import { amortizedCost, type CostReport, type RequestCosts } from './cost.ts';
import { checkFunction } from './limits.ts';
import { type Entry, SemanticEntries } from './semantic-entries.ts';
import {
  type CacheVersion,
  type CheckedOptions,
  type ComputeOptions,
  checkSemanticOptions,
  checkTtl,
  checkVersion,
  type SemanticCacheMemory,
  type SemanticCacheOptions,
  type SemanticCacheStatistics,
  type SemanticHit,
  type SetOptions,
} from './semantic-options.ts';

/**
 * Answers by what was meant: a question whose embedding is similar enough to one that was answered before gets that
 * answer.
 *
 * Every look-up compares all live entries exactly, as a `FlatIndex` does; the nearest one serves if it reaches the
 * threshold, of equally near ones the one set last. Under cosine the very same embedding always serves, at a threshold of 1,
 * too, which rounding might miss. An entry lives until its time is over, until its version is, or until
 * it is the one used least recently and room is needed. `maxBytes` bounds all that is held, linear memory with what is
 * unused of it, at any time; what is being computed is not yet held.
 *
 * Cost of `get`: O(entries x dimensions) at the speed of an exact search. Cost of `set`: O(dimensions + log entries), in a
 * full cache too, where a row is written over in place. Memory: 5.5 bytes a dimension and 32 bytes a row in linear memory,
 * in segments of some 256 kB, and 256 bytes and the value an entry.
 *
 * @example
 * const cache = await SemanticCache.create<string>({ dimensions: 384, threshold: 0.92, maxBytes: 64 * 2 ** 20 });
 * const answer = await cache.getOrCompute(embedding, ({ signal }) => askTheModel(question, signal));
 */
export class SemanticCache<Value = unknown> {
  readonly #options: CheckedOptions<Value>;
  readonly #entries: SemanticEntries<Value>;
  readonly #computations: Computations<Value>;
  readonly #lifetime: Lifetime;
  #version: CacheVersion;
  /** Grows when all that was computed before is void. */
  #epoch = 0;
  #hits = 0;
  #misses = 0;
  #nearMisses = 0;
  #shared = 0;
  #evictions = 0;
  #expirations = 0;
  #invalidations = 0;
  #refused = 0;
  /** `using cache = await SemanticCache.create(...)` disposes of it at the end of the block. */
  declare [Symbol.dispose]: () => void;

  private constructor(options: CheckedOptions<Value>) {
    this.#options = options;
    this.#version = options.version;
    this.#entries = new SemanticEntries(options);
    this.#computations = new Computations(
      options.metric === 'ip' ? innerProduct : cosineOf,
      options.threshold,
    );
    this[dispose] = () => this.dispose();
    this.#lifetime = new Lifetime(this, 'SemanticCache', this.#entries.rows.arena);
  }

  /**
   * An empty cache.
   *
   * @throws LanewiseError `INVALID_ARGUMENT`, also for a budget without room for one entry; `MEMORY_EXHAUSTED`,
   *   `SIMD_UNSUPPORTED`, `CSP_BLOCKED`
   */
  static async create<Value = unknown>(options: SemanticCacheOptions<Value>): Promise<SemanticCache<Value>> {
    const checked = checkSemanticOptions(options);
    await init();
    return new SemanticCache(checked);
  }

  get dimensions(): number {
    return this.#options.dimensions;
  }

  get threshold(): number {
    return this.#options.threshold;
  }

  /** Tag of what is set from now on; `invalidate` changes it. */
  get version(): CacheVersion {
    return this.#version;
  }

  /** Live entries. */
  get size(): number {
    this.#lifetime.check();
    this.#expire();
    return this.#entries.size;
  }

  /**
   * The answer whose embedding is most similar to this one, if it reaches the threshold.
   *
   * @throws LanewiseError `DIMENSION_MISMATCH`, `INVALID_VALUE`, `ZERO_VECTOR`, `INVALID_ARGUMENT`, `MEMORY_EXHAUSTED`
   */
  get(embedding: VectorInput): SemanticHit<Value> | undefined {
    const found = this.#find(this.#check(embedding));
    if (found.hit) return this.#hit(found.hit, found.similarity);
    this.#miss(found.similarity);
    return undefined;
  }

  /**
   * Keeps an answer, in the place of that of the very same embedding, if there is one. What was used least recently is
   * dropped until it fits. A value that would not fit alone is refused, and leaves none behind; one that was made from
   * another version than the cache's is refused, too.
   *
   * @returns the entry's key, or undefined where it was refused
   * @throws LanewiseError `DIMENSION_MISMATCH`, `INVALID_VALUE`, `ZERO_VECTOR`, `INVALID_ARGUMENT`, `MEMORY_EXHAUSTED`
   */
  set(embedding: VectorInput, value: Value, { bytes, ttl, version }: SetOptions = {}): number | undefined {
    const values = this.#check(embedding);
    const life = ttl === undefined ? this.#options.ttl : checkTtl(ttl);
    if (version !== undefined) checkVersion(version);
    const size = checkNumber('bytes', bytes ?? this.#options.bytesOf(value), 0, Number.MAX_VALUE);
    const now = this.#expire();
    this.#entries.rows.check(values);
    if (version !== undefined && version !== this.#version) {
      this.#refused++;
      return undefined;
    }
    const hash = hashWords(bitsOf(values));
    const replaced = this.#entries.of(hash, values);
    if (!this.#entries.fits(size)) {
      if (replaced) this.#entries.remove(replaced);
      this.#refused++;
      return undefined;
    }
    const { key, evicted } = this.#entries.add({ value, bytes: size, expires: now + life }, hash, replaced);
    this.#evictions += evicted;
    return key;
  }

  /**
   * The answer that is kept, or else what `compute` gives, which is kept then. While it is computed, requests for nearly
   * the same embedding wait for it instead of computing another. A failure is told to all who wait, and nothing is kept.
   * So it is, too, when the version has changed meanwhile or the cache was cleared: those who wait get the value.
   *
   * `compute` must not wait for this cache to compute nearly the same: it would wait for itself.
   *
   * @param compute is given a signal that aborts when nobody waits any more
   * @throws what `get` and `compute` throw, and the signal's reason
   */
  async getOrCompute(
    embedding: VectorInput,
    compute: (context: { readonly signal: AbortSignal }) => Value | Promise<Value>,
    { signal, ttl }: ComputeOptions = {},
  ): Promise<Value> {
    const values = this.#check(embedding).slice();
    signal?.throwIfAborted();
    const options = ttl === undefined ? {} : { ttl: checkTtl(ttl) };
    checkFunction('compute', compute, 'a function that gives the answer');
    const { hit, similarity } = this.#find(values);
    if (hit) return this.#hit(hit, similarity).value;
    const underWay = this.#computations.find(values);
    if (underWay) {
      this.#shared++;
      return this.#computations.join(underWay, signal);
    }
    this.#miss(similarity);
    const epoch = this.#epoch;
    const computation = this.#computations.start(
      values,
      (given) => compute({ signal: given }),
      (value) => {
        if (epoch === this.#epoch) this.#keep(values, value, options);
      },
    );
    return this.#computations.join(computation, signal);
  }

  /** Drops the entry of this key, as `get` and `set` tell it; false where there is none. */
  delete(key: number): boolean {
    this.#lifetime.check();
    this.#expire();
    const entry = this.#entries.byKey(key);
    if (entry) this.#entries.remove(entry);
    return entry !== undefined;
  }

  /**
   * Makes `version` the cache's: drops every entry of another, tags what is set from now on, and keeps nothing that is
   * still being computed for the one before. Cost: O(1).
   *
   * @returns how many entries were dropped; none where the version is that already
   * @throws LanewiseError `INVALID_ARGUMENT`
   */
  invalidate(version: CacheVersion): number {
    this.#lifetime.check();
    checkVersion(version);
    if (version === this.#version) return 0;
    const dropped = this.size;
    this.clear();
    this.#version = version;
    this.#invalidations += dropped;
    return dropped;
  }

  /** Drops all entries, and keeps nothing that is still being computed; what was counted stays. */
  clear(): void {
    this.#lifetime.check();
    this.#epoch++;
    this.#computations.clear();
    this.#entries.clear();
  }

  /** What happened so far. */
  statistics(): SemanticCacheStatistics {
    this.#lifetime.check();
    this.#expire();
    const answered = this.#hits + this.#shared;
    return {
      hits: this.#hits,
      misses: this.#misses,
      shared: this.#shared,
      nearMisses: this.#nearMisses,
      hitRate: answered / (answered + this.#misses || 1),
      evictions: this.#evictions,
      expirations: this.#expirations,
      invalidations: this.#invalidations,
      refused: this.#refused,
      entries: this.#entries.size,
      bytes: this.#entries.memory.total,
    };
  }

  /** What requests cost at the hit rate so far, beside what they would cost without the cache. @throws LanewiseError `INVALID_ARGUMENT` */
  costReport(costs: RequestCosts): CostReport {
    return amortizedCost(this.statistics().hitRate, costs);
  }

  /** Bytes held; the total never exceeds `maxBytes`. */
  memoryUsage(): SemanticCacheMemory {
    this.#lifetime.check();
    this.#expire();
    return this.#entries.memory;
  }

  /** Gives the memory back; every later call throws `DISPOSED`. Harmless when called again. */
  dispose(): void {
    if (this.#lifetime.isDisposed) return;
    this.clear();
    this.#lifetime.end();
  }

  /** One embedding. @throws LanewiseError `DISPOSED`, `DIMENSION_MISMATCH`, `INVALID_ARGUMENT` */
  #check(embedding: VectorInput): Float32Array {
    this.#lifetime.check();
    const values = toVectors('embedding', embedding, this.dimensions);
    if (values.length === this.dimensions) return values;
    throw new LanewiseError(
      'DIMENSION_MISMATCH',
      `A cache takes one embedding of ${this.dimensions} dimensions at a time; got ${values.length} numbers.`,
      { expected: this.dimensions, got: values.length },
    );
  }

  #expire(): number {
    const now = this.#options.now();
    this.#lifetime.check(); // the clock, and what counts bytes, may do what they like
    this.#expirations += this.#entries.expire(now);
    return now;
  }

  #find(values: Float32Array): { hit: Entry<Value> | undefined; similarity: number } {
    this.#expire();
    const nearest = this.#entries.rows.nearest(values);
    const { similarity } = nearest;
    if (similarity >= this.threshold) return { hit: this.#entries.latest(nearest), similarity };
    // The cosine of an embedding and itself is 1, and in float32 it may be less.
    const same =
      this.#options.metric === 'cosine' ? this.#entries.of(hashWords(bitsOf(values)), values) : undefined;
    return { hit: same, similarity: same ? 1 : similarity };
  }

  #hit(entry: Entry<Value>, similarity: number): SemanticHit<Value> {
    this.#hits++;
    this.#entries.touch(entry);
    return { value: entry.value, similarity, key: entry.key };
  }

  #miss(similarity: number): void {
    this.#misses++;
    const isNear =
      similarity > Number.NEGATIVE_INFINITY && similarity > this.threshold - this.#options.nearMissMargin;
    if (isNear) this.#nearMisses++;
  }

  /** Keeps what was computed. Where there is no memory for it, it is told and not kept. */
  #keep(values: Float32Array, value: Value, options: SetOptions): void {
    try {
      this.set(values, value, options);
    } catch (error) {
      if (!(error instanceof LanewiseError && error.code === 'MEMORY_EXHAUSTED')) throw error;
      this.#refused++;
    }
  }
}
