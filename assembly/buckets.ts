// Hash tables of rows: every bucket is a chain through the links of its rows, newest first.
//
//   heads: tables x 2^headBits slots          links of a row: tables x 8 bytes
//   +--------+                                +-----------+------+
//   | slot --+------------------------------> | signature | next-+--> an older row, or NONE
//   +--------+                                +-----------+------+
//
// Buckets may be fewer than signatures, so a chain can hold rows of several; their signatures tell them apart. Links
// stand beside each segment of rows, so adding never moves them.
//
//   search (u32 each)
//   +0   segments    ->  u32 x 2  segment, its links
//   +4   count            segments
//   +8   shift            log2 of a segment's rows
//   +12  slots            rows that may be found; what is linked beyond them does not show yet
//   +16  marks       ->  one bit a slot, all 0 before and after a search
//   +20  chains      ->  u32 x 3  slot (or where it stands), signature, 8 x table; one a probe and table
//   +24  workspace   ->  the sequence of probes (assembly/probes.ts)
//   +28  probes           of each table
//
// All chains of a query advance in turn, one row each, since their loads, which mostly miss the caches, then wait side by
// side. A row found in several tables is marked once; the marks give the rows back in the order of memory.
//
// Cost: a cache miss a row of a chain, and dimensions multiply-adds and some cache lines a marked row.

import { rescore, wait } from './candidates';
import { bitsOf, queryLinksOf, tablesOf } from './hash';
import { advanceFlips, nextFlips, rankBits, startFlips } from './probes';
import { BLOCK, countOf } from './segment';

/** The end of a chain. */
const NONE: u32 = 0xffffffff;
/** 2^32 divided by the golden ratio: the top bits of its products spread any keys (Knuth, volume 3, section 6.4). */
const GOLDEN: u32 = 0x9e3779b1;
const CHAIN_BYTES: usize = 12;

/** Where the newest row of a signature's bucket stands. */
function headOf(family: usize, table: u32, signature: u32): usize {
  const headBits = load<u32>(family, 36);
  const bucket = (table << headBits) + ((signature * GOLDEN) >> (32 - headBits));
  return load<usize>(family, 32) + (bucket << 2);
}

/** Links rows from..to of a segment, whose first row is `slot`, into every table. */
export function linkRows(family: usize, links: usize, slot: u32, from: u32, to: u32): void {
  const tables = tablesOf(family);
  for (let row = from; row < to; row++) {
    let link = links + ((row * tables) << 3);
    for (let table: u32 = 0; table < tables; table++, link += 8) {
      const head = headOf(family, table, load<u32>(link));
      store<u32>(link, load<u32>(head), 4);
      store<u32>(head, slot + row);
    }
  }
}

/** Marks the rows in the probed buckets of the query in a lane of the family's products; returns how many. */
export function gatherRows(family: usize, lane: u32, search: usize): u32 {
  const tables = tablesOf(family);
  const bits = bitsOf(family);
  const probes = load<u32>(search, 28);
  const workspace = load<usize>(search, 24);
  const first = load<usize>(search, 20);
  let end = first;
  let link = queryLinksOf(family) + ((lane * tables) << 3);
  for (let table: u32 = 0; table < tables; table++, link += 8) {
    const signature = load<u32>(link);
    end = addChain(family, table, signature, end);
    if (probes === 1) continue;
    rankBits(family, table, lane, workspace);
    let size = startFlips(workspace);
    for (let probe: u32 = 1; probe < probes && size > 0; probe++) {
      end = addChain(family, table, signature ^ nextFlips(workspace), end);
      size = advanceFlips(workspace, size, bits);
    }
  }
  return followChains(search, enterChains(first, end), tables << 3);
}

/** Notes where a chain's head stands; the heads are loaded later, one after the other. */
function addChain(family: usize, table: u32, signature: u32, chain: usize): usize {
  store<usize>(chain, headOf(family, table, signature));
  store<u32>(chain, signature, 4);
  store<u32>(chain, table << 3, 8);
  return chain + CHAIN_BYTES;
}

/** Moves a chain to `to`, at its next slot; returns the place behind it, or `to` again where the chain has ended. */
function moveChain(to: usize, slot: u32, signature: u32, offset: u32): usize {
  store<u32>(to, slot);
  store<u32>(to, signature, 4);
  store<u32>(to, offset, 8);
  return to + CHAIN_BYTES * <usize>(slot !== NONE);
}

/** Replaces the heads' addresses by the slots they hold; returns the end of the chains that have any. */
function enterChains(first: usize, end: usize): usize {
  let kept = first;
  for (let chain = first; chain < end; chain += CHAIN_BYTES) {
    const slot = load<u32>(load<usize>(chain));
    kept = moveChain(kept, slot, load<u32>(chain, 4), load<u32>(chain, 8));
  }
  return kept;
}

/**
 * Follows all chains up to `end`; returns how many rows were newly marked. Without branches on what was loaded: a
 * mispredicted one would wait for its load, and keep all others from starting.
 */
function followChains(search: usize, end: usize, linkBytes: u32): u32 {
  const segments = load<usize>(search);
  const shift = load<u32>(search, 8);
  const slots = load<u32>(search, 12);
  const marks = load<usize>(search, 16);
  const first = load<usize>(search, 20);
  const inSegment: u32 = (1 << shift) - 1;
  let marked: u32 = 0;
  let last = end;
  while (last > first) {
    let kept = first;
    for (let chain = first; chain < last; chain += CHAIN_BYTES) {
      const slot = load<u32>(chain);
      const signature = load<u32>(chain, 4);
      const offset = load<u32>(chain, 8);
      const links = load<usize>(segments + ((slot >> shift) << 3), 4);
      const link = links + (slot & inSegment) * linkBytes + offset;
      const isFound = <u32>(load<u32>(link) === signature) & <u32>(slot < slots);
      const at = marks + (slot >> 3);
      const before = <u32>load<u8>(at);
      const after = before | (isFound << (slot & 7));
      marked += <u32>(before !== after);
      store<u8>(at, <u8>after);
      kept = moveChain(kept, load<u32>(link, 4), signature, offset);
    }
    last = kept;
  }
  return marked;
}

/** Scores the marked rows that are live and pass the query's filter, and offers them to its results; clears the marks. */
export function scoreGathered(query: usize, search: usize): void {
  const segments = load<usize>(search);
  const count = load<u32>(search, 4);
  const shift = load<u32>(search, 8);
  const marks = load<usize>(search, 16);
  for (let i: u32 = 0; i < count; i++) {
    scoreMarked(query, load<usize>(segments + (i << 3)), marks + ((i << shift) >> 3));
  }
  rescore(query);
}

function scoreMarked(query: usize, segment: usize, marks: usize): void {
  const rows = countOf(segment);
  for (let row: u32 = 0; row < rows; row += BLOCK) {
    if (row + 64 <= rows && load<u64>(marks + (row >> 3)) === 0) {
      row += 64 - BLOCK;
      continue;
    }
    let bits = <u32>load<u16>(marks + (row >> 3));
    store<u16>(marks + (row >> 3), 0);
    for (; bits !== 0; bits &= bits - 1) wait(query, segment, row + ctz(bits));
  }
}
