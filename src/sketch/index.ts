export * from '../host/index.ts';
export type { BandOptions } from './bands.ts';
export { BloomFilter, type BloomFilterOptions } from './bloom-filter.ts';
export type {
  CountMinBehaviour,
  CountMinGuarantee,
  CountMinOptions,
  CountMinShape,
} from './count-min-options.ts';
export { CountMinSketch } from './count-min-sketch.ts';
export { DDSketch, type DDSketchOptions } from './ddsketch.ts';
export { HyperLogLog, type HyperLogLogOptions } from './hyperloglog.ts';
export { capabilities, init } from './kernels.ts';
export type { Counts, Key, KeyBatch, Keys } from './keys.ts';
export { KllSketch, type KllSketchOptions } from './kll-sketch.ts';
export { MinHash, type MinHashOptions } from './minhash.ts';
export { MinHashLsh } from './minhash-lsh.ts';
export type {
  KeySet,
  KeySetOptions,
  MinHashLshOptions,
  SimilarPairOptions,
  SimilarPairs,
  SimilarSetOptions,
  SimilarSets,
} from './minhash-lsh-options.ts';
export type { ErrorBound, Sketch } from './sketch.ts';
export { type FrequencyEstimate, type FrequentKey, TopK, type TopKOptions } from './top-k.ts';
export type { Values } from './values.ts';
export { EventWindows } from './window.ts';
export type {
  EventBatch,
  EventOptions,
  EventSource,
  RefusalReason,
  SessionOptions,
  SlidingOptions,
  TumblingOptions,
  WindowResult,
  WindowStatistics,
} from './window-options.ts';
export type { StateOptions, ValuesOf } from './window-states.ts';
export type { TimeSpan } from './windowing.ts';
