/** What every entry offers beside its family: how kernels are chosen, and the one error class. */
export type { Capabilities } from './capabilities.ts';
export { type ErrorCode, type ErrorDetails, LanewiseError } from './errors.ts';
export { type SetupOptions, setup, type Tier } from './kernels.ts';
export type { MemoryStatistics } from './memory.ts';
export type { LongCallOptions, Progress } from './progress.ts';
export { Random } from './random.ts';
