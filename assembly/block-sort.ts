// Sorts a block of f64 values, of which there are a power of two, at least 32; none is NaN.
//
//   16 rows of n/16 columns        each column is sorted down its rows by a network, two columns a vector;
//   n/16 runs of 16                the columns, written one after another;
//   n/32 runs of 32, ... 1 of n    pairs of runs are merged from both ends at once: as many steps as a run is long, no
//                                  branch, and two chains of loads that do not wait for each other.
//
// Cost: 63 exchanges of 2 vectors for 32 values, then log2(n/16) passes; no step depends on what the values are.
// Sources: Batcher's merge exchange, Knuth, The Art of Computer Programming 3, 5.2.2, algorithm M; merging from both ends as
// in Peters and van den Hoven's sorts (quadsort, glidesort).

const ROWS: usize = 16;

/** Sorts `bytes` at `values`, through as many at `spare`; returns which of the two holds them in the end. */
export function sortBlock(values: usize, spare: usize, bytes: usize): usize {
  sortColumns(values, bytes / ROWS);
  writeColumns(values, spare, bytes / ROWS);
  let from = spare;
  let to = values;
  for (let run: usize = 8 * ROWS; run < bytes; run += run) {
    for (let at: usize = 0; at < bytes; at += 2 * run) mergePair(from + at, to + at, run);
    const sorted = to;
    to = from;
    from = sorted;
  }
  return from;
}

/** Rows of `row` bytes: merge exchange, a comparison of two rows at a time. */
function sortColumns(values: usize, row: usize): void {
  for (let p: usize = ROWS / 2; p > 0; p >>= 1) {
    exchange(values, row, p, 0, p);
    for (let q: usize = ROWS / 2; q !== p; q >>= 1) exchange(values, row, q - p, p, p);
  }
}

/** The smaller to the earlier row, the larger to the one `distance` below, for the rows whose bit `p` is `r`. */
function exchange(values: usize, row: usize, distance: usize, r: usize, p: usize): void {
  for (let i: usize = 0; i < ROWS - distance; i++) {
    if ((i & p) !== r) continue;
    const upper = values + i * row;
    const lower = upper + distance * row;
    for (let at: usize = 0; at < row; at += 16) {
      const a = v128.load(upper + at);
      const b = v128.load(lower + at);
      v128.store(upper + at, f64x2.pmin(a, b));
      v128.store(lower + at, f64x2.pmax(a, b));
    }
  }
}

function writeColumns(values: usize, runs: usize, row: usize): void {
  let to = runs;
  for (let column: usize = 0; column < row; column += 16) {
    for (let at = values + column, i: usize = 0; i < ROWS; i += 2, at += 2 * row, to += 16) {
      const a = v128.load(at);
      const b = v128.load(at + row);
      v128.store(to, v128.shuffle<f64>(a, b, 0, 2));
      v128.store(to + 8 * ROWS, v128.shuffle<f64>(a, b, 1, 3));
    }
    to += 8 * ROWS;
  }
}

/** Two runs of `run` bytes, one behind the other. Integers choose, since engines have no conditional move of floats. */
function mergePair(from: usize, to: usize, run: usize): void {
  let low = from;
  let high = from + run;
  let lowLast = high - 8;
  let highLast = lowLast + run;
  let last = to + 2 * run - 8;
  const end = to + run;
  for (let first = to; first < end; first += 8, last -= 8) {
    const a = load<f64>(low);
    const b = load<f64>(high);
    const isLow = <usize>(a <= b);
    store<u64>(first, load<u64>(isLow ? low : high));
    low += isLow << 3;
    high += (isLow ^ 1) << 3;
    const c = load<f64>(lowLast);
    const d = load<f64>(highLast);
    const isHigh = <usize>(c <= d);
    store<u64>(last, load<u64>(isHigh ? highLast : lowLast));
    highLast -= isHigh << 3;
    lowLast -= (isHigh ^ 1) << 3;
  }
}
