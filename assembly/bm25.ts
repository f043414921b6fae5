// BM25 top-k over segments of documents (assembly/postings.ts), window by window: accumulate, then look at the sums.
//
//   query   +24 0 f32, +32 threshold f32, +36 bound f32, +40 results, +44 found u32, +48 k u32   as in assembly/results.ts
//           +52 terms   +56 terms u32   +60 sums: f32 a document of a window, all 0   +64 filter, +68 its bits
//           +72 order: u32 a term, addresses of terms, the commonest first      +76 whether to prune u32
//           +80 slack f64: what outweighs the rounding of a comparison   +88 postings added u32   +92 windows passed over u32
//           +96 documents scored by themselves u32   +104 windows to go before essential terms are tried again u32, +108 how
//           many they were u32     in the window:  +100 postings to add u32   +112 bound f64
//   term    +0 number u32   +4 idf f32   +8 postings left, +12 their end, +16 table of windows or 0, +20 largest impact f32
//           in the window:  +24 bound f32   +28 first posting, +32 end   +36 whether it is essential u32
//           +40 first posting in the segment
//
// A score is the sum over the terms, in the order of the query, of idf * impact, in float32. A window that even the sum of its
// terms' bounds keeps below the threshold is passed over. Where terms remain below it together, they cannot bring a document
// in by themselves: only documents of the others are looked at, and scored from their own list of terms (MaxScore: Turtle and
// Flood, "Query evaluation: strategies and optimizations", 1995; by blocks: Ding and Suel, SIGIR 2011; by windows, as Lucene
// does). Sums are exact where every term was added, and otherwise are computed anew, so the answer is that of an unpruned scan
// to the bit.
//
// Cost: some 1.2 ns a posting that is added, .3 microseconds a window whose sums are looked through.

import { qualifies } from './candidates';
import { findTerm } from './postings';
import { offer } from './results';
import { largestImpact, renewTable, tableBytes, WINDOW_SHIFT } from './windows';

const TERM_BYTES: usize = 48;
const WINDOW: u32 = (<u32>1) << WINDOW_SHIFT;

/** Fewer postings than this are gone through again rather than all sums of the window. */
const FEW: u32 = WINDOW >> 3;

/** Postings that are added in the time of scoring one document by itself, beside those for its terms. */
const POSTINGS_A_DOCUMENT: u32 = 64;

/** Windows that at most go by after essential terms were not worth being looked at alone. */
const LONGEST_PAUSE: u32 = 64;

/** Looks through a segment for the query; `stamp` stands for the average length that the impacts are of. */
export function searchPostings(query: usize, segment: usize, stamp: u32): void {
  if (!locate(query, segment, stamp)) return;
  const documents = load<u32>(segment);
  const rarest = load<usize>(load<usize>(query, 72) + ((<usize>(load<u32>(query, 56) - 1)) << 2));
  const isPruned = load<u32>(query, 76) !== 0;
  if (isPruned) {
    for (let first: u32 = 0; first < documents; first += WINDOW)
      if (enterWindow(query, segment, first) && hasPostings(rarest)) searchWindow(query, segment, first);
    rewind(query);
  }
  for (let first: u32 = 0; first < documents; first += WINDOW)
    if (enterWindow(query, segment, first) && !(isPruned && hasPostings(rarest)))
      searchWindow(query, segment, first);
}

/** Scores the `count` documents of a segment whose numbers stand at `documents`, each by itself. */
export function scoreDocuments(query: usize, segment: usize, documents: usize, count: u32): void {
  for (let i: usize = 0; i < count; i++) scoreDocument(query, segment, load<u32>(documents + (i << 2)));
}

/** Finds the postings of the query's terms in a segment; false where it has none. */
function locate(query: usize, segment: usize, stamp: u32): bool {
  const postings = load<usize>(segment, 20);
  const impacts = load<usize>(segment, 44);
  const documents = load<u32>(segment);
  let isAny = false;
  const end = endOfTerms(query);
  for (let term = load<usize>(query, 52); term < end; term += TERM_BYTES) {
    const entry = findTerm(segment, load<u32>(term));
    if (entry === 0) {
      store<u64>(term, 0, 8);
      store<usize>(term, 0, 16);
      continue;
    }
    isAny = true;
    const from = postings + ((<usize>load<u32>(entry, 4)) << 2);
    const to = postings + ((<usize>load<u32>(entry, 16)) << 2);
    store<usize>(term, from, 8);
    store<usize>(term, to, 12);
    store<usize>(term, from, 40);
    const number = load<u32>(entry, 8);
    if (number === 0) {
      store<usize>(term, 0, 16);
      store<f32>(term, largestImpact(from, to, impacts), 20);
    } else {
      const table = load<usize>(segment, 48) + (number - 1) * tableBytes(documents);
      renewTable(table, documents, postings, impacts, stamp);
      store<usize>(term, table, 16);
    }
  }
  return isAny;
}

function endOfTerms(query: usize): usize {
  return load<usize>(query, 52) + <usize>load<u32>(query, 56) * TERM_BYTES;
}

