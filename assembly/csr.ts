// Products of a sparse matrix in compressed sparse rows (CSR):
//
//   indptr   u32 x (rows + 1)    row r holds the entries indptr[r] .. indptr[r + 1] - 1
//   indices  u32 x nonzeros      the column of each entry, ascending within a row
//   values   f32 x nonzeros      0 in place of the address for a pattern, whose every value is 1
//
// Sums run in a fixed order, so that the bits are the same in every runtime.

/** y = A x, for the rows from..to-1: x has one float a column, y one a row. */
export function multiplyCsr(
  indptr: usize,
  indices: usize,
  values: usize,
  from: u32,
  to: u32,
  x: usize,
  y: usize,
): void {
  for (let row = from; row < to; row++) {
    const start = indptr + ((<usize>row) << 2);
    const end = load<u32>(start, 4);
    let sum: f32 = 0;
    for (let at = load<u32>(start); at < end; at++) {
      const factor = load<f32>(x + (load<u32>(indices + ((<usize>at) << 2)) << 2));
      sum += values === 0 ? factor : load<f32>(values + ((<usize>at) << 2)) * factor;
    }
    store<f32>(y + ((<usize>row) << 2), sum);
  }
}

/** Y = A X, for the rows from..to-1: X and Y row-major, `stride` floats a row, a multiple of 4, the last of them zero. */
export function multiplyCsrDense(
  indptr: usize,
  indices: usize,
  values: usize,
  from: u32,
  to: u32,
  x: usize,
  y: usize,
  stride: u32,
): void {
  const rowBytes = (<usize>stride) << 2;
  for (let row = from; row < to; row++) {
    const start = indptr + ((<usize>row) << 2);
    const begin = load<u32>(start);
    const end = load<u32>(start, 4);
    const out = y + row * rowBytes;
    for (let lane: usize = 0; lane < rowBytes; lane += 16) {
      let sum = f32x4.splat(0);
      for (let at = begin; at < end; at++) {
        const value = values === 0 ? <f32>1 : load<f32>(values + ((<usize>at) << 2));
        const factors = v128.load(x + lane + load<u32>(indices + ((<usize>at) << 2)) * rowBytes);
        sum = f32x4.add(sum, f32x4.mul(f32x4.splat(value), factors));
      }
      v128.store(out + lane, sum);
    }
  }
}
