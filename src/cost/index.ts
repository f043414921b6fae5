export * from '../host/index.ts';
export { measureRoof, type Roof, type RoofOptions } from './roof.ts';
