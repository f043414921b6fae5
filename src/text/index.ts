export * from '../host/index.ts';
export { capabilities, init } from '../sparse/kernels.ts';
export { type Tokenizer, tokenize } from './tokenize.ts';
