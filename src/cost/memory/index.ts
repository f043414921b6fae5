export {
  type ActivationMemory,
  type ActivationOptions,
  type MlpActivationOptions,
  mlpActivations,
  type TransformerActivationMemory,
  type TransformerActivationOptions,
  transformerActivations,
} from './activations.ts';
export { type CsrMatrixMemoryOptions, csrMatrix } from './csr-matrix.ts';
export {
  type CompressedMemoryOptions,
  coo,
  csr,
  type DenseMemoryOptions,
  dense,
  type PairwiseMemoryOptions,
  pairwise,
  type SparseMemoryOptions,
} from './data.ts';
export { flatIndex } from './flat-index.ts';
export { type BinaryUnit, type DecimalUnit, type FormatBytesOptions, formatBytes } from './format.ts';
export { type HnswMemoryOptions, hnswIndex } from './hnsw-index.ts';
export { type IvfMemoryOptions, ivfIndex } from './ivf-index.ts';
export {
  type AttentionSharing,
  type KvCacheBudget,
  type KvCacheCapacity,
  type KvCacheHeads,
  type KvCacheMemory,
  type KvCacheModel,
  type KvCacheModelShape,
  type KvCacheOptions,
  kvCache,
  kvCacheCapacity,
} from './kv-cache.ts';
export { type LshMemoryOptions, lshIndex } from './lsh-index.ts';
export {
  checkpoint,
  type EmbeddingMemoryOptions,
  embeddingTable,
  type LoaderMemory,
  type LoaderMemoryOptions,
  loaderBuffer,
  type OptimizerName,
  type ParameterMemoryOptions,
  parameters,
  type TrainingMemory,
  type TrainingMemoryOptions,
  training,
} from './models.ts';
export { productQuantizer, type QuantizerMemory, type QuantizerMemoryOptions } from './product-quantizer.ts';
export {
  type FactorizationMemoryOptions,
  type FactorMemory,
  type FactorMemoryOptions,
  type ItemKnnMemory,
  type ItemKnnMemoryOptions,
  implicitALS,
  itemKnn,
  matrixFactorization,
} from './recommenders.ts';
export type { IdSource, RowMemoryOptions } from './rows.ts';
export {
  type BloomMemoryOptions,
  bloomFilter,
  type CountersMemoryOptions,
  countMin,
  countMinSketch,
  type DDSketchMemoryOptions,
  type DistinctMemoryOptions,
  ddSketch,
  hyperLogLog,
  type KllMemoryOptions,
  kllSketch,
  type MagnitudeRange,
  type MinHashLshMemoryOptions,
  type MinHashMemoryOptions,
  minHash,
  minHashLsh,
  type SketchMemory,
  type TopKMemory,
  type TopKMemoryOptions,
  topK,
} from './sketches.ts';
export {
  type Bm25MemoryOptions,
  bm25Index,
  type EditDictionaryMemoryOptions,
  editDictionary,
} from './texts.ts';
