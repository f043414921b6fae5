// The search of a graph for one query: down the layers, along the bottom with a beam, then float32 scores for the best
// rows of the beam that qualify. Removed rows, and rows that a filter leaves out, are passed through, never returned.
//
// Cost: some 10 to 20 records scored for each node of the beam, each a cache miss that overlaps with three others.

import { descend, nodeAt, searchLayer, sizeOf } from './beam';
import { qualifies } from './candidates';
import { groupsOf, NONE, recordOf, rowOf, segmentOf, tailOf } from './graph';
import { lanesOf, octetsOf } from './query';
import { offer } from './results';
import { scorePlaces } from './score';
import { idsOf, normsOf, rowsOf } from './segment';

/** Makes a prepared query the query of a beam: its codes, padded to whole groups of 16. */
function aimAt(graph: usize, beam: usize, query: usize): void {
  const codes = load<usize>(beam);
  const bytes = octetsOf(query) << 3;
  memory.copy(codes, load<usize>(query, 4), bytes);
  memory.fill(codes + bytes, 0, (groupsOf(graph) << 4) - bytes);
  store<f32>(beam, load<f32>(query, 8), 4);
}

/**
 * Offers the best rows that a beam of `capacity` nodes finds to a prepared query's results.
 *
 * @param most rows scored in float32, at most
 * @returns how many nodes of the beam qualify
 */
export function searchGraph(graph: usize, beam: usize, query: usize, capacity: u32, most: u32): u32 {
  if (load<u32>(graph, 20) === NONE) return 0;
  aimAt(graph, beam, query);
  searchLayer(graph, beam, 0, descend(graph, beam, 0), capacity);
  const places = load<usize>(query, 52);
  const size = sizeOf(beam);
  let qualified: u32 = 0;
  let waiting: u32 = 0;
  for (let i: u32 = 0; i < size; i++) {
    const slot = nodeAt(beam, i);
    const id = load<i32>(idsOf(segmentOf(graph, slot)) + (rowOf(graph, slot) << 2));
    if (!qualifies(query, id)) continue;
    if (qualified++ >= most) continue;
    store<u32>(places + (waiting++ << 2), slot);
    if (waiting === 4) waiting = scoreWaiting(graph, query, places, 4);
  }
  if (waiting > 0) scoreWaiting(graph, query, places, waiting);
  return qualified;
}

/** Scores up to four slots and offers them; missing ones are filled with the first. Returns how many still wait: none. */
function scoreWaiting(graph: usize, query: usize, places: usize, waiting: u32): u32 {
  const a = load<u32>(places);
  const b = waiting > 1 ? load<u32>(places, 4) : a;
  const c = waiting > 2 ? load<u32>(places, 8) : a;
  const d = waiting > 3 ? load<u32>(places, 12) : a;
  const stride = lanesOf(query) << 4;
  const keys = scorePlaces(
    query,
    vectorOf(graph, a, stride),
    vectorOf(graph, b, stride),
    vectorOf(graph, c, stride),
    vectorOf(graph, d, stride),
    normOf(graph, a),
    normOf(graph, b),
    normOf(graph, c),
    normOf(graph, d),
  );
  store<u32>(query, load<u32>(query, 60) + waiting, 60);
  offer(query, f32x4.extract_lane(keys, 0), idOf(graph, a));
  if (waiting > 1) offer(query, f32x4.extract_lane(keys, 1), idOf(graph, b));
  if (waiting > 2) offer(query, f32x4.extract_lane(keys, 2), idOf(graph, c));
  if (waiting > 3) offer(query, f32x4.extract_lane(keys, 3), idOf(graph, d));
  return 0;
}

function vectorOf(graph: usize, slot: u32, stride: u32): usize {
  return rowsOf(segmentOf(graph, slot)) + rowOf(graph, slot) * stride;
}

function normOf(graph: usize, slot: u32): usize {
  return normsOf(segmentOf(graph, slot)) + (rowOf(graph, slot) << 2);
}

function idOf(graph: usize, slot: u32): i32 {
  return load<i32>(idsOf(segmentOf(graph, slot)) + (rowOf(graph, slot) << 2));
}
