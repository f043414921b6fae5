// The beam of a search: the best nodes found so far, best first, and the search of one layer with it (Algorithm 2 of
// Malkov and Yashunin). A node whose top bit is clear has not been expanded; a search ends when none is left.
//
//   beam                  the host writes it
//   +0   codes     usize  u8, 0..127: the query's, padded with zeros to whole groups of 16
//   +4   step      f32    value of a key's step
//   +8   capacity  u32    nodes it may hold
//   +12  keys      usize  f32; the 16 bytes before are +infinity, which ends every insertion
//   +16  nodes     usize  u32; 16 bytes before may be written
//   +20  size      u32
//   +24  threshold f32    a key must be above it to enter; -infinity until the beam is full
//   +28  visited   usize  a bit a slot
//   +32  visitedBytes u32
//   +36  list      usize  room for 2 * m + 4 addresses of records
//   +40  slots     usize  and as many slots,
//   +44  found     usize  and keys
//   +48  scored    u32    records scored since the host set it to 0
//
// Keys and nodes stand apart, so that an insertion moves four of them at once. Nodes come with their keys' order and, at
// equal keys, in the order of finding, which is the same everywhere.

import { linksOf, NONE, recordOf, scoreRecords, widthOf } from './graph';

/** Marks an expanded node in a beam. */
const EXPANDED: u32 = 0x80000000;

export function sizeOf(beam: usize): u32 {
  return load<u32>(beam, 20);
}

/** The slot at a place of the beam. */
export function nodeAt(beam: usize, i: u32): u32 {
  return load<u32>(load<usize>(beam, 16) + (i << 2)) & ~EXPANDED;
}

export function keyAt(beam: usize, i: u32): f32 {
  return load<f32>(load<usize>(beam, 12) + (i << 2));
}

/** Empties a beam of this capacity. */
export function startBeam(beam: usize, capacity: u32): void {
  store<u32>(beam, capacity, 8);
  store<u32>(beam, 0, 20);
  store<f32>(beam, -Infinity, 24);
}

/** Inserts a node whose key is above the threshold; returns its place. */
export function insert(beam: usize, key: f32, node: u32): u32 {
  const capacity = load<u32>(beam, 8);
  const size = load<u32>(beam, 20);
  const keys = load<usize>(beam, 12);
  const last = min(size, capacity - 1);
  let keyPlace = keys + (last << 2);
  let nodePlace = load<usize>(beam, 16) + (last << 2);
  const entering = f32x4.splat(key);
  while (i32x4.bitmask(f32x4.lt(v128.load(keyPlace - 16), entering)) === 15) {
    v128.store(keyPlace - 12, v128.load(keyPlace - 16));
    v128.store(nodePlace - 12, v128.load(nodePlace - 16));
    keyPlace -= 16;
    nodePlace -= 16;
  }
  while (load<f32>(keyPlace - 4) < key) {
    store<f32>(keyPlace, load<f32>(keyPlace - 4));
    store<u32>(nodePlace, load<u32>(nodePlace - 4));
    keyPlace -= 4;
    nodePlace -= 4;
  }
  store<f32>(keyPlace, key);
  store<u32>(nodePlace, node);
  store<u32>(beam, last + 1, 20);
  if (last + 1 === capacity) store<f32>(beam, load<f32>(keys + (last << 2)), 24);
  return <u32>((keyPlace - keys) >> 2);
}

/** Forgets what was visited. */
export function clearVisited(beam: usize): void {
  memory.fill(load<usize>(beam, 28), 0, load<u32>(beam, 32));
}

/** Marks a slot as visited; returns whether it was already. */
export function visit(beam: usize, slot: u32): u32 {
  const word = load<usize>(beam, 28) + ((slot >> 5) << 2);
  const bits = load<u32>(word);
  store<u32>(word, bits | (1 << (slot & 31)));
  return (bits >> (slot & 31)) & 1;
}

