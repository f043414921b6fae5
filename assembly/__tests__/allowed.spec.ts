import { scoreSlots } from '../allowed';
import { guarded, isGuarded, newQuery, newSegment, ROOM, ROWS } from './fixtures';

/** The slots `first`, `first + step`, ... */
function slots(count: u32, first: u32, step: u32): usize {
  const list = guarded(count << 2, 0);
  for (let i: u32 = 0; i < count; i++) store<u32>(list + (i << 2), first + i * step);
  return list;
}

function found(query: usize): u32 {
  return load<u32>(query, 44);
}

function idAt(query: usize, i: u32): i32 {
  return load<i32>(load<usize>(query, 40) + (i << 3), 4);
}

describe('scoreSlots', () => {
  it('scores the rows that are listed, counted from the first slot of the segment, and no other', () => {
    for (let count: u32 = 0; count <= 9; count++) {
      const query = newQuery(0, ROWS, 4);
      scoreSlots(query, newSegment(4, 0), slots(count, 1000 + 2, 3), count, 1000);
      expect<u32>(found(query)).toBe(count);
      expect<u32>(load<u32>(query, 60)).toBe(count, 'rescored');
      for (let i: u32 = 0; i < count; i++) expect<i32>(idAt(query, i)).toBe(102 + 3 * i);
    }
  });

  it('passes over tombstones, however the rest falls into fours', () => {
    for (let removed: u32 = 0; removed < 9; removed++) {
      const query = newQuery(0, ROWS, 4);
      const segment = newSegment(4, 0);
      for (let row: u32 = 0; row < removed; row++) store<i32>(load<usize>(segment, 8) + (row << 3), -1);
      scoreSlots(query, segment, slots(ROWS, 0, 1), ROWS, 0);
      expect<u32>(found(query)).toBe(ROWS - removed);
      expect<bool>(isGuarded(load<usize>(query, 52), ROOM << 3)).toBe(true, 'written beyond the room');
    }
  });
});
