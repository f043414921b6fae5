export * from './cache/index.ts';
export * from './cluster/index.ts';
export * from './cost/index.ts';
export * from './evaluate/index.ts';
export * from './format/index.ts';
export * from './host/index.ts';
export * from './planner/index.ts';
export * from './recommend/index.ts';
export * from './search/index.ts';
export * from './sketch/index.ts';
export * from './sparse/index.ts';
export * from './store/index.ts';
export * from './text/index.ts';
// Names that families share mean the kernels of search here.
export { capabilities, init } from './vectors/kernels.ts';
