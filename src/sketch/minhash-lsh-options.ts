import { LanewiseError } from '../host/errors.ts';
import type { LongCallOptions } from '../host/progress.ts';
import type { IdInput } from '../vectors/input.ts';
import type { BandOptions } from './bands.ts';
import type { KeyBatch } from './keys.ts';
import type { MinHash, MinHashOptions } from './minhash.ts';

/** What a {@link MinHashLsh} is made for. */
export interface MinHashLshOptions extends MinHashOptions, BandOptions {}

/** A set: its keys, or a sketch of them with the same hashes and seed. */
export type KeySet = KeyBatch | MinHash;

/** How sets are added. */
export interface KeySetOptions {
  /** Replaces the sets of ids that are there already. @default false */
  readonly replace?: boolean;
}

/** How a {@link MinHashLsh} is asked. */
export interface SimilarSetOptions {
  /** Sets that are wanted, at most. @default 10 */
  readonly k?: number;
  /** Estimates below do not count, 0..1. @default 0 */
  readonly minSimilarity?: number;
  /** Ids that do not count. */
  readonly exclude?: IdInput | number;
}

/** What was found, best first; as many as there are, k at most. */
export interface SimilarSets {
  /** Equal similarities: the lower id first. */
  readonly ids: Int32Array<ArrayBuffer>;
  /** Estimates of the Jaccard similarity, 0..1. */
  readonly similarities: Float32Array<ArrayBuffer>;
}

/** How pairs are looked for. */
export interface SimilarPairOptions extends LongCallOptions {
  /** Estimates below do not count, 0..1. @default 0 */
  readonly minSimilarity?: number;
}

/** Pairs by ascending first ids; those of one first id best first, the lower second id first where similarities are equal. */
export interface SimilarPairs {
  /** Of both ids the lower. */
  readonly firsts: Int32Array<ArrayBuffer>;
  readonly seconds: Int32Array<ArrayBuffer>;
  /** Estimates of the Jaccard similarity, 0..1. */
  readonly similarities: Float32Array<ArrayBuffer>;
}

/** @throws LanewiseError `INVALID_ARGUMENT`, `DIMENSION_MISMATCH` unless there is a set an id */
export function checkSets(ids: Int32Array, sets: unknown): readonly KeySet[] {
  if (!Array.isArray(sets)) {
    throw new LanewiseError(
      'INVALID_ARGUMENT',
      'Many ids come with an array of sets, each an array of keys.',
      {
        got: typeof sets,
      },
    );
  }
  if (sets.length === ids.length) return sets;
  throw new LanewiseError(
    'DIMENSION_MISMATCH',
    `sets must hold one set an id, ${ids.length}; got ${sets.length}.`,
    { expected: ids.length, got: sets.length },
  );
}
