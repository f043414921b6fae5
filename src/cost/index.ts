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
  CandidateBudget,
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
export type { Checkpointing } from './checkpointing.ts';
export type {
  Algorithm,
  AlgorithmSize,
  AlgorithmSizes,
  AlgorithmTerm,
  AlgorithmUnit,
} from './complexity/algorithm.ts';
export type { ExponentFit, ExponentOptions, GrowthDeviation, TimedSize } from './complexity/exponent.ts';
export type { GrowthClass, GrowthRow } from './complexity/growth.ts';
export * as complexity from './complexity/index.ts';
export type { MeasuredExponent, MeasureExponentOptions } from './complexity/measurement.ts';
export type { AlgorithmCost, AlgorithmId, EvaluateOptions, OperationCount } from './complexity/registry.ts';
export type { ParameterDtype } from './dtype.ts';
export type {
  ActivationName,
  ActivationShape,
  AttentionOperations,
  AttentionShape,
  BatchNormShape,
  ConvolutionOperations,
  ConvolutionShape,
  CrossoverLengths,
  DecodeOperations,
  DecodeShape,
  DenseOperations,
  DenseShape,
  DotShape,
  ElementwiseOperations,
  Im2colShape,
  Im2colSize,
  KnownTransformer,
  MatmulShape,
  MatvecShape,
  MlpOperations,
  MlpShape,
  NormShape,
  Operations,
  RecurrentShape,
  SeparableOperations,
  SeparableShape,
  SequenceShape,
  SoftmaxShape,
  TrainingShape,
  TrainingStepOperations,
  TrainingStepShape,
  TransformerModel,
  TransformerName,
  TransformerOperations,
  TransformerParameters,
  TransformerParts,
  TransformerShape,
  WindowExtent,
  WindowShape,
} from './flops/index.ts';
export * as flops from './flops/index.ts';
export type {
  ActivationMemory,
  ActivationOptions,
  AttentionSharing,
  BinaryUnit,
  BloomMemoryOptions,
  Bm25MemoryOptions,
  CompressedMemoryOptions,
  CountersMemoryOptions,
  CsrMatrixMemoryOptions,
  DDSketchMemoryOptions,
  DecimalUnit,
  DenseMemoryOptions,
  DistinctMemoryOptions,
  EditDictionaryMemoryOptions,
  EmbeddingMemoryOptions,
  FactorizationMemoryOptions,
  FactorMemory,
  FactorMemoryOptions,
  FormatBytesOptions,
  HnswMemoryOptions,
  IdSource,
  ItemKnnMemory,
  ItemKnnMemoryOptions,
  IvfMemoryOptions,
  KllMemoryOptions,
  KvCacheBudget,
  KvCacheCapacity,
  KvCacheHeads,
  KvCacheMemory,
  KvCacheModel,
  KvCacheModelShape,
  KvCacheOptions,
  LoaderMemory,
  LoaderMemoryOptions,
  LshMemoryOptions,
  MagnitudeRange,
  MinHashLshMemoryOptions,
  MinHashMemoryOptions,
  MlpActivationOptions,
  OptimizerName,
  PairwiseMemoryOptions,
  ParameterMemoryOptions,
  QuantizerMemory,
  QuantizerMemoryOptions,
  RowMemoryOptions,
  SketchMemory,
  SparseMemoryOptions,
  TopKMemory,
  TopKMemoryOptions,
  TrainingMemory,
  TrainingMemoryOptions,
  TransformerActivationMemory,
  TransformerActivationOptions,
} from './memory/index.ts';
export * as memory from './memory/index.ts';
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
  OperationTraffic,
  RooflineAttention,
  RooflineDot,
  RooflineElementwise,
  RooflineEmbedding,
  RooflineMatmul,
  RooflineMatvec,
  RooflineSoftmax,
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
  amdahl,
  amdahlLimit,
  type FasterStage,
  gustafson,
  type MeasuredSpeedup,
  parallelEfficiency,
  type SerialShare,
  type SharedWork,
  serialFraction,
  stageSpeedup,
} from './scaling.ts';
export {
  type SimilarityPipeline,
  type SimilarityPipelineOptions,
  type SimilarityRun,
  type SimilarityStage,
  type SimilarityStageValues,
  similarityPipeline,
} from './similarity-pipeline.ts';
