export { type ErrorCode, type ErrorDetails, LanewiseError } from '../host/errors.ts';
export { type CooArrays, readMatrixMarket } from './matrix-market.ts';
export { writeMatrixMarket } from './matrix-market-write.ts';
export { type NpyArray, type NpyDtype, readNpy } from './npy.ts';
export { type RatingsOptions, type RatingsTable, readRatings } from './ratings.ts';
export {
  createSafetensors,
  type Metadata,
  readSafetensors,
  type SafetensorsDtype,
  type SafetensorsFile,
  type Tensor,
  type TensorData,
  type TensorSpec,
  writeSafetensors,
} from './safetensors.ts';
export { type CompressedArrays, readSparseNpz, type SparseNpz } from './sparse-npz.ts';
export { writeSparseNpz } from './sparse-npz-write.ts';
export { readBvecs, readFvecs, readIvecs, type Vectors } from './vecs.ts';
