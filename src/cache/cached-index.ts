import { LRUCache } from 'lru-cache';
import { LanewiseError } from '../host/errors.ts';
import { checkInteger, type VectorInput } from '../vectors/input.ts';
import { type Answer, bytesOfAnswer, joinAnswers, splitAnswer } from './answers.ts';
import { checkClock, LARGEST_COUNT } from './limits.ts';
import { OptionKeys } from './option-keys.ts';
import { type KeptQuery, type Queries, textQueries, vectorQueries } from './queries.ts';

/** What a {@link CachedIndex} stands before: any index that answers at once, and tells when its answers may change. */
export interface CacheableIndex {
  /** Another number after every change by which an answer may be another. */
  readonly version: number;
  /** Numbers of a query; an index that is asked in words has none. */
  readonly dimensions?: number;
  /**
   * Answers with Int32Arrays and Float32Arrays of as many numbers for each query, row-major; what else it tells, of numbers,
   * flags and texts, goes for every query alike. An answer of other things is never kept.
   */
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

type Key = string | number;

/** An answer, and what it was given to. */
interface Entry {
  readonly options: string;
  readonly query: KeptQuery;
  readonly answer: Answer;
}

/**
 * What an entry takes beside its numbers: its objects, most of all those of three arrays, its key, and its place in tables.
 * Of queries and answers of any size 775 to 885 bytes were measured in V8 11 and 13, of texts up to 1043.
 */
const ENTRY_BYTES = 1024;
const USUAL_BYTES = 2 ** 26;

/**
 * An index that remembers its answers: a query that was asked before, to the bit, with the same options, is answered
 * without searching, until the index changes.
 *
 * What was used least recently is dropped first (`lru-cache`). An entry holds the bits of its query and the options, and
 * serves no other: hashes only lead to it. `version` of the index is compared at each call, and when it has moved, all is
 * forgotten. Of a batch, only the queries that are not known go to the index, in one call. What is answered is the caller's
 * own: changing it changes no entry.
 *
 * A filter is known by which `Bitmap` it is and by that one's `version`: keep a bitmap that is used again. Options that
 * hold other objects, and `stats`, which report on work that a cache saves, go past the cache.
 *
 * Cost of a hit: O(dimensions), a microsecond or two for a hundred. Memory: none of WebAssembly's; four bytes a dimension, the
 * answer and 1024 bytes an entry, which is what objects take.
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
  readonly #entries: LRUCache<Key, Entry>;
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
    this.#entries = new LRUCache({
      maxSize: this.#maxBytes,
      // The library makes its tables for as many at once: no more than the bytes have room for.
      ...(maxEntries !== undefined && {
        max: Math.min(
          checkInteger('maxEntries', maxEntries, 1, LARGEST_COUNT),
          Math.ceil(this.#maxBytes / ENTRY_BYTES),
        ),
      }),
      ...(ttl !== undefined && { ttl: checkInteger('ttl', ttl, 1, Number.MAX_SAFE_INTEGER) }),
      ttlResolution: 0,
      perf: { now: () => clock() - origin },
      dispose: (_entry, _key, reason) => {
        // Of two queries under one key, the later one is kept.
        if (reason === 'evict' || reason === 'set') this.#evictions++;
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
    return this.#entries.size;
  }

  /** Bytes of queries, options and answers, and 1024 for each entry. */
  get bytes(): number {
    return this.#entries.calculatedSize;
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
    if (this.#entries.size > 0) this.#entries.clear();
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
    this.#invalidations += this.#entries.size;
    this.clear();
    this.#version = version;
  }

  #search(asked: Queries, options: string, queries: unknown, given: unknown): unknown {
    const keys: Key[] = [];
    const known: (Answer | undefined)[] = [];
    for (let i = 0; i < asked.count; i++) {
      const key = asked.keyOf(i, options);
      // Nothing is touched before the index has answered, since it may throw instead.
      const entry = this.#entries.peek(key);
      keys.push(key);
      known.push(
        entry && entry.options === options && asked.holds(i, entry.query) ? entry.answer : undefined,
      );
    }
    const { missing, sources } = findMissing(asked, keys, known);
    if (missing.length === 0) {
      this.#count(keys, 0);
      return joinAnswers(known as Answer[]);
    }
    const isAll = missing.length === asked.count;
    const answer = this.#ask(isAll ? queries : asked.pick(missing), given);
    const found = splitAnswer(answer, missing.length);
    if (!found) {
      // Of what cannot be kept by query, the whole is asked for.
      const whole = isAll ? answer : this.#ask(queries, given);
      this.#bypassed++;
      return whole;
    }
    const served = isAll ? answer : joinAnswers(known.map((one, i) => one ?? found[sources[i]!]!));
    this.#count(keys, missing.length);
    for (const [i, place] of missing.entries()) {
      this.#keep(keys[place]!, { options, query: asked.keep(place), answer: found[i]! });
    }
    return served;
  }

  /** Counts queries that are answered, and makes those that were known the last to be dropped. */
  #count(keys: readonly Key[], misses: number): void {
    this.#misses += misses;
    this.#hits += keys.length - misses;
    for (const key of keys) this.#entries.get(key);
  }

  #keep(key: Key, entry: Entry): void {
    const { options, query, answer } = entry;
    const queryBytes = typeof query === 'string' ? 4 * query.length : query.byteLength;
    const size = ENTRY_BYTES + 2 * options.length + queryBytes + bytesOfAnswer(answer);
    if (size > this.#maxBytes) this.#refused++;
    else this.#entries.set(key, entry, { size });
  }
}

/** Places of queries that are not known, each once, and for every place which of these answers it. */
function findMissing(
  asked: Queries,
  keys: readonly Key[],
  known: readonly (Answer | undefined)[],
): { missing: number[]; sources: number[] } {
  const missing: number[] = [];
  const sources: number[] = [];
  const firsts = new Map<Key, number>();
  for (const [i, key] of keys.entries()) {
    if (known[i]) continue;
    const first = firsts.get(key);
    if (first !== undefined && asked.holds(i, asked.keep(missing[first]!))) {
      sources[i] = first;
      continue;
    }
    sources[i] = missing.length;
    firsts.set(key, missing.length);
    missing.push(i);
  }
  return { missing, sources };
}
