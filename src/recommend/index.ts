export * from '../host/index.ts';
export type { Interactions } from '../vectors/interactions.ts';
export {
  GradientBoostedTrees,
  type TreesOptions,
  type TreesPredictOptions,
} from './gradient-boosted-trees.ts';
export { capabilities, init } from './kernels.ts';
export type { Recommendations, Recommender, RecommendOptions } from './recommender.ts';
export type { TreesInput } from './trees-json.ts';
