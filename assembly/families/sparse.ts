// Sparse matrices and text: float32 and integers alone, so that one tier serves everywhere.

export { scoreDocuments, searchPostings } from '../bm25';
export { finishHash, startHash, updateHash } from '../checksum';
export { multiplyCsr, multiplyCsrDense, transposeCsr } from '../csr';
export {
  copyDocuments,
  fillPostings,
  numberPairs,
  numberTerms,
  startPostings,
  weighPairs,
} from '../postings';
export { sortResults } from '../results';
export { tableBytes } from '../windows';
