export * from '../host/index.ts';
export { Bitmap } from '../vectors/bitmap.ts';
export type { IdInput, VectorInput } from '../vectors/input.ts';
export { capabilities, init } from '../vectors/kernels.ts';
export type { Metric } from '../vectors/metric.ts';
export type { ExactMethod } from './exact-search.ts';
export { FlatIndex } from './flat.ts';
export type { RangeOptions, RangeResult, SearchOptions } from './flat-options.ts';
export { HnswIndex } from './hnsw.ts';
export type { EfOptions, EfResult, HnswOptions } from './hnsw-options.ts';
export { IvfIndex } from './ivf.ts';
export type {
  CellCodes,
  IvfOptions,
  ProbeOptions,
  ProbeResult,
  Rescore,
  SaveOptions,
  TrainOptions,
} from './ivf-options.ts';
export { LshIndex } from './lsh.ts';
export type { SuggestOptions, TableShape } from './lsh-model.ts';
export type { LshOptions, LshSearchOptions, LshSearchResult } from './lsh-options.ts';
export type { AddOptions, CommonSearchOptions, IndexOptions, MemoryUsage, SearchResult } from './options.ts';
export type { CurvePoint, Effort, Searchable, TunableIndex, Tuning } from './tuning.ts';
