export * from '../host/index.ts';
export { BloomFilter, type BloomFilterOptions } from './bloom-filter.ts';
export {
  type CountMinBehaviour,
  type CountMinGuarantee,
  type CountMinOptions,
  type CountMinShape,
  CountMinSketch,
} from './count-min-sketch.ts';
export { HyperLogLog, type HyperLogLogOptions } from './hyperloglog.ts';
export { capabilities, init } from './kernels.ts';
export type { Counts, Key, KeyBatch, Keys } from './keys.ts';
export type { ErrorBound, Sketch } from './sketch.ts';
export { type FrequencyEstimate, type FrequentKey, TopK, type TopKOptions } from './top-k.ts';
