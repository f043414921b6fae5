export type { CooArrays } from '../format/matrix-market.ts';
export type { CompressedArrays } from '../format/sparse-npz.ts';
export * from '../host/index.ts';
export type { CooInput, CsrInput } from './csr-build.ts';
export type { IndexInput, ValueInput } from './csr-input.ts';
export { CsrMatrix, type CsrMemoryUsage } from './csr-matrix.ts';
export type { Norm } from './csr-rows.ts';
export { capabilities, init } from './kernels.ts';
