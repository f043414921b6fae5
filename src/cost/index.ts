export * from '../host/index.ts';
export { capabilities, init } from '../vectors/kernels.ts';
export { measureRoof, type Roof, type RoofOptions } from './roof.ts';
