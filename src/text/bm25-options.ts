import { LanewiseError } from '../host/errors.ts';
import type { LongCallOptions } from '../host/progress.ts';
import { Bitmap } from '../vectors/bitmap.ts';
import { checkInteger, checkNumber, type IdInput, LARGEST_ID, toIds } from '../vectors/input.ts';
import type { Bm25Weights } from './bm25-store.ts';
import { checkText, checkTexts, checkTokenizer } from './texts.ts';
import type { Tokenizer } from './tokenize.ts';

/** What a {@link Bm25Index} is made for. */
export interface Bm25Options {
  /** How soon more of a term counts no more, 0..1000; at 0, once is enough. @default 1.2 */
  readonly k1?: number;
  /** How much a long document is held against it, 0..1. @default 0.75 */
  readonly b?: number;
  /** What splits documents and queries into terms. It is not saved: give it to `fromBytes` again. @default tokenize */
  readonly tokenizer?: Tokenizer;
}

/** How documents are added. */
export interface Bm25AddOptions {
  /** One id a document, integers in 0..2147483647. @default the next ids in order */
  readonly ids?: IdInput;
  /** Whether a document whose id is present replaces the one there; without it that is an error. @default false */
  readonly replace?: boolean;
}

export type Bm25BuildOptions = Bm25AddOptions & LongCallOptions;

/** How a {@link Bm25Index} is searched. */
export interface Bm25SearchOptions {
  /** Results a query, from 1 on. @default 10 */
  readonly k?: number;
  /** Only these ids qualify. */
  readonly filter?: Bitmap;
  /** Whether to report the work that was done. @default false */
  readonly stats?: boolean;
}

/** What a search found: `queries x k`, row-major, best first. */
export interface Bm25Result {
  /** Ids; -1 where fewer than k documents have a term of the query. Equal scores: the lower id first. */
  readonly ids: Int32Array;
  /** Scores, more than 0; -Infinity beside an id of -1. */
  readonly scores: Float32Array;
  readonly k: number;
  /** With `stats`: the work of each query. */
  readonly stats?: readonly Bm25Stats[];
}

/** The work of one query. */
export interface Bm25Stats {
  /** Postings of the query's terms, of removed documents too. */
  readonly postings: number;
  /** Postings whose weight was added to a document's. */
  readonly added: number;
  /** Windows of 2048 documents that were passed over as a whole. */
  readonly skipped: number;
  /** Documents that were scored by themselves. */
  readonly rescored: number;
}

/** Bytes that a {@link Bm25Index} holds. */
export interface Bm25MemoryUsage {
  readonly total: number;
  /** Postings and the documents' lists of terms, in linear memory. */
  readonly postings: number;
  /** Terms and their numbers, in JavaScript memory: an estimate, for engines do not tell. */
  readonly terms: number;
  /** The look-up table of ids, in JavaScript memory. */
  readonly ids: number;
}

const MOST_K1 = 1000;

export interface CheckedBm25Options {
  readonly weights: Bm25Weights;
  readonly tokenizer: Tokenizer;
}

/** @throws LanewiseError `INVALID_ARGUMENT` */
export function checkBm25Options(options: Bm25Options = {}): CheckedBm25Options {
  const { k1 = 1.2, b = 0.75, tokenizer } = options;
  checkNumber('k1', k1, 0, MOST_K1);
  checkNumber('b', b, 0, 1);
  return { weights: { k1, b }, tokenizer: checkTokenizer(tokenizer) };
}

/** Documents that are added. */
export interface CheckedDocuments {
  /** A copy. */
  readonly texts: readonly string[];
  readonly ids: Int32Array | undefined;
}

/** @throws LanewiseError `INVALID_ARGUMENT`, `DIMENSION_MISMATCH` */
export function checkDocuments(texts: readonly string[], { ids }: Bm25AddOptions): CheckedDocuments {
  const copy = checkTexts(texts);
  if (ids === undefined) return { texts: copy, ids };
  const checked = toIds(ids);
  if (checked.length === copy.length) return { texts: copy, ids: checked };
  throw new LanewiseError(
    'DIMENSION_MISMATCH',
    `${copy.length} texts need as many ids; got ${checked.length}.`,
    {
      expected: copy.length,
      got: checked.length,
    },
  );
}

/** @throws LanewiseError `INVALID_ARGUMENT` */
export function checkQueries(queries: string | readonly string[]): readonly string[] {
  return Array.isArray(queries) ? checkTexts(queries) : [checkText('queries', queries)];
}

/** @throws LanewiseError `INVALID_ARGUMENT` */
export function checkBm25Search({ k = 10, filter }: Bm25SearchOptions): {
  k: number;
  filter: Bitmap | undefined;
} {
  checkInteger('k', k, 1, LARGEST_ID);
  if (filter === undefined || filter instanceof Bitmap) return { k, filter };
  throw new LanewiseError(
    'INVALID_ARGUMENT',
    'filter must be a Bitmap of ids. Make one with Bitmap.of(ids).',
  );
}
