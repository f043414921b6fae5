// Recommenders: factors learned from ratings, neighbours of items, and what ranks candidates. Nothing here is relaxed, so one
// tier serves everywhere.

export { gelu, geluByTangent, relu, sigmoid } from '../activations';
export { addNormal, solveNormal, startNormal } from '../als';
export { addResiduals, applyGram, dotRows, stepConjugate, sumLosses } from '../als-gradient';
export { finishHash, startHash, updateHash } from '../checksum';
export { countKeys, countPlaces, moveEntries, moveRows, sumCounts, sumPlaces } from '../csr-build';
export { checkFinite } from '../csr-check';
export { factorize, sumSquaredErrors } from '../factorize';
export { addGram } from '../gram';
export { findNeighbours, keepLast, makeRooms, packNeighbours } from '../item-knn';
export { addNeighbours, predictRatings } from '../item-scores';
export { scoreRows, selectItems } from '../items';
export { denseLayer } from '../mlp';
export { sortResults } from '../results';
export { shuffle } from '../shuffle';
export { rankValues, walkDeepTrees, walkPerfectTrees, walkPerfectTreesOfRow } from '../trees';
