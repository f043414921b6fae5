import { type CsrMatrix, storeOf } from '../../src/sparse/csr-matrix.ts';

/** The entries of each row as column to value, in the order in which they are held. The matrix is disposed of. */
export function rowsOf(matrix: CsrMatrix): ReadonlyMap<number, number>[] {
  const { indptr, indices, values, rows, runtime } = storeOf(matrix);
  const { u32, f32 } = runtime.memory;
  const read = Array.from({ length: rows }, (_, row) => {
    const entries = new Map<number, number>();
    for (let at = u32[indptr / 4 + row]!; at < u32[indptr / 4 + row + 1]!; at++)
      entries.set(u32[indices / 4 + at]!, f32[values / 4 + at]!);
    return entries;
  });
  matrix.dispose();
  return read;
}
