// Levenshtein distance of two texts of any length: bit-parallel (Myers, "A fast bit-vector algorithm for approximate string
// matching based on dynamic programming", JACM 46(3), 1999, in the form of Hyyrö, "A bit-vector algorithm for computing
// Levenshtein and Damerau edit distances", Nordic Journal of Computing 10, 2003), within a band (Ukkonen, "Algorithms for
// approximate string matching", Information and Control 64, 1985).
//
// The table of distances has a row a symbol of the pattern, a column a symbol of the text. Of a column only the differences
// downwards are kept, a bit each: rises in one word, falls in another. A sweep takes 256 rows over the columns of the band,
// four blocks of 64 at a time, each a column behind the block above it, so that none waits for another:
//
//              t   t+1  t+2  t+3                   masks, 32 bytes a symbol:  which rows of the four blocks hold it
//   block 0    j   j+1  j+2  j+3    lanes a0       deltas, a byte a column:   by how much the row under the sweep changes
//   block 1   j-1   j   j+1  j+2    lane  a1         from the column before: 1 rises, 2 falls, 0 neither
//   block 2   j-2  j-1   j   j+1    lane  b0
//   block 3   j-3  j-2  j-1   j     lane  b1
//
// Where a block has no column yet, or no more, it is given symbol 0, which no pattern holds, and a row above it that does
// not change: that leaves the start of a block as it is. Left of the band the pattern is deleted, above it the text is
// inserted: each is a way from one text to the other, so no distance comes out too small, and one of at most the limit stays
// within the band. Cost: pattern / 256 x band x 6 ns; 4 000 random symbols in 0.53 ms, where one block a sweep takes 1.06 and
// two in step, in 64-bit integers, 0.84.

/** Rows of a sweep. */
const ROWS: i32 = 256;
/** What is told of distances beyond the limit. */
export const BEYOND: i32 = i32.MAX_VALUE;

/** Marks in `masks` which rows hold a symbol; unmarks them again with `isSet` false. */
function mark(pattern: usize, rows: i32, masks: usize, isSet: bool): void {
  for (let row = 0; row < rows; row++) {
    const mask = masks + ((<usize>load<u32>(pattern + ((<usize>row) << 2))) << 5) + ((<usize>row >> 6) << 3);
    store<u64>(mask, isSet ? load<u64>(mask) | ((<u64>1) << (row & 63)) : 0);
  }
}

/** By how much the last of the rows in a word lies above the first. */
export function riseOf(rises: u64, falls: u64, rows: i32): i32 {
  const mask = rows >= 64 ? <u64>-1 : ((<u64>1) << rows) - 1;
  return <i32>popcnt(rises & mask) - <i32>popcnt(falls & mask);
}

/** The least distance that a way through the row under a sweep may have. */
export function leastThrough(deltas: usize, from: i32, to: i32, last: i32, rowsLeft: i32, n: i32): i32 {
  let value = last;
  let least = BEYOND;
  for (let j = to; j >= from; j--) {
    const diagonal = n - j - rowsLeft;
    least = min(least, value + (diagonal < 0 ? -diagonal : diagonal));
    if (j === from) break;
    const delta = load<u8>(deltas + j - 1) & 3;
    value += delta === 0 ? 0 : delta === 1 ? -1 : 1;
  }
  return least;
}

/**
 * Sweeps `rows` rows over the columns from..to - 1; returns by how much their last one lies above the row above them, in the
 * last column.
 */
