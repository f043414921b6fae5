export * from '../host/index.ts';
export { capabilities, init } from '../vectors/kernels.ts';
export { type CalibrateOptions, calibrate } from './calibrate.ts';
export { type DecisionMatrix, decisionMatrix } from './decision-matrix.ts';
export {
  type EffortEstimate,
  type EffortOptions,
  type EffortRequest,
  effortFor,
  estimateRecall,
  type RecallRequest,
} from './effort.ts';
export type { BlockRate, Machine } from './machine.ts';
export { machineNamed, machines } from './machines.ts';
export { type NearestPlan, type Plan, type PlanCandidate, plan } from './plan.ts';
export type { CandidateName } from './plan-candidates.ts';
export type { ConstraintFailure, ConstraintFit, ConstraintName } from './plan-constraints.ts';
export type { CandidateLoad } from './plan-load.ts';
export type { LatencyLimits, PlannedRequest, PlanRequest } from './plan-request.ts';
export { predict } from './predict.ts';
export type {
  CountMinRequest,
  CsrRequest,
  FlatRequest,
  HnswRequest,
  IvfRequest,
  LshRequest,
  Prediction,
  PredictionRequest,
  PredictionTerm,
  SgdRequest,
} from './prediction.ts';
export { measureRoof, type Roof, type RoofOptions } from './roof.ts';
export { type Verification, type VerifyOptions, verify } from './verify.ts';
export type { VerifiedFigures } from './verify-measure.ts';
