// Nearest rows of many queries among the rows of a cell, six queries at once: how a graph is built without searching
// it. Products come from the register tile of the certified scan (tile.ts); every query keeps its best in a beam.
//
//   block of 16 rows of a cell: | codes, interleaved as in a segment: 64 x groups | scales | corrections | squares | names |
//                                                                                  64 bytes each
//   A group is 4 dimensions. Rows that fill up the last block have the square +infinity and enter no beam.
//
// Cost: dimensions multiply-adds for every pair, some 50 thousand million a second with relaxed dot products.

import { insert } from './beam';
import { groupsOf, recordOf, rowOf, segmentOf, tailOf } from './graph';
import { BLOCK, GROUP_BYTES, normsOf } from './segment';
import { multiplyTile, placeCodes, TILE } from './tile';

/** Bytes of a block for codes of some groups of 4 dimensions. */
function blockBytesOf(groups: u32): u32 {
  return groups * GROUP_BYTES + 256;
}

/**
 * Packs the records of `count` slots into blocks under the given names. With `isDirection`, rows are packed as if their
 * norm were 1.
 */
export function packCell(
  graph: usize,
  slots: usize,
  names: usize,
  count: u32,
  blocks: usize,
  isDirection: bool,
): void {
  const groups = groupsOf(graph) << 2;
  const padded = (count + BLOCK - 1) & ~(BLOCK - 1);
  for (let i: u32 = 0; i < padded; i++) {
    const block = blocks + (i / BLOCK) * blockBytesOf(groups);
    const lane = (i % BLOCK) << 2;
    const tail = block + groups * GROUP_BYTES + lane;
    const isRow = i < count;
    const slot = load<u32>(slots + (min(i, count - 1) << 2));
    const record = recordOf(graph, slot);
    for (let group: u32 = 0; group < groups; group++) {
      store<u32>(block + group * GROUP_BYTES + lane, load<u32>(record + (group << 2)));
    }
    const own = tailOf(graph, record);
    const norm = load<f32>(normsOf(segmentOf(graph, slot)) + (rowOf(graph, slot) << 2));
    const divisor: f32 = isDirection && norm > 0 ? norm : 1;
    store<f32>(tail, load<f32>(own) / divisor);
    store<i32>(tail, load<i32>(own, 4), 64);
    store<f32>(tail, isRow ? load<f32>(own, 8) : Infinity, 128);
    store<u32>(tail, load<u32>(names + (min(i, count - 1) << 2)), 192);
  }
}

/** Writes the codes of `size` beams, 1 to 6, into a tile; a short one repeats its last. */
function packBeams(beams: usize, size: u32, groups: u32, tile: usize): void {
  for (let place: u32 = 0; place < TILE; place++) {
    const beam = load<usize>(beams + (min(place, size - 1) << 2));
    placeCodes(load<usize>(beam), groups, tile, place);
  }
}

/** Offers the rows of a cell to `count` beams, whose addresses are listed. `scratch` holds 384 bytes, and a tile. */
export function scanCell(
  graph: usize,
  blocks: usize,
  rows: u32,
  beams: usize,
  count: u32,
  scratch: usize,
): void {
  const groups = groupsOf(graph) << 2;
  const tile = scratch + 384;
  const blockBytes = blockBytesOf(groups);
  const end = blocks + ((rows + BLOCK - 1) / BLOCK) * blockBytes;
  for (let first: u32 = 0; first < count; first += TILE) {
    const size = min(TILE, count - first);
    packBeams(beams + (first << 2), size, groups, tile);
    for (let block = blocks; block < end; block += blockBytes) {
      const tail = block + groups * GROUP_BYTES;
      multiplyTile(tile, size, groups, block, tail + 64, scratch);
      for (let i: u32 = 0; i < size; i++) {
        offerBlock(load<usize>(beams + ((first + i) << 2)), tail, scratch + (i << 6));
      }
    }
  }
}

/** The keys of four rows. */
function keysOf(products: usize, tail: usize, step: v128): v128 {
  const whole = f32x4.convert_i32x4_s(v128.load(products));
  return f32x4.sub(f32x4.mul(whole, f32x4.mul(v128.load(tail), step)), v128.load(tail, 128));
}

/** Offers the 16 rows of a block to a beam. */
function offerBlock(beam: usize, tail: usize, products: usize): void {
  const step = v128.load_splat<f32>(beam, 4);
  const threshold = v128.load_splat<f32>(beam, 24);
  const a = keysOf(products, tail, step);
  const b = keysOf(products + 16, tail + 16, step);
  const c = keysOf(products + 32, tail + 32, step);
  const d = keysOf(products + 48, tail + 48, step);
  if (!v128.any_true(f32x4.gt(f32x4.pmax(f32x4.pmax(a, b), f32x4.pmax(c, d)), threshold))) return;
  v128.store(products, a);
  v128.store(products, b, 16);
  v128.store(products, c, 32);
  v128.store(products, d, 48);
  for (let i: usize = 0; i < 64; i += 4) {
    const key = load<f32>(products + i);
    if (key > load<f32>(beam, 24)) insert(beam, key, load<u32>(tail + i, 192));
  }
}
