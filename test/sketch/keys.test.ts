import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Keys } from '../../src/sketch/keys.ts';
import { chunksOf, doubleBytes, hashesOf, longBytes, xxh64 } from './hashes.ts';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('strings and bytes', () => {
  test.each([
    ['', 0, 0xef46db3751d8e999n],
    ['a', 0, 0xd24ec4f1a98c6e5bn],
    ['abc', 0, 0x44bc2cf5ad770999n],
  ])('XXH64 of %j with seed %i is the published %i', (text, seed, hash) => {
    expect(hashesOf(text, seed)).toEqual([hash]);
    expect(hashesOf(utf8(text), seed)).toEqual([hash]);
  });

  // The vectors of xxHash's own sanity check: the upper bytes of numbers that are squared again and again, seed 2654435761.
  test.each([
    [0, 0, 0xef46db3751d8e999n],
    [0, 2654435761, 0xac75fda2929b17efn],
    [1, 0, 0x4fce394cc88952d8n],
    [1, 2654435761, 0x739840cb819fa723n],
    [14, 0, 0xcffa8db881bc3a3dn],
    [14, 2654435761, 0x5b9611585efcc9cbn],
    [101, 0, 0x0eab543384f878adn],
    [101, 2654435761, 0xcaa65939306f1e21n],
  ])('XXH64 of the %i bytes of the sanity check with seed %i is the published %i', (length, seed, hash) => {
    const bytes = new Uint8Array(length);
    let number = 2654435761;
    for (let i = 0; i < length; i++) {
      bytes[i] = number >>> 24;
      number = Math.imul(number, number);
    }
    expect(hashesOf(bytes, seed)).toEqual([hash]);
  });

  test.each([0, 1, -1, 2 ** 31, 2 ** 40 + 3, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER])(
    'the hash of any text with seed %i is that of hash-wasm over its UTF-8',
    async (seed) => {
      const hash = await xxh64(seed);
      fc.assert(
        fc.property(fc.array(fc.string({ unit: 'grapheme', maxLength: 60 }), { maxLength: 20 }), (texts) => {
          expect(hashesOf(texts, seed)).toEqual(texts.map((text) => hash(utf8(text))));
        }),
        { numRuns: 60, seed: 1 },
      );
    },
  );

  test('every length of bytes from 0 to 200 is hashed right, in one batch', async () => {
    const hash = await xxh64(7);
    const keys = Array.from({ length: 201 }, (_, length) =>
      Uint8Array.from({ length }, (_, i) => (i * 167 + length) % 256),
    );
    expect(hashesOf(keys, 7)).toEqual(keys.map(hash));
    expect(
      hashesOf(
        keys.map((key) => Buffer.from(key)),
        7,
      ),
    ).toEqual(keys.map(hash));
  });

  test('a text is hashed by its UTF-8, of one byte to four', async () => {
    const hash = await xxh64();
    const texts = [
      'A',
      '\u007f',
      '\u0080',
      'é',
      '߿',
      'ࠀ',
      '€',
      '퟿',
      '',
      '\uffff',
      '𐀀',
      '😀',
      '\u{10ffff}',
      '\0',
    ];
    expect(hashesOf(texts)).toEqual(texts.map((text) => hash(utf8(text))));
  });

  test('half a surrogate pair is the three bytes of its code, and none of them is another', async () => {
    const hash = await xxh64();
    expect(hashesOf('\ud800')).toEqual([hash(Uint8Array.of(0xed, 0xa0, 0x80))]);
    expect(hashesOf('\udbff')).toEqual([hash(Uint8Array.of(0xed, 0xaf, 0xbf))]);
    expect(hashesOf('\udc00')).toEqual([hash(Uint8Array.of(0xed, 0xb0, 0x80))]);
    // The wrong way round, before another half, before an ordinary character, at the end.
    const texts = ['\udc00\ud800', '\ud800\ud800', '\ud800x', 'x\ud800', '\ud800\udc00', '\ud800', '\ufffd'];
    expect(hashesOf('\ud800x')).toEqual([hash(Uint8Array.of(0xed, 0xa0, 0x80, 0x78))]);
    expect(hashesOf('\udc00\ud800')).toEqual([hash(Uint8Array.of(0xed, 0xb0, 0x80, 0xed, 0xa0, 0x80))]);
    expect(new Set(hashesOf(texts)).size).toBe(texts.length);
  });

  test.each([65_535, 65_536, 65_537, 200_000])(
    'keys of %i bytes between short ones are hashed right',
    async (length) => {
      const hash = await xxh64();
      const texts = ['a', 'x'.repeat(length), 'b', '€'.repeat(length / 3), 'c'];
      expect(hashesOf(texts)).toEqual(texts.map((text) => hash(utf8(text))));
      expect(hashesOf(texts.map(utf8))).toEqual(texts.map((text) => hash(utf8(text))));
    },
  );

  test.each([1, 2047, 2048, 2049, 4096, 5000])(
    'a batch of %i is hashed chunk by chunk, in order',
    async (count) => {
      const hash = await xxh64();
      const texts = Array.from({ length: count }, (_, i) => `key ${i}`);
      expect(hashesOf(texts)).toEqual(texts.map((text) => hash(utf8(text))));
      // So long that a chunk ends for the lack of bytes, not of places.
      const long = texts.slice(0, 300).map((text) => text.padEnd(1000, '·'));
      expect(hashesOf(long)).toEqual(long.map((text) => hash(utf8(text))));
    },
  );

  test('one long key does not part the short ones into chunks of their own', () => {
    const texts = Array.from({ length: 2000 }, (_, i) => (i === 1000 ? 'x'.repeat(60_000) : 'y'));
    expect(chunksOf(texts).length).toBeLessThanOrEqual(3);
    texts[1000] = 'x'.repeat(600_000);
    expect(chunksOf(texts).length).toBeLessThanOrEqual(3);
  });
});

