// Sketches of streams: keys as hashes, and what counts, samples and summarizes them. Nothing here is relaxed, so one tier
// serves everywhere.

export { addBloom, hasBloom, uniteBloom, weighBloom } from '../bloom';
export { finishHash, startHash, updateHash } from '../checksum';
export { addCounts, addWeights, countSaturated, raiseCounts, readCounts, uniteCounts } from '../count-min';
export { bucketOf, bucketStart, bucketValue, countPositive, countValues } from '../ddsketch';
export { addDistinct, countRanks, uniteDistinct } from '../hyperloglog';
export { hashBytes, hashIntegers, hashLongs, hashNumbers } from '../keys';
export { compactBlock, mergeLevels, viewLevels } from '../kll';
export { addMinima, countEqual, fillBins, uniteMinima } from '../minhash';
export { closeGaps, linkSets, querySets } from '../minhash-lsh';
export { addFrequent, enterFrequent, findFrequent } from '../space-saving';
export { surveyValues } from '../survey';
