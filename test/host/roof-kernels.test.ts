import { expect, test } from 'vitest';
import type { Tier } from '../../src/host/kernels.ts';
import { RawKernels } from './raw-kernels.ts';

const TIER = process.env['LANEWISE_TIER'] as Tier;

// The first call of a kernel runs what the engine's baseline compiler made of it: V8 11.3 (Node 20 behind its flag)
// aliases registers there and gives wrong dot products.
test('8-bit dot products are right from the first call on', () => {
  const { kernels } = new RawKernels(TIER);
  // Twelve sums that start at 0..11. A lane of the relaxed tier takes the bytes 5 1 2 3 with themselves; one of the simd
  // tier, where bytes are widened, the first two of them from either half.
  const relaxed = 5 * 5 + 1 * 1 + 2 * 2 + 3 * 3;
  const simd = 2 * (5 * 5 + 1 * 1);
  const expected = 12 * (TIER === 'relaxed' ? relaxed : simd) + (11 * 12) / 2;
  expect(kernels.multiplyCodes(1, 0x03020105)).toBe(expected);
});

test('multiplyFloats multiplies and adds in every round', () => {
  const { kernels } = new RawKernels(TIER);
  // x -> x/2 + 1/2, twice, on 1..8: x/4 + 3/4. The sum is 36/4 + 8 * 3/4.
  expect(kernels.multiplyFloats(2, 0.5)).toBe(36 / 4 + 6);
});

test('stream reads every 16 bytes of what it is given, and nothing behind', () => {
  const raw = new RawKernels(TIER);
  const address = raw.place(512);
  for (let i = 0; i < 128; i++) raw.i32[address / 4 + i] = i < 64 ? i : 1e6;
  // Lane 0 of sixteen vectors, of which the two streams read eight each: 0 + 4 + 8 + ... + 60.
  expect(raw.kernels.stream(address, 256)).toBe((16 * 60) / 2);
});

test('gathered lines lie within what is given, as many as are asked for, and others by another seed', () => {
  const raw = new RawKernels(TIER);
  const address = raw.place(8192);
  for (let i = 0; i < 2048; i++) raw.i32[address / 4 + i] = i < 1536 ? 1 : 1e6;
  // Each of 100 reads finds 1 and counts for 1, and the state begins with the seed. 6144 is no power of two.
  expect(raw.kernels.gatherLines(address, 6144, 100, 7)).toBe(207);
  for (let i = 0; i < 1536; i++) raw.i32[address / 4 + i] = i;
  expect(raw.kernels.gatherLines(address, 6144, 4, 1)).not.toBe(
    raw.kernels.gatherLines(address, 6144, 4, 2) - 1,
  );
});

test('gathering goes to every line there is', () => {
  const raw = new RawKernels(TIER);
  const lines = 96;
  const address = raw.place(64 * lines);
  const touches = (line: number): boolean => {
    for (let i = 0; i < lines; i++) raw.i32[address / 4 + 16 * i] = i === line ? 1 << 20 : 0;
    return raw.kernels.gatherLines(address, 64 * lines, 4096, 0) >= 1 << 20;
  };
  for (let line = 0; line < lines; line++) expect(touches(line)).toBe(true);
});