/** Lists the neighbours of a node that were not visited, and visits them; returns how many. */
export function gather(graph: usize, beam: usize, slot: u32, layer: u32): u32 {
  const links = linksOf(graph, slot, layer);
  const end = links + (widthOf(graph, layer) << 2);
  const list = load<usize>(beam, 36);
  const slots = load<usize>(beam, 40);
  let count: u32 = 0;
  for (let link = links; link < end; link += 4) {
    const neighbour = load<u32>(link);
    if (neighbour === NONE) break;
    store<u32>(slots + (count << 2), neighbour);
    store<usize>(list + (count << 2), recordOf(graph, neighbour));
    count += 1 - visit(beam, neighbour);
  }
  return count;
}

/** Scores what is listed. */
export function scoreListed(graph: usize, beam: usize, count: u32): void {
  store<u32>(beam, load<u32>(beam, 48) + count, 48);
  scoreRecords(
    graph,
    load<usize>(beam),
    load<f32>(beam, 4),
    load<usize>(beam, 36),
    count,
    load<usize>(beam, 44),
  );
}

/** Offers the listed nodes to the beam; returns the least place that one of them took. */
export function insertListed(beam: usize, count: u32): u32 {
  const found = load<usize>(beam, 44);
  const slots = load<usize>(beam, 40);
  let least = NONE;
  for (let i: u32 = 0; i < count; i++) {
    const key = load<f32>(found + (i << 2));
    if (key > load<f32>(beam, 24)) least = min(least, insert(beam, key, load<u32>(slots + (i << 2))));
  }
  return least;
}

/** The nodes of a layer that are nearest to the beam's query, as far as the graph leads from `entry`. */
export function searchLayer(graph: usize, beam: usize, layer: u32, entry: u32, capacity: u32): void {
  startBeam(beam, capacity);
  clearVisited(beam);
  visit(beam, entry);
  store<u32>(load<usize>(beam, 40), entry);
  store<usize>(load<usize>(beam, 36), recordOf(graph, entry));
  scoreListed(graph, beam, 1);
  insertListed(beam, 1);
  const nodes = load<usize>(beam, 16);
  for (let cursor: u32 = 0; cursor < sizeOf(beam); ) {
    const place = nodes + (cursor << 2);
    const node = load<u32>(place);
    if (node & EXPANDED) {
      cursor++;
      continue;
    }
    store<u32>(place, node | EXPANDED);
    const count = gather(graph, beam, node, layer);
    if (count === 0) continue;
    scoreListed(graph, beam, count);
    cursor = min(cursor, insertListed(beam, count));
  }
}

/** Walks from the graph's entry down to `layer`, always to the nearest neighbour; returns where that ends. */
export function descend(graph: usize, beam: usize, layer: u32): u32 {
  let nearest = load<u32>(graph, 20);
  store<usize>(load<usize>(beam, 36), recordOf(graph, nearest));
  scoreListed(graph, beam, 1);
  let best = load<f32>(load<usize>(beam, 44));
  for (let at = load<u32>(graph, 24); at > layer; at--) {
    for (let isBetter = true; isBetter; ) {
      isBetter = false;
      const count = list(graph, beam, linksOf(graph, nearest, at), widthOf(graph, at));
      if (count === 0) break;
      scoreListed(graph, beam, count);
      for (let i: u32 = 0; i < count; i++) {
        const key = load<f32>(load<usize>(beam, 44) + (i << 2));
        if (!(key > best)) continue;
        best = key;
        nearest = load<u32>(load<usize>(beam, 40) + (i << 2));
        isBetter = true;
      }
    }
  }
  return nearest;
}

/** Lists up to `most` slots, to the first NONE; returns how many. */
export function list(graph: usize, beam: usize, from: usize, most: u32): u32 {
  const records = load<usize>(beam, 36);
  const slots = load<usize>(beam, 40);
  let count: u32 = 0;
  for (; count < most; count++) {
    const slot = load<u32>(from + (count << 2));
    if (slot === NONE) break;
    store<u32>(slots + (count << 2), slot);
    store<usize>(records + (count << 2), recordOf(graph, slot));
  }
  return count;
}
