export * from '../host/index.ts';
export type { CsrMatrix } from '../sparse/csr-matrix.ts';
export { capabilities, init } from '../sparse/kernels.ts';
export {
  type FusedRanking,
  type FusionOptions,
  type FusionResult,
  fuseRankings,
  type PartScores,
} from './fusion.ts';
export {
  HybridIndex,
  type HybridOptions,
  type HybridParts,
  type HybridQueries,
  type HybridResult,
  type TextSearchable,
  type VectorSearchable,
} from './hybrid.ts';
export { HashingVectorizer, type HashingVectorizerOptions } from './hashing-vectorizer.ts';
export { murmur3 } from './murmur3.ts';
export type { RowNorm } from './term-rows.ts';
export type { TfidfOptions } from './tfidf-options.ts';
export { TfidfVectorizer } from './tfidf-vectorizer.ts';
export { type Tokenizer, tokenize } from './tokenize.ts';
export type { VocabularyOptions } from './vocabulary.ts';
