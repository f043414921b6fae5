import { LanewiseError } from '../../host/errors.ts';
import { bytesOf, type ParameterDtype } from '../dtype.ts';
import { checkHeads } from '../flops/attention.ts';
import { headOf, named, type TransformerName } from '../flops/models.ts';
import { given } from '../options.ts';
import { checkCount, checkQuantity, finite } from '../quantity.ts';

/** Whose keys and values are cached. */
export interface KvCacheHeads {
  readonly layers: number;
  /** Heads of keys and values: as many as of queries in multi-head attention, fewer in grouped-query, 1 in multi-query. */
  readonly kvHeads: number;
  readonly headDimension: number;
}

/** The same by the numbers of a model; kvHeads are heads where they are left out, and headDimension is width / heads. */
export interface KvCacheModelShape extends Partial<KvCacheHeads> {
  readonly layers: number;
  readonly heads: number;
  readonly width?: number;
}

/** Layers and heads, given or by a model's name with what is to differ. */
export type KvCacheModel =
  | KvCacheHeads
  | KvCacheModelShape
  | ({ readonly model: TransformerName } & Partial<KvCacheModelShape>);

/** How much is cached. */
export interface KvCacheOptions {
  /** Of each sequence. */
  readonly tokens: number;
  /** Sequences. @default 1 */
  readonly batch?: number;
  /** @default 'float16' */
  readonly dtype?: ParameterDtype;
}

/** Room for a cache. */
export interface KvCacheBudget {
  /** Bytes of the device. */
  readonly budget: number;
  /** Bytes of it for weights and what else is there. @default 0 */
  readonly reserved?: number;
}

/** How heads share keys and values. */
export type AttentionSharing = 'multi-head' | 'grouped-query' | 'multi-query';

/** What a cache holds. */
export interface KvCacheMemory {
  readonly bytes: number;
  /** Of one sequence, all layers. */
  readonly bytesPerToken: number;
  /** Undefined where the heads of queries are not told. */
  readonly attention: AttentionSharing | undefined;
}

/** What fits beside what is reserved. */
export interface KvCacheCapacity {
  /** The longest sequences of which `batch` fit. */
  readonly tokens: number;
  /** The most sequences of `tokens` that fit. */
  readonly batch: number;
  readonly bytesPerToken: number;
  /** For the cache: budget less what is reserved. */
  readonly bytes: number;
}

interface CheckedCache {
  readonly bytesPerToken: number;
  readonly attention: AttentionSharing | undefined;
}

/**
 * Keys and values that generating keeps: 2 x layers x tokens x kvHeads x headDimension x batch values. Grouped queries divide it by the
 * size of a group. Paged and quantized caches' own tables and scales come on top. Source: Shazeer 2019, section 2.4; Pope
 * et al. 2022, section 3.3; Ainslie et al. 2023, section 2.2.
 *
 * @throws LanewiseError `INVALID_ARGUMENT` for an unknown model or dtype (the message lists those known) and for kvHeads that
 *   do not divide heads; `OVERFLOW`
 * @example
 * memory.kvCache({ layers: 8, heads: 32, headDimension: 128, tokens: 8192 }).bytes; // 1073741824
 * memory.kvCache({ model: 'Mistral 7B', tokens: 8192, batch: 4, dtype: 'int8' }).attention; // 'grouped-query'
 */
export function kvCache(options: KvCacheModel & KvCacheOptions): KvCacheMemory {
  const { tokens, batch = 1, dtype = 'float16' } = given(options);
  const cache = checkCache(options, dtype);
  const sequences = checkCount('tokens', tokens) * checkCount('batch', batch);
  return { bytes: finite('bytes', cache.bytesPerToken * sequences), ...cache };
}

/**
 * The largest cache within a budget: how long `batch` sequences can grow, and how many of `tokens` there can be. Either is
 * 0 where not even one fits. Source: arithmetic of `kvCache`.
 *
 * @throws LanewiseError as `kvCache`; `INFEASIBLE` where what is reserved is beyond the budget
 * @example
 * memory.kvCacheCapacity({ model: 'LLaMA-7B', tokens: 2048, budget: 24e9, reserved: 13.5e9 }); // tokens: 20027, batch: 9
 */
export function kvCacheCapacity(options: KvCacheModel & KvCacheOptions & KvCacheBudget): KvCacheCapacity {
  const { tokens, batch = 1, dtype = 'float16', budget, reserved = 0 } = given(options);
  const { bytesPerToken } = checkCache(options, dtype);
  const bytes = checkQuantity('budget', budget) - checkQuantity('reserved', reserved);
  if (bytes < 0) {
    throw new LanewiseError(
      'INFEASIBLE',
      `${reserved} bytes are reserved of a budget of ${budget}: nothing is left for a cache. ` +
        'Take a smaller dtype for the weights, or more memory.',
      { expected: reserved, got: budget },
    );
  }
  return {
    tokens: Math.floor(bytes / (bytesPerToken * checkCount('batch', batch))),
    batch: Math.floor(bytes / (bytesPerToken * checkCount('tokens', tokens))),
    bytesPerToken,
    bytes,
  };
}

function checkCache(options: KvCacheModel, dtype: ParameterDtype): CheckedCache {
  const { layers, heads, width, kvHeads = heads, headDimension } = named<Partial<KvCacheModelShape>>(options);
  const groups = checkCount('kvHeads', kvHeads);
  if (heads !== undefined) checkHeads(heads, groups);
  const dimension = checkCount('headDimension', headDimension ?? headOf(heads!, width!));
  const bytesPerToken = bytesOf(2 * checkCount('layers', layers) * groups * dimension, dtype);
  return { bytesPerToken, attention: heads === undefined ? undefined : sharingOf(heads, groups) };
}

function sharingOf(heads: number, kvHeads: number): AttentionSharing {
  if (kvHeads === heads) return 'multi-head';
  return kvHeads === 1 ? 'multi-query' : 'grouped-query';
}
