export * from '../host/index.ts';
export type { Interactions } from '../vectors/interactions.ts';
export type { Activation, OutputActivation } from './activations.ts';
export type { CandidateIndex, FoldedUser, RetrieveOptions } from './factor-ranking.ts';
export type { FactorRecommender } from './factor-recommender.ts';
export type { FlameOptions } from './flame-graph.ts';
export {
  GradientBoostedTrees,
  type TreesOptions,
  type TreesPredictOptions,
} from './gradient-boosted-trees.ts';
export { ImplicitALS } from './implicit-als.ts';
export type { ImplicitALSOptions } from './implicit-als-options.ts';
export type { ImplicitALSSolver } from './implicit-als-solver.ts';
export type {
  ItemIndex,
  ItemIndexClass,
  ItemIndexOptions,
  OwnIndexOptions,
} from './item-index.ts';
export { ItemKnn, type ItemKnnOptions, type UserItems } from './item-knn.ts';
export { capabilities, init } from './kernels.ts';
export type { LatencyBudget, LatencyBudgetOptions } from './latency-budget.ts';
export {
  LatencyHistogram,
  type LatencyHistogramJson,
  type LatencyHistogramOptions,
} from './latency-histogram.ts';
export { MatrixFactorization } from './matrix-factorization.ts';
export type {
  FitOptions,
  LearningSchedule,
  Losses,
  MatrixFactorizationOptions,
  PartialFitOptions,
} from './matrix-factorization-options.ts';
export {
  type MlpFileOptions,
  type MlpLayerDescription,
  type MlpOptions,
  MlpRanker,
} from './mlp.ts';
export type { MlpLayer } from './mlp-layers.ts';
export {
  type NextContext,
  Pipeline,
  type PipelineOptions,
  type RunOptions,
  type StageOptions,
} from './pipeline.ts';
export { Popularity, type PopularityOptions } from './popularity.ts';
export type { LatencySummary, ProfileReport, StageReport } from './profile-report.ts';
export { Profiler, type ProfilerJson, type ProfilerOptions } from './profiler.ts';
export type { Recommendations, Recommender, RecommendOptions } from './recommender.ts';
export type { CostLine, CountedJson, StageJson, StageProfile } from './stage-profile.ts';
export type { TreesInput } from './trees-json.ts';
