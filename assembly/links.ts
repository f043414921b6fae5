// Which nodes a node links to: the heuristic that keeps links of all directions (Algorithm 4 of Malkov and Yashunin),
// insertion of one node (Algorithm 1), and links both ways between nodes that were linked one way.
//
//   linker               the host writes it
//   +0   beam     usize  finds candidates
//   +4   pool     usize  a beam that ranks the candidates of one node
//   +8   halves   usize  halved codes of the chosen, room for 2 * m rounded up to four
//   +12  steps    usize  f32, their keys' steps
//   +16  squares  usize  f32, their squares
//   +20  chosen   usize  u32, their slots
//
// Cost of choosing: a product for each pair of a candidate and a node chosen before it, until one is nearer.

import {
  descend,
  insertListed,
  keyAt,
  list,
  nodeAt,
  scoreListed,
  searchLayer,
  sizeOf,
  startBeam,
} from './beam';
import {
  groupsOf,
  halveCodes,
  layerOf,
  linksOf,
  NONE,
  productsWith,
  recordOf,
  tailOf,
  widthOf,
} from './graph';

export function beamOf(linker: usize): usize {
  return load<usize>(linker);
}

export function poolOf(linker: usize): usize {
  return load<usize>(linker, 4);
}

/** Makes a node the query of a beam. */
export function aim(graph: usize, beam: usize, slot: u32): void {
  store<f32>(beam, halveCodes(graph, slot, load<usize>(beam)), 4);
}

/** Forgets who was chosen, before up to `most` are. */
export function startChoice(linker: usize, most: u32): void {
  const squares = load<usize>(linker, 16);
  const end = squares + (((most + 3) & ~3) << 2);
  for (let at = squares; at < end; at += 4) store<f32>(at, Infinity); // as near to nothing as can be
}

/** Adds a node to the `count` that are chosen. */
export function accept(graph: usize, linker: usize, node: u32, count: u32): void {
  const halves = load<usize>(linker, 8) + count * (groupsOf(graph) << 4);
  const at = count << 2;
  store<u32>(load<usize>(linker, 20) + at, node);
  store<f32>(load<usize>(linker, 12) + at, halveCodes(graph, node, halves));
  store<f32>(load<usize>(linker, 16) + at, load<f32>(tailOf(graph, recordOf(graph, node)), 8));
}

/**
 * Chooses neighbours for a node from a beam that was aimed at it, beside the `count` that are chosen already, up to
 * `most` in all: best first, each nearer to the node than to any chosen before it. Returns how many there are then.
 */
export function choose(graph: usize, linker: usize, beam: usize, slot: u32, chosen: u32, most: u32): u32 {
  const square = load<f32>(tailOf(graph, recordOf(graph, slot)), 8);
  const size = sizeOf(beam);
  let count = chosen;
  for (let i: u32 = 0; i < size && count < most; i++) {
    const candidate = nodeAt(beam, i);
    if (candidate === slot) continue;
    const record = recordOf(graph, candidate);
    if (isNearerToChosen(graph, linker, record, count, keyAt(beam, i) - square)) continue;
    accept(graph, linker, candidate, count);
    count++;
  }
  return count;
}

/** Links a node to up to `most` of the nodes in a beam that was aimed at it. */
function linkChosen(graph: usize, linker: usize, beam: usize, slot: u32, layer: u32, most: u32): u32 {
  startChoice(linker, most);
  const count = choose(graph, linker, beam, slot, 0, most);
  writeLinks(graph, linker, slot, layer, count);
  return count;
}

/** Whether a candidate is at least as near to one of the chosen as to the node, given its nearness to the node. */
function isNearerToChosen(graph: usize, linker: usize, record: usize, count: u32, nearness: f32): bool {
  const bytes = groupsOf(graph) << 4;
  const halves = load<usize>(linker, 8);
  const steps = load<usize>(linker, 12);
  const squares = load<usize>(linker, 16);
  const scale = v128.load_splat<f32>(record + bytes);
  const square = v128.load_splat<f32>(record + bytes, 8);
  const limit = f32x4.splat(nearness);
  for (let i: u32 = 0; i < count; i += 4) {
    const whole = f32x4.convert_i32x4_s(productsWith(record, bytes, halves + i * bytes));
    const step = f32x4.mul(scale, v128.load(steps + (i << 2)));
    const keys = f32x4.sub(f32x4.mul(whole, step), square);
    const nearer = f32x4.ge(f32x4.sub(keys, v128.load(squares + (i << 2))), limit);
    if (v128.any_true(nearer)) return true;
  }
  return false;
}

/** Replaces the links of a node on a layer by what was chosen. */
export function writeLinks(graph: usize, linker: usize, slot: u32, layer: u32, count: u32): void {
  const links = linksOf(graph, slot, layer);
  memory.copy(links, load<usize>(linker, 20), count << 2);
  memory.fill(links + (count << 2), 0xff, (widthOf(graph, layer) - count) << 2);
}

/** Aims the pool at a node, and empties it. */
export function startPool(graph: usize, linker: usize, slot: u32, capacity: u32): void {
  aim(graph, poolOf(linker), slot);
  startBeam(poolOf(linker), capacity);
}

