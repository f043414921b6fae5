export * from '../host/index.ts';
export { murmur3 } from '../host/murmur3.ts';
export type { CsrMatrix } from '../sparse/csr-matrix.ts';
export { capabilities, init } from '../sparse/kernels.ts';
export { Bitmap } from '../vectors/bitmap.ts';
export { type Alignment, type AlignmentOptions, alignment, type Edit } from './alignment.ts';
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
export { closest, distances, EditDictionary, type EditDictionaryOptions } from './edit-dictionary.ts';
export { type EditDistanceOptions, levenshtein, optimalStringAlignment } from './edit-distance.ts';
export type { ClosestOptions, ClosestWords } from './edit-search.ts';
export {
  type FusedRanking,
  type FusionOptions,
  type FusionResult,
  fuseRankings,
  type PartScores,
} from './fusion.ts';
export { HashingVectorizer, type HashingVectorizerOptions } from './hashing-vectorizer.ts';
export {
  HybridIndex,
  type HybridOptions,
  type HybridParts,
  type HybridQueries,
  type HybridResult,
  type TextSearchable,
  type VectorSearchable,
} from './hybrid.ts';
export { type NgramOptions, ngramJaccard } from './ngram-jaccard.ts';
export { type Snippet, type SnippetOptions, snippet } from './snippet.ts';
export type { RowNorm } from './term-rows.ts';
export type { TfidfOptions } from './tfidf-options.ts';
export { TfidfVectorizer } from './tfidf-vectorizer.ts';
export { type Tokenizer, tokenize } from './tokenize.ts';
export type { TextUnit } from './units.ts';
export type { VocabularyOptions } from './vocabulary.ts';
