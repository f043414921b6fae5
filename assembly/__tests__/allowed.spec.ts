import { scorePlaces } from '../allowed';
import { guarded, isGuarded, newQuery, newSegment, ROOM, ROWS } from './fixtures';

/** Rows 2, 5, 8, ... of two segments in turn. */
function alternating(count: u32, even: usize, odd: usize): usize {
  const places = guarded(count << 3, 0);
  for (let i: u32 = 0; i < count; i++) {
    store<u32>(places + (i << 3), 2 + 3 * i);
    store<usize>(places + (i << 3), i & 1 ? odd : even, 4);
  }
  return places;
}

function found(query: usize): u32 {
  return load<u32>(query, 44);
}

function idAt(query: usize, i: u32): i32 {
  return load<i32>(load<usize>(query, 40) + (i << 3), 4);
}

describe('scorePlaces', () => {
  it('scores the rows that are listed and no other, however they fall into fours and segments', () => {
    const even = newSegment(4, 0);
    const odd = newSegment(4, 0);
    for (let row: u32 = 0; row < ROWS; row++) store<i32>(load<usize>(odd, 8) + (row << 2), 500 + row);
    for (let count: u32 = 0; count <= 9; count++) {
      const query = newQuery(0, ROWS, 4);
      scorePlaces(query, alternating(count, even, odd), count);
      expect<u32>(found(query)).toBe(count);
      expect<u32>(load<u32>(query, 60)).toBe(count, 'rescored');
      for (let i: u32 = 0; i < count; i++) expect<i32>(idAt(query, i)).toBe((i & 1 ? 502 : 102) + 3 * i);
    }
  });

  it('passes over tombstones, however the rest falls into fours', () => {
    for (let removed: u32 = 0; removed < 9; removed++) {
      const query = newQuery(0, ROWS, 4);
      const segment = newSegment(4, 0);
      for (let i: u32 = 0; i < removed; i++) store<i32>(load<usize>(segment, 8) + (2 + 3 * i) * 4, -1);
      scorePlaces(query, alternating(10, segment, segment), 10);
      expect<u32>(found(query)).toBe(10 - removed);
      expect<bool>(isGuarded(load<usize>(query, 52), ROOM << 4)).toBe(true, 'beyond the room');
    }
  });
});
