// Queries and segments as the host lays them out (assembly/query.ts, assembly/segment.ts), each array in a block of its
// own with guard bytes behind it.

import { QUERY_BYTES } from '../query';
import { raise } from '../results';

export const GUARD: u8 = 0xa5;
const GUARD_BYTES: usize = 64;
/** Rows of a fixture's segment: two blocks. */
export const ROWS: u32 = 32;
/** Candidates that may wait. */
export const ROOM: u32 = 64;

/** A block of `bytes` bytes of `value`, and guard bytes behind it. */
export function guarded(bytes: usize, value: u8): usize {
  const block = heap.alloc(bytes + GUARD_BYTES);
  memory.fill(block, value, bytes);
  memory.fill(block + bytes, GUARD, GUARD_BYTES);
  return block;
}

/** Whether `bytes` bytes at `from` are all guard bytes. */
export function isUntouched(from: usize, bytes: usize): bool {
  for (let at = from; at < from + bytes; at++) if (load<u8>(at) !== GUARD) return false;
  return true;
}

/** Whether the guard behind a block of `bytes` bytes stands. */
export function isGuarded(block: usize, bytes: usize): bool {
  return isUntouched(block + bytes, GUARD_BYTES);
}

/** A query of `dimensions` ones for the best k under the inner product, with room for `capacity` results. */
export function newQuery(k: u32, capacity: u32, dimensions: u32): usize {
  const query = guarded(QUERY_BYTES, 0);
  const padded = (dimensions + 7) & ~7;
  const vector = guarded(padded << 2, 0);
  for (let i: u32 = 0; i < dimensions; i++) store<f32>(vector + (i << 2), 1);
  store<usize>(query, vector);
  store<usize>(query, guarded(padded, 0), 4);
  store<usize>(query, guarded(capacity << 3, 0), 40);
  store<u32>(query, k, 48);
  store<usize>(query, guarded(ROOM << 4, 0), 52);
  store<u32>(query, dimensions, 76);
  raise(query, <f32>-Infinity);
  return query;
}

/** A segment of ROWS empty rows, its arrays filled with `value`; row r has the id 100 + r. */
export function newSegment(dimensions: u32, value: u8): usize {
  const lanes = (dimensions + 3) >> 2;
  const octets = (dimensions + 7) >> 3;
  const segment = guarded(64, 0);
  store<usize>(segment, guarded((ROWS * lanes) << 4, value));
  store<usize>(segment, guarded(ROWS << 2, value), 4);
  store<usize>(segment, guarded(ROWS << 2, value), 8);
  for (let plane: usize = 0; plane < 2; plane++) {
    const at = segment + 12 + (plane << 4);
    store<usize>(at, guarded((ROWS * (plane === 0 ? lanes : octets)) << 2, value));
    for (let array: usize = 4; array < 16; array += 4) store<usize>(at + array, guarded(ROWS << 2, value));
  }
  for (let row: u32 = 0; row < ROWS; row++) store<i32>(load<usize>(segment, 8) + (row << 2), 100 + row);
  store<u32>(segment, ROWS, 44);
  return segment;
}

let state: u32 = 1;

/** Starts the pseudo-random numbers anew. */
export function seed(value: u32): void {
  state = value;
}

/** A number in 0..below-1 (a linear congruential generator, Numerical Recipes, section 7.1). */
export function random(below: u32): u32 {
  state = state * 1664525 + 1013904223;
  return (state >> 8) % below;
}
