// Candidates: rows whose upper bound reached the threshold, waiting to be scored in float32.
//
// They wait so that four rows are fetched from memory at once, and because the threshold that earlier candidates raise
// turns many later ones away unscored.

import { offer } from './results';
import { scoreRows } from './score';
import { BLOCK, idsOf } from './segment';

/** Candidates that may wait; a block adds 16 at most. */
const ROOM: u32 = 64;

/** Adds the rows of four lanes whose upper bound reaches the query's bound. */
export function collect(query: usize, upper: v128, bound: v128, row: u32): void {
  let mask = i32x4.bitmask(f32x4.ge(upper, bound));
  if (mask === 0) return;
  const candidates = load<usize>(query, 52);
  let waiting = load<u32>(query, 56);
  v128.store(query, upper, 80);
  for (let lane: u32 = 0; mask !== 0; lane++, mask >>= 1) {
    if ((mask & 1) === 0) continue;
    const entry = candidates + (waiting << 3);
    store<f32>(entry, load<f32>(query + (lane << 2), 80));
    store<u32>(entry, row + lane, 4);
    waiting++;
  }
  store<u32>(query, waiting, 56);
}

/** Scores the waiting candidates when another block might not find room. */
export function rescoreWhenFull(query: usize, segment: usize): void {
  if (load<u32>(query, 56) > ROOM - BLOCK) rescore(query, segment);
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
export function rescore(query: usize, segment: usize): void {
  const candidates = load<usize>(query, 52);
  const waiting = load<u32>(query, 56);
  const ids = idsOf(segment);
  let next: u32 = 0;
  for (;;) {
    // The next four that still reach the bound and qualify move to the front of the list.
    const bound = load<f32>(query, 36);
    let taken: u32 = 0;
    while (next < waiting && taken < 4) {
      const entry = candidates + (next << 3);
      next++;
      if (load<f32>(entry) < bound) continue;
      const row = load<u32>(entry, 4);
      if (!qualifies(query, load<i32>(ids + (row << 2)))) continue;
      store<u32>(candidates + (taken << 3), row, 4);
      taken++;
    }
    if (taken === 0) break;
    scoreTaken(query, segment, candidates, taken);
  }
  store<u32>(query, 0, 56);
}

/** Scores up to four candidates at the front of the list; missing ones are filled with the first. */
export function scoreTaken(query: usize, segment: usize, candidates: usize, taken: u32): void {
  const a = load<u32>(candidates, 4);
  const b = taken > 1 ? load<u32>(candidates, 12) : a;
  const c = taken > 2 ? load<u32>(candidates, 20) : a;
  const d = taken > 3 ? load<u32>(candidates, 28) : a;
  const keys = scoreRows(query, segment, a, b, c, d);
  const ids = idsOf(segment);
  store<u32>(query, load<u32>(query, 60) + taken, 60);
  offer(query, f32x4.extract_lane(keys, 0), load<i32>(ids + (a << 2)));
  if (taken > 1) offer(query, f32x4.extract_lane(keys, 1), load<i32>(ids + (b << 2)));
  if (taken > 2) offer(query, f32x4.extract_lane(keys, 2), load<i32>(ids + (c << 2)));
  if (taken > 3) offer(query, f32x4.extract_lane(keys, 3), load<i32>(ids + (d << 2)));
}
