// The few rows that a filter allows, scored in float32 one after the other: no other row is looked at.
//
//   slots   u32 each, ascending: row `slot - first` of the segment
//
// Cost: 4 * dimensions bytes an allowed row; four rows are fetched at once.

import { scoreTaken } from './candidates';
import { idsOf } from './segment';

/** Scores the live ones among `count` rows of a segment. */
export function scoreSlots(query: usize, segment: usize, slots: usize, count: u32, first: u32): void {
  const ids = idsOf(segment);
  const candidates = load<usize>(query, 52);
  let taken: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const row = load<u32>(slots + (i << 2)) - first;
    if (load<i32>(ids + (row << 2)) < 0) continue;
    store<u32>(candidates + (taken << 3), row, 4);
    if (++taken < 4) continue;
    scoreTaken(query, segment, candidates, 4);
    taken = 0;
  }
  if (taken > 0) scoreTaken(query, segment, candidates, taken);
}
