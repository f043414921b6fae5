import { checkChoice } from '../search/options.ts';
import { ROW_NORMS, type RowNorm } from './term-rows.ts';
import { checkFlag, checkTokenizer } from './texts.ts';
import type { Tokenizer } from './tokenize.ts';
import { checkVocabulary, type VocabularyOptions } from './vocabulary.ts';

/** What a `TfidfVectorizer` is made for. */
export interface TfidfOptions extends VocabularyOptions {
  /** Term frequencies times inverse document frequencies, or frequencies alone. @default 'tfidf' */
  readonly weights?: 'tfidf' | 'count';
  /** Whether a term that the text holds n times counts 1 + ln n. @default false */
  readonly sublinear?: boolean;
  /** Whether documents are counted as if one more held every term: ln((1 + n) / (1 + df)) + 1, else ln(n / df) + 1. @default true */
  readonly smooth?: boolean;
  /** What each row is divided by. @default 'l2', for counts 'none' */
  readonly norm?: RowNorm;
  /** @default `tokenize` */
  readonly tokenizer?: Tokenizer;
}

/** @throws LanewiseError `INVALID_ARGUMENT` */
export function checkTfidfOptions(options: TfidfOptions): Required<TfidfOptions> {
  const { sublinear = false, smooth = true, tokenizer } = options;
  const weights = checkChoice('weights', options.weights ?? 'tfidf', ['tfidf', 'count'] as const);
  const norm = options.norm ?? (weights === 'tfidf' ? 'l2' : 'none');
  return {
    ...checkVocabulary(options),
    weights,
    sublinear: checkFlag('sublinear', sublinear),
    smooth: checkFlag('smooth', smooth),
    norm: checkChoice('norm', norm, ROW_NORMS),
    tokenizer: checkTokenizer(tokenizer),
  };
}
