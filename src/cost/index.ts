export { type ErrorCode, type ErrorDetails, LanewiseError } from '../host/errors.ts';
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