describe('numbers', () => {
  test('an integer is hashed as 8 bytes of two’s complement, whichever type carries it', async () => {
    const hash = await xxh64(3);
    const integers = [0, 1, 5, 255, 2 ** 31 - 1];
    const expected = integers.map((integer) => hash(longBytes(BigInt(integer))));
    for (const keys of [
      integers,
      integers.map(BigInt),
      Uint32Array.from(integers),
      Int32Array.from(integers),
      Float64Array.from(integers),
      BigUint64Array.from(integers, BigInt),
      BigInt64Array.from(integers, BigInt),
    ] satisfies Keys[]) {
      expect(hashesOf(keys, 3), keys.constructor.name).toEqual(expected);
    }
    for (const [i, integer] of integers.entries()) expect(hashesOf(integer, 3)).toEqual([expected[i]]);
  });

  test('negative integers are equal in all types that hold them', async () => {
    const hash = await xxh64();
    const integers = [-1, -5, -(2 ** 31)];
    const expected = integers.map((integer) => hash(longBytes(BigInt(integer))));
    for (const keys of [
      integers,
      integers.map(BigInt),
      Int32Array.from(integers),
      Float64Array.from(integers),
      BigInt64Array.from(integers, BigInt),
    ] satisfies Keys[]) {
      expect(hashesOf(keys), keys.constructor.name).toEqual(expected);
    }
    // Which is why the largest of 64 bits is no other key.
    expect(hashesOf(2n ** 64n - 1n)).toEqual(hashesOf(-1));
    expect(hashesOf(Uint32Array.of(2 ** 32 - 1))).toEqual([hash(longBytes(2n ** 32n - 1n))]);
  });

  test('large integers are keys by their value up to 64 bits, and by their float64 beyond', async () => {
    const hash = await xxh64();
    for (const power of [53n, 62n, 63n]) {
      expect(hashesOf(Number(2n ** power))).toEqual(hashesOf(2n ** power));
      expect(hashesOf(Number(-(2n ** power)))).toEqual(hashesOf(-(2n ** power)));
    }
    // The largest float64 below 2^64.
    expect(hashesOf(2 ** 64 - 2048)).toEqual(hashesOf(2n ** 64n - 2048n));
    for (const value of [
      2 ** 64,
      -(2 ** 63) - 2048,
      1e300,
      Infinity,
      -Infinity,
      0.5,
      -0.5,
      5e-324,
      2 ** 52 - 0.5,
    ]) {
      expect(hashesOf(value), String(value)).toEqual([hash(doubleBytes(value))]);
      expect(hashesOf(Float64Array.of(value)), String(value)).toEqual([hash(doubleBytes(value))]);
    }
    expect(hashesOf([2n ** 64n - 1n, -(2n ** 63n)])).toEqual([
      hash(longBytes(2n ** 64n - 1n)),
      hash(longBytes(-(2n ** 63n))),
    ]);
  });

  test('zero and negative zero are one key; a number and its digits are two', () => {
    expect(hashesOf([-0])).toEqual(hashesOf([0]));
    expect(hashesOf(Float64Array.of(-0))).toEqual(hashesOf(0));
    expect(hashesOf('5')).not.toEqual(hashesOf(5));
  });

  test('batches of any type and length are hashed in order', async () => {
    const hash = await xxh64();
    fc.assert(
      fc.property(
        fc.array(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }), { maxLength: 3000 }),
        (keys) => {
          const expected = keys.map((key) => hash(longBytes(key)));
          expect(hashesOf(keys)).toEqual(expected);
          expect(hashesOf(BigUint64Array.from(keys))).toEqual(expected);
          expect(hashesOf(BigInt64Array.from(keys))).toEqual(expected);
        },
      ),
      { numRuns: 20, seed: 2 },
    );
    const numbers = Array.from({ length: 5000 }, (_, i) => (i % 3 === 0 ? i / 2 : i * 1e6));
    const expected = numbers.map((number) =>
      hash(Number.isInteger(number) ? longBytes(BigInt(number)) : doubleBytes(number)),
    );
    expect(hashesOf(numbers)).toEqual(expected);
    expect(hashesOf(Float64Array.from(numbers))).toEqual(expected);
  });

  test('part of a typed array and one that threads share are read where they stand', () => {
    const all = Uint32Array.from({ length: 10 }, (_, i) => i);
    expect(hashesOf(all.subarray(3, 6))).toEqual(hashesOf([3, 4, 5]));
    const shared = new Uint32Array(new SharedArrayBuffer(12));
    shared.set([3, 4, 5]);
    expect(hashesOf(shared)).toEqual(hashesOf([3, 4, 5]));
    const bytes = new Uint8Array(new SharedArrayBuffer(3));
    bytes.set([97, 98, 99]);
    expect(hashesOf(bytes)).toEqual(hashesOf('abc'));
  });
});

test('no keys are no hashes', () => {
  for (const keys of [[], new Uint32Array(0), new Float64Array(0), new BigInt64Array(0)]) {
    expect(hashesOf(keys)).toEqual([]);
  }
});

test('hashes differ from seed to seed, and a negative seed stands for its two’s complement', async () => {
  const hash = await xxh64(-5);
  expect(hashesOf('abc', -5)).toEqual([hash(utf8('abc'))]);
  const seeds = [-2, -1, 0, 1, 2 ** 32, 2 ** 33];
  for (const key of ['abc', 'x'.repeat(100), 5, 5n, 0.5])
    expect(new Set(seeds.map((seed) => hashesOf(key, seed)[0])).size).toBe(seeds.length);
});
