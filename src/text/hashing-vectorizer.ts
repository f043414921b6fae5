import { murmur3 } from '../host/murmur3.ts';
import { type LongCallOptions, type Progress, runPieces } from '../host/progress.ts';
import { checkChoice } from '../search/options.ts';
import type { CsrMatrix } from '../sparse/csr-matrix.ts';
import { init } from '../sparse/kernels.ts';
import { checkInteger } from '../vectors/input.ts';
import { ROW_NORMS, type RowNorm, TermRows } from './term-rows.ts';
import { checkFlag, checkTexts, checkTokenizer, termsOf } from './texts.ts';
import type { Tokenizer } from './tokenize.ts';

/** What a {@link HashingVectorizer} is made for. */
export interface HashingVectorizerOptions {
  /** Columns, 1..1073741824: with few of them, terms share columns. @default 262144 */
  readonly features?: number;
  /** Whether half of the terms count as -1, so that terms of one column cancel out on average. @default true */
  readonly signed?: boolean;
  /** Whether a column that is met counts 1, however often it is met. @default false */
  readonly binary?: boolean;
  /** What each row is divided by. @default 'l2' */
  readonly norm?: RowNorm;
  /** @default `tokenize` */
  readonly tokenizer?: Tokenizer;
}

/**
 * The hashing trick: texts as rows whose columns are hashes of their terms, without a vocabulary (Weinberger et al.,
 * "Feature Hashing for Large Scale Multitask Learning", ICML 2009). Nothing is learned or held, and any number of
 * machines gives rows that fit together; which term a column stands for cannot be told.
 *
 * With h the signed MurmurHash3 of a term's UTF-8 bytes, seed 0: the column is |h| modulo the features and the sign that
 * of h, as in scikit-learn's HashingVectorizer, which gives the same rows of the same terms. Inner products of signed
 * rows are, in expectation, those of the counts. O(terms log terms) a text.
 *
 * @example
 * const vectorizer = await HashingVectorizer.create({ features: 2 ** 16 });
 * using rows = vectorizer.transform(['the first text', 'the second']);
 */
export class HashingVectorizer {
  readonly features: number;
  readonly #options: Required<HashingVectorizerOptions>;

  private constructor(options: Required<HashingVectorizerOptions>) {
    this.features = options.features;
    this.#options = options;
  }

  /** @throws LanewiseError `INVALID_ARGUMENT`, `SIMD_UNSUPPORTED`, `CSP_BLOCKED` */
  static async create(options: HashingVectorizerOptions = {}): Promise<HashingVectorizer> {
    const { features = 2 ** 18, signed = true, binary = false, norm = 'l2', tokenizer } = options;
    const checked = {
      features: checkInteger('features', features, 1, 2 ** 30),
      signed: checkFlag('signed', signed),
      binary: checkFlag('binary', binary),
      norm: checkChoice('norm', norm, ROW_NORMS),
      tokenizer: checkTokenizer(tokenizer),
    };
    await init();
    return new HashingVectorizer(checked);
  }

  /**
   * One row a text, texts x features. A text without terms gives an empty row; so do terms of one column that cancel out.
   *
   * @throws LanewiseError `INVALID_ARGUMENT`, `MEMORY_EXHAUSTED`, and what the tokenizer throws
   */
  transform(texts: readonly string[]): CsrMatrix {
    return atOnce(hash(checkTexts(texts), this.#options)).toMatrix(this.features);
  }

  /**
   * As `transform`, in slices of a few milliseconds, with progress in texts: there is nothing to fit.
   *
   * @throws what `transform` throws, and the signal's reason
   */
  async fitTransform(texts: readonly string[], options: LongCallOptions = {}): Promise<CsrMatrix> {
    return (await runPieces(hash(checkTexts(texts), this.#options), options)).toMatrix(this.features);
  }
}

function* hash(
  texts: readonly string[],
  { features, signed, binary, norm, tokenizer }: Required<HashingVectorizerOptions>,
): Generator<Progress, TermRows> {
  const rows = new TermRows(texts.length, norm);
  for (const text of texts) {
    const places = placesOf(termsOf(text, tokenizer), features);
    for (let at = 0; at < places.length; ) {
      const column = places[at]! >>> 1;
      let sum = 0;
      for (; at < places.length && places[at]! >>> 1 === column; at++)
        sum += signed && places[at]! & 1 ? -1 : 1;
      if (binary) rows.add(column, 1);
      else if (sum !== 0) rows.add(column, sum);
    }
    rows.endRow();
    yield { done: rows.rows, total: texts.length };
  }
  return rows;
}

/** Twice the column of each term, plus 1 where its sign is negative; ascending. */
function placesOf(terms: readonly string[], features: number): Uint32Array {
  const places = new Uint32Array(terms.length);
  for (let at = 0; at < places.length; at++) {
    const signedHash = murmur3(terms[at]!) | 0;
    places[at] = 2 * (Math.abs(signedHash) % features) + (signedHash < 0 ? 1 : 0);
  }
  return places.sort();
}

/** What work gives that is done in one go. */
function atOnce<Result>(work: Generator<Progress, Result>): Result {
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
  }
}
