export { type ErrorCode, type ErrorDetails, LanewiseError } from '../host/errors.ts';
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
