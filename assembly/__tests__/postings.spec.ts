import {
  copyDocuments,
  fillPostings,
  findTerm,
  numberPairs,
  numberTerms,
  startPostings,
  weighPairs,
} from '../postings';
import { fillTable, largestImpact, renewTable, tableBytes, WINDOW_SHIFT } from '../windows';
import { guarded, isGuarded } from './fixtures';

// Three documents: 70 60 70* (70 twice), none, and 60 50: terms 70, 60, 50 of frequencies 2, 1; -; 1, 1.
const DOCUMENTS: u32 = 3;
const ENTRIES: u32 = 4;
const MASK: u32 = 7;

function words(values: StaticArray<u32>): usize {
  const block = guarded((<usize>values.length) << 2, 0);
  for (let i = 0; i < values.length; i++) store<u32>(block + (i << 2), values[i]);
  return block;
}

/** The segment of the three documents, as the host makes it. */
function newSegment(): usize {
  const segment = guarded(64, 0);
  const starts = words([0, 2, 2, 4]);
  const terms = words([70, 60, 60, 50, 0, 0, 0, 0]);
  const frequencies = words([2, 1, 1, 1]);
  const codes = guarded(ENTRIES << 1, 0);
  const places = guarded(ENTRIES << 2, 0);
  const directory = guarded(4 * 12, 0);
  const distinct = numberTerms(terms, ENTRIES, directory, guarded((MASK + 1) << 2, 0), MASK, places);
  const pairs = guarded(ENTRIES << 3, 0);
  const pairCount = numberPairs(
    starts,
    DOCUMENTS,
    frequencies,
    codes,
    pairs,
    guarded((MASK + 1) << 2, 0),
    MASK,
  );
  expect<u32>(startPostings(directory, distinct)).toBe(0, 'tables');
  store<u32>(segment, DOCUMENTS);
  store<usize>(segment, words([5, 6, 7]), 4);
  store<usize>(segment, starts, 8);
  store<usize>(segment, terms, 12);
  store<usize>(segment, codes, 16);
  store<usize>(segment, guarded(ENTRIES << 2, 0), 20);
  store<usize>(segment, directory, 24);
  store<usize>(segment, guarded((MASK + 1) << 2, 0), 28);
  store<u32>(segment, MASK, 32);
  store<usize>(segment, pairs, 36);
  store<u32>(segment, pairCount, 40);
  store<u32>(segment, distinct, 52);
  fillPostings(segment, places);
  expect<bool>(isGuarded(load<usize>(segment, 20), ENTRIES << 2)).toBe(true, 'written beyond the postings');
  expect<bool>(isGuarded(directory, 4 * 12)).toBe(true, 'written beyond the directory');
  return segment;
}

/** Documents of a term's postings, one digit each, the last one lowest, behind a 1. */
function documentsOf(segment: usize, term: u32): u32 {
  const entry = findTerm(segment, term);
  if (entry === 0) return 0;
  let digits: u32 = 1;
  for (let at = load<u32>(entry, 4); at < load<u32>(entry, 16); at++)
    digits = digits * 10 + (load<u32>(load<usize>(segment, 20) + (at << 2)) & 0xffff);
  return digits;
}

