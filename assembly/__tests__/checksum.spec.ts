import { finishHash, startHash, updateHash } from '../checksum';
import { guarded, isGuarded, random, seed } from './fixtures';

const STATE_BYTES: usize = 48;

function hash(from: usize, bytes: usize): u64 {
  const state = guarded(STATE_BYTES, 0);
  startHash(state, 0);
  const result = finishHash(state, from, bytes);
  expect<bool>(isGuarded(state, STATE_BYTES)).toBe(true, 'written beyond the state');
  return result;
}

function text(characters: string): usize {
  const block = guarded(16, 0);
  for (let i = 0; i < characters.length; i++) store<u8>(block + i, <u8>characters.charCodeAt(i));
  return block;
}

function noise(bytes: usize): usize {
  const block = guarded(bytes, 0);
  for (let at = block; at < block + bytes; at++) store<u8>(at, <u8>random(256));
  return block;
}

describe('XXH64', () => {
  it('is the published one', () => {
    // The reference implementation's answers for seed 0.
    expect<u64>(hash(text(''), 0)).toBe(0xef46db3751d8e999);
    expect<u64>(hash(text('a'), 1)).toBe(0xd24ec4f1a98c6e5b);
    expect<u64>(hash(text('abc'), 3)).toBe(0x44bc2cf5ad770999);
  });

  it('does not read beyond its bytes', () => {
    for (let bytes: usize = 0; bytes < 70; bytes++) {
      seed(5);
      const first = noise(bytes);
      seed(5);
      const second = noise(bytes);
      memory.fill(second + bytes, 0, 32);
      expect<u64>(hash(first, bytes)).toBe(hash(second, bytes));
    }
  });

  it('depends on every byte', () => {
    seed(6);
    const block = noise(70);
    const before = hash(block, 70);
    for (let at = block; at < block + 70; at++) {
      store<u8>(at, load<u8>(at) ^ 1);
      expect<bool>(hash(block, 70) !== before).toBe(true);
      store<u8>(at, load<u8>(at) ^ 1);
    }
    expect<u64>(hash(block, 70)).toBe(before);
  });

  it('is the same over pieces of whole rounds', () => {
    seed(7);
    const block = noise(200);
    const whole = hash(block, 200);
    for (let cut: usize = 0; cut <= 192; cut += 32) {
      const state = guarded(STATE_BYTES, 0);
      startHash(state, 0);
      updateHash(state, block, cut);
      expect<u64>(finishHash(state, block + cut, 200 - cut)).toBe(whole);
    }
  });

  it('takes its seed into account', () => {
    const state = guarded(STATE_BYTES, 0);
    startHash(state, 1);
    expect<bool>(finishHash(state, state, 0) !== 0xef46db3751d8e999).toBe(true);
  });
});
