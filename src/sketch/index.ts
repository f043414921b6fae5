export * from '../host/index.ts';
export { DDSketch, type DDSketchOptions } from './ddsketch.ts';
export { HyperLogLog, type HyperLogLogOptions } from './hyperloglog.ts';
export { capabilities, init } from './kernels.ts';
export type { Counts, Key, KeyBatch, Keys } from './keys.ts';
export { KllSketch, type KllSketchOptions } from './kll-sketch.ts';
export type { ErrorBound, Sketch } from './sketch.ts';
export type { Distribution, Values } from './values.ts';
