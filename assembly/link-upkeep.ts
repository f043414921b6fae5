// What keeps every node of a graph within reach: a look at what links lead to, links for nodes that none leads to, and
// links in the place of those to removed nodes. Works with a linker, which links.ts draws.

import { clearVisited, descend, nodeAt, searchLayer, sizeOf, visit } from './beam';
import { layerOf, linksOf, NONE, widthOf } from './graph';
import {
  accept,
  aim,
  beamOf,
  choose,
  countLinks,
  poolOf,
  rankSlots,
  startChoice,
  startPool,
  writeLinks,
} from './links';

/**
 * Visits, in the pool's bits, what the bottom links lead to from the `waiting` nodes on a stack, and leads on from up to
 * `most` of them; returns how many wait then.
 */
export function reach(graph: usize, linker: usize, stack: usize, waiting: u32, most: u32): u32 {
  const pool = poolOf(linker);
  const width = widthOf(graph, 0);
  let left = waiting;
  for (let done: u32 = 0; done < most && left > 0; done++) {
    const links = linksOf(graph, load<u32>(stack + (--left << 2)), 0);
    for (let i: u32 = 0; i < width; i++) {
      const next = load<u32>(links + (i << 2));
      if (next === NONE) break;
      store<u32>(stack + (left << 2), next);
      left += 1 - visit(pool, next);
    }
  }
  return left;
}

/**
 * Gives a node that `reach` has not found a link from the nearest one that it has, with room for it. Where a search
 * finds none, the link comes from `fallback`, in the place of its last one when there is no room.
 */
export function attach(graph: usize, linker: usize, slot: u32, capacity: u32, fallback: u32): void {
  const beam = beamOf(linker);
  const width = widthOf(graph, 0);
  aim(graph, beam, slot);
  searchLayer(graph, beam, 0, descend(graph, beam, 0), capacity);
  let from = fallback;
  for (let i: u32 = 0; i < sizeOf(beam); i++) {
    const node = nodeAt(beam, i);
    if (!wasReached(poolOf(linker), node) || countLinks(linksOf(graph, node, 0), width) === width) continue;
    from = node;
    break;
  }
  const links = linksOf(graph, from, 0);
  store<u32>(links + (min(countLinks(links, width), width - 1) << 2), slot);
}

/** Whether `reach` has visited a node. */
function wasReached(pool: usize, slot: u32): bool {
  return ((load<u32>(load<usize>(pool, 28) + ((slot >> 5) << 2)) >> (slot & 31)) & 1) !== 0;
}

/**
 * Fills the gaps that removed nodes leave: where a node links to some, their neighbours become candidates for its links,
 * as in Singh et al., "FreshDiskANN" (2021). `numbers` holds NONE for a removed slot.
 */
export function repairNode(graph: usize, linker: usize, slot: u32, numbers: usize, capacity: u32): void {
  for (let layer = <i32>layerOf(graph, slot); layer >= 0; layer--) {
    const links = linksOf(graph, slot, layer);
    const width = widthOf(graph, layer);
    const count = countLinks(links, width);
    startPool(graph, linker, slot, capacity);
    clearVisited(poolOf(linker));
    visit(poolOf(linker), slot);
    let kept: u32 = 0;
    for (let i: u32 = 0; i < count; i++) {
      const target = load<u32>(links + (i << 2));
      if (isRemoved(numbers, target)) continue;
      visit(poolOf(linker), target);
      kept++;
    }
    if (kept === count) continue;
    for (let i: u32 = 0; i < count; i++) {
      const target = load<u32>(links + (i << 2));
      if (isRemoved(numbers, target))
        rankRemaining(graph, linker, linksOf(graph, target, layer), width, numbers);
    }
    startChoice(linker, count);
    kept = 0;
    for (let i: u32 = 0; i < count; i++) {
      const target = load<u32>(links + (i << 2));
      if (!isRemoved(numbers, target)) accept(graph, linker, target, kept++);
    }
    kept = choose(graph, linker, poolOf(linker), slot, kept, count);
    writeLinks(graph, linker, slot, layer, kept);
  }
}

function isRemoved(numbers: usize, slot: u32): bool {
  return load<u32>(numbers + (slot << 2)) === NONE;
}

/** Ranks those of some links that remain and were not ranked before. */
function rankRemaining(graph: usize, linker: usize, links: usize, most: u32, numbers: usize): void {
  const fresh = load<usize>(linker, 20);
  let count: u32 = 0;
  for (let i: u32 = 0; i < most; i++) {
    const target = load<u32>(links + (i << 2));
    if (target === NONE) break;
    if (isRemoved(numbers, target) || visit(poolOf(linker), target)) continue;
    store<u32>(fresh + (count++ << 2), target);
  }
  rankSlots(graph, linker, fresh, count);
}
