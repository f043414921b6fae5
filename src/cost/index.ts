export { type ErrorCode, type ErrorDetails, LanewiseError } from '../host/errors.ts';
export type {
  BreakEven,
  BreakEvenOptions,
  RetrainingCost,
  RetrainingOptions,
  RetrainingPlan,
} from './budget/break-even.ts';
export * as budget from './budget/index.ts';
export type {
  CandidateOptions,
  CellOptions,
  LatencyShare,
  LatencyShareOptions,
  LatencyShares,
} from './budget/latency.ts';
export type {
  InferenceCost,
  InferenceCostOptions,
  Ownership,
  OwnershipItem,
  OwnershipOptions,
  StorageCost,
  StorageCostOptions,
  TrainingCost,
  TrainingCostOptions,
} from './budget/money.ts';
export type {
  BatchParetoOptions,
  BatchPoint,
  BatchService,
  BatchWindow,
  BatchWindowOptions,
  ContinuousBatching,
  ContinuousBatchingOptions,
  PoissonBatch,
  PoissonBatchOptions,
} from './queueing/batching.ts';
export type {
  ArrivalRateFit,
  ArrivalRateOptions,
  LatencyTarget,
  QueueModel,
  QueueShape,
  ServersNeeded,
  ServersNeededOptions,
  UtilizationCurveOptions,
  UtilizationPoint,
} from './queueing/capacity.ts';
export * as queueing from './queueing/index.ts';
export type {
  MeanTime,
  QueueOptions,
  QueueState,
  ServersOptions,
  TimeQuantiles,
  VariabilityOptions,
} from './queueing/load.ts';
export type { ErlangOptions, MarkovQueue } from './queueing/markov.ts';
export type { TailOptions, TailPerServer } from './queueing/tail.ts';
export type { RooflineCurveOptions, RooflineCurvePoint } from './roofline/curve.ts';
export type { KernelFusionOptions, KernelFusionSavings, KernelFusionStep } from './roofline/fusion.ts';
export type { Hardware, HardwareChoice, HardwareName, Roofs } from './roofline/hardware.ts';
export * as roofline from './roofline/index.ts';
export type { NumberFormat } from './roofline/number-format.ts';
export type {
  AttentionShape,
  DotShape,
  ElementwiseShape,
  EmbeddingShape,
  MatmulShape,
  MatvecShape,
  OperationTraffic,
  SoftmaxShape,
} from './roofline/operations.ts';
export type {
  IntensityOn,
  RooflineBound,
  RooflinePlace,
  RunsOn,
  Traffic,
  TrafficOn,
} from './roofline/roofs.ts';
export type { Transfer } from './roofline/transfer.ts';
export {
  type SimilarityPipeline,
  type SimilarityPipelineOptions,
  type SimilarityRun,
  type SimilarityStage,
  type SimilarityStageValues,
  similarityPipeline,
} from './similarity-pipeline.ts';
