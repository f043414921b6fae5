export * from '../host/index.ts';
export { capabilities, init } from '../vectors/kernels.ts';
export { KMeans, type KMeansOptions } from './k-means.ts';
export { ProductQuantizer, type ProductQuantizerOptions } from './product-quantizer.ts';
