// Sparse matrices (assembly/csr.ts) from entries in any order, by counting sort: entries grouped by column, in the order
// given, are the transpose; the transpose of that is the matrix, columns ascending within a row and entries of the same
// place side by side, still in the order given (F. Gustavson 1978, "Two fast algorithms for sparse matrices", section 3).
// Cost: O(nonzeros + rows + columns), no comparison.

/** Counts the keys of the entries from..to - 1: u32 a group, which are 0 to begin with. */
export function countKeys(keys: usize, from: u32, to: u32, counts: usize): void {
  for (let at = from; at < to; at++) {
    const key = counts + (load<u32>(keys + ((<usize>at) << 2)) << 2);
    store<u32>(key, load<u32>(key) + 1);
  }
}

/** Turns the counts of groups into their ends: u32 x (groups + 1), the last one the number of entries. */
export function sumCounts(counts: usize, groups: u32): void {
  let end: u32 = 0;
  for (let group: u32 = 0; group <= groups; group++) {
    const place = counts + ((<usize>group) << 2);
    end += load<u32>(place);
    store<u32>(place, end);
  }
}

function endsOf(keys: usize, count: u32, groups: u32, ends: usize): void {
  memory.fill(ends, 0, (<usize>groups + 1) << 2);
  countKeys(keys, 0, count, ends);
  sumCounts(ends, groups);
}

/**
 * Groups `count` entries by key, in the order given: `others` and `values` (0 for a pattern) of the group g stand from
 * starts[g] on.
 */
export function groupEntries(
  keys: usize,
  others: usize,
  values: usize,
  count: u32,
  groups: u32,
  starts: usize,
  othersOut: usize,
  valuesOut: usize,
): void {
  endsOf(keys, count, groups, starts);
  moveEntries(keys, others, values, 0, count, starts, othersOut, valuesOut);
}

/** Moves the entries from..to - 1 to their groups: the last ones first, as every end moves down to its start. */
export function moveEntries(
  keys: usize,
  others: usize,
  values: usize,
  from: u32,
  to: u32,
  ends: usize,
  othersOut: usize,
  valuesOut: usize,
): void {
  const first = (<usize>from) << 2;
  for (let at = (<usize>to) << 2; at > first; ) {
    at -= 4;
    const place = ends + (load<u32>(keys + at) << 2);
    const end = load<u32>(place) - 1;
    store<u32>(place, end);
    store<u32>(othersOut + ((<usize>end) << 2), load<u32>(others + at));
    if (values !== 0) store<u32>(valuesOut + ((<usize>end) << 2), load<u32>(values + at));
  }
}

/**
 * The transpose: entries grouped by column, in the order of their rows. The columns of a row may stand in any order, and
 * repeat; those of the transpose ascend. `indptrOut` (u32 x (columns + 1)) need not be cleared.
 */
export function transposeCsr(
  indptr: usize,
  indices: usize,
  values: usize,
  rows: u32,
  columns: u32,
  indptrOut: usize,
  indicesOut: usize,
  valuesOut: usize,
): void {
  endsOf(indices, load<u32>(indptr + ((<usize>rows) << 2)), columns, indptrOut);
  moveRows(indptr, indices, values, 0, rows, indptrOut, indicesOut, valuesOut);
}

/** Moves the entries of the rows from..to - 1 to their columns, the last ones first. */
export function moveRows(
  indptr: usize,
  indices: usize,
  values: usize,
  from: u32,
  to: u32,
  ends: usize,
  indicesOut: usize,
  valuesOut: usize,
): void {
  for (let row = to; row-- > from; ) {
    const bounds = indptr + ((<usize>row) << 2);
    const first = (<usize>load<u32>(bounds)) << 2;
    for (let at = (<usize>load<u32>(bounds, 4)) << 2; at > first; ) {
      at -= 4;
      const place = ends + (load<u32>(indices + at) << 2);
      const end = load<u32>(place) - 1;
      store<u32>(place, end);
      store<u32>(indicesOut + ((<usize>end) << 2), row);
      if (values !== 0) store<u32>(valuesOut + ((<usize>end) << 2), load<u32>(values + at));
    }
  }
}

/** How many places the entries of a matrix have, where entries of the same place stand side by side. */
export function countPlaces(indptr: usize, indices: usize, rows: u32): u32 {
  let places: u32 = 0;
  let at: u32 = 0;
  for (let row: u32 = 0; row < rows; row++) {
    const end = load<u32>(indptr + ((<usize>row) << 2), 4);
    let previous: i64 = -1;
    for (; at < end; at++) {
      const column = <i64>load<u32>(indices + ((<usize>at) << 2));
      if (column !== previous) places++;
      previous = column;
    }
  }
  return places;
}

/** One entry a place: the sum of those that stand there, in float64, in their order, rounded once. */
export function sumPlaces(
  indptr: usize,
  indices: usize,
  values: usize,
  rows: u32,
  indptrOut: usize,
  indicesOut: usize,
  valuesOut: usize,
): void {
  let at: usize = 0;
  let to: usize = 0;
  store<u32>(indptrOut, 0);
  for (let row: u32 = 0; row < rows; row++) {
    const end = (<usize>load<u32>(indptr + ((<usize>row) << 2), 4)) << 2;
    while (at < end) {
      const column = load<u32>(indices + at);
      let sum: f64 = -0.0; // what leaves even -0 as it is
      for (; at < end && load<u32>(indices + at) === column; at += 4) {
        if (values !== 0) sum += <f64>load<f32>(values + at);
      }
      store<u32>(indicesOut + to, column);
      if (values !== 0) store<f32>(valuesOut + to, <f32>sum);
      to += 4;
    }
    store<u32>(indptrOut + ((<usize>row) << 2), <u32>(to >> 2), 4);
  }
}
