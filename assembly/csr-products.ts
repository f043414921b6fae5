// What a sparse matrix (assembly/csr.ts) is multiplied by: its transpose by a vector, without building it, and dense rows
// padded to whole lanes.

/**
 * y = A^T x: x has one float a row, y one a column, which need not be cleared. Rows are added in their order; one whose
 * factor is 0 adds nothing.
 */
export function multiplyCsrTransposed(
  indptr: usize,
  indices: usize,
  values: usize,
  rows: u32,
  columns: u32,
  x: usize,
  y: usize,
): void {
  memory.fill(y, 0, (<usize>columns) << 2);
  for (let row: u32 = 0; row < rows; row++) {
    const factor = load<f32>(x + ((<usize>row) << 2));
    if (factor === 0) continue;
    const bounds = indptr + ((<usize>row) << 2);
    const end = (<usize>load<u32>(bounds, 4)) << 2;
    for (let at = (<usize>load<u32>(bounds)) << 2; at < end; at += 4) {
      const place = y + (load<u32>(indices + at) << 2);
      store<f32>(place, load<f32>(place) + (values === 0 ? factor : load<f32>(values + at) * factor));
    }
  }
}

/**
 * Moves rows of `columns` floats apart to rows of `stride`, within their block: from the last one to the first, none is
 * overwritten before it has moved. Zeros stand behind them, as integers that an earlier owner left there are denormal
 * floats, which slow sums down.
 */
export function padRows(block: usize, rows: u32, columns: u32, stride: u32): void {
  for (let row = rows; row-- > 0; ) {
    const from = block + ((<usize>row * columns) << 2);
    const to = block + ((<usize>row * stride) << 2);
    for (let lane = (<usize>stride) << 2; lane > (<usize>columns) << 2; lane -= 4)
      store<u32>(to + lane - 4, 0);
    for (let lane = (<usize>columns) << 2; lane > 0; lane -= 4) {
      store<u32>(to + lane - 4, load<u32>(from + lane - 4));
    }
  }
}

/** Moves rows of `stride` floats together to rows of `columns`, within their block. */
export function unpadRows(block: usize, rows: u32, columns: u32, stride: u32): void {
  for (let row: u32 = 0; row < rows; row++) {
    const from = block + ((<usize>row * stride) << 2);
    const to = block + ((<usize>row * columns) << 2);
    for (let lane: usize = 0; lane < (<usize>columns) << 2; lane += 4)
      store<u32>(to + lane, load<u32>(from + lane));
  }
}
