// Sparse matrices and text: what relaxed instructions would change they must not, so that one tier serves everywhere.

export { scoreDocuments, searchPostings } from '../bm25';
export { finishHash, startHash, updateHash } from '../checksum';
export { multiplyCsr, multiplyCsrDense, orderRows } from '../csr';
export { addCsr, countSum } from '../csr-add';
export { countPlaces, groupEntries, sumPlaces, transposeCsr } from '../csr-build';
export { checkBelow, checkFinite, checkIndices, checkStarts } from '../csr-check';
export { multiplyCsrTransposed, padRows, unpadRows } from '../csr-products';
export {
  copyPart,
  countPart,
  gatherColumns,
  gatherRows,
  normalizeRows,
  scaleValues,
} from '../csr-rows';
export { multiplyDense } from '../dense';
export { accumulate, reflect, rotateRows } from '../eigen';
export { addGram } from '../gram';
export {
  copyDocuments,
  fillPostings,
  numberPairs,
  numberTerms,
  startPostings,
  weighPairs,
} from '../postings';
export { sortResults } from '../results';
export { multiplyCsrWide } from '../wide';
export { tableBytes } from '../windows';
