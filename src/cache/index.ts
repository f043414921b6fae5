export * from '../host/index.ts';
export { capabilities, init } from '../vectors/kernels.ts';
