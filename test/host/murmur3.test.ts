import fc from 'fast-check';
import { expect, test } from 'vitest';
import { murmur3 } from '../../src/host/murmur3.ts';

test.each([
  // Of scikit-learn's murmurhash3_32.
  ['', 0, 0],
  ['', 1, 0x514e28b7],
  ['', 0xffffffff, 0x81f16f39],
  ['a', 0, 0x3c2569b2],
  ['ab', 0, 0x9bbfd75f],
  ['abc', 0, 0xb3dd93fa],
  ['abcd', 0, 0x43ed676a],
  ['test', 0, 0xba6bd213],
  ['Hello, world!', 0, 0xc0363e43],
  ['The quick brown fox jumps over the lazy dog', 0, 0x2e4ff723],
  ['x\0', 0, 0xe6823fcc],
  ['\0\0\0', 0, 0x85f0b427],
  ['é', 0, 0x10110787],
  ['東京', 0, 0x96bf1142],
  ['👩‍🚀', 0, 0x5016d637],
  ['naïve café 𝔘', 0, 0xc0b697fd],
])('the hash of %j with seed %i is what others say', (text, seed, hash) => {
  expect(murmur3(text, seed)).toBe(hash);
});

test('takes the low 32 bits of a seed, and lone surrogates as U+FFFD', () => {
  expect(murmur3('', 2 ** 32 + 1)).toBe(0x514e28b7);
  expect(murmur3('', -1)).toBe(0x81f16f39);
  expect(murmur3('\ud800')).toBe(0xb69ca6c1); // that of U+FFFD
  expect(murmur3('a\udc00b')).toBe(murmur3('a\ufffdb'));
});

test('spreads: each bit of the hash is set for about half of the texts', () => {
  const words = fc.sample(fc.string({ maxLength: 12 }), { numRuns: 4000, seed: 3 });
  const distinct = [...new Set(words)];
  for (let bit = 0; bit < 32; bit++) {
    const set = distinct.filter((word) => (murmur3(word) >>> bit) & 1).length;
    // Five standard deviations of a fair coin.
    expect(Math.abs(set - distinct.length / 2)).toBeLessThan(2.5 * Math.sqrt(distinct.length));
  }
});
