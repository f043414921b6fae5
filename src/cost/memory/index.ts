export {
  type ActivationMemory,
  type ActivationOptions,
  type MlpActivationOptions,
  mlpActivations,
  type TransformerActivationMemory,
  type TransformerActivationOptions,
  transformerActivations,
} from './activations.ts';
export { type BinaryUnit, type DecimalUnit, type FormatBytesOptions, formatBytes } from './format.ts';
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