/** Lets the window after the last be the first again. */
function rewind(query: usize): void {
  const end = endOfTerms(query);
  for (let term = load<usize>(query, 52); term < end; term += TERM_BYTES)
    store<usize>(term, load<usize>(term, 40), 8);
}

function hasPostings(term: usize): bool {
  return load<usize>(term, 32) > load<usize>(term, 28);
}

/** Finds the postings of the next window, what they add at most, and how many they are; false where there are none. */
function enterWindow(query: usize, segment: usize, first: u32): bool {
  let total: f64 = 0;
  let postings: u32 = 0;
  const end = endOfTerms(query);
  for (let term = load<usize>(query, 52); term < end; term += TERM_BYTES) {
    findPostings(term, load<usize>(segment, 20), first);
    total += <f64>load<f32>(term, 24);
    postings += <u32>(load<usize>(term, 32) - load<usize>(term, 28)) >> 2;
  }
  store<u32>(query, postings, 100);
  store<f64>(query, total, 112);
  return postings > 0;
}

function searchWindow(query: usize, segment: usize, first: u32): void {
  const slack = load<f64>(query, 80);
  const threshold = <f64>load<f32>(query, 32);
  if (load<u32>(query, 76) !== 0) {
    if (load<f64>(query, 112) * slack < threshold) {
      store<u32>(query, load<u32>(query, 92) + 1, 92);
      return;
    }
    if (searchEssential(query, segment, first, threshold, slack)) return;
  }
  add(query, segment, first, true);
  visit(query, segment, first, 0, 1);
}

/** Searches a window by its essential terms alone; false, and nothing done, where that would take longer. */
function searchEssential(query: usize, segment: usize, first: u32, threshold: f64, slack: f64): bool {
  const pause = load<u32>(query, 104);
  if (pause > 0) {
    store<u32>(query, pause - 1, 104);
    return false;
  }
  const postings = load<u32>(query, 100);
  const rest = leaveOut(query, threshold, slack);
  const essential = load<u32>(query, 100);
  if (rest > 0 && essential <= postings >> 2) {
    const terms =
      load<u32>(load<usize>(segment, 8) + ((<usize>load<u32>(segment)) << 2)) / load<u32>(segment);
    const worth = (postings - essential) / (POSTINGS_A_DOCUMENT + terms);
    add(query, segment, first, false);
    if (essential <= worth || count(query, <f32>(threshold / slack - rest)) <= worth) {
      visit(query, segment, first, rest, slack);
      store<u32>(query, 0, 108);
      return true;
    }
    memory.fill(load<usize>(query, 60), 0, (<usize>WINDOW) << 2);
    const wait = min(LONGEST_PAUSE, 2 * load<u32>(query, 108) + 1);
    store<u32>(query, wait, 104);
    store<u32>(query, wait, 108);
  }
  store<u32>(query, postings, 100);
  return false;
}

/** Finds a term's postings of a window, and what it adds to a score there at most. */
function findPostings(term: usize, postings: usize, first: u32): void {
  const table = load<usize>(term, 16);
  let impact: f32;
  let from: usize;
  let to: usize;
  if (table !== 0) {
    const entry = table + 8 + ((<usize>(first >> WINDOW_SHIFT)) << 3);
    from = postings + ((<usize>load<u32>(entry)) << 2);
    to = postings + ((<usize>load<u32>(entry, 8)) << 2);
    impact = load<f32>(entry, 4);
  } else {
    from = to = load<usize>(term, 8);
    const end = load<usize>(term, 12);
    while (to < end && (load<u32>(to) & 0xffff) < first + WINDOW) to += 4;
    store<usize>(term, to, 8);
    impact = to > from ? load<f32>(term, 20) : 0;
  }
  store<usize>(term, from, 28);
  store<usize>(term, to, 32);
  store<f32>(term, load<f32>(term, 4) * impact, 24);
}

/** Tells the essential terms of a window from those that stay below the threshold together; returns what these add at most. */
function leaveOut(query: usize, threshold: f64, slack: f64): f64 {
  let rest: f64 = 0;
  let essential = load<u32>(query, 100);
  const order = load<usize>(query, 72);
  const end = order + ((<usize>load<u32>(query, 56)) << 2);
  for (let at = order; at < end; at += 4) {
    const term = load<usize>(at);
    const sum = rest + <f64>load<f32>(term, 24);
    const isEssential = sum * slack >= threshold;
    store<u32>(term, isEssential ? 1 : 0, 36);
    if (isEssential) continue;
    rest = sum;
    essential -= <u32>(load<usize>(term, 32) - load<usize>(term, 28)) >> 2;
  }
  store<u32>(query, essential, 100);
  return rest;
}

