import { countPlaces, groupEntries, sumPlaces, transposeCsr } from '../csr-build';
import { guarded, isGuarded, random, seed } from './fixtures';

const ROWS: u32 = 9;
const COLUMNS: u32 = 7;
const COUNT: u32 = 50;

/** `count` numbers below `below`. */
function draw(count: u32, below: u32): usize {
  const numbers = guarded(count << 2, 0);
  for (let i: u32 = 0; i < count; i++) store<u32>(numbers + (i << 2), random(below));
  return numbers;
}

/** The numbers 0..count-1 as floats: which entry a value came with. */
function numbered(count: u32): usize {
  const values = guarded(count << 2, 0);
  for (let i: u32 = 0; i < count; i++) store<f32>(values + (i << 2), <f32>i);
  return values;
}

function at(numbers: usize, i: u32): u32 {
  return load<u32>(numbers + (i << 2));
}

describe('counting sort', () => {
  it('puts every entry into its group, in the order given, and writes nowhere else', () => {
    seed(1);
    const keys = draw(COUNT, COLUMNS);
    const rows = draw(COUNT, ROWS);
    const starts = guarded((COLUMNS + 1) << 2, 0xff); // need not be cleared
    const others = guarded(COUNT << 2, 0);
    const values = guarded(COUNT << 2, 0);
    groupEntries(keys, rows, numbered(COUNT), COUNT, COLUMNS, starts, others, values);
    expect<u32>(at(starts, 0)).toBe(0);
    expect<u32>(at(starts, COLUMNS)).toBe(COUNT);
    for (let group: u32 = 0; group < COLUMNS; group++) {
      let previous = -1;
      for (let i = at(starts, group); i < at(starts, group + 1); i++) {
        const entry = <i32>load<f32>(values + (i << 2));
        expect<i32>(entry).toBeGreaterThan(previous);
        expect<u32>(at(keys, entry)).toBe(group);
        expect<u32>(at(others, i)).toBe(at(rows, entry));
        previous = entry;
      }
    }
    expect<bool>(isGuarded(starts, (COLUMNS + 1) << 2)).toBe(true);
    expect<bool>(isGuarded(others, COUNT << 2) && isGuarded(values, COUNT << 2)).toBe(true);
  });

  it('twice gives ascending columns, and the sums of places keep every value', () => {
    seed(2);
    const starts = guarded((COLUMNS + 1) << 2, 0xff);
    const others = guarded(COUNT << 2, 0);
    const grouped = guarded(COUNT << 2, 0);
    const given = numbered(COUNT);
    groupEntries(draw(COUNT, COLUMNS), draw(COUNT, ROWS), given, COUNT, COLUMNS, starts, others, grouped);
    const indptr = guarded((ROWS + 1) << 2, 0xff);
    const indices = guarded(COUNT << 2, 0);
    const values = guarded(COUNT << 2, 0);
    transposeCsr(starts, others, grouped, COLUMNS, ROWS, indptr, indices, values);
    const places = countPlaces(indptr, indices, ROWS);
    expect<u32>(places).toBeLessThan(COUNT);
    const indptrOut = guarded((ROWS + 1) << 2, 0xff);
    const indicesOut = guarded(places << 2, 0);
    const valuesOut = guarded(places << 2, 0);
    sumPlaces(indptr, indices, values, ROWS, indptrOut, indicesOut, valuesOut);
    expect<u32>(at(indptrOut, ROWS)).toBe(places);
    let total: f32 = 0;
    for (let row: u32 = 0; row < ROWS; row++) {
      for (let i = at(indptrOut, row); i < at(indptrOut, row + 1); i++) {
        if (i > at(indptrOut, row)) expect<u32>(at(indicesOut, i)).toBeGreaterThan(at(indicesOut, i - 1));
        total += load<f32>(valuesOut + (i << 2));
      }
    }
    expect<f32>(total).toBe(<f32>((COUNT * (COUNT - 1)) / 2)); // 0 + 1 + ... + 49, exact in float32
    expect<bool>(isGuarded(indptrOut, (ROWS + 1) << 2)).toBe(true);
    expect<bool>(isGuarded(indicesOut, places << 2) && isGuarded(valuesOut, places << 2)).toBe(true);
  });
});
