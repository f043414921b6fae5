// The search of a graph for one query: down the layers, along the bottom with a beam, then float32 scores for the best
// rows of the beam that qualify. Removed rows, and rows that a filter leaves out, are passed through, never returned.
//
// Cost: some 10 to 20 records scored for each node of the beam, each a cache miss that overlaps with three others.

import { descend, keyAt, nodeAt, searchLayer, sizeOf } from './beam';
import { qualifies } from './candidates';
import { groupsOf, rowOf, segmentOf } from './graph';
import { lanesOf, octetsOf } from './query';
import { offer } from './results';
import { scoreAt } from './score';
import { idsOf, normsOf, rowsOf } from './segment';

// The four rows that are scored next stand where a query's candidates wait: slots, keys by their codes, keys by their
// floats, and the least and the most that the latter were above the former, for this query.
const LEAST_ERROR: usize = 48;
const MOST_ERROR: usize = 52;

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
 * Rows are scored in the order of their keys. What the keys were wrong by tells how far below the worst result a key
 * may be and its row still above; where none can be, scoring ends.
 *
 * @param least rows scored in float32, at least, before that is told
 * @returns whether a wider beam would find no more for that reason; true where the beam is too narrow to tell
 */
export function searchGraph(graph: usize, beam: usize, query: usize, capacity: u32, least: u32): bool {
  aimAt(graph, beam, query);
  searchLayer(graph, beam, 0, descend(graph, beam, 0), capacity);
  const waiting = load<usize>(query, 52);
  const size = sizeOf(beam);
  store<f32>(waiting, Infinity, LEAST_ERROR);
  store<f32>(waiting, -Infinity, MOST_ERROR);
  let count: u32 = 0;
  let scored: u32 = 0;
  for (let i: u32 = 0; i < size; i++) {
    const slot = nodeAt(beam, i);
    const id = load<i32>(idsOf(segmentOf(graph, slot)) + (rowOf(graph, slot) << 2));
    if (!qualifies(query, id)) continue;
    if (count === 0 && scored >= least && isBelow(query, waiting, keyAt(beam, i))) return true;
    store<u32>(waiting + (count << 2), slot);
    store<f32>(waiting + (count << 2), keyAt(beam, i), 16);
    if (++count < 4) continue;
    scoreWaiting(graph, query, waiting, 4);
    scored += 4;
    count = 0;
  }
  if (count > 0) scoreWaiting(graph, query, waiting, count);
  return size < capacity || capacity < least || isBelow(query, waiting, keyAt(beam, size - 1));
}

/** Whether no row of this key can reach the results, by what keys were wrong by so far, and half as much again. */
function isBelow(query: usize, waiting: usize, key: f32): bool {
  const most = load<f32>(waiting, MOST_ERROR);
  const spread = most - load<f32>(waiting, LEAST_ERROR);
  return key + most + spread / 2 < load<f32>(query, 32);
}

/** Scores up to four slots and offers them; missing ones are filled with the first. */
function scoreWaiting(graph: usize, query: usize, waiting: usize, count: u32): void {
  for (let i = count; i < 4; i++) {
    store<u32>(waiting + (i << 2), load<u32>(waiting));
    store<f32>(waiting + (i << 2), load<f32>(waiting, 16), 16);
  }
  const stride = lanesOf(query) << 4;
  const a = load<u32>(waiting);
  const b = load<u32>(waiting, 4);
  const c = load<u32>(waiting, 8);
  const d = load<u32>(waiting, 12);
  const keys = scoreAt(
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
  v128.store(waiting, keys, 32);
  v128.store(waiting, f32x4.sub(keys, v128.load(waiting, 16)), 16);
  for (let i: u32 = 0; i < count; i++) {
    const place = waiting + (i << 2);
    const error = load<f32>(place, 16);
    store<f32>(waiting, min(load<f32>(waiting, LEAST_ERROR), error), LEAST_ERROR);
    store<f32>(waiting, max(load<f32>(waiting, MOST_ERROR), error), MOST_ERROR);
    const slot = load<u32>(place);
    offer(query, load<f32>(place, 32), load<i32>(idsOf(segmentOf(graph, slot)) + (rowOf(graph, slot) << 2)));
  }
  store<u32>(query, load<u32>(query, 60) + count, 60);
}

function vectorOf(graph: usize, slot: u32, stride: u32): usize {
  return rowsOf(segmentOf(graph, slot)) + rowOf(graph, slot) * stride;
}

function normOf(graph: usize, slot: u32): usize {
  return normsOf(segmentOf(graph, slot)) + (rowOf(graph, slot) << 2);
}
