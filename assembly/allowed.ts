// The few rows that a filter allows, scored in float32 one after the other: no other row is looked at.
//
// The query's filter is a bitmap over slots here, the places of rows counted over all segments: where ids are slots it
// is the user's filter itself, elsewhere the host makes it by look-up. A word of it is 64 slots; its lowest bit set is
// the next row.
//
//   filter   ..|0010 0000 0000 0100 ...|..      rows `first + 2`, `first + 13`, ... of the segment
//              ^ first, the segment's first slot, a multiple of 16
//
// Cost: 4 * dimensions bytes an allowed row, 1 bit any other; four rows are fetched at once.

import { scoreTaken } from './candidates';
import { countOf, idsOf } from './segment';

/** Scores the live rows of a segment that the query's filter over slots allows; `first` is the segment's first slot. */
export function scanAllowed(query: usize, segment: usize, first: u32): void {
  const length = load<u32>(query, 68);
  if (first >= length) return;
  const count = min(countOf(segment), length - first);
  const ids = idsOf(segment);
  const filter = load<usize>(query, 64) + (first >> 3);
  const candidates = load<usize>(query, 52);
  let taken: u32 = 0;
  for (let row: u32 = 0; row < count; row += 64) {
    let bits = load<u64>(filter + (row >> 3));
    if (count - row < 64) bits &= ((<u64>1) << (count - row)) - 1;
    for (; bits !== 0; bits &= bits - 1) {
      const allowed = row + <u32>ctz(bits);
      if (load<i32>(ids + (allowed << 2)) < 0) continue;
      store<u32>(candidates + (taken << 3), allowed, 4);
      if (++taken < 4) continue;
      scoreTaken(query, segment, candidates, 4);
      taken = 0;
    }
  }
  if (taken > 0) scoreTaken(query, segment, candidates, taken);
}
