/** Documents of a segment: their numbers are of 16 bits. */
const MOST_DOCUMENTS: number = 65_536;
/** Entries of a segment, unless it is of one document: it is built or joined in some 20 ms. */
const MOST_ENTRIES: number = 1 << 20;
/** Pairs of frequency and length: their numbers are of 16 bits. */
export const MOST_PAIRS = 65_536;
/** Documents of a window, and postings from which a term has a table of windows (assembly/windows.ts). */
export const WINDOW = 2048;
export const FREQUENT = 256;
/** Entries that are indexed at a time: a few milliseconds. */
const CHUNK_ENTRIES = 1 << 17;

const SEGMENT_BYTES = 64;
const DIRECTORY_BYTES = 12;
/** Kernels read terms four at a time. */
const PADDING_BYTES = 16;
/** Bytes that an entry of a Map and its text are taken to hold, beside two a character. */
const ENTRY_BYTES = 64;
/** Terms that a dictionary has room for at first; it doubles. */
export const FIRST_CAPACITY = 64;

/** How much a segment holds; entries are the distinct terms of each document. */
export interface Extent {
  readonly documents: number;
  readonly entries: number;
}

/** Bytes of the blocks of a segment that follow from its documents and entries (assembly/postings.ts). */
export interface PostingsLayout {
  readonly head: number;
  readonly ids: number;
  readonly starts: number;
  readonly terms: number;
  readonly codes: number;
  readonly postings: number;
}

export function layoutPostings({ documents, entries }: Extent): PostingsLayout {
  return {
    head: SEGMENT_BYTES,
    ids: 4 * documents,
    starts: 4 * (documents + 1),
    terms: 4 * entries + PADDING_BYTES,
    codes: 2 * entries,
    postings: 4 * entries,
  };
}

/** What is told apart in a segment. */
export interface Distinct {
  readonly documents: number;
  /** Terms, and those of them that are frequent. */
  readonly terms: number;
  readonly frequent: number;
  /** Pairs of frequency and length. */
  readonly pairs: number;
}

/** Bytes of the blocks of a segment that follow from what is told apart in it. */
export interface TermsLayout {
  readonly directory: number;
  readonly hash: number;
  readonly pairs: number;
  readonly impacts: number;
  /** 0 where no term is frequent. */
  readonly tables: number;
}

export function layoutTerms({ documents, terms, frequent, pairs }: Distinct): TermsLayout {
  return {
    directory: directoryBytes(terms),
    hash: 4 * hashPlaces(terms),
    pairs: 8 * pairs,
    impacts: 4 * pairs,
    tables: frequent * (16 + 8 * Math.ceil(documents / WINDOW)),
  };
}

export function directoryBytes(terms: number): number {
  return DIRECTORY_BYTES * (terms + 1);
}

/** Places of a hash that `count` keys fill to a half at most. */
export function hashPlaces(count: number): number {
  let size = 4;
  while (size < 2 * count) size *= 2;
  return size;
}

/** Whether so much is to be indexed before more is taken. */
export function isChunk({ documents, entries }: Extent): boolean {
  return entries >= CHUNK_ENTRIES || documents >= MOST_DOCUMENTS;
}

/** Whether two segments that follow each other are to be joined: the former is less than twice as large, and both fit in one. */
export function areJoined(first: Extent, second: Extent): boolean {
  return (
    first.documents < 2 * second.documents &&
    first.documents + second.documents <= MOST_DOCUMENTS &&
    first.entries + second.entries <= MOST_ENTRIES
  );
}

/**
 * Bytes of JavaScript memory that a dictionary is taken to hold.
 *
 * @param capacity of its arrays
 * @param characters of all terms
 */
export function dictionaryBytes(capacity: number, terms: number, characters: number): number {
  return 8 * capacity + ENTRY_BYTES * terms + 2 * characters;
}
