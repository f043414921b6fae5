// Recommenders: factors learned from ratings, neighbours of items, and what ranks candidates. Nothing here is relaxed, so one
// tier serves everywhere.

export { finishHash, startHash, updateHash } from '../checksum';
export { groupEntries, transposeCsr } from '../csr-build';
export { checkFinite } from '../csr-check';
export { factorize, sumSquaredErrors } from '../factorize';
export { findNeighbours, keepLast, makeRooms, packNeighbours } from '../item-knn';
export { addNeighbours, predictRatings } from '../item-scores';
export { scoreRows, selectItems } from '../items';
export { sortResults } from '../results';
export { shuffle } from '../shuffle';
