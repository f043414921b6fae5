// Inverted lists: the cells whose centroids are nearest to a query are ranked, then searched, nearest first.
//
//   table    u32 a cell        its first segment, or 0; a segment names the next one of its cell
//   ranked   a query descriptor whose results are cells: f32 key, i32 cell, best first
//
// Ranking takes the keys that the 8-bit codes of the centroids give, unbounded and unscored: which cells are probed is a
// heuristic anyway, and integer products with fixed float operations give the same ranks in every tier. Inside the
// cells the search is that of assembly/codes.ts, assembly/tile.ts or assembly/scan.ts: exact over what is probed.
//
// Many queries are grouped by cell, so that a cell's codes are read once and meet its queries six at a time:
//
//   starts   u32 a cell, one more       where the cell's group begins, after counting
//   members  u32 a query and a cell     addresses of the queries that probe the cell
//
// Cost: cells x dimensions 8-bit multiply-adds a query for ranking, then those of the rows that are probed.

import { codeBounds, normBounds } from './bounds';
import { multiplyPair, scanCodes } from './codes';
import { L2, lanesOf, metricOf } from './query';
import { offer } from './results';
import { scanRows } from './scan';
import {
  BLOCK,
  blocksOf,
  codesOf,
  correctionsOf,
  countOf,
  GROUP_BYTES,
  nextOf,
  normsOf,
  scalesOf,
} from './segment';
import { multiplyTile, packTile, queryOf, scanTile, TILE } from './tile';

/** From so many queries on, a tile beats one scan a query. */
const LEAST_TILED: u32 = 3;
/** Bytes of a result. */
const ENTRY_SHIFT: u32 = 3;

/** Offers the centroids of a segment, cells `first` and on, to the results of a query. `products` holds 128 bytes. */
export function rankCells(query: usize, segment: usize, first: u32, products: usize): void {
  const plane = codesOf(segment);
  const groups = lanesOf(query);
  const codes = load<usize>(query, 4);
  const corrections = correctionsOf(plane);
  const blockBytes = groups * GROUP_BYTES;
  const blocks = (countOf(segment) + BLOCK - 1) / BLOCK;
  const start = blocksOf(plane);
  for (let a: u32 = 0; a < blocks; a += 2) {
    const b = min(a + 1, blocks - 1);
    const correctionA = corrections + a * GROUP_BYTES;
    const correctionB = corrections + b * GROUP_BYTES;
    multiplyPair(
      codes,
      start + a * blockBytes,
      start + b * blockBytes,
      groups,
      correctionA,
      correctionB,
      products,
    );
    offerBlock(query, segment, first, a * BLOCK, products);
    if (b > a) offerBlock(query, segment, first, b * BLOCK, products + 64);
  }
}

/** The same for the queries of a tile. `products` holds 384 bytes. */
export function rankTile(tile: usize, size: u32, segment: usize, first: u32, products: usize): void {
  const plane = codesOf(segment);
  const count = countOf(segment);
  const groups = lanesOf(queryOf(tile, 0));
  const corrections = correctionsOf(plane);
  let block = blocksOf(plane);
  for (let row: u32 = 0; row < count; row += BLOCK, block += groups * GROUP_BYTES) {
    multiplyTile(tile, size, groups, block, corrections + ((<usize>row) << 2), products);
    for (let place: u32 = 0; place < size; place++) {
      offerBlock(queryOf(tile, place), segment, first, row, products + (place << 6));
    }
  }
}

/** Offers the 16 centroids of a block by the keys that their codes give. */
function offerBlock(query: usize, segment: usize, first: u32, row: u32, products: usize): void {
  const rows = min(BLOCK, countOf(segment) - row);
  const at = (<usize>row) << 2;
  const scales = scalesOf(codesOf(segment)) + at;
  const step = v128.load_splat<f32>(query, 8);
  const none = f32x4.splat(0);
  for (let lane: u32 = 0; lane < rows; lane += 4) {
    const offset = (<usize>lane) << 2;
    // An error factor of 0 makes a bound an estimate; the scales stand in for the errors, which do not count then.
    let keys = codeBounds(products + offset, scales + offset, scales + offset, step, none);
    if (metricOf(query) === L2) {
      keys = f32x4.add(keys, normBounds(normsOf(segment) + at + offset, none, f32x4.splat(1)));
    }
    offerLanes(query, keys, first + row + lane, min(4, rows - lane));
  }
}

