// Sparse matrices and text: float32 and integers alone, so that one tier serves everywhere.

export { finishHash, startHash, updateHash } from '../checksum';
export { multiplyCsr, multiplyCsrDense, transposeCsr } from '../csr';
