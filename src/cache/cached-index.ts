import { LRUCache } from 'lru-cache';
import { LanewiseError } from '../host/errors.ts';
import { checkInteger, type VectorInput } from '../vectors/input.ts';
import { type Answer, bytesOfAnswer, joinAnswers, splitAnswer } from './answers.ts';
import { checkClock, LARGEST_COUNT } from './limits.ts';
import { OptionKeys } from './option-keys.ts';
import { type Queries, textQueries, vectorQueries } from './queries.ts';

/** What a {@link CachedIndex} stands before: any index that answers at once, and tells when its answers may change. */
export interface CacheableIndex {
  /** Another number after every change by which an answer may be another. */
  readonly version: number;
  /** Numbers of a query; an index that is asked in words has none. */
  readonly dimensions?: number;
  search(queries: never, options?: never): unknown;
}

/** How much a {@link CachedIndex} keeps, and for how long. */
export interface CachedIndexOptions {
  /** Bytes of all entries together, as `bytes` counts them. @default 67108864, 64 MiB */
  readonly maxBytes?: number;
  /** Answers to single queries that are kept. @default as many as the bytes allow */
  readonly maxEntries?: number;
  /** Milliseconds that an answer is served for, a whole number. @default for ever */
  readonly ttl?: number;
  /** The clock that `ttl` is told by, in milliseconds. @default performance.now */
  readonly now?: () => number;
}

/** What a {@link CachedIndex} has done. Queries are counted one by one, those of a batch too. */
export interface CachedIndexStatistics {
  /** Queries that were answered from the cache, and those that the index was asked. */
  readonly hits: number;
  readonly misses: number;
  /** hits / (hits + misses); 0 before the first query. */
  readonly hitRate: number;
  /** Calls that went to the index as they were: with `stats`, or options that no key stands for. */
  readonly bypassed: number;
  /** Answers dropped to make room, and because their time was over. */
  readonly evictions: number;
  readonly expirations: number;
  /** Answers dropped because the index had changed. */
  readonly invalidations: number;
  /** Answers larger than `maxBytes`, which were not kept. */
  readonly refused: number;
  readonly entries: number;
  readonly bytes: number;
}

/** What an entry takes beside its key and its arrays: objects, and its place in a table. Measured, rounded up. */
const ENTRY_BYTES = 512;
const USUAL_BYTES = 2 ** 26;

/**
 * An index that remembers its answers: a query that was asked before, to the bit, with the same options, is answered
 * without searching, until the index changes.
 *
 * It keeps what was least recently asked for least long (`lru-cache`). Keys hold the very bytes of a query, so that no two
 * queries share one; `version` of the index is compared at each call, and when it has moved, all is forgotten. Of a batch,
 * only the queries that are not known go to the index, in one call. What is answered is the caller's own: changing it
 * changes no entry.
 *
 * A filter is known by which `Bitmap` it is and by that one's `version`: keep a bitmap that is used again. Options that
 * hold other objects, and `stats`, which report on work that a cache saves, go past the cache.
 *
 * Cost of a hit: about a microsecond and 10 ns a dimension. Memory: none of WebAssembly's; four bytes a dimension, the
 * answer and 512 bytes an entry.
 *
 * @example
 * const cached = new CachedIndex(index, { maxBytes: 16 * 2 ** 20 });
 * const { ids, scores } = cached.search(query, { k: 10 });
 * console.log(cached.hitRate);
 */
export class CachedIndex<Index extends CacheableIndex> {
  /** The index that is asked what is not known; change it as you like. */
  readonly index: Index;
  readonly #maxBytes: number;
  readonly #answers: LRUCache<string, Answer>;
  readonly #options = new OptionKeys();
  #version: number;
  #hits = 0;
  #misses = 0;
  #bypassed = 0;
  #evictions = 0;
  #expirations = 0;
  #invalidations = 0;
  #refused = 0;

