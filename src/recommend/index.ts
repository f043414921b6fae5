export * from '../host/index.ts';
export type { Interactions } from '../vectors/interactions.ts';
export type { Activation, OutputActivation } from './activations.ts';
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
export {
  type MlpFileOptions,
  type MlpLayerDescription,
  type MlpOptions,
  MlpRanker,
} from './mlp.ts';
export type { MlpLayer } from './mlp-layers.ts';
export { Popularity, type PopularityOptions } from './popularity.ts';
export type { Recommendations, Recommender, RecommendOptions } from './recommender.ts';
