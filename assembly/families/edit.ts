// Distances between texts. Nothing here is relaxed, so one tier serves everywhere.

export { finishHash, startHash, updateHash } from '../checksum';
