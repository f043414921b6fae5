import { LanewiseError } from '../host/errors.ts';
import { checkChoice } from '../search/options.ts';
import { checkDimensions, checkInteger, checkNumber } from '../vectors/input.ts';
import { EmbeddingRows } from './embedding-rows.ts';
import { checkClock, checkFunction, LARGEST_COUNT } from './limits.ts';
import { estimateBytes } from './value-bytes.ts';

/** Names the state of what answers are made from: a model, a prompt, a catalogue. */
export type CacheVersion = string | number;

/** What a {@link SemanticCache} is made for. */
export interface SemanticCacheOptions<Value = unknown> {
  /** Dimensions of every embedding, 1..65536. */
  readonly dimensions: number;
  /** Similarity from which on the answer to one embedding serves another: -1..1 for cosine, any number for `ip`. */
  readonly threshold: number;
  /** Bytes that the cache may take, as `memoryUsage().total` counts them. */
  readonly maxBytes: number;
  /** Answers that it may hold, 1..16777216. @default as many as the bytes allow */
  readonly maxEntries?: number;
  /** Milliseconds that an answer is served for, where it is not given a time of its own. @default Infinity */
  readonly ttl?: number;
  /** How embeddings are compared; larger is nearer. @default 'cosine' */
  readonly metric?: 'cosine' | 'ip';
  /** A miss is a near miss when the best similarity is less than this below the threshold. @default 0.05 */
  readonly nearMissMargin?: number;
  /** Tag of what is set from the start. @default 0 */
  readonly version?: CacheVersion;
  /** Bytes of a value that is set without any. @default estimateBytes */
  readonly bytesOf?: (value: Value) => number;
  /** The clock, in milliseconds. @default performance.now */
  readonly now?: () => number;
}

/** How an answer is kept. */
export interface SetOptions {
  /** Bytes that the value takes. @default what `bytesOf` tells */
  readonly bytes?: number;
  /** Milliseconds that it is served for; Infinity for ever. @default that of the cache */
  readonly ttl?: number;
  /** The state that the value was made from: when that is no longer the version of the cache, it is not kept. */
  readonly version?: CacheVersion;
}

/** How an answer is looked up or computed. */
export interface ComputeOptions {
  /** Stops waiting; the computation itself is told only when nobody waits for it any more. */
  readonly signal?: AbortSignal;
  /** Milliseconds that a computed value is served for. @default that of the cache */
  readonly ttl?: number;
}

/** An answer that was found. */
export interface SemanticHit<Value> {
  /** The value itself, no copy. */
  readonly value: Value;
  /** Of its embedding and the one that was asked for, in float32. */
  readonly similarity: number;
  /** Names the entry, for `delete`. */
  readonly key: number;
}

/** What a {@link SemanticCache} has done. */
export interface SemanticCacheStatistics {
  /** Look-ups that found an answer, found none, and waited for a computation that was under way. */
  readonly hits: number;
  readonly misses: number;
  readonly shared: number;
  /** Of the misses, those that found an answer less than `nearMissMargin` below the threshold. */
  readonly nearMisses: number;
  /** Share of the look-ups for which nothing had to be computed: (hits + shared) / all; 0 before the first. */
  readonly hitRate: number;
  /** Answers dropped to make room, because their time was over, and by `invalidate`. */
  readonly evictions: number;
  readonly expirations: number;
  readonly invalidations: number;
  /** Values that were not kept: larger than the budget, or of another version than the cache's. */
  readonly refused: number;
  readonly entries: number;
  readonly bytes: number;
}

/** Bytes that a {@link SemanticCache} holds. */
export interface SemanticCacheMemory {
  readonly total: number;
  /** Linear memory, with the room of the segment that is not full. */
  readonly embeddings: number;
  /** Values, as told by `bytes` or `bytesOf`. */
  readonly values: number;
  /** 256 for each entry: its object, and its places in lists and tables. */
  readonly entries: number;
}

/** Options of a cache, checked. */
export interface CheckedOptions<Value> {
  readonly dimensions: number;
  readonly threshold: number;
  readonly maxBytes: number;
  readonly maxEntries: number;
  readonly ttl: number;
  readonly metric: 'cosine' | 'ip';
  readonly nearMissMargin: number;
  readonly version: CacheVersion;
  readonly bytesOf: (value: Value) => number;
  readonly now: () => number;
}

/** What an entry takes beside its embedding and its value. */
export const ENTRY_BYTES = 256;

/** @throws LanewiseError `INVALID_ARGUMENT` */
export function checkSemanticOptions<Value>(options: SemanticCacheOptions<Value>): CheckedOptions<Value> {
  const dimensions = checkDimensions(options?.dimensions);
  const metric = checkChoice('metric', options.metric ?? 'cosine', ['cosine', 'ip']);
  const most = metric === 'cosine' ? 1 : Number.MAX_VALUE;
  const maxEntries = checkInteger('maxEntries', options.maxEntries ?? LARGEST_COUNT, 1, LARGEST_COUNT);
  const least = EmbeddingRows.leastBytes(dimensions, maxEntries) + ENTRY_BYTES;
  const { bytesOf = estimateBytes } = options;
  checkFunction('bytesOf', bytesOf, 'a function from a value to its bytes');
  return {
    dimensions,
    metric,
    maxEntries,
    bytesOf,
    threshold: checkNumber('threshold', options.threshold, -most, most),
    maxBytes: checkInteger('maxBytes', options.maxBytes, least, Number.MAX_SAFE_INTEGER),
    ttl: checkTtl(options.ttl ?? Number.POSITIVE_INFINITY),
    nearMissMargin: checkNumber('nearMissMargin', options.nearMissMargin ?? 0.05, 0, Number.MAX_VALUE),
    version: checkVersion(options.version ?? 0),
    now: checkClock(options.now),
  };
}

/** @throws LanewiseError `INVALID_ARGUMENT` unless `ttl` is above 0 */
export function checkTtl(ttl: unknown): number {
  if (typeof ttl === 'number' && ttl > 0) return ttl;
  throw new LanewiseError('INVALID_ARGUMENT', `ttl must be above 0 milliseconds; got ${String(ttl)}.`, {
    expected: '> 0',
    got: ttl,
  });
}

/** @throws LanewiseError `INVALID_ARGUMENT` */
export function checkVersion(version: unknown): CacheVersion {
  if (typeof version === 'string' || (typeof version === 'number' && !Number.isNaN(version))) return version;
  throw new LanewiseError('INVALID_ARGUMENT', `version must be a text or a number; got ${String(version)}.`, {
    expected: 'string or number',
    got: version,
  });
}
