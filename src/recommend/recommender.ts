import type { LongCallOptions } from '../host/progress.ts';
import type { Bitmap } from '../vectors/bitmap.ts';
import type { IdInput } from '../vectors/input.ts';
import type { Interactions } from '../vectors/interactions.ts';

/** What to recommend. */
export interface RecommendOptions {
  /** Items that are wanted, from 1 on. @default 10 */
  readonly k?: number;
  /** Items that do not qualify: as a rule those that the user has. */
  readonly exclude?: IdInput;
  /** Only these items qualify. */
  readonly filter?: Bitmap;
}

/** Items, best first. */
export interface Recommendations {
  /** k items; -1 where fewer qualify. Equal scores: the lower item first. */
  readonly ids: Int32Array;
  /** How each does, larger is better; -Infinity where there is none. */
  readonly scores: Float32Array;
  readonly k: number;
}

/** What every recommender does. Users and items count from 0. */
export interface Recommender {
  /** Users that are known. */
  readonly userCount: number;
  /** Items that are known. */
  readonly itemCount: number;
  /** Learns from what users did; what was learned before is replaced once it succeeds. */
  fit(interactions: Interactions, options?: LongCallOptions): Promise<unknown>;
  /** The best items for a user. */
  recommend(user: number, options?: RecommendOptions): Recommendations;
  /** The items most like one, without itself. */
  similarItems(item: number, options?: RecommendOptions): Recommendations;
  /** What was learned, as a safetensors file, which `fromBytes` of its class reads. */
  toBytes(): Uint8Array<ArrayBuffer>;
  dispose(): void;
  [Symbol.dispose](): void;
}
