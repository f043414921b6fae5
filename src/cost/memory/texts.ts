import { ln } from '../../host/logarithm.ts';
import {
  areJoined,
  dictionaryBytes,
  type Extent,
  FIRST_CAPACITY,
  FREQUENT,
  isChunk,
  layoutPostings,
  layoutTerms,
  MOST_PAIRS,
  WINDOW,
} from '../../text/bm25-layout.ts';
import type { Bm25MemoryUsage } from '../../text/bm25-options.ts';
import { areWide, layoutWordClass } from '../../text/edit-layout.ts';
import { given } from '../options.ts';
import { checkCount, checkQuantity, finite } from '../quantity.ts';
import { held } from './held.ts';
import { checkRowCount, type IdSource, idTableBytes } from './rows.ts';

/** A `Bm25Index` whose documents came in one call, and of which none was removed. */
export interface Bm25MemoryOptions {
  readonly documents: number;
  /** Distinct terms of all documents. */
  readonly terms: number;
  /** Postings: the distinct terms of each document, in sum. */
  readonly postings: number;
  /** Characters of a term, on average over the distinct ones. @default 8 */
  readonly termLength?: number;
  /** Terms of a document, repeated ones too, on average. @default postings / documents */
  readonly documentLength?: number;
  /** @default 'automatic' */
  readonly ids?: IdSource;
}

/** An `EditDictionary`. */
export interface EditDictionaryMemoryOptions {
  /** How many words there are of each length in symbols: `[0, 12, 80]` is 12 words of one symbol and 80 of two. */
  readonly lengths: ArrayLike<number>;
  /** Distinct symbols of all words, which take two bytes beyond 256. @default 26 */
  readonly symbols?: number;
}

const EULER_GAMMA = 0.5772156649015329;

/**
 * What `Bm25Index.memoryUsage()` reports, bytes, within some percent: segments of at most 65 536 documents and 2^20 postings
 * (src/text/bm25-layout.ts), joined as they are where documents are all of one size. Of a posting 10 bytes and of a document 8 are
 * exact, and of the dictionary all but `termLength`. What must be guessed: a segment of a share of the documents has the square root of
 * it as share of the terms (Heaps' law, exponent 1/2); frequencies fall as 1 / rank (Zipf's law), which says how many terms are frequent;
 * lengths of documents are spread from 0 to twice the mean, with four frequencies each.
 *
 * @throws LanewiseError `INVALID_ARGUMENT`
 */
export function bm25Index(options: Bm25MemoryOptions): Bm25MemoryUsage {
  const { termLength = 8 } = given(options);
  const documents = checkRowCount('documents', options.documents);
  const terms = checkCount('terms', options.terms, 0);
  const entries = checkCount('postings', options.postings, 0);
  const length = checkQuantity('documentLength', options.documentLength ?? entries / Math.max(1, documents));
  const postings = segmentsOf({ documents, entries }).reduce(
    (sum, extent) => {
      const share = Math.sqrt(extent.documents / documents);
      return sum + segmentBytes(extent, Math.min(extent.entries, Math.round(terms * share)), length);
    },
    held(4 * WINDOW),
  );
  let capacity = FIRST_CAPACITY;
  while (capacity < terms) capacity *= 2;
  const characters = Math.round(terms * checkQuantity('termLength', termLength));
  const dictionary = dictionaryBytes(capacity, terms, characters);
  const ids = idTableBytes(documents, options.ids);
  return { total: finite('bytes', postings + dictionary + ids), postings, terms: dictionary, ids };
}

/** The segments that documents of one size end in, as `Bm25Index.add` cuts and joins them. */
function segmentsOf({ documents, entries }: Extent): Extent[] {
  const segments: Extent[] = [];
  const upTo = (document: number): number => Math.round(entries * (document / documents));
  const chunk = chunkOf(documents, entries);
  for (let first = 0; first < documents; first += chunk) {
    const end = Math.min(documents, first + chunk);
    segments.push({ documents: end - first, entries: upTo(end) - upTo(first) });
    for (;;) {
      const [former, last] = segments.slice(-2);
      if (!former || !last || !areJoined(former, last)) break;
      const joined = { documents: former.documents + last.documents, entries: former.entries + last.entries };
      segments.splice(-2, 2, joined);
    }
  }
  return segments;
}

/** Documents that are indexed at a time. */
function chunkOf(documents: number, entries: number): number {
  let [low, high] = [1, Math.max(1, documents)];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (isChunk({ documents: middle, entries: entries * (middle / documents) })) high = middle;
    else low = middle + 1;
  }
  return low;
}

function segmentBytes(extent: Extent, terms: number, length: number): number {
  const { documents, entries } = extent;
  const { head, ids, starts, terms: lists, codes, postings } = layoutPostings(extent);
  // Of all terms the one of rank r has a posting in entries / (r H) documents, H = 1 + 1/2 + ... + 1/terms.
  const harmonic = terms > 0 ? ln(terms) + EULER_GAMMA : 1;
  const frequent = Math.min(terms, Math.floor(entries / harmonic / FREQUENT));
  const pairs = Math.min(MOST_PAIRS, entries, Math.round(8 * Math.min(length, documents)));
  const told = layoutTerms({ documents, terms, frequent, pairs });
  return (
    held(head, ids, starts, lists, codes, postings, told.directory, told.hash, told.pairs, told.impacts) +
    (frequent > 0 ? held(told.tables) : 0)
  );
}

/**
 * What `EditDictionary.memoryUsage()` reports, bytes, equal to the byte: words of one length together in groups of 16, a byte
 * or two a symbol, 5 a word for signatures and 4 for its id (src/text/edit-layout.ts).
 *
 * @throws LanewiseError `INVALID_ARGUMENT`
 */
export function editDictionary(options: EditDictionaryMemoryOptions): { readonly total: number } {
  const { lengths, symbols = 26 } = given(options);
  const isWide = areWide(checkCount('symbols', symbols, 0));
  let total = 0;
  for (let length = 0; length < lengths?.length; length++) {
    const count = checkCount('lengths', lengths[length], 0);
    if (count === 0) continue;
    const { ids, codes, signatures } = layoutWordClass(length, count, isWide);
    total += held(ids, codes, signatures);
  }
  return { total };
}
