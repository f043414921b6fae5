// The few rows that a filter allows, scored in float32 one after the other: no other row is looked at.
//
//   place   +0 row u32   +4 segment usize       as in a candidate (assembly/candidates.ts), 4 bytes further on there
//
// Cost: 4 * dimensions bytes an allowed row; four rows are fetched at once, whatever segments they stand in.

import { idOf, scoreTaken } from './candidates';

/** Scores the live rows among `count` places; the query's filter is not asked. */
export function scorePlaces(query: usize, places: usize, count: u32): void {
  const candidates = load<usize>(query, 52);
  const end = places + (count << 3);
  let taken: u32 = 0;
  for (let place = places; place < end; place += 8) {
    if (idOf(place - 4) < 0) continue;
    store<u64>(candidates + (taken << 4), load<u64>(place), 4);
    if (++taken < 4) continue;
    scoreTaken(query, candidates, 4);
    taken = 0;
  }
  if (taken > 0) scoreTaken(query, candidates, taken);
}
