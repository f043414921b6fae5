// Count-Min: how often each key occurred, never less than the truth.
//
//   counters: u32 x depth x width, row-major     a key has one counter a row; the least of them is its estimate
//
//   hash  | 32 bits: step, made odd | 32 bits: start |     of row i: (start + i step) mod 2^32, times width, of which
//                                                          the upper 32 bits are the column
//
// Seven rows share a hash; the next seven have one made of it. Of two keys whose starts and steps are near each other, all rows of
// a hash collide: once in some 7 width^2 pairs, which is rarer than a delta of e^-7 but not than one of e^-14.
//
// Counters stop at 2^32 - 1 and never wrap. Cost: a multiplication, a load and a store a row; a table that stays in the
// second-level cache takes some 4 ns a key of 7 rows. Every row is written whichever the key, so nothing is mispredicted.
// Sources: Cormode and Muthukrishnan, "An improved data stream summary" (2005); conservative update: Estan and Varghese, "New
// directions in traffic measurement and accounting" (2002), section 3.3; two hashes for all rows: Kirsch and Mitzenmacher,
// "Less hashing, same performance" (2006), section 6.

import { avalanche, PRIME1 } from './checksum';

/** Rows that share a hash, and are written at a time: delta = .001 takes as many. */
const ROWS: u32 = 7;

/** Adds `each` for each of `count` hashes. No counter may pass 2^32 - 1 on the way. */
export function addCounts(
  counters: usize,
  width: u32,
  depth: u32,
  hashes: usize,
  count: u32,
  each: u32,
): void {
  const end = hashes + ((<usize>count) << 3);
  let row: u32 = 0;
  for (; row + ROWS <= depth; row += ROWS)
    addToSeven(rowOf(counters, width, row), width, row, hashes, end, each);
  for (; row < depth; row++) addToRow(rowOf(counters, width, row), width, row, hashes, end, each);
}

/** Adds to each of `count` hashes its own count, u32 each; counters stop at 2^32 - 1. */
export function addWeights(
  counters: usize,
  width: u32,
  depth: u32,
  hashes: usize,
  count: u32,
  counts: usize,
): void {
  for (let i: u32 = 0; i < count; i++) {
    const at = hashes + ((<usize>i) << 3);
    const added = load<u32>(counts + ((<usize>i) << 2));
    for (let row: u32 = 0; row < depth; row += ROWS) {
      const hash = hashOf(at, row);
      const end = min(row + ROWS, depth);
      let value = <u32>hash;
      for (let next = row; next < end; next++, value += stepOf(hash)) {
        const place = counterAt(rowOf(counters, width, next), width, value);
        store<u32>(place, addSaturating(load<u32>(place), added));
      }
    }
  }
}

/** As `addWeights`, but counters rise no farther than the new estimate of the key: conservative update. */
export function raiseCounts(
  counters: usize,
  width: u32,
  depth: u32,
  hashes: usize,
  count: u32,
  counts: usize,
): void {
  for (let i: u32 = 0; i < count; i++) {
    const at = hashes + ((<usize>i) << 3);
    const least = leastOf(counters, width, depth, at);
    const estimate = addSaturating(least, load<u32>(counts + ((<usize>i) << 2)));
    for (let row: u32 = 0; row < depth; row += ROWS) {
      const hash = hashOf(at, row);
      const end = min(row + ROWS, depth);
      let value = <u32>hash;
      for (let next = row; next < end; next++, value += stepOf(hash)) {
        const place = counterAt(rowOf(counters, width, next), width, value);
        // Written whichever is larger: a branch would be mispredicted.
        store<u32>(place, max(load<u32>(place), estimate));
      }
    }
  }
}

/** Writes the estimates of `count` hashes, u32 each. */
export function readCounts(
  counters: usize,
  width: u32,
  depth: u32,
  hashes: usize,
  count: u32,
  out: usize,
): void {
  for (let i: u32 = 0; i < count; i++)
    store<u32>(out + ((<usize>i) << 2), leastOf(counters, width, depth, hashes + ((<usize>i) << 3)));
}

/** Adds other counters to these, up to 2^32 - 1. What fills `bytes` up to a multiple of 16 is written too. */
export function uniteCounts(counters: usize, others: usize, bytes: u32): void {
  for (let at: usize = 0; at < bytes; at += 16) {
    const own = v128.load(counters + at);
    const sum = i32x4.add(own, v128.load(others + at));
    v128.store(counters + at, v128.or(sum, i32x4.lt_u(sum, own)));
  }
}

/** How many of `count` counters are at 2^32 - 1. */
export function countSaturated(counters: usize, count: u32): u32 {
  const end = counters + ((<usize>count) << 2);
  let saturated: u32 = 0;
  for (let at = counters; at < end; at += 4) saturated += <u32>(load<u32>(at) === u32.MAX_VALUE);
  return saturated;
}

/** Of a key all rows at once, without a loop over them: 10 % faster than with one, a third faster than row by row. */
function addToSeven(first: usize, width: u32, row: u32, hashes: usize, end: usize, each: u32): void {
  const rowBytes = (<usize>width) << 2;
  const second = first + rowBytes;
  const third = second + rowBytes;
  const fourth = third + rowBytes;
  const fifth = fourth + rowBytes;
  const sixth = fifth + rowBytes;
  const seventh = sixth + rowBytes;
  for (let at = hashes; at < end; at += 8) {
    const hash = hashOf(at, row);
    const step = stepOf(hash);
    const value = <u32>hash;
    add(first, width, value, each);
    add(second, width, value + step, each);
    add(third, width, value + 2 * step, each);
    add(fourth, width, value + 3 * step, each);
    add(fifth, width, value + 4 * step, each);
    add(sixth, width, value + 5 * step, each);
    add(seventh, width, value + 6 * step, each);
  }
}

function addToRow(from: usize, width: u32, row: u32, hashes: usize, end: usize, each: u32): void {
  const before = row % ROWS;
  for (let at = hashes; at < end; at += 8) {
    const hash = hashOf(at, row - before);
    add(from, width, <u32>hash + before * stepOf(hash), each);
  }
}

function add(row: usize, width: u32, value: u32, each: u32): void {
  const place = counterAt(row, width, value);
  store<u32>(place, load<u32>(place) + each);
}

function addSaturating(a: u32, b: u32): u32 {
  return a + b < a ? u32.MAX_VALUE : a + b;
}

/** The least counter of the hash at an address. */
function leastOf(counters: usize, width: u32, depth: u32, at: usize): u32 {
  let least = u32.MAX_VALUE;
  for (let row: u32 = 0; row < depth; row += ROWS) {
    const hash = hashOf(at, row);
    const end = min(row + ROWS, depth);
    let value = <u32>hash;
    for (let next = row; next < end; next++, value += stepOf(hash))
      least = min(least, load<u32>(counterAt(rowOf(counters, width, next), width, value)));
  }
  return least;
}

function rowOf(counters: usize, width: u32, row: u32): usize {
  return counters + ((<usize>row * width) << 2);
}

/** The hash at an address as the rows from `row` on take it, a multiple of seven. */
function hashOf(at: usize, row: u32): u64 {
  const hash = load<u64>(at);
  return row === 0 ? hash : avalanche(hash + <u64>row * PRIME1);
}

/** Odd, so that the values of rows all differ. */
function stepOf(hash: u64): u32 {
  return <u32>(hash >> 32) | 1;
}

function counterAt(row: usize, width: u32, value: u32): usize {
  return row + ((<usize>((<u64>value * <u64>width) >> 32)) << 2);
}