function sweep(rows: i32, text: usize, from: i32, to: i32, masks: usize, deltas: usize, work: usize): i32 {
  v128.store(work, i64x2.splat(-1));
  const ones = v128.load(work);
  const none = v128.xor(ones, ones);
  let risesA = ones;
  let risesB = ones;
  let fallsA = none;
  let fallsB = none;
  // How each row of the column before differs from the column before that: what the block below takes over.
  let upA = none;
  let downA = none;
  let upB = none;
  let downB = none;
  let second = masks;
  let third = masks;
  let fourth = masks;
  let rise = 0;
  for (let t = from; t < to + 3; t++) {
    const first = t < to ? masks + ((<usize>load<u32>(text + ((<usize>t) << 2))) << 5) : masks;
    const delta = <i64>load<u8>(deltas + t);
    const equalA = v128.load_lane<u64>(second, v128.load_zero<u64>(first), 1, 8);
    const equalB = v128.load_lane<u64>(fourth, v128.load_zero<u64>(third, 16), 1, 24);
    fourth = third;
    third = second;
    second = first;
    const upAbove = i64x2.replace_lane(none, 0, delta << 63);
    const downAbove = i64x2.replace_lane(none, 0, (delta >> 1) << 63);
    const intoUpB = i64x2.shr_u(v128.shuffle<u64>(upA, upB, 1, 2), 63);
    const intoDownB = i64x2.shr_u(v128.shuffle<u64>(downA, downB, 1, 2), 63);
    const intoUpA = i64x2.shr_u(v128.shuffle<u64>(upAbove, upA, 0, 2), 63);
    const intoDownA = i64x2.shr_u(v128.shuffle<u64>(downAbove, downA, 0, 2), 63);

    const matchA = v128.or(equalA, intoDownA);
    const sumA = v128.xor(i64x2.add(v128.and(matchA, risesA), risesA), risesA);
    const diagonalA = v128.or(v128.or(sumA, matchA), fallsA);
    upA = v128.or(fallsA, v128.andnot(ones, v128.or(diagonalA, risesA)));
    downA = v128.and(risesA, diagonalA);
    const shiftedA = v128.or(i64x2.shl(upA, 1), intoUpA);
    risesA = v128.or(
      v128.or(i64x2.shl(downA, 1), intoDownA),
      v128.andnot(ones, v128.or(diagonalA, shiftedA)),
    );
    fallsA = v128.and(shiftedA, diagonalA);

    const matchB = v128.or(equalB, intoDownB);
    const sumB = v128.xor(i64x2.add(v128.and(matchB, risesB), risesB), risesB);
    const diagonalB = v128.or(v128.or(sumB, matchB), fallsB);
    upB = v128.or(fallsB, v128.andnot(ones, v128.or(diagonalB, risesB)));
    downB = v128.and(risesB, diagonalB);
    const shiftedB = v128.or(i64x2.shl(upB, 1), intoUpB);
    risesB = v128.or(
      v128.or(i64x2.shl(downB, 1), intoDownB),
      v128.andnot(ones, v128.or(diagonalB, shiftedB)),
    );
    fallsB = v128.and(shiftedB, diagonalB);

    if (t - 3 >= from) {
      const up = <u64>i64x2.extract_lane(upB, 1) >> 63;
      const down = <u64>i64x2.extract_lane(downB, 1) >> 63;
      store<u8>(deltas + t - 3, <u8>(up | (down << 1)));
    }
    const block = t - to + 1;
    if (block < 0 || block << 6 >= rows) continue;
    v128.store(work, risesA);
    v128.store(work, risesB, 16);
    v128.store(work, fallsA, 32);
    v128.store(work, fallsB, 48);
    const words = work + ((<usize>block) << 3);
    rise += riseOf(load<u64>(words), load<u64>(words, 32), rows - (block << 6));
  }
  return rise;
}

/**
 * The distance of a pattern of m symbols (u32) from a text of n symbols, n > 0; BEYOND where it is more than `limit`.
 *
 * @param limit at most the longer of m and n, which no distance exceeds
 * @param masks 32 bytes a symbol, all 0, and left so; the text's symbols that the pattern lacks are 0
 * @param deltas n + 4 bytes
 * @param work 64 bytes
 */
export function blockDistance(
  pattern: usize,
  m: i32,
  text: usize,
  n: i32,
  limit: i32,
  masks: usize,
  deltas: usize,
  work: usize,
): i32 {
  // A way through row i and column j costs |j - i| and |(n - j) - (m - i)| at least.
  const longer = max(0, n - m);
  const shorter = max(0, m - n);
  const slack = (limit - longer - shorter) >> 1;
  if (slack < 0) return BEYOND;
  memory.fill(deltas, 1, n + 4);
  let rise = 0;
  for (let first = 0; first < m; first += ROWS) {
    const rows = min(ROWS, m - first);
    const from = max(0, first - shorter - slack);
    const to = min(n, first + rows + longer + slack);
    mark(pattern + ((<usize>first) << 2), rows, masks, true);
    rise += sweep(rows, text, from, to, masks, deltas, work);
    mark(pattern + ((<usize>first) << 2), rows, masks, false);
    const rowsLeft = m - first - rows;
    if (rowsLeft === 0 || limit >= max(m, n)) continue;
    if (leastThrough(deltas, from, to, to + rise, rowsLeft, n) > limit) return BEYOND;
  }
  return n + rise <= limit ? n + rise : BEYOND;
}
