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
import { rescore } from './candidates';
import { boundCodes, multiplyPair } from './codes';
import { L2, lanesOf, metricOf } from './query';
import { sortList } from './results';
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
import { boundTile, multiplyTile, packTile, queryOf, TILE } from './tile';

/** From so many queries on, a tile beats one scan a query. */
const LEAST_TILED: u32 = 3;
/** Bytes of a result. */
const ENTRY_SHIFT: u32 = 3;

/** Writes the keys of the centroids of a segment for one query, f32 a centroid. `products` holds 128 bytes. */
export function rankCells(query: usize, segment: usize, keys: usize, products: usize): void {
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
    const blockA = start + a * blockBytes;
    const blockB = start + b * blockBytes;
    multiplyPair(codes, blockA, blockB, groups, correctionA, correctionB, products);
    writeKeys(query, segment, a * BLOCK, products, keys);
    writeKeys(query, segment, b * BLOCK, products + 64, keys);
  }
}

/** The same for the queries of a tile, whose keys stand `keyBytes` apart. `products` holds 384 bytes. */
export function rankTile(
  tile: usize,
  size: u32,
  segment: usize,
  keys: usize,
  keyBytes: u32,
  products: usize,
): void {
  const plane = codesOf(segment);
  const count = countOf(segment);
  const groups = lanesOf(queryOf(tile, 0));
  const corrections = correctionsOf(plane);
  let block = blocksOf(plane);
  for (let row: u32 = 0; row < count; row += BLOCK, block += groups * GROUP_BYTES) {
    multiplyTile(tile, size, groups, block, corrections + ((<usize>row) << 2), products);
    for (let place: u32 = 0; place < size; place++) {
      writeKeys(queryOf(tile, place), segment, row, products + (place << 6), keys + place * keyBytes);
    }
  }
}

/** Writes the keys that the codes of the 16 centroids of a block give. */
function writeKeys(query: usize, segment: usize, row: u32, products: usize, keys: usize): void {
  const scales = scalesOf(codesOf(segment)) + (row << 2);
  const norms = normsOf(segment) + (row << 2);
  const to = keys + (row << 2);
  const step = v128.load_splat<f32>(query, 8);
  const none = f32x4.splat(0);
  const one = f32x4.splat(1);
  for (let at: usize = 0; at < 64; at += 16) {
    // An error factor of 0 makes a bound an estimate; the scales stand in for the errors, which do not count then.
    let key = codeBounds(products + at, scales + at, scales + at, step, none);
    if (metricOf(query) === L2) key = f32x4.add(key, normBounds(norms + at, none, one));
    v128.store(to + at, key);
  }
}

/** Classes that keys are counted in. */
const CLASSES: u32 = 256;

/**
 * Makes the best `wanted` of `count` keys the results of a query, best first. Keys are counted in 256 classes of equal
 * width; what reaches the class that the last one wanted is in gets sorted. `classes` holds 1024 bytes, and the results
 * `count` entries. A heap would turn away most keys too, but 64 of 512 cost it ten times as much.
 */
export function selectCells(query: usize, keys: usize, count: u32, wanted: u32, classes: usize): void {
  // Keys behind the last are those of empty rows: they widen the classes at most.
  let leasts = v128.load(keys);
  let mosts = leasts;
  for (let i: u32 = 4; i < count; i += 4) {
    const four = v128.load(keys + (i << 2));
    leasts = f32x4.pmin(leasts, four);
    mosts = f32x4.pmax(mosts, four);
  }
  const least = -largestLane(f32x4.neg(leasts));
  const width = largestLane(mosts) - least;
  const scale = width > <f32>1e-30 ? (<f32>CLASSES - <f32>0.5) / width : 0;
  memory.fill(classes, 0, CLASSES << 2);
  for (let i: u32 = 0; i < count; i++) {
    const at = classes + (classOf(load<f32>(keys + (i << 2)), least, scale) << 2);
    store<u32>(at, load<u32>(at) + 1);
  }
  let cut = CLASSES;
  for (let reached: u32 = 0; reached < wanted && cut > 0; ) reached += load<u32>(classes + (--cut << 2));
  const results = load<usize>(query, 40);
  let found: u32 = 0;
  const leastLanes = f32x4.splat(least);
  const scales = f32x4.splat(scale);
  const cuts = f32x4.splat(<f32>cut);
  for (let i: u32 = 0; i < count; i += 4) {
    const scaled = f32x4.mul(f32x4.sub(v128.load(keys + (i << 2)), leastLanes), scales);
    let mask = i32x4.bitmask(f32x4.ge(scaled, cuts));
    for (let at = i; mask !== 0 && at < count; at++, mask >>= 1) {
      if ((mask & 1) === 0) continue;
      store<f32>(results + (found << ENTRY_SHIFT), load<f32>(keys + (at << 2)));
      store<u32>(results + (found << ENTRY_SHIFT), at, 4);
      found++;
    }
  }
  store<u32>(query, found, 44);
  sortList(query);
  store<u32>(query, min(found, wanted), 44);
}

function classOf(key: f32, least: f32, scale: f32): u32 {
  return <u32>((key - least) * scale);
}

function largestLane(lanes: v128): f32 {
  const pairs = f32x4.pmax(lanes, i32x4.shuffle(lanes, lanes, 2, 3, 0, 1));
  return max(f32x4.extract_lane(pairs, 0), f32x4.extract_lane(pairs, 1));
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
    for (; segment !== 0; segment = nextOf(segment)) boundSegment(query, segment, products);
  }
  rescore(query);
}

/** Searches a segment; some candidates may be left waiting for those of the next. */
function boundSegment(query: usize, segment: usize, products: usize): void {
  if (blocksOf(codesOf(segment)) === 0) scanRows(query, segment);
  else boundCodes(query, segment, products);
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
        boundGroup(members + (at << 2), min(TILE, end - at), segment, tile, products);
      }
    }
  }
  for (let i: u32 = 0; i < count; i++) rescore(load<usize>(queries + (i << 2)));
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
function boundGroup(members: usize, size: u32, segment: usize, tile: usize, products: usize): void {
  if (size >= LEAST_TILED && blocksOf(codesOf(segment)) !== 0) {
    packTile(members, size, tile);
    boundTile(tile, size, segment, products);
  } else {
    for (let i: u32 = 0; i < size; i++) boundSegment(load<usize>(members + (i << 2)), segment, products);
  }
}
