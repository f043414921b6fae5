export * from '../host/index.ts';
export type { CooArrays, CsrArrays } from './csr-build.ts';
export type { IndexInput, ValueInput } from './csr-input.ts';
export { CsrMatrix } from './csr-matrix.ts';
export { capabilities, init } from './kernels.ts';
