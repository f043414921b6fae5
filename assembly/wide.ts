// Products of a sparse matrix in compressed sparse rows (assembly/csr.ts draws it) with a vector in float64, for what is
// repeated until it settles: float32 would settle too early. Cost: O(nonzeros).

/** y = A x, for the rows from..to-1: x has one f64 a column, y one a row. `values` is 0 for a pattern. */
export function multiplyCsrWide(
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
    let sum: f64 = 0;
    for (let at = load<u32>(start); at < end; at++) {
      const factor = load<f64>(x + ((<usize>load<u32>(indices + ((<usize>at) << 2))) << 3));
      sum += values === 0 ? factor : <f64>load<f32>(values + ((<usize>at) << 2)) * factor;
    }
    store<f64>(y + ((<usize>row) << 3), sum);
  }
}
