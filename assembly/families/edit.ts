// Distances between texts. Nothing here is relaxed, so one tier serves everywhere.

export { finishHash, startHash, updateHash } from '../checksum';
export { blockDistance } from '../edit-blocks';
export { transposedDistance } from '../edit-transpositions';
export { closestWords, sortClosest, wordDistances } from '../edit-words';
