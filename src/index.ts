export * from './cluster/index.ts';
export * from './cost/index.ts';
export * from './evaluate/index.ts';
export * from './format/index.ts';
export * from './host/index.ts';
export * from './search/index.ts';
export * from './store/index.ts';
