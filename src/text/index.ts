export * from '../host/index.ts';
export { capabilities, init } from '../sparse/kernels.ts';
export { Bitmap } from '../vectors/bitmap.ts';
export { Bm25Index } from './bm25.ts';
export type {
  Bm25AddOptions,
  Bm25BuildOptions,
  Bm25MemoryUsage,
  Bm25Options,
  Bm25Result,
  Bm25SearchOptions,
  Bm25Stats,
} from './bm25-options.ts';
export { type Tokenizer, tokenize } from './tokenize.ts';
