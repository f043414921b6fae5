import { clearRows, encodeRows, measureRows } from '../encode';
import { IP } from '../query';
import { GUARD, guarded, isGuarded, isUntouched, newSegment, ROWS } from './fixtures';

const DIMENSIONS: u32 = 12;
const LANES: u32 = 3;
const STRIDE: u32 = 48;
const OCTETS: u32 = 2;
const SCRATCH_BYTES: u32 = STRIDE + 64;

/** The word of row `row` in the array whose address stands at `field` of the segment. */
function word(segment: usize, field: usize, row: u32): usize {
  return load<usize>(segment + field) + (row << 2);
}

/** Whether the codes, or nibbles, of a row are guard bytes: one word a group, 64 bytes apart, blocks of 16 rows. */
function areCodesUntouched(segment: usize, field: usize, row: u32, groups: u32): bool {
  const first = load<usize>(segment + field) + (row / 16) * groups * 64 + ((row % 16) << 2);
  for (let group: u32 = 0; group < groups; group++) if (!isUntouched(first + (group << 6), 4)) return false;
  return true;
}

/** Whether everything known about a row but its values and id is guard bytes. */
function isRowUntouched(segment: usize, row: u32): bool {
  for (let field: usize = 16; field < 44; field += 4) {
    if (field !== 28 && !isUntouched(word(segment, field, row), 4)) return false;
  }
  return (
    areCodesUntouched(segment, 12, row, LANES) &&
    areCodesUntouched(segment, 28, row, OCTETS) &&
    isUntouched(word(segment, 4, row), 4)
  );
}

/** Whether nothing was written behind any array of a segment. */
function areArraysGuarded(segment: usize): bool {
  if (!isGuarded(load<usize>(segment), ROWS * STRIDE)) return false;
  if (!isGuarded(load<usize>(segment, 12), (ROWS * LANES) << 2)) return false;
  if (!isGuarded(load<usize>(segment, 28), (ROWS * OCTETS) << 2)) return false;
  for (let field: usize = 4; field < 44; field += 4) {
    if (field !== 12 && field !== 28 && !isGuarded(load<usize>(segment + field), ROWS << 2)) return false;
  }
  return true;
}

function fillRows(segment: usize, value: f32): void {
  for (let at: u32 = 0; at < ROWS * STRIDE; at += 4) store<f32>(load<usize>(segment) + at, value);
}

/** A segment of rows of ones whose other arrays are guard bytes. */
function segmentOfOnes(): usize {
  const segment = newSegment(DIMENSIONS, GUARD);
  fillRows(segment, 1);
  return segment;
}

describe('encodeRows', () => {
  it('writes the rows that it is told to and no others', () => {
    const segment = segmentOfOnes();
    const scratch = guarded(SCRATCH_BYTES, 0);
    expect<u32>(measureRows(segment, LANES, 14, 18, -1, 100)).toBe(18);
    encodeRows(segment, DIMENSIONS, IP, 14, 18, scratch);
    for (let row: u32 = 0; row < ROWS; row++) {
      expect<bool>(isRowUntouched(segment, row)).toBe(row < 14 || row >= 18);
    }
    expect<bool>(areArraysGuarded(segment)).toBe(true, 'written beyond an array');
    expect<bool>(isGuarded(scratch, SCRATCH_BYTES)).toBe(true, 'written beyond the scratch memory');
  });

  it('stays within the arrays at the last row', () => {
    const segment = segmentOfOnes();
    const scratch = guarded(SCRATCH_BYTES, 0);
    measureRows(segment, LANES, 0, ROWS, -1, 100);
    encodeRows(segment, DIMENSIONS, IP, 0, ROWS, scratch);
    expect<bool>(areArraysGuarded(segment)).toBe(true);
  });

  it('gives a row of ones the code 127 in each dimension, and -64 times their sum', () => {
    const segment = segmentOfOnes();
    measureRows(segment, LANES, 0, 1, -1, 100);
    encodeRows(segment, DIMENSIONS, IP, 0, 1, guarded(SCRATCH_BYTES, 0));
    for (let group: usize = 0; group < LANES; group++) {
      expect<u32>(load<u32>(load<usize>(segment, 12) + (group << 6))).toBe(0x7f7f7f7f);
    }
    expect<i32>(load<i32>(word(segment, 24, 0))).toBe(-64 * 12 * 127);
  });
});

describe('measureRows', () => {
  it('stops at the first row that is out of range, and tells its norm', () => {
    const segment = segmentOfOnes();
    store<f32>(load<usize>(segment) + 5 * STRIDE, 200);
    expect<u32>(measureRows(segment, LANES, 3, 9, -1, 100)).toBe(5);
    expect<f32>(load<f32>(word(segment, 4, 4))).toBe(<f32>sqrt<f64>(12));
    expect<f32>(load<f32>(word(segment, 4, 5))).toBe(<f32>sqrt<f64>(200 * 200 + 11));
    expect<bool>(isUntouched(word(segment, 4, 6), 4)).toBe(true);
    expect<bool>(isUntouched(word(segment, 4, 2), 4)).toBe(true);
  });

  it('accepts neither of its limits, nor what is no number', () => {
    const segment = segmentOfOnes();
    fillRows(segment, 0);
    expect<u32>(measureRows(segment, LANES, 0, 1, 0, 100)).toBe(0, 'zero above zero');
    expect<u32>(measureRows(segment, LANES, 0, 1, -1, 100)).toBe(1, 'zero above -1');
    store<f32>(load<usize>(segment), 100);
    expect<u32>(measureRows(segment, LANES, 0, 1, -1, 100)).toBe(0, '100 below 100');
    store<f32>(load<usize>(segment), NaN);
    expect<u32>(measureRows(segment, LANES, 0, 1, -1, 100)).toBe(0, 'NaN');
    store<f32>(load<usize>(segment), Infinity);
    expect<u32>(measureRows(segment, LANES, 0, 1, -1, Infinity)).toBe(0, 'Infinity');
  });
});

describe('clearRows', () => {
  it('empties the rows that it is told to and no others', () => {
    const segment = segmentOfOnes();
    clearRows(segment, LANES, 15, 17);
    for (let row: u32 = 0; row < ROWS; row++) {
      const isCleared = row === 15 || row === 16;
      expect<bool>(isRowUntouched(segment, row)).toBe(!isCleared);
      expect<f32>(load<f32>(load<usize>(segment) + row * STRIDE, 44)).toBe(isCleared ? 0 : 1);
      expect<i32>(load<i32>(word(segment, 8, row))).toBe(isCleared ? -1 : 100 + row);
    }
    expect<bool>(areArraysGuarded(segment)).toBe(true);
  });
});
