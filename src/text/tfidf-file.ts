import { arrayTensor, bytesTensor, readChecked } from '../format/file-tensors.ts';
import { corruptFile, IndexFile, writeIndexFile } from '../format/index-file.ts';
import { LanewiseError } from '../host/errors.ts';
import { runtime } from '../sparse/kernels.ts';
import { TermCounts } from './term-counts.ts';
import { checkTokenizer } from './texts.ts';
import { checkTfidfOptions, type TfidfOptions } from './tfidf-options.ts';
import { type Tokenizer, tokenize } from './tokenize.ts';

const ESTIMATOR = 'TfidfVectorizer';

/** What was learned: a term's place is its column. */
export interface FittedTerms {
  readonly terms: readonly string[];
  readonly columns: ReadonlyMap<string, number>;
  readonly idf: Float32Array;
  /** Room to count in, which a query need not make anew. */
  readonly counter: TermCounts;
}

/** What a saved vectorizer holds. */
export interface SavedTfidf {
  readonly options: Required<TfidfOptions>;
  readonly fitted: FittedTerms | undefined;
}

export function fittedTerms(terms: readonly string[], idf: Float32Array): FittedTerms {
  const columns = new Map<string, number>();
  for (let column = 0; column < terms.length; column++) columns.set(terms[column]!, column);
  return { terms, columns, idf, counter: new TermCounts(columns) };
}

/**
 * A vectorizer as a safetensors file: the terms in UTF-8, one behind another; where each ends; their weights.
 *
 * @throws LanewiseError `MEMORY_EXHAUSTED`
 */
export function writeTfidf(
  options: Required<TfidfOptions>,
  { terms, idf }: FittedTerms,
): Uint8Array<ArrayBuffer> {
  // JSON has no Infinity: what it leaves out is the default.
  const { tokenizer, minDocuments, maxDocuments, maxFeatures, ...rest } = options;
  const bounds = Object.entries({ minDocuments, maxDocuments, maxFeatures }).filter(([, n]) => n < Infinity);
  const saved = { ...rest, ...Object.fromEntries(bounds), ownTokenizer: tokenizer !== tokenize };
  const encoder = new TextEncoder();
  const texts = encoder.encode(terms.join(''));
  const ends = new Uint32Array(terms.length);
  let end = 0;
  terms.forEach((term, column) => {
    end += encoder.encode(term).length;
    ends[column] = end;
  });
  const own = runtime();
  return writeIndexFile({ estimator: ESTIMATOR, options: saved, nextId: 0, seed: 0 }, [
    arrayTensor(own, { name: 'termEnds', dtype: 'U32', shape: [terms.length] }, ends),
    arrayTensor(own, { name: 'idf', dtype: 'F32', shape: [terms.length] }, idf),
    bytesTensor(own, { name: 'terms', dtype: 'U8', shape: [end] }, (target) => target.set(texts)),
  ]);
}

/**
 * @throws LanewiseError `FILE_FORMAT`, `FILE_TRUNCATED`, `FILE_CORRUPT`, `FILE_VERSION`, `FILE_DTYPE`,
 *   `MEMORY_EXHAUSTED`, `INVALID_ARGUMENT`
 */
export function readTfidf(bytes: Uint8Array, tokenizer: Tokenizer | undefined): SavedTfidf {
  const file = new IndexFile(bytes, ESTIMATOR);
  const options = readOptions(file);
  if (file.options['ownTokenizer'] !== false && !tokenizer) {
    throw new LanewiseError(
      'INVALID_ARGUMENT',
      'This TfidfVectorizer was fitted with a tokenizer of its own, which no file can hold: fromBytes(bytes, { tokenizer }).',
    );
  }
  const own = runtime();
  const size = file.rowsOf('termEnds');
  const ends = new Uint32Array(size);
  const idf = new Float32Array(size);
  file.load([
    arrayTensor(own, { name: 'termEnds', dtype: 'U32', shape: [size] }, ends),
    arrayTensor(own, { name: 'idf', dtype: 'F32', shape: [size] }, idf),
  ]);
  const texts = readChecked(own, file, { name: 'terms', dtype: 'U8', shape: [file.rowsOf('terms')] });
  if (!idf.every((weight) => weight >= 1 && weight < Infinity))
    throw corruptFile('A weight in the file is none of a TfidfVectorizer.', undefined);
  const fitted = fittedTerms(readTerms(texts, ends), idf);
  return { options: { ...options, tokenizer: checkTokenizer(tokenizer) }, fitted };
}

/** @throws LanewiseError `FILE_CORRUPT` unless the terms fill the bytes, and ascend */
function readTerms(bytes: Uint8Array, ends: Uint32Array): string[] {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const terms: string[] = [];
  // First, for terms that overlap could be far longer together than the file.
  if (!ends.every((end, column) => end >= (ends[column - 1] ?? 0)) || ends.at(-1) !== bytes.length)
    throw corruptFile('The terms of the file are no partition of its bytes.', ends.length);
  let from = 0;
  try {
    for (const end of ends) {
      terms.push(decoder.decode(bytes.subarray(from, end)));
      from = end;
    }
  } catch (error) {
    throw corruptFile(`Term ${terms.length} of the file is no UTF-8.`, error);
  }
  const ascends = (term: string, column: number): boolean => column === 0 || terms[column - 1]! < term;
  if (terms.every(ascends)) return terms;
  throw corruptFile('The terms of the file are none of a TfidfVectorizer.', undefined);
}

/** @throws LanewiseError `FILE_CORRUPT` */
function readOptions(file: IndexFile): Required<TfidfOptions> {
  try {
    return checkTfidfOptions({ ...file.options, tokenizer: tokenize });
  } catch {
    throw corruptFile('The options of the file are none of a TfidfVectorizer.', file.options);
  }
}
