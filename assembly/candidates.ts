// Candidates: rows whose upper bound reached the threshold, waiting to be scored in float32.
//
// They wait so that four rows are fetched from memory at once, and because the threshold that earlier candidates raise
// turns many later ones away unscored. They may come from several segments.
//
//   candidate   +0 upper f32   +4 row u32   +8 segment usize   +12 nothing

import { lanesOf } from './query';
import { offer } from './results';
import { scoreAt } from './score';
import { BLOCK, idsOf, normsOf, rowsOf } from './segment';

/** Candidates that may wait; a block adds 16 at most. */
const ROOM: u32 = 64;

/** Bytes of a candidate, as a shift. */
const ENTRY_SHIFT: u32 = 4;

/** Adds the rows of four lanes whose upper bound reaches the query's bound. */
export function collect(query: usize, segment: usize, upper: v128, bound: v128, row: u32): void {
  let mask = i32x4.bitmask(f32x4.ge(upper, bound));
  if (mask === 0) return;
  const candidates = load<usize>(query, 52);
  let waiting = load<u32>(query, 56);
  v128.store(query, upper, 80);
  for (let lane: u32 = 0; mask !== 0; lane++, mask >>= 1) {
    if ((mask & 1) === 0) continue;
    const entry = candidates + (waiting << ENTRY_SHIFT);
    store<f32>(entry, load<f32>(query + (lane << 2), 80));
    store<u32>(entry, row + lane, 4);
    store<usize>(entry, segment, 8);
    waiting++;
  }
  store<u32>(query, waiting, 56);
}

/** Scores the waiting candidates when another block might not find room. */
export function rescoreWhenFull(query: usize): void {
  if (load<u32>(query, 56) > ROOM - BLOCK) rescore(query);
}

/** Adds a row that no bound speaks against; scores what waits when there is no room for another. */
export function wait(query: usize, segment: usize, row: u32): void {
  const waiting = load<u32>(query, 56);
  const entry = load<usize>(query, 52) + (waiting << ENTRY_SHIFT);
  store<f32>(entry, f32.MAX_VALUE);
  store<u32>(entry, row, 4);
  store<usize>(entry, segment, 8);
  store<u32>(query, waiting + 1, 56);
  if (waiting + 1 === ROOM) rescore(query);
}

/** Whether a row is live and passes the query's filter. */
export function qualifies(query: usize, id: i32): bool {
  if (id < 0) return false;
  const filter = load<usize>(query, 64);
  if (filter === 0) return true;
  if (<u32>id >= load<u32>(query, 68)) return false;
  return ((load<u8>(filter + (id >> 3)) >> <u8>(id & 7)) & 1) !== 0;
}

/** Scores the waiting candidates in float32, four at a time, and offers them to the results. */
export function rescore(query: usize): void {
  const candidates = load<usize>(query, 52);
  const end = candidates + (load<u32>(query, 56) << ENTRY_SHIFT);
  let taken: u32 = 0;
  // The next four that still reach the bound and qualify move to the front of the list.
  for (let entry = candidates; entry < end; entry += 1 << ENTRY_SHIFT) {
    if (load<f32>(entry) < load<f32>(query, 36)) continue;
    if (!qualifies(query, idOf(entry))) continue;
    store<u64>(candidates + (taken << ENTRY_SHIFT), load<u64>(entry, 4), 4);
    if (++taken < 4) continue;
    scoreTaken(query, candidates, taken);
    taken = 0;
  }
  if (taken > 0) scoreTaken(query, candidates, taken);
  store<u32>(query, 0, 56);
}

/** The id of a candidate. */
export function idOf(entry: usize): i32 {
  return load<i32>(idsOf(load<usize>(entry, 8)) + (load<u32>(entry, 4) << 2));
}

/** Scores up to four candidates at the front of the list; missing ones are filled with the first. */
export function scoreTaken(query: usize, a: usize, taken: u32): void {
  const b = taken > 1 ? a + 16 : a;
  const c = taken > 2 ? a + 32 : a;
  const d = taken > 3 ? a + 48 : a;
  const keys = scoreApart(query, a, b, c, d);
  store<u32>(query, load<u32>(query, 60) + taken, 60);
  offer(query, f32x4.extract_lane(keys, 0), idOf(a));
  if (taken > 1) offer(query, f32x4.extract_lane(keys, 1), idOf(b));
  if (taken > 2) offer(query, f32x4.extract_lane(keys, 2), idOf(c));
  if (taken > 3) offer(query, f32x4.extract_lane(keys, 3), idOf(d));
}

/** The keys of four candidates. */
function scoreApart(query: usize, a: usize, b: usize, c: usize, d: usize): v128 {
  const stride = lanesOf(query) << 4;
  return scoreAt(
    query,
    rowsOf(load<usize>(a, 8)) + load<u32>(a, 4) * stride,
    rowsOf(load<usize>(b, 8)) + load<u32>(b, 4) * stride,
    rowsOf(load<usize>(c, 8)) + load<u32>(c, 4) * stride,
    rowsOf(load<usize>(d, 8)) + load<u32>(d, 4) * stride,
    normOf(a),
    normOf(b),
    normOf(c),
    normOf(d),
  );
}

/** Where the norm of a candidate stands. */
function normOf(entry: usize): usize {
  return normsOf(load<usize>(entry, 8)) + (load<u32>(entry, 4) << 2);
}
