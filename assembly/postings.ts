// A segment of documents and the inverted index over them, which is built once and searched by assembly/bm25.ts.
//
//   segment   +0 documents u32    +4 ids         i32 a document: its id, -1 once it was removed
//                                 +8 starts      u32 x (documents + 1): document d holds entries starts[d] .. starts[d + 1] - 1
//                                +12 terms       u32 an entry: each term of a document once, in any order
//                                +16 codes       u16 an entry: its pair
//                                +20 postings    u32 an entry, by term and then by document: pair << 16 | document
//             +52 terms u32      +24 directory   12 bytes a term: +0 term  +4 first posting  +8 table of windows, 0 for none;
//                                                one more, whose first posting is the end
//                                +28 hash, +32 mask      u32 x (mask + 1): place in the directory + 1, or 0
//             +40 pairs u32      +36 pairs       +0 frequency u32  +4 length u32
//                                +44 impacts     f32 a pair
//                                +48 tables      of the terms that have many postings, see assembly/windows.ts
//
// How much a term weighs in a document follows from its frequency there and the document's length. Few such pairs differ, so
// that a posting names its pair, and whatever changes the average length is a change of some hundred impacts.

import { FREQUENT, fillTable, tableBytes } from './windows';

/** Pairs that 16 bits can name. */
const MOST_PAIRS: u32 = 65536;

/** Where a number's run of entries begins (Fibonacci hashing). */
function home(value: u32, mask: u32): u32 {
  const mixed = value * 0x9e3779b1;
  return (mixed ^ (mixed >> 15)) & mask;
}

/**
 * Numbers the distinct terms of `count` entries in the order they come, writes each entry's number to `places`, and for each
 * term its name and how often it came to `directory`. `hash` is empty and has room for twice the terms. Returns how many
 * there are.
 */
export function numberTerms(
  terms: usize,
  count: u32,
  directory: usize,
  hash: usize,
  mask: u32,
  places: usize,
): u32 {
  let distinct: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const term = load<u32>(terms + ((<usize>i) << 2));
    let at = home(term, mask);
    let place = load<u32>(hash + ((<usize>at) << 2));
    while (place !== 0 && load<u32>(directory + (place - 1) * 12) !== term) {
      at = (at + 1) & mask;
      place = load<u32>(hash + ((<usize>at) << 2));
    }
    if (place === 0) {
      place = ++distinct;
      store<u32>(hash + ((<usize>at) << 2), place);
      store<u32>(directory + (place - 1) * 12, term);
      store<u32>(directory + (place - 1) * 12, 0, 4);
    }
    const entry = directory + (place - 1) * 12;
    store<u32>(entry, load<u32>(entry, 4) + 1, 4);
    store<u32>(places + ((<usize>i) << 2), place - 1);
  }
  return distinct;
}

/**
 * Numbers the distinct pairs of frequency and length, and writes each entry's to `codes`. `hash` is empty and has room for
 * twice the pairs. Returns how many there are; more than 65536 where 16 bits do not suffice, and the codes are useless.
 */
export function numberPairs(
  starts: usize,
  documents: u32,
  frequencies: usize,
  codes: usize,
  pairs: usize,
  hash: usize,
  mask: u32,
): u32 {
  let distinct: u32 = 0;
  for (let document: u32 = 0; document < documents; document++) {
    const start = load<u32>(starts + ((<usize>document) << 2));
    const end = load<u32>(starts + ((<usize>document) << 2), 4);
    let length: u32 = 0;
    for (let i = start; i < end; i++) length += load<u32>(frequencies + ((<usize>i) << 2));
    let last: u32 = 0;
    let pair: u32 = 0;
    for (let i = start; i < end; i++) {
      const frequency = load<u32>(frequencies + ((<usize>i) << 2));
      if (frequency !== last) {
        last = frequency;
        let at = home(frequency + length * 31, mask);
        pair = load<u32>(hash + ((<usize>at) << 2));
        while (pair !== 0 && load<u64>(pairs + ((<usize>(pair - 1)) << 3)) !== pairOf(frequency, length)) {
          at = (at + 1) & mask;
          pair = load<u32>(hash + ((<usize>at) << 2));
        }
        if (pair === 0) {
          if (distinct === MOST_PAIRS) return MOST_PAIRS + 1;
          pair = ++distinct;
          store<u32>(hash + ((<usize>at) << 2), pair);
          store<u64>(pairs + ((<usize>(pair - 1)) << 3), pairOf(frequency, length));
        }
      }
      store<u16>(codes + ((<usize>i) << 1), <u16>(pair - 1));
    }
  }
  return distinct;
}

function pairOf(frequency: u32, length: u32): u64 {
  return <u64>frequency | ((<u64>length) << 32);
}

/** Turns the counts of a directory into first postings, and numbers the tables of windows. Returns how many there are. */
export function startPostings(directory: usize, terms: u32): u32 {
  let first: u32 = 0;
  let tables: u32 = 0;
  let entry = directory;
  for (let i: u32 = 0; i < terms; i++, entry += 12) {
    const count = load<u32>(entry, 4);
    store<u32>(entry, first, 4);
    store<u32>(entry, count >= FREQUENT ? ++tables : 0, 8);
    first += count;
  }
  store<u32>(entry, first, 4);
  return tables;
}

