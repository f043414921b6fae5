export * from '../host/index.ts';
export type { Interactions } from '../vectors/interactions.ts';
export {
  GradientBoostedTrees,
  type TreesOptions,
  type TreesPredictOptions,
} from './gradient-boosted-trees.ts';
export { ImplicitALS } from './implicit-als.ts';
export type { ImplicitALSOptions } from './implicit-als-options.ts';
export type { ImplicitALSSolver } from './implicit-als-solver.ts';
export { capabilities, init } from './kernels.ts';
export { MatrixFactorization } from './matrix-factorization.ts';
export type {
  ItemIndex,
  ItemIndexClass,
  ItemIndexOptions,
  OwnIndexOptions,
} from './matrix-factorization-index.ts';
export type {
  FitOptions,
  LearningSchedule,
  Losses,
  MatrixFactorizationOptions,
  PartialFitOptions,
} from './matrix-factorization-options.ts';
export type { CandidateIndex, FoldedUser, RetrieveOptions } from './matrix-factorization-ranking.ts';
export { Popularity, type PopularityOptions } from './popularity.ts';
export type { Recommendations, Recommender, RecommendOptions } from './recommender.ts';
export type { TreesInput } from './trees-json.ts';
