import { scanAllowed } from '../allowed';
import { guarded, isGuarded, newQuery, newSegment, ROOM, ROWS } from './fixtures';

/** A query for all rows of a segment, whose filter over slots holds `bits` bits: `low`, and `high` from bit 64 on. */
function queryOf(low: u64, high: u64, bits: u32): usize {
  const query = newQuery(0, ROWS, 4);
  const filter = guarded(24, 0xff);
  store<u64>(filter, low);
  store<u64>(filter, high, 8);
  store<usize>(query, filter, 64);
  store<u32>(query, bits, 68);
  return query;
}

function found(query: usize): u32 {
  return load<u32>(query, 44);
}

function idAt(query: usize, i: u32): i32 {
  return load<i32>(load<usize>(query, 40) + (i << 3), 4);
}

describe('scanAllowed', () => {
  it('scores the rows whose bits are set, and counts them', () => {
    const query = queryOf(0b1000_0000_0000_0000_0010_0000_0000_0101, 0, 128);
    scanAllowed(query, newSegment(4, 0), 0);
    expect<u32>(found(query)).toBe(4);
    expect<i32>(idAt(query, 0)).toBe(100);
    expect<i32>(idAt(query, 1)).toBe(102);
    expect<i32>(idAt(query, 2)).toBe(113);
    expect<i32>(idAt(query, 3)).toBe(131);
    expect<u32>(load<u32>(query, 60)).toBe(4, 'rescored');
  });

  it('takes the bits of its own slots, from the middle of a word, and none of the next segment', () => {
    const query = queryOf(~(<u64>0), ~(<u64>0), 128);
    const segment = newSegment(4, 0);
    store<u32>(segment, 16, 44);
    scanAllowed(query, segment, 48);
    expect<u32>(found(query)).toBe(16);
    expect<i32>(idAt(query, 0)).toBe(100);
    expect<i32>(idAt(query, 15)).toBe(115);
  });

  it('ends where the filter ends, whatever stands behind it', () => {
    const segment = newSegment(4, 0);
    const ending = queryOf(~(<u64>0), ~(<u64>0), 32);
    scanAllowed(ending, segment, 16);
    expect<u32>(found(ending)).toBe(16);
    scanAllowed(ending, segment, 32);
    scanAllowed(ending, segment, 64);
    expect<u32>(found(ending)).toBe(16, 'beyond the filter');
  });

  it('passes over tombstones, however the rest falls into fours', () => {
    for (let removed: u32 = 0; removed < 9; removed++) {
      const query = queryOf(~(<u64>0), 0, 64);
      const segment = newSegment(4, 0);
      for (let row: u32 = 0; row < removed; row++) store<i32>(load<usize>(segment, 8) + (row << 3), -1);
      scanAllowed(query, segment, 0);
      expect<u32>(found(query)).toBe(ROWS - removed);
      expect<bool>(isGuarded(load<usize>(query, 52), ROOM << 3)).toBe(true, 'written beyond the room');
    }
  });
});
