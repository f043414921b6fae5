export * from '../host/index.ts';
export type { CooArrays, CsrArrays } from './csr-build.ts';
export type { IndexInput, ValueInput } from './csr-input.ts';
export { CsrMatrix } from './csr-matrix.ts';
export { capabilities, init } from './kernels.ts';
export { type PageRankOptions, type PageRanks, pageRank } from './page-rank.ts';
export { PCA, type PCAOptions } from './pca.ts';
export { type DominantEigenpair, type PowerIterationOptions, powerIteration } from './power-iteration.ts';
export { TruncatedSVD, type TruncatedSVDOptions } from './truncated-svd.ts';
