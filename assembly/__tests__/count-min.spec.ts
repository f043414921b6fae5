import { addCounts, addWeights, countSaturated, raiseCounts, readCounts, uniteCounts } from '../count-min';
import { guarded, isGuarded, random, seed } from './fixtures';

const WIDTH: u32 = 13;
const HASHES: u32 = 40;

function newHashes(): usize {
  const hashes = guarded(HASHES << 3, 0);
  for (let at = hashes; at < hashes + (HASHES << 3); at++) store<u8>(at, <u8>random(256));
  // The ends of the range: the first and the last column, and a step of 1.
  store<u64>(hashes, 0);
  store<u64>(hashes, 0xffffffff, 8);
  store<u64>(hashes, u64.MAX_VALUE, 16);
  return hashes;
}

function sumOf(counters: usize, count: u32): u64 {
  let sum: u64 = 0;
  for (let i: u32 = 0; i < count; i++) sum += load<u32>(counters + (i << 2));
  return sum;
}

function fill(block: usize, count: u32, value: u32): usize {
  for (let i: u32 = 0; i < count; i++) store<u32>(block + (i << 2), value);
  return block;
}

describe('Count-Min', () => {
  it('adds to one counter a row, within the table, however many rows', () => {
    seed(1);
    const hashes = newHashes();
    for (let depth: u32 = 1; depth <= 16; depth++) {
      const bytes = (depth * WIDTH) << 2;
      const counters = guarded(bytes, 0);
      addCounts(counters, WIDTH, depth, hashes, HASHES, 3);
      for (let row: u32 = 0; row < depth; row++)
        expect<u64>(sumOf(counters + ((row * WIDTH) << 2), WIDTH)).toBe(3 * HASHES);
      expect<bool>(isGuarded(counters, bytes)).toBe(true, 'written beyond the table');
    }
  });

  it('adds weights to the same counters', () => {
    seed(2);
    const hashes = newHashes();
    const counts = fill(guarded(HASHES << 2, 0), HASHES, 3);
    const plain = guarded((9 * WIDTH) << 2, 0);
    const weighted = guarded((9 * WIDTH) << 2, 0);
    addCounts(plain, WIDTH, 9, hashes, HASHES, 3);
    addWeights(weighted, WIDTH, 9, hashes, HASHES, counts);
    expect<i32>(memory.compare(plain, weighted, (9 * WIDTH) << 2)).toBe(0);
    expect<bool>(isGuarded(weighted, (9 * WIDTH) << 2)).toBe(true, 'written beyond the table');
  });

  it('is never below what was added, conservative or not, and conservative is never above', () => {
    seed(3);
    const hashes = newHashes();
    const counts = fill(guarded(HASHES << 2, 0), HASHES, 5);
    const plain = guarded((4 * WIDTH) << 2, 0);
    const raised = guarded((4 * WIDTH) << 2, 0);
    addWeights(plain, WIDTH, 4, hashes, HASHES, counts);
    raiseCounts(raised, WIDTH, 4, hashes, HASHES, counts);
    const more = guarded(HASHES << 2, 0);
    const less = guarded(HASHES << 2, 0);
    readCounts(plain, WIDTH, 4, hashes, HASHES, more);
    readCounts(raised, WIDTH, 4, hashes, HASHES, less);
    for (let i: u32 = 0; i < HASHES; i++) {
      expect<u32>(load<u32>(less + (i << 2))).toBeGreaterThanOrEqual(5);
      expect<u32>(load<u32>(more + (i << 2))).toBeGreaterThanOrEqual(load<u32>(less + (i << 2)));
    }
    expect<bool>(isGuarded(raised, (4 * WIDTH) << 2) && isGuarded(more, HASHES << 2)).toBe(true);
  });

  it('stops at 2^32 - 1, alone and united, and counts what stands there', () => {
    const hashes = guarded(8, 0);
    const counts = fill(guarded(4, 0), 1, u32.MAX_VALUE);
    const counters = guarded(64, 0);
    fill(counters, 16, 1);
    addWeights(counters, 4, 4, hashes, 1, counts);
    expect<u32>(countSaturated(counters, 16)).toBe(4);
    expect<u64>(sumOf(counters, 16)).toBe(4 * <u64>u32.MAX_VALUE + 12);
    raiseCounts(counters, 4, 4, hashes, 1, counts);
    expect<u64>(sumOf(counters, 16)).toBe(4 * <u64>u32.MAX_VALUE + 12);
    const others = fill(guarded(64, 0), 16, u32.MAX_VALUE - 1);
    uniteCounts(counters, others, 64);
    expect<u32>(countSaturated(counters, 16)).toBe(16);
    expect<bool>(isGuarded(counters, 64)).toBe(true);
    expect<u64>(sumOf(others, 16)).toBe(16 * <u64>(u32.MAX_VALUE - 1));
  });
});
