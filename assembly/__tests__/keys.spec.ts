import { hashBytes, hashIntegers, hashLongs, hashNumbers } from '../keys';
import { guarded, isGuarded } from './fixtures';

const COUNT: u32 = 3;
const OUT: usize = 24;

describe('keys', () => {
  it('hash integers of 32 and of 64 bits and float64 alike, and nothing behind them', () => {
    const longs = guarded(OUT, 0);
    const integers = guarded(12, 0);
    const numbers = guarded(OUT, 0);
    for (let i: i32 = 0; i < 3; i++) {
      store<i64>(longs + 8 * i, i - 1);
      store<i32>(integers + 4 * i, i - 1);
      store<f64>(numbers + 8 * i, <f64>(i - 1));
    }
    const expected = guarded(OUT, 0);
    hashLongs(longs, COUNT, 7, expected);
    const out = guarded(OUT, 0);
    hashIntegers(integers, COUNT, true, 7, out);
    expect<i32>(memory.compare(out, expected, OUT)).toBe(0);
    hashNumbers(numbers, COUNT, 7, out);
    expect<i32>(memory.compare(out, expected, OUT)).toBe(0);
    expect<bool>(isGuarded(out, OUT)).toBe(true);
    expect<bool>(isGuarded(expected, OUT)).toBe(true);
    // Without a sign, -1 is 2^32 - 1.
    hashIntegers(integers, COUNT, false, 7, out);
    store<u64>(longs, 0xffffffff);
    hashLongs(longs, COUNT, 7, expected);
    expect<i32>(memory.compare(out, expected, OUT)).toBe(0);
  });

  it('hash runs of bytes up to where each ends, whatever follows', () => {
    const from = guarded(100, 65);
    const ends = guarded(12, 0);
    const state = guarded(48, 0);
    const out = guarded(OUT, 0);
    // 40 bytes, none, 60 bytes.
    store<u32>(ends, 40);
    store<u32>(ends, 40, 4);
    store<u32>(ends, 100, 8);
    hashBytes(from, ends, COUNT, 0, state, out);
    expect<u64>(load<u64>(out, 8)).toBe(0xef46db3751d8e999);
    const first = load<u64>(out);
    const last = load<u64>(out, 16);
    store<u8>(from, 66, 40);
    hashBytes(from, ends, COUNT, 0, state, out);
    expect<u64>(load<u64>(out)).toBe(first);
    expect<bool>(load<u64>(out, 16) !== last).toBe(true);
    expect<bool>(isGuarded(out, OUT)).toBe(true);
    expect<bool>(isGuarded(state, 48)).toBe(true);
  });
});
