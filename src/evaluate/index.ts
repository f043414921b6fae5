export { type ErrorCode, type ErrorDetails, LanewiseError } from '../host/errors.ts';
export type { Interactions } from '../vectors/interactions.ts';
export type { Alternative, DifferenceOptions, DifferenceResult } from './alternative.ts';
export { type BinCounts, type BinnedCounts, type BinOptions, binCounts } from './bins.ts';
export { type ChiSquareOptions, type ChiSquareResult, chiSquare } from './chi-square.ts';
export { type Compared, type CompareOptions, compare, type MethodReport } from './compare.ts';
export type { Observations, QuantileSketch } from './distribution.ts';
export {
  type DivergenceOptions,
  type DriftOptions,
  jensenShannon,
  kullbackLeibler,
  populationStabilityIndex,
  wasserstein1,
} from './drift.ts';
export type { Judgements, Rankings } from './judgements.ts';
export {
  type KolmogorovSmirnovOptions,
  type KolmogorovSmirnovResult,
  kolmogorovSmirnov,
} from './kolmogorov-smirnov.ts';
export type { Latency } from './measure.ts';
export {
  benjaminiHochberg,
  bonferroni,
  holm,
  type MultipleTestsOptions,
  type MultipleTestsResult,
} from './multiple-tests.ts';
export type { Numbers } from './numbers.ts';
export { percentile } from './percentile.ts';
export { catalogueCoverage, meanAbsoluteError, rootMeanSquaredError } from './predictions.ts';
export type { Gain } from './query-metrics.ts';
export {
  averagePrecision,
  evaluateRankings,
  type GainOptions,
  hitRateAt,
  ndcgAt,
  precisionAt,
  type RankingMetric,
  type RankingOptions,
  type RankingReport,
  recallAt,
  reciprocalRank,
} from './ranking.ts';
export { type Answers, recall } from './recall.ts';
export {
  type EvaluateRecommenderOptions,
  evaluateRecommender,
  type RecommenderReport,
  type Recommending,
  type TrainAndTest,
} from './recommending.ts';
export {
  type DifferenceToTell,
  type RatesToTell,
  type SampleSizeOptions,
  sampleSize,
} from './sample-size.ts';
export {
  bootstrapInterval,
  type ChanceOptions,
  type IntervalOptions,
  type MeanInterval,
  type RandomizationResult,
  randomizationTest,
} from './significance.ts';
export {
  type InteractionsPart,
  type LeaveOneOutOptions,
  leaveOneOut,
  type Split,
  type SplitByTimeOptions,
  type SplitRandomlyOptions,
  splitByTime,
  splitRandomly,
} from './splits.ts';
export { type SampleSummary, type TTestOptions, type TTestResult, tTest } from './t-test.ts';
export { type SplitKey, TrafficSplit, type TrafficSplitOptions } from './traffic-split.ts';
export { type TuneOptions, tune } from './tune.ts';
export { type Proportion, twoProportionTest } from './two-proportions.ts';