function offerLanes(query: usize, keys: v128, cell: u32, lanes: u32): void {
  let mask = i32x4.bitmask(f32x4.ge(keys, v128.load_splat<f32>(query, 32))) & ((1 << lanes) - 1);
  if (mask === 0) return;
  v128.store(query, keys, 80);
  for (let lane: u32 = 0; mask !== 0; lane++, mask >>= 1) {
    if (mask & 1) offer(query, load<f32>(query + (lane << 2), 80), cell + lane);
  }
}

/** How many cells a ranking holds. */
function foundBy(ranked: usize): u32 {
  return load<u32>(ranked, 44);
}

/** The cell at a rank. */
function cellAt(ranked: usize, rank: u32): u32 {
  return load<u32>(load<usize>(ranked, 40) + (rank << ENTRY_SHIFT), 4);
}

/** Searches the cells of ranks from..to for one query. */
export function probeCells(
  query: usize,
  ranked: usize,
  from: u32,
  to: u32,
  table: usize,
  products: usize,
): void {
  const end = min(to, foundBy(ranked));
  for (let rank = from; rank < end; rank++) {
    let segment = load<usize>(table + (cellAt(ranked, rank) << 2));
    for (; segment !== 0; segment = nextOf(segment)) scanSegment(query, segment, products);
  }
}

function scanSegment(query: usize, segment: usize, products: usize): void {
  if (blocksOf(codesOf(segment)) === 0) scanRows(query, segment);
  else scanCodes(query, segment, products);
}

/**
 * Searches the cells of ranks from..to for the `count` queries whose addresses stand at `queries`, and their rankings'
 * addresses at `ranked`. `groups` holds cells + 2 words, a word for each query and rank, and a tile; `products` 384 bytes.
 */
export function probeTiles(
  queries: usize,
  ranked: usize,
  count: u32,
  from: u32,
  to: u32,
  table: usize,
  cells: u32,
  groups: usize,
  products: usize,
): void {
  const starts = groups;
  const members = starts + ((cells + 2) << 2);
  const total = groupByCell(queries, ranked, count, from, to, cells, starts, members);
  const tile = members + (total << 2);
  for (let cell: u32 = 0; cell < cells; cell++) {
    let segment = load<usize>(table + (cell << 2));
    const first = load<u32>(starts + (cell << 2));
    const end = load<u32>(starts + (cell << 2), 4);
    if (first === end) continue;
    for (; segment !== 0; segment = nextOf(segment)) {
      for (let at = first; at < end; at += TILE) {
        scanGroup(members + (at << 2), min(TILE, end - at), segment, tile, products);
      }
    }
  }
}

/** Sorts the queries by the cells they probe, by counting; returns how many pairs there are. */
function groupByCell(
  queries: usize,
  ranked: usize,
  count: u32,
  from: u32,
  to: u32,
  cells: u32,
  starts: usize,
  members: usize,
): u32 {
  // Counts stand two places on, so that placing the members moves every start to where it belongs.
  memory.fill(starts, 0, (cells + 2) << 2);
  for (let i: u32 = 0; i < count; i++) {
    const ranking = load<usize>(ranked + (i << 2));
    const end = min(to, foundBy(ranking));
    for (let rank = from; rank < end; rank++) {
      const at = starts + (cellAt(ranking, rank) << 2);
      store<u32>(at, load<u32>(at, 8) + 1, 8);
    }
  }
  for (let cell: u32 = 1; cell < cells + 2; cell++) {
    const at = starts + (cell << 2);
    store<u32>(at, load<u32>(at) + load<u32>(at - 4));
  }
  for (let i: u32 = 0; i < count; i++) {
    const ranking = load<usize>(ranked + (i << 2));
    const end = min(to, foundBy(ranking));
    for (let rank = from; rank < end; rank++) {
      const at = starts + (cellAt(ranking, rank) << 2);
      const place = load<u32>(at, 4);
      store<u32>(members + (place << 2), load<usize>(queries + (i << 2)));
      store<u32>(at, place + 1, 4);
    }
  }
  return load<u32>(starts + (cells << 2));
}

/** Searches a segment for up to six queries whose addresses stand at `members`. */
function scanGroup(members: usize, size: u32, segment: usize, tile: usize, products: usize): void {
  if (size >= LEAST_TILED && blocksOf(codesOf(segment)) !== 0) {
    packTile(members, size, tile);
    scanTile(tile, size, segment, products);
  } else {
    for (let i: u32 = 0; i < size; i++) scanSegment(load<usize>(members + (i << 2)), segment, products);
  }
}
