// Sparse matrices and text: float32 and integers alone, so that one tier serves everywhere.

export { finishHash, startHash, updateHash } from '../checksum';
export { multiplyCsr, multiplyCsrDense, orderRows } from '../csr';
export { countPlaces, groupEntries, sumPlaces, transposeCsr } from '../csr-build';
export { checkBelow, checkFinite, checkIndices, checkStarts } from '../csr-check';
export { multiplyCsrTransposed, padRows, unpadRows } from '../csr-products';
