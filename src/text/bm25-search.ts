import { LanewiseError } from '../host/errors.ts';
import { ln } from '../host/logarithm.ts';
import type { Bitmap } from '../vectors/bitmap.ts';
import type { Bm25Stats } from './bm25-options.ts';
import type { Segment } from './bm25-segment.ts';
import type { Bm25Store } from './bm25-store.ts';

/** Bytes of a query and of a term of it (assembly/bm25.ts). */
const QUERY_BYTES = 128;
const TERM_BYTES = 48;
const RESULT_BYTES = 8;
/** Results of one search: beyond, arrays of them are refused before they are asked for. */
const MOST_RESULTS = 2 ** 28;
/** Postings that are added in the time of scoring one document by itself, ids looked up. */
const LISTING_COST = 32;

/** What to look for. */
export interface Bm25Wanted {
  readonly k: number;
  readonly filter: Bitmap | undefined;
  /** Whether to pass over what cannot be among the results; the answer is the same without. */
  readonly prunes: boolean;
}

/** What was found: `queries x k`. */
export interface Bm25Found {
  readonly ids: Int32Array;
  readonly scores: Float32Array;
  readonly stats: Bm25Stats[];
}

/** The inverse document frequency: ln(1 + (N - df + 1/2) / (df + 1/2)), in float32. */
function idfOf(documents: number, frequency: number): number {
  return Math.fround(ln(1 + (documents - frequency + 0.5) / (frequency + 0.5)));
}

/** The best documents for each query, which is a list of terms, each once. @throws LanewiseError `MEMORY_EXHAUSTED` */
export function searchBm25(store: Bm25Store, queries: readonly number[][], wanted: Bm25Wanted): Bm25Found {
  const { ids, scores } = unranked(queries.length, wanted.k);
  const stats: Bm25Stats[] = [];
  const room = Math.min(wanted.k, store.size);
  const { memory } = store.runtime;
  const most = queries.reduce((most, { length }) => Math.max(most, length), 0);
  const termsAt = QUERY_BYTES;
  const orderAt = termsAt + TERM_BYTES * most;
  const resultsAt = orderAt + 4 * (most + (most % 2));
  const filterAt = resultsAt + RESULT_BYTES * room;
  const words = wanted.filter?.words;
  const address = memory.allocate(filterAt + (words?.byteLength ?? 0));
  try {
    if (words) memory.u32.set(words, (address + filterAt) / 4);
    queries.forEach((terms, i) => {
      const query = {
        ...{ address, terms: address + termsAt, order: address + orderAt, results: address + resultsAt },
        ...{ filter: words ? address + filterAt : 0, filterBits: 32 * (words?.length ?? 0), room },
      };
      const found = terms.length === 0 || room === 0 ? 0 : run(store, terms, query, wanted, stats);
      const { f32, i32 } = memory;
      const results = query.results / 4;
      for (let j = 0; j < found; j++) {
        scores[i * wanted.k + j] = f32[results + 2 * j]!;
        ids[i * wanted.k + j] = i32[results + 2 * j + 1]!;
      }
      if (stats.length === i) stats.push({ postings: 0, added: 0, skipped: 0, rescored: 0 });
    });
  } finally {
    memory.free(address);
  }
  return { ids, scores, stats };
}

interface QueryPlace {
  readonly address: number;
  readonly terms: number;
  readonly order: number;
  readonly results: number;
  readonly filter: number;
  readonly filterBits: number;
  readonly room: number;
}

/** Runs one query; returns how many results it has. */
function run(
  store: Bm25Store,
  terms: readonly number[],
  query: QueryPlace,
  { filter, prunes }: Bm25Wanted,
  stats: Bm25Stats[],
): number {
  const { runtime, weights, averageLength, stamp } = store;
  const { kernels, memory } = runtime;
  const postings = writeQuery(store, terms, query, prunes);
  const isListed = filter !== undefined && prunes && LISTING_COST * filter.count < postings;
  if (isListed) scoreAllowed(store, filter, query.address);
  else {
    for (const segment of store.segments) {
      segment.weigh(stamp, weights.k1, weights.b, averageLength);
      kernels.searchPostings(query.address, segment.address, stamp);
    }
  }
  kernels.sortResults(query.address);
  const words = memory.u32.subarray(query.address / 4, query.address / 4 + QUERY_BYTES / 4);
  stats.push({ postings, added: words[22]!, skipped: words[23]!, rescored: words[24]! });
  return words[11]!;
}

/** Writes a query as the kernels read it (assembly/bm25.ts); returns in how many documents its terms stand, summed. */
function writeQuery(
  { size, dictionary, runtime, sums }: Bm25Store,
  terms: readonly number[],
  query: QueryPlace,
  prunes: boolean,
): number {
  const { u32, f32 } = runtime.memory;
  const word = query.address / 4;
  u32.fill(0, word, word + QUERY_BYTES / 4);
  u32[word + 10] = query.results;
  u32[word + 12] = query.room;
  u32[word + 13] = query.terms;
  u32[word + 14] = terms.length;
  u32[word + 15] = sums;
  u32[word + 16] = query.filter;
  u32[word + 17] = query.filterBits;
  u32[word + 18] = query.order;
  u32[word + 19] = prunes ? 1 : 0;
  // A float32 sum of n products is off by less than n + 1 times 2^-24, bounds and comparisons by less than as much again.
  new Float64Array(runtime.memory.wasm.buffer, query.address + 80, 1)[0] = 1 + (terms.length + 8) * 2 ** -21;
  let postings = 0;
  const order = [];
  for (let i = 0; i < terms.length; i++) {
    const frequency = dictionary.frequency(terms[i]!);
    postings += frequency;
    const term = (query.terms + TERM_BYTES * i) / 4;
    u32[term] = terms[i]!;
    f32[term + 1] = idfOf(size, frequency);
    order.push(i);
  }
  order.sort((a, b) => dictionary.frequency(terms[b]!) - dictionary.frequency(terms[a]!) || a - b);
  for (let i = 0; i < order.length; i++) u32[query.order / 4 + i] = query.terms + TERM_BYTES * order[i]!;
  return postings;
}

/** Scores the documents that a filter allows, each by itself. */
function scoreAllowed(store: Bm25Store, filter: Bitmap, query: number): void {
  const { runtime, weights, averageLength, stamp } = store;
  const { kernels, memory } = runtime;
  const allowed = new Map<Segment, number[]>();
  for (const id of filter.toIds()) {
    const found = store.find(id);
    if (!found) continue;
    const documents = allowed.get(found.segment);
    if (documents) documents.push(found.document);
    else allowed.set(found.segment, [found.document]);
  }
  for (const [segment, documents] of allowed) {
    const address = memory.allocate(4 * documents.length);
    memory.u32.set(documents, address / 4);
    segment.weigh(stamp, weights.k1, weights.b, averageLength);
    kernels.scoreDocuments(query, segment.address, address, documents.length);
    memory.free(address);
  }
}

function unranked(queries: number, k: number): { ids: Int32Array; scores: Float32Array } {
  try {
    if (queries * k <= MOST_RESULTS) {
      return {
        ids: new Int32Array(queries * k).fill(-1),
        scores: new Float32Array(queries * k).fill(Number.NEGATIVE_INFINITY),
      };
    }
  } catch {
    // told below
  }
  throw new LanewiseError(
    'MEMORY_EXHAUSTED',
    `There are no arrays for ${queries} x ${k} results. Ask for a smaller k, or fewer queries at once.`,
    { expected: MOST_RESULTS, got: queries * k },
  );
}
