export * from '../host/index.ts';
export { capabilities, init } from '../sparse/kernels.ts';
export {
  type FusedRanking,
  type FusionOptions,
  type FusionResult,
  fuseRankings,
  type PartScores,
} from './fusion.ts';
export {
  HybridIndex,
  type HybridOptions,
  type HybridParts,
  type HybridQueries,
  type HybridResult,
  type TextSearchable,
  type VectorSearchable,
} from './hybrid.ts';
