import { sortBlock } from '../block-sort';
import { guarded, isGuarded } from './fixtures';

/** A value of a stream that is neither sorted nor free of ties. */
function mixed(i: u32, seed: u32): f64 {
  const bits = (i + 1) * 2654435761 + seed * 40503;
  return <f64>(((bits >> 7) ^ bits) & 1023) - 512;
}

/** Sorts a block of `count` values; says whether they are in order, are the same ones, and nothing beyond was touched. */
function sorts(count: u32, seed: u32, order: u32): bool {
  const bytes = (<usize>count) << 3;
  const values = guarded(bytes, 0);
  const spare = guarded(bytes, 0);
  let sum: f64 = 0;
  let squares: f64 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const ramp = <f64>(order === 1 ? i : count - i);
    const value = order === 0 ? mixed(i, seed) : order === 3 ? 7 : ramp;
    store<f64>(values + ((<usize>i) << 3), value);
    sum += value;
    squares += value * value;
  }
  const sorted = sortBlock(values, spare, bytes);
  let before = -Infinity;
  for (let at: usize = 0; at < bytes; at += 8) {
    const value = load<f64>(sorted + at);
    if (value < before) return false;
    before = value;
    sum -= value;
    squares -= value * value;
  }
  const isOne = sorted === values || sorted === spare;
  return isOne && sum === 0 && squares === 0 && isGuarded(values, bytes) && isGuarded(spare, bytes);
}

describe('sortBlock', () => {
  it('sorts blocks of every size in every order, through a spare one', () => {
    for (let count: u32 = 32; count <= 8192; count <<= 1)
      for (let order: u32 = 0; order < 4; order++)
        expect<bool>(sorts(count, count, order)).toBe(true, count.toString());
  });

  it('sorts many blocks', () => {
    for (let seed: u32 = 0; seed < 200; seed++) expect<bool>(sorts(64, seed, 0)).toBe(true, seed.toString());
  });

  it('sorts infinities to the ends', () => {
    const values = guarded(256, 0);
    const spare = guarded(256, 0);
    for (let i: usize = 0; i < 32; i++)
      store<f64>(values + (i << 3), i === 5 ? -Infinity : i & 1 ? Infinity : 3);
    const sorted = sortBlock(values, spare, 256);
    expect<f64>(load<f64>(sorted)).toBe(-Infinity);
    expect<f64>(load<f64>(sorted, 8)).toBe(3);
    expect<f64>(load<f64>(sorted, 248)).toBe(Infinity);
  });
});
