// What the host calls: raw pointers in, numbers out.

export { scorePlaces } from './allowed';
export { assignRows, scoreCells, sumCells } from './assign';
export { rescore } from './candidates';
export { finishHash, startHash, updateHash } from './checksum';
export { scanCodes } from './codes';
export { clearRows, clearRows, encodeRows, encodeRows, measureRows, measureRows, packRows } from './encode';
export { makeTables, probeSketches, scanSketches } from './fastscan';
export { scanNibbles } from './nibbles';
export { probeCells, probeTiles, rankCells, rankTile, selectCells } from './probe';
export { prepareQuery } from './query';
export { raise, sortResults } from './results';
export { multiplyCodes, multiplyFloats, stream } from './roof';
export { rotate } from './rotate';
export { scanRows } from './scan';
export { encodeSketches } from './sketch';
export { encodeSubvectors } from './subvectors';
export { packTile, scanTile } from './tile';
