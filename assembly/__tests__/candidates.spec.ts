import { collect, qualifies, rescore, rescoreWhenFull } from '../candidates';
import { BLOCK } from '../segment';
import { guarded, isGuarded, newQuery, newSegment, ROOM, ROWS } from './fixtures';

const EVERY_ID: u32 = 100 + ROWS;

function waiting(query: usize): u32 {
  return load<u32>(query, 56);
}

function found(query: usize): u32 {
  return load<u32>(query, 44);
}

/** Four upper bounds: `value` in the lanes of `mask`, and far below any bound in the others. */
function uppers(mask: u32, value: f32): v128 {
  const low: f32 = -1e30;
  let lanes = f32x4.splat(low);
  if (mask & 1) lanes = f32x4.replace_lane(lanes, 0, value);
  if (mask & 2) lanes = f32x4.replace_lane(lanes, 1, value);
  if (mask & 4) lanes = f32x4.replace_lane(lanes, 2, value);
  if (mask & 8) lanes = f32x4.replace_lane(lanes, 3, value);
  return lanes;
}

/** A filter of the given bits over all ids of a segment. */
function filter(query: usize, bits: u32): usize {
  const bitmap = guarded(EVERY_ID >> 3, 0);
  store<usize>(query, bitmap, 64);
  store<u32>(query, bits, 68);
  return bitmap;
}

describe('collect', () => {
  it('takes the lanes whose upper bound reaches the bound, with their rows', () => {
    const query = newQuery(1, 1, 4);
    const segment = newSegment(4, 0);
    collect(query, segment, uppers(0b1010, 2), f32x4.splat(2), 8);
    expect<u32>(waiting(query)).toBe(2);
    const candidates = load<usize>(query, 52);
    expect<u32>(load<u32>(candidates, 4)).toBe(9);
    expect<u32>(load<u32>(candidates, 20)).toBe(11);
    expect<f32>(load<f32>(candidates)).toBe(2);
  });

  it('takes nothing where no bound is reached', () => {
    const query = newQuery(1, 1, 4);
    const segment = newSegment(4, 0);
    collect(query, segment, uppers(0b1111, 1), f32x4.splat(2), 0);
    expect<u32>(waiting(query)).toBe(0);
  });

  it('never holds more than there is room for, when every row of every block is a candidate', () => {
    const query = newQuery(0, ROOM * 4, 4);
    const segment = newSegment(4, 0);
    for (let block: u32 = 0; block < 12; block++) {
      for (let row: u32 = 0; row < BLOCK; row += 4)
        collect(query, segment, uppers(0b1111, 1), f32x4.splat(0), row);
      expect<bool>(waiting(query) <= ROOM).toBe(true, 'more candidates than room');
      rescoreWhenFull(query);
      expect<bool>(waiting(query) <= ROOM - BLOCK).toBe(true, 'no room for the next block');
    }
    rescore(query);
    expect<u32>(found(query)).toBe(12 * BLOCK);
    expect<bool>(isGuarded(load<usize>(query, 52), ROOM << 4)).toBe(true, 'written beyond the room');
  });
});

describe('rescore', () => {
  it('scores every candidate once, however they fall into fours', () => {
    for (let count: u32 = 0; count <= 9; count++) rescoresEach(count);
  });

  it('passes over candidates whose bound the threshold has risen above', () => {
    const query = newQuery(1, 1, 4);
    const segment = newSegment(4, 0);
    const rows = load<usize>(segment);
    // Rows 0 to 3 score 4 and fill the results; the bound of the candidates behind them is 3.
    for (let row: u32 = 0; row < 4; row++) v128.store(rows + (row << 4), f32x4.splat(1));
    collect(query, segment, uppers(0b1111, 5), f32x4.splat(0), 0);
    collect(query, segment, uppers(0b1111, 3), f32x4.splat(0), 4);
    rescore(query);
    expect<u32>(load<u32>(query, 60)).toBe(4, 'rescored');
    expect<i32>(load<i32>(load<usize>(query, 40), 4)).toBe(100);
  });
});

/** Scores `count` candidates, each exactly once, however they fall into fours; their list is empty then. */
function rescoresEach(count: u32): void {
  const query = newQuery(0, ROWS, 4);
  const segment = newSegment(4, 0);
  for (let row: u32 = 0; row < count; row++) collect(query, segment, uppers(1, 1), f32x4.splat(0), row);
  rescore(query);
  let seen: u32 = 0;
  for (let i: u32 = 0; i < found(query); i++)
    seen |= 1 << (load<i32>(load<usize>(query, 40) + (i << 3), 4) - 100);
  expect<u32>(found(query)).toBe(count);
  expect<u32>(seen).toBe((1 << count) - 1);
  expect<u32>(load<u32>(query, 60)).toBe(count);
  expect<u32>(waiting(query)).toBe(0);
}

describe('qualifies', () => {
  it('turns tombstones away', () => {
    expect<bool>(qualifies(newQuery(1, 1, 4), -1)).toBe(false);
  });

  it('lets every live row pass without a filter', () => {
    expect<bool>(qualifies(newQuery(1, 1, 4), i32.MAX_VALUE)).toBe(true);
  });

  it('reads one bit an id, and none beyond the length of the filter', () => {
    const query = newQuery(1, 1, 4);
    const bitmap = filter(query, 16);
    store<u8>(bitmap, 0b10000001);
    store<u8>(bitmap, 0b00000010, 1);
    store<u8>(bitmap, 0xff, 2);
    for (let id: i32 = 0; id < 24; id++) {
      expect<bool>(qualifies(query, id)).toBe(id === 0 || id === 7 || id === 9);
    }
  });
});
