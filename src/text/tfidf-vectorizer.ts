import { LanewiseError } from '../host/errors.ts';
import { ln } from '../host/logarithm.ts';
import { asPart, type LongCallOptions, type Progress, runPieces } from '../host/progress.ts';
import type { CsrMatrix } from '../sparse/csr-matrix.ts';
import { init } from '../sparse/kernels.ts';
import { checkBytes } from '../vectors/input.ts';
import type { TermCounts } from './term-counts.ts';
import { TermRows } from './term-rows.ts';
import { checkTexts, termsOf } from './texts.ts';
import { type FittedTerms, fittedTerms, readTfidf, type SavedTfidf, writeTfidf } from './tfidf-file.ts';
import { checkTfidfOptions, type TfidfOptions } from './tfidf-options.ts';
import { type CountedTexts, chooseTerms, countTexts } from './vocabulary.ts';

/** The share of the time that counting takes, beside weighing. */
const COUNTING = 0.8;

/**
 * Texts as rows of a sparse matrix with a column for every term: how often the text holds it, weighed by how few texts do
 * (Salton and Buckley, "Term-weighting approaches in automatic text retrieval", 1988). Definitions are scikit-learn's, so
 * that of the same terms the values are the same but for rounding to float32.
 *
 * Columns are the terms in ascending order of their UTF-16 code units. It holds no linear memory, its matrices do.
 *
 * @example
 * const vectorizer = await TfidfVectorizer.create({ minDocuments: 2, sublinear: true });
 * using documents = await vectorizer.fitTransform(texts);
 * using queries = vectorizer.transform(['what is sought']);
 */
export class TfidfVectorizer {
  readonly #options: Required<TfidfOptions>;
  #fitted: FittedTerms | undefined;

  private constructor({ options, fitted }: SavedTfidf) {
    this.#options = options;
    this.#fitted = fitted;
  }

  /** @throws LanewiseError `INVALID_ARGUMENT`, `SIMD_UNSUPPORTED`, `CSP_BLOCKED` */
  static async create(options: TfidfOptions = {}): Promise<TfidfVectorizer> {
    const checked = checkTfidfOptions(options);
    await init();
    return new TfidfVectorizer({ options: checked, fitted: undefined });
  }

  /**
   * The vectorizer that `toBytes()` wrote, which gives the same rows.
   *
   * @param options `tokenizer`: the one that it was fitted with, where that was an own one: files hold no code
   * @throws LanewiseError `FILE_FORMAT`, `FILE_TRUNCATED`, `FILE_CORRUPT`, `FILE_VERSION`, `FILE_DTYPE`, `INVALID_ARGUMENT`
   *   where it needs a tokenizer
   */
  static fromBytes(
    bytes: Uint8Array | ArrayBuffer,
    options: Pick<TfidfOptions, 'tokenizer'> = {},
  ): TfidfVectorizer {
    return new TfidfVectorizer(readTfidf(checkBytes(bytes), options.tokenizer));
  }

  /** Whether terms were learned. */
  get isFitted(): boolean {
    return this.#fitted !== undefined;
  }

  /** The terms, column by column. @throws LanewiseError `UNTRAINED` */
  get terms(): readonly string[] {
    return this.#learned.terms;
  }

  /** The column of each term. @throws LanewiseError `UNTRAINED` */
  get vocabulary(): ReadonlyMap<string, number> {
    return this.#learned.columns;
  }

  /** A copy of the weight of each column; 1 for counts. @throws LanewiseError `UNTRAINED` */
  get idf(): Float32Array {
    return this.#learned.idf.slice();
  }

  /**
   * Learns the terms of texts and their weights; what was learned before is replaced once it succeeds. In slices of a
   * few milliseconds, at least a text each, with progress in texts.
   *
   * @throws LanewiseError `INVALID_ARGUMENT`, where no term is kept too; the signal's reason, and what the tokenizer throws
   */
  async fit(texts: readonly string[], options: LongCallOptions = {}): Promise<this> {
    this.#fitted = await runPieces(countAndLearn(checkTexts(texts), this.#options), options);
    return this;
  }

