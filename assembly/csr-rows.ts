// Rows and columns of a sparse matrix (assembly/csr.ts): sums, norms, rows of norm 1, and parts of it. Sums are carried in
// float64, where squares of float32 are exact, and rounded to float32 once. Cost: one pass over the entries.

/** What a row or a column comes to: numbers as src/sparse/csr-rows.ts has them. */
const SUM: u32 = 0;
const L1: u32 = 1;
const L2: u32 = 2;

/** One more value: added, by its magnitude, by its square, or the greatest magnitude kept. */
function gather(sum: f64, value: f64, kind: u32): f64 {
  if (kind === SUM) return sum + value;
  if (kind === L1) return sum + Math.abs(value);
  if (kind === L2) return sum + value * value;
  return Math.max(sum, Math.abs(value));
}

/** The value of an entry, `at` bytes behind the first: 1 in a pattern. */
function entryValue(values: usize, at: usize): f64 {
  return values === 0 ? 1 : <f64>load<f32>(values + at);
}

function gatherRow(indptr: usize, values: usize, row: u32, kind: u32): f64 {
  const bounds = indptr + ((<usize>row) << 2);
  const end = (<usize>load<u32>(bounds, 4)) << 2;
  let sum: f64 = 0;
  for (let at = (<usize>load<u32>(bounds)) << 2; at < end; at += 4)
    sum = gather(sum, entryValue(values, at), kind);
  return kind === L2 ? Math.sqrt(sum) : sum;
}

/** What each row comes to: f32 x rows. */
export function gatherRows(indptr: usize, values: usize, rows: u32, kind: u32, out: usize): void {
  for (let row: u32 = 0; row < rows; row++) {
    store<f32>(out + ((<usize>row) << 2), <f32>gatherRow(indptr, values, row, kind));
  }
}

/** What each column comes to: f32 x columns, which takes the first half of `sums`, f64 x columns. */
export function gatherColumns(
  indices: usize,
  values: usize,
  nonzeros: u32,
  columns: u32,
  kind: u32,
  sums: usize,
): void {
  memory.fill(sums, 0, (<usize>columns) << 3);
  for (let at: usize = 0; at < (<usize>nonzeros) << 2; at += 4) {
    const place = sums + ((<usize>load<u32>(indices + at)) << 3);
    store<f64>(place, gather(load<f64>(place), entryValue(values, at), kind));
  }
  for (let column: usize = 0; column < columns; column++) {
    const sum = load<f64>(sums + (column << 3));
    store<f32>(sums + (column << 2), <f32>(kind === L2 ? Math.sqrt(sum) : sum));
  }
}

/** The values divided by the norms of their rows; those of a row of norm 0 stay. */
export function normalizeRows(indptr: usize, values: usize, rows: u32, kind: u32, out: usize): void {
  for (let row: u32 = 0; row < rows; row++) {
    const bounds = indptr + ((<usize>row) << 2);
    const end = (<usize>load<u32>(bounds, 4)) << 2;
    const norm = gatherRow(indptr, values, row, kind);
    const divisor: f64 = norm === 0 ? 1 : norm;
    for (let at = (<usize>load<u32>(bounds)) << 2; at < end; at += 4) {
      store<f32>(out + at, <f32>(entryValue(values, at) / divisor));
    }
  }
}

/** The values times `factor`, rounded once. */
export function scaleValues(values: usize, count: u32, factor: f64, out: usize): void {
  for (let at: usize = 0; at < (<usize>count) << 2; at += 4) {
    store<f32>(out + at, <f32>(entryValue(values, at) * factor));
  }
}

/** How many entries the rows from..to-1 have in `width` columns from `first` on. */
export function countPart(indptr: usize, indices: usize, from: u32, to: u32, first: u32, width: u32): u32 {
  const end = (<usize>load<u32>(indptr + ((<usize>to) << 2))) << 2;
  let count: u32 = 0;
  for (let at = (<usize>load<u32>(indptr + ((<usize>from) << 2))) << 2; at < end; at += 4) {
    count += u32(load<u32>(indices + at) - first < width); // what is before wraps around
  }
  return count;
}

/** Those entries as a matrix of their own, which counts rows and columns from 0. */
export function copyPart(
  indptr: usize,
  indices: usize,
  values: usize,
  from: u32,
  to: u32,
  first: u32,
  width: u32,
  indptrOut: usize,
  indicesOut: usize,
  valuesOut: usize,
): void {
  let count: usize = 0;
  store<u32>(indptrOut, 0);
  for (let row = from; row < to; row++) {
    const bounds = indptr + ((<usize>row) << 2);
    const end = (<usize>load<u32>(bounds, 4)) << 2;
    for (let at = (<usize>load<u32>(bounds)) << 2; at < end; at += 4) {
      const column = load<u32>(indices + at) - first;
      if (column >= width) continue;
      store<u32>(indicesOut + count, column);
      if (values !== 0) store<u32>(valuesOut + count, load<u32>(values + at));
      count += 4;
    }
    store<u32>(indptrOut + ((<usize>(row - from)) << 2), <u32>(count >> 2), 4);
  }
}
