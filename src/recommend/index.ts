export * from '../host/index.ts';
export type { Interactions } from '../vectors/interactions.ts';
export type { FlameOptions } from './flame-graph.ts';
export { capabilities, init } from './kernels.ts';
export type { LatencyBudget, LatencyBudgetOptions } from './latency-budget.ts';
export {
  LatencyHistogram,
  type LatencyHistogramJson,
  type LatencyHistogramOptions,
} from './latency-histogram.ts';
export {
  type NextContext,
  Pipeline,
  type PipelineOptions,
  type RunOptions,
  type StageOptions,
} from './pipeline.ts';
export type { LatencySummary, ProfileReport, StageReport } from './profile-report.ts';
export { Profiler, type ProfilerJson, type ProfilerOptions } from './profiler.ts';
export type { Recommendations, Recommender, RecommendOptions } from './recommender.ts';
export type { CountedJson, StageJson, StageProfile } from './stage-profile.ts';