  /** @throws LanewiseError `INVALID_ARGUMENT` */
  constructor(index: Index, { maxBytes = USUAL_BYTES, maxEntries, ttl, now }: CachedIndexOptions = {}) {
    if (typeof index?.search !== 'function' || typeof index.version !== 'number') {
      const message = 'A CachedIndex needs an index with search() and a version that tells of changes.';
      throw new LanewiseError('INVALID_ARGUMENT', message);
    }
    this.index = index;
    this.#version = index.version;
    this.#maxBytes = checkInteger('maxBytes', maxBytes, 1, Number.MAX_SAFE_INTEGER);
    const clock = checkClock(now);
    const origin = clock() - 1; // the library takes a start of 0 for none
    this.#answers = new LRUCache({
      maxSize: this.#maxBytes,
      ...(maxEntries !== undefined && { max: checkInteger('maxEntries', maxEntries, 1, LARGEST_COUNT) }),
      ...(ttl !== undefined && { ttl: checkInteger('ttl', ttl, 1, Number.MAX_SAFE_INTEGER) }),
      ttlResolution: 0,
      perf: { now: () => clock() - origin },
      dispose: (_answer, _key, reason) => {
        if (reason === 'evict') this.#evictions++;
        else if (reason === 'expire') this.#expirations++;
      },
    });
  }

  get dimensions(): Index['dimensions'] {
    return this.index.dimensions as Index['dimensions'];
  }

  /** The version of the index. */
  get version(): number {
    return this.index.version;
  }

  /** Answers that are held. */
  get size(): number {
    return this.#answers.size;
  }

  /** Bytes of keys and answers, and 512 for each entry. */
  get bytes(): number {
    return this.#answers.calculatedSize;
  }

  /** Share of the queries that were answered from the cache; 0 before the first. */
  get hitRate(): number {
    return this.#hits / (this.#hits + this.#misses || 1);
  }

  /**
   * What the index answers to these queries and options, from the cache as far as it is known there.
   *
   * @throws what `search` of the index throws; the cache is as it was then
   */
  search(
    queries: Parameters<Index['search']>[0],
    options?: Parameters<Index['search']>[1],
  ): ReturnType<Index['search']> {
    this.#forgetChanged();
    const { dimensions } = this.index;
    const asked =
      dimensions === undefined ? textQueries(queries) : vectorQueries(queries as VectorInput, dimensions);
    const isReport = (options as { readonly stats?: unknown } | undefined)?.stats;
    const optionKey = isReport ? undefined : this.#options.keyOf(options);
    if (!asked?.count || optionKey === undefined) {
      const answer = this.#ask(queries, options);
      this.#bypassed++;
      return answer as ReturnType<Index['search']>;
    }
    return this.#search(asked, optionKey, queries, options) as ReturnType<Index['search']>;
  }

  /** Forgets all answers; what was counted stays. */
  clear(): void {
    if (this.#answers.size > 0) this.#answers.clear();
  }

  statistics(): CachedIndexStatistics {
    return {
      hits: this.#hits,
      misses: this.#misses,
      hitRate: this.hitRate,
      bypassed: this.#bypassed,
      evictions: this.#evictions,
      expirations: this.#expirations,
      invalidations: this.#invalidations,
      refused: this.#refused,
      entries: this.size,
      bytes: this.bytes,
    };
  }

  #ask(queries: unknown, options: unknown): unknown {
    return this.index.search(queries as never, options as never);
  }

  #forgetChanged(): void {
    const { version } = this.index;
    if (version === this.#version) return;
    this.#invalidations += this.#answers.size;
    this.clear();
    this.#version = version;
  }

  #search(asked: Queries, optionKey: string, queries: unknown, options: unknown): unknown {
    const keys = Array.from({ length: asked.count }, (_, i) => `${optionKey}\n${asked.keyOf(i)}`);
    // Nothing is touched before the index has answered, since it may throw instead.
    const known = keys.map((key) => this.#answers.peek(key));
    const missing = new Map<string, number>();
    for (const [i, key] of keys.entries()) if (!known[i] && !missing.has(key)) missing.set(key, i);
    if (missing.size === 0) {
      this.#count(keys, 0);
      return joinAnswers(known as Answer[]);
    }
    const isAll = missing.size === asked.count;
    const answer = this.#ask(isAll ? queries : asked.pick([...missing.values()]), options);
    const found = splitAnswer(answer, missing.size);
    if (!found) {
      // Of what no cache can hold a part, the whole is asked for.
      this.#bypassed++;
      return isAll ? answer : this.#ask(queries, options);
    }
    const fresh = new Map([...missing.keys()].map((key, i) => [key, found[i]!]));
    const served = isAll ? answer : joinAnswers(keys.map((key, i) => known[i] ?? fresh.get(key)!));
    this.#count(keys, missing.size);
    for (const [key, one] of fresh) this.#keep(key, one);
    return served;
  }

  /** Counts queries that are answered, and makes those that were known the last to be dropped. */
  #count(keys: readonly string[], misses: number): void {
    this.#misses += misses;
    this.#hits += keys.length - misses;
    for (const key of keys) this.#answers.get(key);
  }

  #keep(key: string, answer: Answer): void {
    const size = ENTRY_BYTES + 2 * key.length + bytesOfAnswer(answer);
    if (size > this.#maxBytes) this.#refused++;
    else this.#answers.set(key, answer, { size });
  }
}
