export * from '../host/index.ts';
export { capabilities, init } from '../sparse/kernels.ts';
