// The sum of two sparse matrices (assembly/csr.ts) of the same rows and columns: the ascending columns of each row merged,
// once to count them, once to add. Cost: O(entries of both + rows).

/** Stands for a column behind the last one: columns are at most 2^32 - 3. */
const NONE: u32 = 0xffffffff;

/** The column of an entry of a row that ends at `end`, in bytes. */
function columnAt(indices: usize, at: usize, end: usize): u32 {
  return at < end ? load<u32>(indices + at) : NONE;
}

/** How many entries the sum has: the places where either has one. */
export function countSum(indptrA: usize, indicesA: usize, indptrB: usize, indicesB: usize, rows: u32): u32 {
  let count: u32 = 0;
  let a: usize = 0;
  let b: usize = 0;
  for (let row: usize = 0; row < rows; row++) {
    const endA = (<usize>load<u32>(indptrA + (row << 2), 4)) << 2;
    const endB = (<usize>load<u32>(indptrB + (row << 2), 4)) << 2;
    while (a < endA || b < endB) {
      const columnA = columnAt(indicesA, a, endA);
      const columnB = columnAt(indicesB, b, endB);
      if (columnA <= columnB) a += 4;
      if (columnB <= columnA) b += 4;
      count++;
    }
  }
  return count;
}

/** alpha A + beta B, each value in float64, rounded once. `values` is 0 for a pattern; the sum is none. */
export function addCsr(
  indptrA: usize,
  indicesA: usize,
  valuesA: usize,
  indptrB: usize,
  indicesB: usize,
  valuesB: usize,
  rows: u32,
  alpha: f64,
  beta: f64,
  indptrOut: usize,
  indicesOut: usize,
  valuesOut: usize,
): void {
  let a: usize = 0;
  let b: usize = 0;
  let to: usize = 0;
  store<u32>(indptrOut, 0);
  for (let row: usize = 0; row < rows; row++) {
    const endA = (<usize>load<u32>(indptrA + (row << 2), 4)) << 2;
    const endB = (<usize>load<u32>(indptrB + (row << 2), 4)) << 2;
    while (a < endA || b < endB) {
      const columnA = columnAt(indicesA, a, endA);
      const columnB = columnAt(indicesB, b, endB);
      let sum: f64 = -0.0; // what leaves even -0 as it is
      if (columnA <= columnB) {
        sum += alpha * (valuesA === 0 ? 1 : <f64>load<f32>(valuesA + a));
        a += 4;
      }
      if (columnB <= columnA) {
        sum += beta * (valuesB === 0 ? 1 : <f64>load<f32>(valuesB + b));
        b += 4;
      }
      store<u32>(indicesOut + to, min(columnA, columnB));
      store<f32>(valuesOut + to, <f32>sum);
      to += 4;
    }
    store<u32>(indptrOut + (row << 2), <u32>(to >> 2), 4);
  }
}