  /**
   * One row a text, texts x terms. Terms that were not learned are passed over; a text without others gives an empty row.
   *
   * @throws LanewiseError `UNTRAINED`, `INVALID_ARGUMENT`, `MEMORY_EXHAUSTED`, and what the tokenizer throws
   */
  transform(texts: readonly string[]): CsrMatrix {
    const { terms, idf, counter } = this.#learned;
    const checked = checkTexts(texts);
    const rows = new TermRows(checked.length, this.#options.norm);
    for (const text of checked) {
      counter.count(termsOf(text, this.#options.tokenizer));
      weigh(counter, idf, this.#options, rows);
    }
    return rows.toMatrix(terms.length);
  }

  /**
   * As `fit` and then `transform`, but each text is tokenized once, and the rows are made in slices too.
   *
   * @throws what `fit` and `transform` throw
   */
  async fitTransform(texts: readonly string[], options: LongCallOptions = {}): Promise<CsrMatrix> {
    const { fitted, rows } = await runPieces(learnAndWeigh(checkTexts(texts), this.#options), options);
    const matrix = rows.toMatrix(fitted.terms.length);
    this.#fitted = fitted;
    return matrix;
  }

  /**
   * What was learned as a safetensors file (docs/formats.md names its tensors).
   *
   * @throws LanewiseError `UNTRAINED`; `INVALID_VALUE` where a term is no well-formed text; `MEMORY_EXHAUSTED`
   */
  toBytes(): Uint8Array<ArrayBuffer> {
    return writeTfidf(this.#options, this.#learned);
  }

  get #learned(): FittedTerms {
    if (this.#fitted) return this.#fitted;
    throw new LanewiseError('UNTRAINED', 'This TfidfVectorizer has no terms yet. Call fit(texts) first.');
  }
}

type Options = Required<TfidfOptions>;

function* countAndLearn(texts: readonly string[], options: Options): Generator<Progress, FittedTerms> {
  const total = texts.length;
  // The last text counts once its terms are sorted.
  const from = { from: 0, to: Math.max(0, total - 1), total };
  const counted = yield* asPart(countTexts(texts, options.tokenizer, false), from);
  const fitted = yield* learn(counted, options, { done: from.to, total });
  yield { done: total, total };
  return fitted;
}

function* learn(
  counted: CountedTexts,
  options: Options,
  progress: Progress,
): Generator<Progress, FittedTerms> {
  const terms = yield* chooseTerms(counted, options, progress);
  yield progress;
  const idf = new Float32Array(terms.length).fill(1);
  const added = options.smooth ? 1 : 0;
  if (options.weights === 'tfidf') {
    terms.forEach((term, column) => {
      const documents = counted.documents[counted.numbers.get(term)!]!;
      idf[column] = ln((counted.texts + added) / (documents + added)) + 1;
    });
  }
  yield progress;
  return fittedTerms(terms, idf);
}

function* learnAndWeigh(
  texts: readonly string[],
  options: Options,
): Generator<Progress, { fitted: FittedTerms; rows: TermRows }> {
  const total = texts.length;
  const counted = Math.floor(COUNTING * total);
  const counting = countTexts(texts, options.tokenizer, true);
  const all = yield* asPart(counting, { from: 0, to: counted, total });
  const fitted = yield* learn(all, options, { done: counted, total });
  const rows = yield* asPart(weighAll(all, fitted, options), { from: counted, to: total, total });
  return { fitted, rows };
}

function* weighAll(
  { texts, numbers, rows: all }: CountedTexts,
  { terms, columns, idf, counter }: FittedTerms,
  options: Options,
): Generator<Progress, TermRows> {
  const columnOf = new Int32Array(numbers.size).fill(-1);
  for (const term of terms) columnOf[numbers.get(term)!] = columns.get(term)!;
  const rows = new TermRows(texts, options.norm);
  while (rows.rows < texts) {
    const held = all!.columnsOf(rows.rows);
    const counts = all!.valuesOf(rows.rows);
    counter.clear();
    for (let at = 0; at < held.length; at++) {
      const column = columnOf[held[at]!]!;
      if (column >= 0) counter.add(column, counts[at]!);
    }
    weigh(counter, idf, options, rows);
    yield { done: rows.rows, total: texts };
  }
  return rows;
}

/** Ends a row with what the text at hand holds. */
function weigh(counter: TermCounts, idf: Float32Array, { binary, sublinear }: Options, rows: TermRows): void {
  const { counts } = counter;
  const met = counter.met.sort();
  for (let at = 0; at < met.length; at++) {
    const column = met[at]!;
    const count = binary ? 1 : counts[column]!;
    rows.add(column, (sublinear && count > 1 ? 1 + ln(count) : count) * idf[column]!);
  }
  rows.endRow();
}