/** Ranks `count` slots in the pool. */
export function rankSlots(graph: usize, linker: usize, slots: usize, count: u32): void {
  const pool = poolOf(linker);
  const most = widthOf(graph, 0);
  for (let done: u32 = 0; done < count; done += most) {
    const listed = list(graph, pool, slots + (done << 2), min(most, count - done));
    if (listed === 0) return;
    scoreListed(graph, pool, listed);
    insertListed(pool, listed);
  }
}

/** How many links a node has on a layer. */
export function countLinks(links: usize, width: u32): u32 {
  let count: u32 = 0;
  while (count < width && load<u32>(links + (count << 2)) !== NONE) count++;
  return count;
}

/** Links `node` to `slot` too; when there is no room, the heuristic chooses among all of them. */
function addLink(graph: usize, linker: usize, node: u32, slot: u32, layer: u32): void {
  const links = linksOf(graph, node, layer);
  const width = widthOf(graph, layer);
  const count = countLinks(links, width);
  if (count < width) {
    store<u32>(links + (count << 2), slot);
    return;
  }
  startPool(graph, linker, node, width + 1);
  rankSlots(graph, linker, links, width);
  store<u32>(load<usize>(linker, 20), slot);
  rankSlots(graph, linker, load<usize>(linker, 20), 1);
  linkChosen(graph, linker, poolOf(linker), node, layer, width);
}

/** Inserts a node whose record is written and whose links are empty. */
export function linkNode(graph: usize, linker: usize, slot: u32, capacity: u32): void {
  const layer = layerOf(graph, slot);
  if (load<u32>(graph, 20) === NONE) {
    store<u32>(graph, slot, 20);
    store<u32>(graph, layer, 24);
    return;
  }
  const beam = beamOf(linker);
  const top = load<u32>(graph, 24);
  aim(graph, beam, slot);
  let entry = descend(graph, beam, layer);
  for (let at = <i32>min(layer, top); at >= 0; at--) {
    searchLayer(graph, beam, at, entry, capacity);
    entry = nodeAt(beam, 0);
    const count = linkChosen(graph, linker, beam, slot, at, load<u32>(graph, 16));
    const links = linksOf(graph, slot, at);
    for (let i: u32 = 0; i < count; i++) addLink(graph, linker, load<u32>(links + (i << 2)), slot, at);
  }
  if (layer > top) {
    store<u32>(graph, slot, 20);
    store<u32>(graph, layer, 24);
  }
}

/** Links a node to up to `most` of the candidates in a beam that was aimed at it. */
export function linkForward(
  graph: usize,
  linker: usize,
  beam: usize,
  slot: u32,
  layer: u32,
  most: u32,
): void {
  linkChosen(graph, linker, beam, slot, layer, most);
}

/** Counts for every slot how many of the listed nodes link to it. */
export function countBack(graph: usize, slots: usize, count: u32, layer: u32, counts: usize): void {
  const width = widthOf(graph, layer);
  for (let i: u32 = 0; i < count; i++) {
    const links = linksOf(graph, load<u32>(slots + (i << 2)), layer);
    for (let j: u32 = 0; j < width; j++) {
      const target = load<u32>(links + (j << 2));
      if (target === NONE) break;
      const place = counts + (target << 2);
      store<u32>(place, load<u32>(place) + 1);
    }
  }
}

/** Lists for every slot which of the listed nodes link to it; `ends` holds where each list begins, then where it ends. */
export function listBack(
  graph: usize,
  slots: usize,
  count: u32,
  layer: u32,
  ends: usize,
  sources: usize,
): void {
  const width = widthOf(graph, layer);
  for (let i: u32 = 0; i < count; i++) {
    const slot = load<u32>(slots + (i << 2));
    const links = linksOf(graph, slot, layer);
    for (let j: u32 = 0; j < width; j++) {
      const target = load<u32>(links + (j << 2));
      if (target === NONE) break;
      const place = ends + (target << 2);
      const end = load<u32>(place);
      store<u32>(sources + (end << 2), slot);
      store<u32>(place, end + 1);
    }
  }
}

/** Links a node to the `count` nodes that link to it, too; where there is no room, the heuristic chooses. */
export function linkBack(
  graph: usize,
  linker: usize,
  slot: u32,
  layer: u32,
  sources: usize,
  count: u32,
  capacity: u32,
): void {
  const links = linksOf(graph, slot, layer);
  const width = widthOf(graph, layer);
  const own = countLinks(links, width);
  let fresh: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const source = load<u32>(sources + (i << 2));
    if (!holds(links, own, source)) store<u32>(sources + (fresh++ << 2), source);
  }
  if (own + fresh <= width) {
    memory.copy(links + (own << 2), sources, fresh << 2);
    return;
  }
  startPool(graph, linker, slot, capacity);
  rankSlots(graph, linker, links, own);
  rankSlots(graph, linker, sources, fresh);
  linkChosen(graph, linker, poolOf(linker), slot, layer, width);
}

function holds(slots: usize, count: u32, slot: u32): bool {
  for (let i: u32 = 0; i < count; i++) if (load<u32>(slots + (i << 2)) === slot) return true;
  return false;
}
