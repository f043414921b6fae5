import fc from 'fast-check';
import { xxhash64 } from 'hash-wasm';
import { expect, test } from 'vitest';
import { Arena } from '../../src/host/arena.ts';
import { Checksum } from '../../src/host/checksum.ts';
import { runtime } from '../../src/vectors/kernels.ts';

/** The checksum of bytes handed over in pieces that end at the given offsets, multiples of 32. */
function checksumOf(bytes: Uint8Array, cuts: readonly number[] = []): string {
  const { memory } = runtime();
  const arena = new Arena(memory);
  const address = arena.allocate(bytes.length);
  const checksum = new Checksum(runtime(), arena);
  memory.u8.set(bytes, address);
  let start = 0;
  for (const end of [...cuts, bytes.length]) {
    checksum.update(address + start, end - start);
    start = end;
  }
  const digest = checksum.digest();
  arena.release();
  return digest;
}

test.each([
  ['', 'ef46db3751d8e999'],
  ['a', 'd24ec4f1a98c6e5b'],
  ['abc', '44bc2cf5ad770999'],
])('XXH64 of "%s" is the published %s', (text, digest) => {
  expect(checksumOf(new TextEncoder().encode(text))).toBe(digest);
});

test('the checksum of any bytes is that of hash-wasm', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
      expect(checksumOf(bytes)).toBe(await xxhash64(bytes));
    }),
    { numRuns: 500 },
  );
});

test('every length from 0 to 300 is hashed right', async () => {
  const bytes = Uint8Array.from({ length: 300 }, (_, i) => (i * 167 + 13) % 256);
  for (let length = 0; length <= 300; length++) {
    const piece = bytes.subarray(0, length);
    expect(checksumOf(piece)).toBe(await xxhash64(piece));
  }
});

test('pieces do not matter as long as they hold whole rounds', async () => {
  const rounds = fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ minLength: 288, maxLength: 400 }), rounds, async (bytes, at) => {
      const cuts = at.map((round) => 32 * round).sort((a, b) => a - b);
      expect(checksumOf(bytes, cuts)).toBe(await xxhash64(bytes));
    }),
  );
});

test('a digest starts with zeros where the hash does', async () => {
  // One number in sixteen does; without padding its digest would have 15 digits.
  const seeds = Array.from({ length: 200 }, (_, i) => Uint8Array.of(i));
  const digests = seeds.map((bytes) => checksumOf(bytes));
  expect(digests.filter((digest) => digest.startsWith('0')).length).toBeGreaterThan(0);
  expect(digests.every((digest) => /^[0-9a-f]{16}$/.test(digest))).toBe(true);
});

test('a piece after one that ended within a round is refused', () => {
  const arena = new Arena(runtime().memory);
  const address = arena.allocate(64);
  const checksum = new Checksum(runtime(), arena);
  checksum.update(address, 33);
  expect(() => checksum.update(address, 32)).toThrow('Only the last piece');
  arena.release();
});
