// Search over vectors, in two tiers.

export { scorePlaces } from '../allowed';
export { assignRows, scoreCells, sumCells } from '../assign';
export { gatherRows, linkRows, scoreGathered } from '../buckets';
export { rescore } from '../candidates';
export { packCell, scanCell } from '../cells';
export { finishHash, startHash, updateHash } from '../checksum';
export { scanCodes } from '../codes';
export { clearRows, encodeRows, measureRows, packRows } from '../encode';
export { makeTables, probeSketches, scanSketches } from '../fastscan';
export { encodeNodes, moveNode, renumberLinks } from '../graph';
export { searchGraph } from '../graph-search';
export { hashQueries, hashRows } from '../hash';
export { attach, reach, repairNode } from '../link-upkeep';
export {
  aim,
  countBack,
  linkBack,
  linkForward,
  linkNode,
  listBack,
} from '../links';
export { scanNibbles } from '../nibbles';
export { probeCells, probeTiles, rankCells, rankTile, selectCells } from '../probe';
export { prepareQuery } from '../query';
export { firstOutside } from '../range';
export { raise, sortResults } from '../results';
export { gatherLines, multiplyCodes, multiplyFloats, stream } from '../roof';
export { rotate } from '../rotate';
export { scanRows } from '../scan';
export { encodeSketches } from '../sketch';
export { encodeSubvectors } from '../subvectors';
export { packTile, scanTile } from '../tile';
