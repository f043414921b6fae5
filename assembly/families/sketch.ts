// Sketches of streams: keys as hashes, and what counts, samples and summarizes them. Nothing here is relaxed, so one tier
// serves everywhere.

export { finishHash, startHash, updateHash } from '../checksum';
export { addDistinct, countRanks, uniteDistinct } from '../hyperloglog';
export { hashBytes, hashIntegers, hashLongs, hashNumbers } from '../keys';
export { addMinima, countEqual, fillBins, uniteMinima } from '../minhash';
export { closeGaps, linkSets, querySets } from '../minhash-lsh';
