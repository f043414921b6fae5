// The search of a graph for one query: down the layers, along the bottom with a beam, then float32 scores for the best
// rows of the beam that qualify. Removed rows, and rows that a filter leaves out, are passed through, never returned.
//
// Cost: some 10 to 20 records scored for each node of the beam, each a cache miss that overlaps with three others.

import { descend, nodeAt, searchLayer, sizeOf } from './beam';
import { qualifies, rescore, wait } from './candidates';
import { groupsOf, rowOf, segmentOf } from './graph';
import { octetsOf } from './query';
import { idsOf } from './segment';

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
 */
export function searchGraph(graph: usize, beam: usize, query: usize, capacity: u32, most: u32): void {
  aimAt(graph, beam, query);
  searchLayer(graph, beam, 0, descend(graph, beam, 0), capacity);
  const size = sizeOf(beam);
  let taken: u32 = 0;
  for (let i: u32 = 0; i < size && taken < most; i++) {
    const slot = nodeAt(beam, i);
    const segment = segmentOf(graph, slot);
    const row = rowOf(graph, slot);
    if (!qualifies(query, load<i32>(idsOf(segment) + (row << 2)))) continue;
    wait(query, segment, row);
    taken++;
  }
  rescore(query);
}
