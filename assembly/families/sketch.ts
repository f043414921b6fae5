// Sketches of streams: keys as hashes, and what counts, samples and summarizes them. Nothing here is relaxed, so one tier
// serves everywhere.

export { finishHash, startHash, updateHash } from '../checksum';
export { bucketOf, bucketStart, bucketValue, countValues } from '../ddsketch';
export { addDistinct, countRanks, uniteDistinct } from '../hyperloglog';
export { hashBytes, hashIntegers, hashLongs, hashNumbers } from '../keys';
export { compactBlock, mergeLevels, viewLevels } from '../kll';
export { surveyValues } from '../survey';
