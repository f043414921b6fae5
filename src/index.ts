export { KMeans, type KMeansOptions } from './cluster/k-means.ts';
export { ProductQuantizer, type ProductQuantizerOptions } from './cluster/product-quantizer.ts';
export { measureRoof, type Roof, type RoofOptions } from './cost/roof.ts';
export { type Compared, type CompareOptions, compare, type MethodReport } from './evaluate/compare.ts';
export type { Latency } from './evaluate/measure.ts';
export { percentile } from './evaluate/percentile.ts';
export { type Answers, recall } from './evaluate/recall.ts';
export { type TuneOptions, tune } from './evaluate/tune.ts';
export * from './format/index.ts';
export { type Capabilities, capabilities } from './host/capabilities.ts';
export { type ErrorCode, type ErrorDetails, LanewiseError } from './host/errors.ts';
export { init, type SetupOptions, setup, type Tier } from './host/kernels.ts';
export type { MemoryStatistics } from './host/memory.ts';
export type { LongCallOptions, Progress } from './host/progress.ts';
export { Random } from './host/random.ts';
export type { ExactMethod } from './search/exact-search.ts';
export { FlatIndex } from './search/flat.ts';
export type { RangeOptions, RangeResult, SearchOptions } from './search/flat-options.ts';
export { HnswIndex } from './search/hnsw.ts';
export type { EfOptions, EfResult, HnswOptions } from './search/hnsw-options.ts';
export { IvfIndex } from './search/ivf.ts';
export type {
  CellCodes,
  IvfOptions,
  ProbeOptions,
  ProbeResult,
  Rescore,
  TrainOptions,
} from './search/ivf-options.ts';
export { LshIndex } from './search/lsh.ts';
export type { SuggestOptions, TableShape } from './search/lsh-model.ts';
export type { LshOptions, LshSearchOptions, LshSearchResult } from './search/lsh-options.ts';
export type {
  AddOptions,
  CommonSearchOptions,
  IndexOptions,
  MemoryUsage,
  SearchResult,
} from './search/options.ts';
export type { CurvePoint, Effort, Searchable, TunableIndex, Tuning } from './search/tuning.ts';
export { Bitmap } from './vectors/bitmap.ts';
export type { IdInput, VectorInput } from './vectors/input.ts';
export type { Metric } from './vectors/metric.ts';
