export * from '../host/index.ts';
export { type CsrArrays, CsrMatrix } from './csr-matrix.ts';
export { capabilities, init } from './kernels.ts';
export { TruncatedSVD, type TruncatedSVDOptions } from './truncated-svd.ts';
