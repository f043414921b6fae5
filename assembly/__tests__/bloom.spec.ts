import { addBloom, hasBloom, uniteBloom, weighBloom } from '../bloom';
import { guarded, isGuarded, random, seed } from './fixtures';

const BLOCKS: u32 = 3;
const BYTES: usize = 192;
const COUNT: u32 = 5;

function hashes(value: u64): usize {
  const block = guarded(COUNT << 3, 0);
  for (let i: u32 = 0; i < COUNT; i++) store<u64>(block + (i << 3), value);
  return block;
}

function noise(): usize {
  const block = guarded(COUNT << 3, 0);
  for (let at = block; at < block + (COUNT << 3); at++) store<u8>(at, <u8>random(256));
  return block;
}

function bitsOf(blocks: usize, bytes: usize): u32 {
  let bits: u32 = 0;
  for (let at = blocks; at < blocks + bytes; at++) bits += popcnt(<u32>load<u8>(at));
  return bits;
}

describe('a split-block Bloom filter', () => {
  it('sets one bit a sector, in the block that the hash names and in no other', () => {
    for (let sectors: u32 = 2; sectors <= 16; sectors <<= 1) {
      seed(sectors);
      const own = noise();
      for (let chosen: u64 = 0; chosen < <u64>BLOCKS; chosen++) {
        // The first third of 2^32, the second and the third.
        const hash = (load<u64>(own) & 0xffffffff) | ((chosen * 0x55555556) << 32);
        const blocks = guarded(BYTES, 0);
        const scratch = guarded(128, 0);
        addBloom(blocks, BLOCKS, sectors, hashes(hash), 1, scratch);
        expect<bool>(isGuarded(blocks, BYTES)).toBe(true, 'written beyond the blocks');
        expect<bool>(isGuarded(scratch, 128)).toBe(true, 'written beyond the scratch');
        expect<u32>(bitsOf(blocks, BYTES)).toBe(sectors);
        expect<u32>(bitsOf(blocks + ((<usize>chosen) << 6), 64)).toBe(sectors);
        for (let sector: usize = 0; sector < sectors; sector++) {
          let bits: u32 = 0;
          for (let at = sector; at < 64; at += sectors)
            bits += popcnt(<u32>load<u8>(blocks + ((<usize>chosen) << 6) + at));
          expect<u32>(bits).toBe(1);
        }
      }
    }
  });

  it('reaches every bit of a block', () => {
    for (let sectors: u32 = 2; sectors <= 16; sectors <<= 1) {
      seed(sectors);
      const blocks = guarded(64, 0);
      const scratch = guarded(128, 0);
      for (let i = 0; i < 1000; i++) addBloom(blocks, 1, sectors, noise(), COUNT, scratch);
      expect<u32>(bitsOf(blocks, 64)).toBe(512);
    }
  });

  it('finds a key when all its bits are set, and not when any is missing', () => {
    for (let sectors: u32 = 2; sectors <= 16; sectors <<= 1) {
      seed(sectors);
      const blocks = guarded(64, 0);
      const scratch = guarded(128, 0);
      const out = guarded(COUNT, 7);
      const keys = hashes(load<u64>(noise()));
      addBloom(blocks, 1, sectors, keys, 1, scratch);
      for (let at: usize = 0; at < 64; at++) {
        const byte = load<u8>(blocks + at);
        if (byte === 0) continue;
        store<u8>(blocks + at, 0);
        hasBloom(blocks, 1, sectors, keys, COUNT, scratch, out);
        for (let i: usize = 0; i < COUNT; i++) expect<u8>(load<u8>(out + i)).toBe(0);
        store<u8>(blocks + at, byte);
      }
      hasBloom(blocks, 1, sectors, keys, COUNT, scratch, out);
      for (let i: usize = 0; i < COUNT; i++) expect<u8>(load<u8>(out + i)).toBe(1);
      expect<bool>(isGuarded(out, COUNT)).toBe(true, 'answers beyond the keys');
      expect<bool>(isGuarded(blocks, 64)).toBe(true);
    }
  });

  it('unites and weighs its blocks, and no bytes behind them', () => {
    const blocks = guarded(BYTES, 0x0f);
    const others = guarded(BYTES, 0xf0);
    const scratch = guarded(16, 0);
    const out = guarded(8, 0);
    for (let sectors: u32 = 2; sectors <= 16; sectors <<= 1) {
      // Half of the bits of each sector, in each of three blocks.
      let share: f64 = 1;
      for (let sector: u32 = 0; sector < sectors; sector++) share /= 2;
      expect<f64>(weighBloom(blocks, BLOCKS, sectors, scratch, out)).toBe(3 * share);
      expect<f64>(load<f64>(out)).toBe(768);
    }
    uniteBloom(blocks, others, BLOCKS);
    expect<bool>(isGuarded(blocks, BYTES)).toBe(true);
    expect<f64>(weighBloom(blocks, BLOCKS, 8, scratch, out)).toBe(3);
    expect<f64>(load<f64>(out)).toBe(1536);
    expect<bool>(isGuarded(scratch, 16)).toBe(true);
    expect<bool>(isGuarded(out, 8)).toBe(true);
  });
});
