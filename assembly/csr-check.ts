// Whether arrays are a sparse matrix (assembly/csr.ts), before anything trusts them as addresses: each check gives the
// first place where it does not hold, or the number of places. Cost: one pass.

/** The first row that ends before it starts, or beyond the entries. */
export function checkStarts(indptr: usize, rows: u32, nonzeros: u32): u32 {
  let start = load<u32>(indptr);
  for (let row: u32 = 0; row < rows; row++) {
    const end = load<u32>(indptr + ((<usize>row) << 2), 4);
    if (end < start || end > nonzeros) return row;
    start = end;
  }
  return rows;
}

/** The first entry whose column is not above the one before it in its row, or is none of the matrix; after `checkStarts`. */
export function checkIndices(indptr: usize, indices: usize, rows: u32, columns: u32): u32 {
  let at: u32 = 0;
  for (let row: u32 = 0; row < rows; row++) {
    const end = load<u32>(indptr + ((<usize>row) << 2), 4);
    let least: u32 = 0; // a column is at most 2^32 - 3, so that one above it does not wrap
    for (; at < end; at++) {
      const column = load<u32>(indices + ((<usize>at) << 2));
      if (column < least || column >= columns) return at;
      least = column + 1;
    }
  }
  return at;
}

/** The first of `count` indices that is `limit` or more. */
export function checkBelow(indices: usize, count: u32, limit: u32): u32 {
  for (let at: u32 = 0; at < count; at++) {
    if (load<u32>(indices + ((<usize>at) << 2)) >= limit) return at;
  }
  return count;
}

/** The first of `count` floats that is NaN or an infinity: just those minus themselves are not 0. */
export function checkFinite(values: usize, count: u32): u32 {
  let at: u32 = 0;
  for (; at + 16 <= count; at += 16) {
    const from = values + ((<usize>at) << 2);
    const a = v128.load(from);
    const b = v128.load(from, 16);
    const c = v128.load(from, 32);
    const d = v128.load(from, 48);
    const low = v128.or(f32x4.sub(a, a), f32x4.sub(b, b));
    if (v128.any_true(v128.or(low, v128.or(f32x4.sub(c, c), f32x4.sub(d, d))))) break;
  }
  for (; at < count; at++) {
    const value = load<f32>(values + ((<usize>at) << 2));
    if (value - value !== 0) return at;
  }
  return count;
}
