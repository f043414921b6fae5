export * from '../host/index.ts';
export { capabilities, init } from './kernels.ts';
