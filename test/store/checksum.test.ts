import fc from 'fast-check';
import { xxhash32 } from 'hash-wasm';
import { expect, test } from 'vitest';
import { Xxh32 } from '../../src/store/checksum.ts';
import { makeBytes } from './contract.ts';

test('the checksum of any bytes, in any pieces, is XXH32 of the whole', async () => {
  const pieces = fc.array(fc.uint8Array({ maxLength: 70 }), { maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(pieces, async (pieces) => {
      const hash = new Xxh32();
      for (const piece of pieces) hash.update(piece);
      const whole = Buffer.concat(pieces);
      expect(hash.bytes).toBe(whole.length);
      expect(hash.digest()).toBe(await xxhash32(whole));
    }),
    { seed: 1, numRuns: 500 },
  );
});

test('a large file in views at odd addresses has the checksum of the whole', async () => {
  const bytes = makeBytes(3_000_001);
  const hash = new Xxh32();
  for (const [from, to] of [
    [0, 7],
    [7, 1_000_003],
    [1_000_003, 3_000_001],
  ] as const)
    hash.update(bytes.subarray(from, to));
  expect(hash.digest()).toBe(await xxhash32(bytes));
  // Asking for it does not end it.
  expect(hash.digest()).toBe(await xxhash32(bytes));
});