describe('a segment', () => {
  it('leads from each term to the documents that have it, in their order', () => {
    const segment = newSegment();
    expect<u32>(documentsOf(segment, 70)).toBe(10);
    expect<u32>(documentsOf(segment, 60)).toBe(102);
    expect<u32>(documentsOf(segment, 50)).toBe(12);
    expect<u32>(documentsOf(segment, 51)).toBe(0);
  });

  it('has one pair for each frequency in documents of one length', () => {
    const segment = newSegment();
    expect<u32>(load<u32>(segment, 40)).toBe(3); // 2 of 3, 1 of 3, 1 of 2
    const codes = load<usize>(segment, 16);
    expect<u16>(load<u16>(codes, 4)).toBe(load<u16>(codes, 6));
    const pair = load<usize>(segment, 36) + ((<usize>load<u16>(codes)) << 3);
    expect<u32>(load<u32>(pair)).toBe(2, 'frequency');
    expect<u32>(load<u32>(pair, 4)).toBe(3, 'length');
  });

  it('weighs a pair as BM25 does', () => {
    const impacts = guarded(4, 0);
    // k1 = 1, b = 1/2, length twice the average: 3 * 2 / (3 + (1/2 + 1)) = 6 / 4.5
    weighPairs(words([3, 20]), 1, impacts, 1, 0.5, 10);
    expect<f32>(load<f32>(impacts)).toBe(<f32>(6.0 / 4.5));
  });

  it('is copied without its removed documents, or with empty ones for them', () => {
    const segment = newSegment();
    store<i32>(load<usize>(segment, 4), -1);
    for (let keeps = 0; keeps < 2; keeps++) {
      const ids = guarded(12, 0);
      const starts = guarded(16, 0);
      const terms = guarded(8, 0);
      const frequencies = guarded(8, 0);
      copyDocuments(segment, keeps === 1, 0, 0, ids, starts, terms, frequencies);
      expect<i32>(load<i32>(ids)).toBe(keeps === 1 ? -1 : 6);
      expect<u32>(load<u32>(starts + (keeps === 1 ? 12 : 8))).toBe(2);
      expect<u32>(load<u32>(terms)).toBe(60);
      expect<u32>(load<u32>(frequencies, 4)).toBe(1);
      expect<bool>(isGuarded(terms, 8)).toBe(true, 'written beyond the terms');
    }
  });

  it('of more pairs than 16 bits can name is refused', () => {
    const count: u32 = 65537;
    const starts = words([0, count]);
    const frequencies = guarded(count << 2, 0);
    for (let i: u32 = 0; i < count; i++) store<u32>(frequencies + (i << 2), i + 1);
    const mask: u32 = (1 << 18) - 1;
    const hash = guarded((mask + 1) << 2, 0);
    const codes = guarded(count << 1, 0);
    const pairs = guarded(65536 << 3, 0);
    expect<u32>(numberPairs(starts, 1, frequencies, codes, pairs, hash, mask)).toBe(65537);
    expect<bool>(isGuarded(pairs, 65536 << 3)).toBe(true, 'written beyond the pairs');
  });
});

describe('a table of windows', () => {
  it('tells where the postings of each window begin, and the largest impact of each under one stamp', () => {
    const documents: u32 = (3 << WINDOW_SHIFT) + 1;
    const last = documents - 1;
    // Postings of pairs 0, 2, 1 in the first, third and fourth window; one of another term before them.
    const third = 2 << WINDOW_SHIFT;
    const postings = words([0, 0, (2 << 16) | third, (1 << 16) | (third + 1), (1 << 16) | last]);
    const impacts = guarded(12, 0);
    store<f32>(impacts, 0.5);
    store<f32>(impacts, 1, 4);
    store<f32>(impacts, 2, 8);
    const table = guarded(tableBytes(documents), 0);
    fillTable(table, documents, postings, 1, 5);
    renewTable(table, documents, postings, impacts, 9);
    const firsts: u32[] = [1, 2, 2, 4, 5];
    const largest: f32[] = [0.5, 0, 2, 1];
    for (let i = 0; i < 5; i++) expect<u32>(load<u32>(table + 8 + (i << 3))).toBe(firsts[i]);
    for (let i = 0; i < 4; i++) expect<f32>(load<f32>(table + 8 + (i << 3), 4)).toBe(largest[i]);
    expect<bool>(isGuarded(table, tableBytes(documents))).toBe(true, 'written beyond the table');
    store<f32>(impacts, 7);
    renewTable(table, documents, postings, impacts, 9);
    expect<f32>(load<f32>(table, 12)).toBe(0.5, 'looked at under the same stamp');
    renewTable(table, documents, postings, impacts, 10);
    expect<f32>(load<f32>(table, 12)).toBe(7);
    expect<f32>(largestImpact(postings, postings + 12, impacts)).toBe(7);
  });
});
