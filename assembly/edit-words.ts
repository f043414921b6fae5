// The words of a dictionary against one query: distances of all, or the closest.
//
// Words of one length stand together, sorted by their signature, in groups of sixteen, of which the last may have fewer:
//
//   ids         u32 a word
//   codes       a group after another, as edit-lanes.ts has them
//   signatures  80 bytes a group:   +0 signature u8 x 16, its bits 0..7   +16 8..15   +32 16..23   +48 24..31
//                                   +64 size u8 x 16: bits that are set; 255 where there is no word
//
// A word's signature has bit s mod 32 set for each of its symbols s. An edit replaces, drops, adds or moves one symbol: at most
// one bit is lost that way, and one gained. So two words at distance d differ by at most d bits that one has and the other
// lacks, either way round, and
//
//   d >= max(|A \ B|, |B \ A|) = max(|A|, |B|) - |A and B|.
//
// A group in which no word can lie within the limit is passed over: of the groups of 348 454 English words that are within two
// letters of the query's length, 14 of 100 remain at a limit of 2, and 24 where words are in alphabetical order instead.
//
// The closest are kept in a heap of u64, distance above id, with the worst on top: so ties go to the lower id.
//
// Cost: some 60 instructions a group, and what edit-lanes.ts takes for each that remains.

import { compareWords, distanceOf } from './edit-lanes';

const GROUP: u32 = 16;
const SIGNATURE_BYTES: usize = 80;

/** Writes the distances of the words of one length, each to the place of its id in `out`. */
export function wordDistances(
  query: usize,
  ids: usize,
  codes: usize,
  count: u32,
  length: u32,
  out: usize,
): void {
  const bytes = groupBytes(query, length);
  let group = codes;
  for (let first: u32 = 0; first < count; first += GROUP, group += bytes) {
    const words = min(GROUP, count - first);
    compareWords(query, group, length, words);
    for (let word: u32 = 0; word < words; word++) {
      const id = load<u32>(ids + ((<usize>(first + word)) << 2));
      store<i32>(out + ((<usize>id) << 2), distanceOf(query, word));
    }
  }
}

/** Offers the words of one length to the query's results; returns its limit, which they may have lowered. */
export function closestWords(
  query: usize,
  ids: usize,
  codes: usize,
  signatures: usize,
  count: u32,
  length: u32,
): i32 {
  const bytes = groupBytes(query, length);
  let group = codes;
  let signature = signatures;
  for (let first: u32 = 0; first < count; first += GROUP, group += bytes, signature += SIGNATURE_BYTES) {
    if (!mayQualify(query, signature)) continue;
    const words = min(GROUP, count - first);
    compareWords(query, group, length, words);
    for (let word: u32 = 0; word < words; word++) {
      const distance = distanceOf(query, word);
      if (distance > load<i32>(query, 48)) continue;
      offer(query, ((<u64>distance) << 32) | load<u32>(ids + ((<usize>(first + word)) << 2)));
    }
  }
  return load<i32>(query, 48);
}

function groupBytes(query: usize, length: u32): usize {
  return (<usize>length) << (load<u32>(query, 32) !== 0 ? 5 : 4);
}

/** Whether the signature of any word lies near enough to the query's. */
function mayQualify(query: usize, signatures: usize): bool {
  const a = i8x16.popcnt(v128.and(v128.load(query, 64), v128.load(signatures)));
  const b = i8x16.popcnt(v128.and(v128.load(query, 80), v128.load(signatures, 16)));
  const c = i8x16.popcnt(v128.and(v128.load(query, 96), v128.load(signatures, 32)));
  const d = i8x16.popcnt(v128.and(v128.load(query, 112), v128.load(signatures, 48)));
  const common = i8x16.add(i8x16.add(a, b), i8x16.add(c, d));
  const larger = i8x16.max_u(v128.load(query, 128), v128.load(signatures, 64));
  const limit = i8x16.splat(<i8>min(load<i32>(query, 48), 255));
  return v128.any_true(i8x16.le_u(i8x16.sub(larger, common), limit));
}

function offer(query: usize, key: u64): void {
  const results = load<usize>(query, 36);
  const found = load<u32>(query, 40);
  const k = load<u32>(query, 44);
  if (found < k) {
    store<u32>(query, found + 1, 40);
    siftUp(results, found, key);
    if (found + 1 < k) return;
  } else if (key < load<u64>(results)) siftDown(results, k, key);
  store<i32>(query, <i32>(load<u64>(results) >> 32), 48);
}

/** Fills the hole at place `from`, or above it. */
function siftUp(results: usize, from: u32, key: u64): void {
  let place = from;
  while (place > 0) {
    const parent = (place - 1) >> 1;
    const above = load<u64>(results + ((<usize>parent) << 3));
    if (above >= key) break;
    store<u64>(results + ((<usize>place) << 3), above);
    place = parent;
  }
  store<u64>(results + ((<usize>place) << 3), key);
}

/** Fills the hole on top of `count` entries. */
function siftDown(results: usize, count: u32, key: u64): void {
  let place: u32 = 0;
  for (;;) {
    let child: u32 = 2 * place + 1;
    if (child >= count) break;
    const next = results + ((<usize>child) << 3);
    if (child + 1 < count && load<u64>(next, 8) > load<u64>(next)) child++;
    const below = load<u64>(results + ((<usize>child) << 3));
    if (below <= key) break;
    store<u64>(results + ((<usize>place) << 3), below);
    place = child;
  }
  store<u64>(results + ((<usize>place) << 3), key);
}

/** Sorts the query's results, best first; returns how many there are. */
export function sortClosest(query: usize): u32 {
  const results = load<usize>(query, 36);
  const found = load<u32>(query, 40);
  for (let left = found; left > 1; left--) {
    const last = results + ((<usize>(left - 1)) << 3);
    const key = load<u64>(last);
    store<u64>(last, load<u64>(results));
    siftDown(results, left - 1, key);
  }
  return found;
}
