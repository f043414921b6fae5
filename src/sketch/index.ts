export * from '../host/index.ts';
export { HyperLogLog, type HyperLogLogOptions } from './hyperloglog.ts';
export { capabilities, init } from './kernels.ts';
export type { Counts, Key, KeyBatch, Keys } from './keys.ts';
export type { ErrorBound, Sketch } from './sketch.ts';
export { EventWindows } from './window.ts';
export type {
  EventBatch,
  EventOptions,
  EventSource,
  RefusalReason,
  SessionOptions,
  SlidingOptions,
  TumblingOptions,
  WindowResult,
  WindowStatistics,
} from './window-options.ts';
export type { StateOptions, ValuesOf } from './window-states.ts';
export type { TimeSpan } from './windowing.ts';
