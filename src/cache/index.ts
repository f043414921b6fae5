export * from '../host/index.ts';
export type { VectorInput } from '../vectors/input.ts';
export { capabilities, init } from '../vectors/kernels.ts';
export {
  type CacheableIndex,
  CachedIndex,
  type CachedIndexOptions,
  type CachedIndexStatistics,
} from './cached-index.ts';
export { amortizedCost, type CostReport, type RequestCosts } from './cost.ts';
export { SemanticCache } from './semantic-cache.ts';
export type {
  CacheVersion,
  ComputeOptions,
  SemanticCacheMemory,
  SemanticCacheOptions,
  SemanticCacheStatistics,
  SemanticHit,
  SetOptions,
} from './semantic-options.ts';
export { estimateBytes } from './value-bytes.ts';
