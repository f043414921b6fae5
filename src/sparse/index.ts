export * from '../host/index.ts';
export { type CsrArrays, CsrMatrix } from './csr-matrix.ts';
export { capabilities, init } from './kernels.ts';