/**
 * Fills the postings, the hash (which is empty) and the tables of a segment whose arrays are in place; `places` are those of
 * numberTerms. Cost: O(entries).
 */
export function fillPostings(segment: usize, places: usize): void {
  const documents = load<u32>(segment);
  const starts = load<usize>(segment, 8);
  const codes = load<usize>(segment, 16);
  const postings = load<usize>(segment, 20);
  const directory = load<usize>(segment, 24);
  for (let document: u32 = 0; document < documents; document++) {
    const end = load<u32>(starts + ((<usize>document) << 2), 4);
    for (let i = load<u32>(starts + ((<usize>document) << 2)); i < end; i++) {
      const entry = directory + load<u32>(places + ((<usize>i) << 2)) * 12;
      const at = load<u32>(entry, 4);
      store<u32>(entry, at + 1, 4);
      const pair = <u32>load<u16>(codes + ((<usize>i) << 1));
      store<u32>(postings + ((<usize>at) << 2), (pair << 16) | document);
    }
  }
  // Every first posting now stands where the next term's belongs.
  const terms = load<u32>(segment, 52);
  for (let i = terms; i > 1; i--)
    store<u32>(directory + (i - 1) * 12, load<u32>(directory + (i - 2) * 12, 4), 4);
  if (terms > 0) store<u32>(directory, 0, 4);
  const hash = load<usize>(segment, 28);
  const mask = load<u32>(segment, 32);
  for (let i: u32 = 0; i < terms; i++) {
    const entry = directory + i * 12;
    let at = home(load<u32>(entry), mask);
    while (load<u32>(hash + ((<usize>at) << 2)) !== 0) at = (at + 1) & mask;
    store<u32>(hash + ((<usize>at) << 2), i + 1);
    const number = load<u32>(entry, 8);
    if (number === 0) continue;
    const table = load<usize>(segment, 48) + (number - 1) * tableBytes(documents);
    fillTable(table, documents, postings, load<u32>(entry, 4), load<u32>(entry, 16));
  }
}

/** The directory's entry of a term, or 0. */
export function findTerm(segment: usize, term: u32): usize {
  const directory = load<usize>(segment, 24);
  const hash = load<usize>(segment, 28);
  const mask = load<u32>(segment, 32);
  let at = home(term, mask);
  let place = load<u32>(hash + ((<usize>at) << 2));
  while (place !== 0) {
    const entry = directory + (place - 1) * 12;
    if (load<u32>(entry) === term) return entry;
    at = (at + 1) & mask;
    place = load<u32>(hash + ((<usize>at) << 2));
  }
  return 0;
}

/**
 * Impacts of `count` pairs: f (k1 + 1) / (f + k1 (1 - b + b length / average)), what a term adds to a score for each unit of
 * its inverse document frequency (Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009).
 */
export function weighPairs(pairs: usize, count: u32, impacts: usize, k1: f64, b: f64, average: f64): void {
  for (let i: usize = 0; i < count; i++) {
    const frequency = <f64>load<u32>(pairs + (i << 3));
    const length = <f64>load<u32>(pairs + (i << 3), 4);
    const norm = k1 * (1 - b + (b * length) / average);
    store<f32>(impacts + (i << 2), <f32>((frequency * (k1 + 1)) / (frequency + norm)));
  }
}

/**
 * Copies the documents of a segment behind others: their ids, starts, terms and frequencies, from document `first` and entry
 * `entries` on. Removed ones are left out or, where it `keepsPlaces`, without their entries.
 */
export function copyDocuments(
  segment: usize,
  keepsPlaces: bool,
  first: u32,
  entries: u32,
  ids: usize,
  starts: usize,
  terms: usize,
  frequencies: usize,
): void {
  const documents = load<u32>(segment);
  const codes = load<usize>(segment, 16);
  const pairs = load<usize>(segment, 36);
  let to = first;
  let filled = entries;
  for (let document: u32 = 0; document < documents; document++) {
    const id = load<i32>(load<usize>(segment, 4) + ((<usize>document) << 2));
    if (id < 0 && !keepsPlaces) continue;
    store<i32>(ids + ((<usize>to) << 2), id);
    store<u32>(starts + ((<usize>to) << 2), filled);
    to++;
    if (id < 0) continue;
    const start = load<usize>(segment, 8) + ((<usize>document) << 2);
    const end = load<u32>(start, 4);
    for (let i = load<u32>(start); i < end; i++, filled++) {
      const at = (<usize>filled) << 2;
      store<u32>(terms + at, load<u32>(load<usize>(segment, 12) + ((<usize>i) << 2)));
      const pair = <usize>load<u16>(codes + ((<usize>i) << 1));
      store<u32>(frequencies + at, load<u32>(pairs + (pair << 3)));
    }
  }
  store<u32>(starts + ((<usize>to) << 2), filled);
}
