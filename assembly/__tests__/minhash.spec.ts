import { addMinima, countEqual, fillBins, uniteMinima } from '../minhash';
import { guarded, isGuarded, random, seed } from './fixtures';

const BITS: u32 = 6;
const SIZE: u32 = 64;
const BYTES: u32 = 256;
const EMPTY: u32 = 0xffffffff;
/** Of 64 bins: 2^(6 / 2 + 1) + 4 u32. */
const LIST_BYTES: u32 = 80;

function newBins(): usize {
  const bins = guarded(BYTES, 0);
  memory.fill(bins, 0xff, BYTES);
  return bins;
}

function heldBy(bins: usize, bin: u32): u32 {
  return load<u32>(bins + ((<usize>bin) << 2));
}

/** As many bins as this, spread, hold their own number. */
function filled(count: u32): usize {
  const bins = newBins();
  for (let i: u32 = 0; i < count; i++) {
    const bin = (i * 37 + 5) & (SIZE - 1);
    store<u32>(bins + ((<usize>bin) << 2), bin);
  }
  return bins;
}

/** Where the order of a bin meets the first that is not empty, step by step. */
function firstOf(bins: usize, bin: u32): u32 {
  let order = (bin + 1) * 0x9e3779b9;
  order = (order ^ (order >>> 16)) * 0x85ebca6b;
  order = (order ^ (order >>> 13)) * 0xc2b2ae35;
  order = order ^ (order >>> 16);
  const stride = (order >>> 16) | 1;
  let from = order & (SIZE - 1);
  while (heldBy(bins, from) === EMPTY) from = (from + stride) & (SIZE - 1);
  return heldBy(bins, from);
}

describe('MinHash', () => {
  it('keeps the least value of each bin, by the first bits of a hash, never that of an empty one', () => {
    const bins = newBins();
    const hashes = guarded(5 << 3, 0);
    store<u64>(hashes, 0);
    store<u64>(hashes, ((<u64>1) << 58) | 9, 8);
    store<u64>(hashes, ((<u64>1) << 58) | 7, 16);
    store<u64>(hashes, ((<u64>1) << 58) | 8, 24);
    store<u64>(hashes, u64.MAX_VALUE, 32);
    addMinima(bins, BITS, hashes, 5);
    expect<u32>(heldBy(bins, 0)).toBe(0);
    expect<u32>(heldBy(bins, 1)).toBe(7);
    expect<u32>(heldBy(bins, SIZE - 1)).toBe(EMPTY - 1);
    for (let bin: u32 = 2; bin < SIZE - 1; bin++) expect<u32>(heldBy(bins, bin)).toBe(EMPTY);
    expect<bool>(isGuarded(bins, BYTES)).toBe(true, 'written beyond the bins');
  });

  it('unites by the lesser of two values, unsigned', () => {
    seed(1);
    const one = newBins();
    const other = newBins();
    for (let bin: u32 = 0; bin < SIZE; bin++) {
      if (bin % 3 !== 0) store<u32>(one + ((<usize>bin) << 2), (random(2) << 31) | random(1000));
      if (bin % 5 !== 0) store<u32>(other + ((<usize>bin) << 2), (random(2) << 31) | random(1000));
    }
    const united = guarded(BYTES, 0);
    memory.copy(united, one, BYTES);
    uniteMinima(united, other, BYTES);
    for (let bin: u32 = 0; bin < SIZE; bin++)
      expect<u32>(heldBy(united, bin)).toBe(min(heldBy(one, bin), heldBy(other, bin)));
    expect<bool>(isGuarded(united, BYTES)).toBe(true, 'written beyond the bins');
  });

  it('fills empty bins from the first that is met and not empty, however many there are, and leaves the bins', () => {
    // From one to all: those that are listed, and from sixteen on those that are walked to.
    for (let count: u32 = 1; count <= SIZE; count++) {
      const bins = filled(count);
      const before = guarded(BYTES, 0);
      memory.copy(before, bins, BYTES);
      const out = guarded(BYTES, 0);
      const list = guarded(LIST_BYTES, 0);
      fillBins(bins, BITS, out, list);
      for (let bin: u32 = 0; bin < SIZE; bin++) {
        const own = heldBy(bins, bin);
        expect<u32>(heldBy(out, bin)).toBe(own === EMPTY ? firstOf(bins, bin) : own);
      }
      expect<i32>(memory.compare(bins, before, BYTES)).toBe(0);
      expect<bool>(isGuarded(out, BYTES)).toBe(true, 'written beyond the signature');
      expect<bool>(isGuarded(list, LIST_BYTES)).toBe(true, 'written beyond the list');
    }
  });

  it('leaves all bins empty where all are', () => {
    const out = guarded(BYTES, 0);
    fillBins(newBins(), BITS, out, guarded(LIST_BYTES, 0));
    for (let bin: u32 = 0; bin < SIZE; bin++) expect<u32>(heldBy(out, bin)).toBe(EMPTY);
  });

  it('counts equal values in every lane', () => {
    const one = filled(SIZE);
    const other = guarded(BYTES, 0);
    memory.copy(other, one, BYTES);
    expect<u32>(countEqual(one, other, BYTES)).toBe(SIZE);
    for (let bin: u32 = 0; bin < SIZE; bin++) {
      store<u32>(other + ((<usize>bin) << 2), EMPTY);
      expect<u32>(countEqual(one, other, BYTES)).toBe(SIZE - 1 - bin);
    }
  });
});
