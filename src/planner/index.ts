export * from '../host/index.ts';
export { capabilities, init } from '../vectors/kernels.ts';
export { type CalibrateOptions, calibrate } from './calibrate.ts';
export type { BlockRate, Machine } from './machine.ts';
export { machineNamed, machines } from './machines.ts';
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
