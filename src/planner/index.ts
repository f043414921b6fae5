export * from '../host/index.ts';
export { capabilities, init } from '../vectors/kernels.ts';
export {
  type EffortEstimate,
  type EffortOptions,
  type EffortRequest,
  effortFor,
  estimateRecall,
  type RecallRequest,
} from './effort.ts';
export type { BlockRate, Machine } from './machine.ts';
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
