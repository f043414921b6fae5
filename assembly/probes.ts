// The buckets of a table that a query's neighbours most likely fell into, likeliest first.
//
// A neighbour lies on the other side of a hyperplane the more often, the closer the query is to it. So signatures are
// tried in the order of the sum of squared margins of the bits they flip (Lv, Josephson, Wang, Charikar and Li,
// "Multi-probe LSH", 2007, section 4.4). With the bits sorted by margin, a set of flips is a mask over ranks, and every
// set but {0} has one parent: the set without its last rank (expand), or with it one rank lower (shift). Neither has a
// larger sum or a larger mask, so a heap ordered by (sum, mask) gives every set once, in that order.
//
//   workspace:  ranks    32 x i64   squared margin of the bit of each rank
//               flips    32 x u32   the bit of each rank, as a mask
//               heap     i64 sum, u32 mask, 4 bytes unused; an entry more than there are probes
//
// A product stays below 127 x 63 x 65 536 < 2^29, the sum of 32 squares below 2^63: integers, the same in every tier.
// Cost: O(bits^2 + probes log probes) a table.

import { bitsOf, PRODUCT_BYTES, productsOf } from './hash';

const FLIPS: usize = 256;
const HEAP: usize = 384;

/** Ranks the bits of a table by the margins of the query in a lane of the family's products, least first. */
export function rankBits(family: usize, table: u32, lane: u32, workspace: usize): void {
  const bits = bitsOf(family);
  const products = productsOf(family) + (lane << 2);
  for (let bit: u32 = 0; bit < bits; bit++) {
    const product = <i64>load<i32>(products + (table * bits + bit) * PRODUCT_BYTES);
    const squared = product * product;
    let rank = bit;
    for (; rank > 0 && load<i64>(workspace + ((rank - 1) << 3)) > squared; rank--) {
      store<i64>(workspace + (rank << 3), load<i64>(workspace + ((rank - 1) << 3)));
      store<u32>(workspace + FLIPS + (rank << 2), load<u32>(workspace + FLIPS + ((rank - 1) << 2)));
    }
    store<i64>(workspace + (rank << 3), squared);
    store<u32>(workspace + FLIPS + (rank << 2), 1 << bit);
  }
}

/** Begins the sequence of flips with the bit of the least margin; returns the heap's size. */
export function startFlips(workspace: usize): u32 {
  store<i64>(workspace + HEAP, load<i64>(workspace));
  store<u32>(workspace + HEAP, 1, 8);
  return 1;
}

/** The bits that the next probe flips, as they stand in the signature; the caller has seen that the heap is not empty. */
export function nextFlips(workspace: usize): u32 {
  let ranks = load<u32>(workspace + HEAP, 8);
  let flipped: u32 = 0;
  for (; ranks !== 0; ranks &= ranks - 1) {
    flipped |= load<u32>(workspace + FLIPS + (ctz(ranks) << 2));
  }
  return flipped;
}

/** Replaces the top of the heap by the two sets that follow from it; returns the heap's size. */
export function advanceFlips(workspace: usize, size: u32, bits: u32): u32 {
  const heap = workspace + HEAP;
  const sum = load<i64>(heap);
  const ranks = load<u32>(heap, 8);
  const last: u32 = 31 - clz(ranks);
  if (last + 1 === bits) {
    const moved = heap + ((size - 1) << 4);
    siftDown(heap, size - 1, load<i64>(moved), load<u32>(moved, 8));
    return size - 1;
  }
  const added: u32 = 1 << (last + 1);
  const expanded = sum + load<i64>(workspace + ((last + 1) << 3));
  const shifted = expanded - load<i64>(workspace + (last << 3));
  siftDown(heap, size, shifted, (ranks ^ (1 << last)) | added);
  siftUp(heap, size, expanded, ranks | added);
  return size + 1;
}

function isBefore(sum: i64, ranks: u32, entry: usize): bool {
  const other = load<i64>(entry);
  return sum < other || (sum === other && ranks < load<u32>(entry, 8));
}

function put(entry: usize, sum: i64, ranks: u32): void {
  store<i64>(entry, sum);
  store<u32>(entry, ranks, 8);
}

function siftUp(heap: usize, from: u32, sum: i64, ranks: u32): void {
  let child = from;
  while (child > 0) {
    const parent = heap + (((child - 1) >> 1) << 4);
    if (!isBefore(sum, ranks, parent)) break;
    put(heap + (child << 4), load<i64>(parent), load<u32>(parent, 8));
    child = (child - 1) >> 1;
  }
  put(heap + (child << 4), sum, ranks);
}

/** Puts an entry in the place of the top. */
function siftDown(heap: usize, size: u32, sum: i64, ranks: u32): void {
  let parent: u32 = 0;
  for (;;) {
    let child: u32 = 2 * parent + 1;
    if (child >= size) break;
    const left = heap + (child << 4);
    if (child + 1 < size && isBefore(load<i64>(left, 16), load<u32>(left, 24), left)) child++;
    const entry = heap + (child << 4);
    if (isBefore(sum, ranks, entry)) break;
    put(heap + (parent << 4), load<i64>(entry), load<u32>(entry, 8));
    parent = child;
  }
  put(heap + (parent << 4), sum, ranks);
}
