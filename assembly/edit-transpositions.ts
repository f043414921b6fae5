// Optimal string alignment distance of two texts of any length: Levenshtein, and two neighbours that changed places cost one.
// Bit-parallel (Hyyrö, "A bit-vector algorithm for computing Levenshtein and Damerau edit distances", Nordic Journal of
// Computing 10, 2003, section 5), in the band of edit-blocks.ts, one block of 64 rows a sweep.
//
//   masks    8 bytes a symbol: which rows of the block hold it
//   deltas   a byte a column, of the row under the sweep: 1 it rises, 2 it falls, 4 its pattern symbol is the text's here,
//            and one column before, its diagonal rose: half of a transposition, whose other half lies in the block below
//
// Cost: pattern / 64 x band x 4 ns.

import { BEYOND, leastThrough, riseOf } from './edit-blocks';

/** Marks in `masks` which rows hold a symbol; unmarks them again with `isSet` false. */
function mark(pattern: usize, rows: i32, masks: usize, isSet: bool): void {
  for (let row = 0; row < rows; row++) {
    const mask = masks + ((<usize>load<u32>(pattern + ((<usize>row) << 2))) << 3);
    store<u64>(mask, isSet ? load<u64>(mask) | ((<u64>1) << row) : 0);
  }
}

/** Sweeps a block over the columns from..to - 1; returns its rise in the last one. */
function sweep(rows: i32, text: usize, from: i32, to: i32, masks: usize, deltas: usize): i32 {
  let rises: u64 = -1;
  let falls: u64 = 0;
  let diagonal: u64 = 0;
  let equalBefore: u64 = 0;
  for (let j = from; j < to; j++) {
    const equal = load<u64>(masks + ((<usize>load<u32>(text + ((<usize>j) << 2))) << 3));
    const above = <u64>load<u8>(deltas + j);
    const intoUp = above & 1;
    const intoDown = (above >> 1) & 1;
    const half = ~diagonal & equal;
    const transposed = ((half << 1) | (above >> 2)) & equalBefore;
    const match = equal | intoDown;
    diagonal = (((match & rises) + rises) ^ rises) | match | falls | transposed;
    const up = falls | ~(diagonal | rises);
    const down = rises & diagonal;
    store<u8>(deltas + j, <u8>((up >> 63) | ((down >> 63) << 1) | ((half >> 63) << 2)));
    const shifted = (up << 1) | intoUp;
    rises = (down << 1) | intoDown | ~(diagonal | shifted);
    falls = shifted & diagonal;
    equalBefore = equal;
  }
  return riseOf(rises, falls, rows);
}

/**
 * The distance of a pattern of m symbols (u32) from a text of n symbols, 0 < m <= n; BEYOND where it is more than `limit`.
 *
 * @param limit at most n
 * @param masks 8 bytes a symbol, all 0, and left so; the text's symbols that the pattern lacks are 0
 * @param deltas n bytes
 */
export function transposedDistance(
  pattern: usize,
  m: i32,
  text: usize,
  n: i32,
  limit: i32,
  masks: usize,
  deltas: usize,
): i32 {
  const slack = (limit - (n - m)) >> 1;
  if (slack < 0) return BEYOND;
  memory.fill(deltas, 1, n);
  let rise = 0;
  for (let first = 0; first < m; first += 64) {
    const rows = min(64, m - first);
    // Two columns more on either side: a transposition within the band looks as far.
    const from = max(0, first - slack - 2);
    const to = min(n, first + rows + (n - m) + slack + 2);
    mark(pattern + ((<usize>first) << 2), rows, masks, true);
    rise += sweep(rows, text, from, to, masks, deltas);
    mark(pattern + ((<usize>first) << 2), rows, masks, false);
    const rowsLeft = m - first - rows;
    if (rowsLeft === 0 || limit >= n) continue;
    if (leastThrough(deltas, from, to, to + rise, rowsLeft, n) > limit) return BEYOND;
  }
  return n + rise <= limit ? n + rise : BEYOND;
}
