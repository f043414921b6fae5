// Signatures by random hyperplanes (Charikar, "Similarity estimation techniques from rounding algorithms", 2002): bit i
// tells on which side of hyperplane i a row lies. Two vectors at angle a share a bit with probability 1 - a / pi.
//
// Hyperplanes are whole numbers of 7 bits, packed six by six as the queries of a tile are, and rows are the interleaved
// blocks of 8-bit codes: hashing is the product tile of assembly/tile.ts, whose sums are exact integers, so that the bits
// are the same in every tier. Of a product only the sign is kept:
//
//   16 products of a hyperplane (4 vectors)  ->  one byte for rows 0..7, one for rows 8..15
//   the bytes of a table's hyperplanes       ->  16 signatures: the top bits of 16 bytes are the next row's 16 bits
//
//   family (u32 each)
//   +0   hyperplanes   ->  u8   tiles of six, as assembly/tile.ts packs queries; the addresses at a tile's head are unused
//   +4   tiles              hyperplanes / 6, rounded up; the last one is filled up with zero vectors
//   +8   tables
//   +12  bits               of a signature, 1..32; hyperplane table*bits + bit gives that bit
//   +16  groups             of four dimensions
//   +20  products      ->  i32  tiles x 6 x 16: kept of queries, for their margins; rows overwrite the first tile's
//   +24  sides         ->  u8   2 x (tiles x 6 + 32): a byte a hyperplane for rows 0..7, then for rows 8..15
//   +28  queryLinks    ->  the links of 16 queries, which are encoded as rows of a segment of one block
//   +32  heads         ->  u32  tables x 2^headBits: the newest slot of each bucket (assembly/buckets.ts)
//   +36  headBits
//
// A row's links are 8 bytes a table: u32 signature, u32 slot of the next row in the bucket.
//
// Cost: tables x bits x dimensions multiply-adds a row, bound by arithmetic.

import { BLOCK, blocksOf, codesOf, correctionsOf, GROUP_BYTES } from './segment';
import { HEAD_BYTES, multiplyTile, TILE, TILE_BYTES } from './tile';

/** Bytes of the products of one hyperplane with a block of rows. */
export const PRODUCT_BYTES: u32 = 64;

export function tablesOf(family: usize): u32 {
  return load<u32>(family, 8);
}

export function bitsOf(family: usize): u32 {
  return load<u32>(family, 12);
}

export function productsOf(family: usize): usize {
  return load<usize>(family, 20);
}

export function queryLinksOf(family: usize): usize {
  return load<usize>(family, 28);
}

/** Writes the signatures of rows from..to of a segment, and of what shares a block with them, into their links. */
export function hashRows(family: usize, segment: usize, from: u32, to: u32, links: usize): void {
  const linkBytes = tablesOf(family) << 3;
  for (let row = from & ~(BLOCK - 1); row < to; row += BLOCK) {
    multiplyHyperplanes(family, segment, row, 0);
    writeSignatures(family, links + row * linkBytes);
  }
}

/** Writes the signatures of the 16 rows of a segment of one block into the family's query links; keeps the products. */
export function hashQueries(family: usize, segment: usize): void {
  multiplyHyperplanes(family, segment, 0, TILE * PRODUCT_BYTES);
  writeSignatures(family, queryLinksOf(family));
}

/** On which side of every hyperplane the rows of a block lie; products stand `step` bytes apart from tile to tile. */
function multiplyHyperplanes(family: usize, segment: usize, row: u32, step: u32): void {
  const plane = codesOf(segment);
  const groups = load<u32>(family, 16);
  const tiles = load<u32>(family, 4);
  const block = blocksOf(plane) + (row / BLOCK) * groups * GROUP_BYTES;
  const correction = correctionsOf(plane) + ((<usize>row) << 2);
  const tileBytes = HEAD_BYTES + groups * TILE_BYTES;
  const highSides = tiles * TILE + 32;
  let hyperplanes = load<usize>(family);
  let products = productsOf(family);
  let sides = load<usize>(family, 24);
  for (let tile: u32 = 0; tile < tiles; tile++) {
    multiplyTile(hyperplanes, TILE, groups, block, correction, products);
    for (let i: u32 = 0; i < TILE; i++) {
      const side = sidesOf(products + i * PRODUCT_BYTES);
      store<u8>(sides + i, <u8>side);
      store<u8>(sides + i + highSides, <u8>(side >> 8));
    }
    hyperplanes += tileBytes;
    products += step;
    sides += TILE;
  }
}

/** One bit for each of 16 products: 1 where it is negative. Narrowing saturates, which keeps the sign. */
function sidesOf(products: usize): i32 {
  const low = i16x8.narrow_i32x4_s(v128.load(products), v128.load(products, 16));
  const high = i16x8.narrow_i32x4_s(v128.load(products, 32), v128.load(products, 48));
  return i8x16.bitmask(i8x16.narrow_i16x8_s(low, high));
}

/** Turns a byte a hyperplane into a signature a row, in the links of 16 rows. */
function writeSignatures(family: usize, links: usize): void {
  const tables = tablesOf(family);
  const bits = bitsOf(family);
  const linkBytes = tables << 3;
  const kept: u32 = 0xffffffff >> (32 - bits);
  let sides = load<usize>(family, 24);
  const highSides = load<u32>(family, 4) * TILE + 32;
  for (let table: u32 = 0; table < tables; table++, sides += bits) {
    const to = links + (table << 3);
    transposeEight(sides, to, linkBytes, kept);
    transposeEight(sides + highSides, to + 8 * linkBytes, linkBytes, kept);
  }
}

/** The signatures of eight rows: the top bits of the bytes are row 7's, and shifting brings up the next. */
function transposeEight(sides: usize, to: usize, linkBytes: u32, kept: u32): void {
  let low = v128.load(sides);
  let high = v128.load(sides, 16);
  for (let at = to + 7 * linkBytes; at >= to; at -= linkBytes) {
    store<u32>(at, (i8x16.bitmask(low) | (i8x16.bitmask(high) << 16)) & kept);
    low = i8x16.add(low, low);
    high = i8x16.add(high, high);
  }
}