/** Adds the terms of a window to its sums, in the order of the query: all of them, or the essential ones. */
function add(query: usize, segment: usize, first: u32, isAll: bool): void {
  const impacts = load<usize>(segment, 44);
  const sums = load<usize>(query, 60) - ((<usize>first) << 2);
  const end = endOfTerms(query);
  for (let term = load<usize>(query, 52); term < end; term += TERM_BYTES) {
    if (!isAll && load<u32>(term, 36) === 0) continue;
    const idf = load<f32>(term, 4);
    const to = load<usize>(term, 32);
    for (let at = load<usize>(term, 28); at < to; at += 4) {
      const posting = load<u32>(at);
      const sum = sums + ((<usize>(posting & 0xffff)) << 2);
      store<f32>(sum, load<f32>(sum) + idf * load<f32>(impacts + ((<usize>(posting >> 16)) << 2)));
    }
  }
  store<u32>(query, load<u32>(query, 88) + load<u32>(query, 100), 88);
}

/** How many sums reach `least`, and are more than 0. */
function count(query: usize, least: f32): u32 {
  const bound = f32x4.splat(max(least, f32.MIN_VALUE));
  const sums = load<usize>(query, 60);
  let found = i32x4.splat(0);
  for (let at: usize = 0; at < (<usize>WINDOW) << 2; at += 16)
    found = i32x4.sub(found, f32x4.ge(v128.load(sums + at), bound));
  return (
    i32x4.extract_lane(found, 0) +
    i32x4.extract_lane(found, 1) +
    i32x4.extract_lane(found, 2) +
    i32x4.extract_lane(found, 3)
  );
}

/** Clears the sums of a window, and takes those that, with `rest`, reach the threshold; `rest` 0 says that sums are scores. */
function visit(query: usize, segment: usize, first: u32, rest: f64, slack: f64): void {
  const sums = load<usize>(query, 60);
  if (load<u32>(query, 100) < FEW) {
    const end = endOfTerms(query);
    for (let term = load<usize>(query, 52); term < end; term += TERM_BYTES) {
      if (rest > 0 && load<u32>(term, 36) === 0) continue;
      const to = load<usize>(term, 32);
      for (let at = load<usize>(term, 28); at < to; at += 4) {
        const document = load<u32>(at) & 0xffff;
        const place = sums + ((<usize>(document - first)) << 2);
        const sum = load<f32>(place);
        store<f32>(place, 0);
        take(query, segment, document, sum, rest, slack);
      }
    }
    return;
  }
  let bound = f32x4.splat(leastOf(query, rest, slack));
  for (let at: usize = 0; at < (<usize>WINDOW) << 2; at += 16) {
    const lanes = v128.load(sums + at);
    if (!v128.any_true(f32x4.ge(lanes, bound))) {
      v128.store(sums + at, i32x4.splat(0));
      continue;
    }
    for (let lane: usize = 0; lane < 16; lane += 4)
      take(query, segment, first + <u32>((at + lane) >> 2), load<f32>(sums + at + lane), rest, slack);
    v128.store(sums + at, i32x4.splat(0));
    bound = f32x4.splat(leastOf(query, rest, slack));
  }
}

/** What a sum must reach, more than 0: the slack outweighs the rounding of the sum, of the bounds, and of this. */
function leastOf(query: usize, rest: f64, slack: f64): f32 {
  return max(<f32>(<f64>load<f32>(query, 32) / slack - rest), f32.MIN_VALUE);
}

function take(query: usize, segment: usize, document: u32, sum: f32, rest: f64, slack: f64): void {
  if (sum < leastOf(query, rest, slack)) return;
  if (rest > 0) {
    scoreDocument(query, segment, document);
    return;
  }
  const id = load<i32>(load<usize>(segment, 4) + ((<usize>document) << 2));
  if (qualifies(query, id)) offer(query, sum, id);
}

/** Scores a document from its own list of terms, and offers it if it is there, passes the filter and has a term of the query. */
function scoreDocument(query: usize, segment: usize, document: u32): void {
  const id = load<i32>(load<usize>(segment, 4) + ((<usize>document) << 2));
  if (!qualifies(query, id)) return;
  store<u32>(query, load<u32>(query, 96) + 1, 96);
  const start = load<usize>(segment, 8) + ((<usize>document) << 2);
  const from = load<u32>(start);
  const to = load<u32>(start, 4);
  const terms = load<usize>(segment, 12);
  const codes = load<usize>(segment, 16);
  const impacts = load<usize>(segment, 44);
  let score: f32 = 0;
  const end = endOfTerms(query);
  for (let term = load<usize>(query, 52); term < end; term += TERM_BYTES) {
    const at = findEntry(terms, from, to, load<u32>(term));
    if (at === to) continue;
    const pair = <usize>load<u16>(codes + ((<usize>at) << 1));
    score += load<f32>(term, 4) * load<f32>(impacts + (pair << 2));
  }
  if (score > 0) offer(query, score, id);
}

/** The entry from..to-1 of a term, or `to`. Reads up to three entries more. */
function findEntry(terms: usize, from: u32, to: u32, term: u32): u32 {
  const wanted = i32x4.splat(term);
  for (let at = from; at < to; at += 4) {
    const mask = i32x4.bitmask(i32x4.eq(v128.load(terms + ((<usize>at) << 2)), wanted));
    if (mask !== 0) return min(to, at + <u32>ctz(mask));
  }
  return to;
}
