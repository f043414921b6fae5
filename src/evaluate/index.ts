export { type ErrorCode, type ErrorDetails, LanewiseError } from '../host/errors.ts';
export { type Compared, type CompareOptions, compare, type MethodReport } from './compare.ts';
export type { Latency } from './measure.ts';
export { percentile } from './percentile.ts';
export { type Answers, recall } from './recall.ts';
export { type TuneOptions, tune } from './tune.ts';
