import { assert as check, integer, property, tuple, uint8Array } from 'fast-check';
import { Bm25Index, capabilities, type ErrorCode } from 'lanewise';
import { beforeAll, describe, expect, test } from 'vitest';
import { errorOf } from '../host/error-of.ts';
import { sameBytes } from '../search/answers.ts';
import { forge, headerBytes, type Parts, tensorOf } from '../search/forge.ts';

const TEXTS = ['the cat sat on the mat', 'ein Hündchen', '', 'the dog, the dog 東京', 'gone'];
const QUERIES = ['the cat', 'dog', '東京 hündchen', 'gone'];
let index: Bm25Index;
let file: Uint8Array;

beforeAll(async () => {
  index = await Bm25Index.create({ k1: 1.5, b: 0.5 });
  index.add(TEXTS, { ids: [5, 3, 9, 4, 20] });
  index.remove(20);
  file = index.toBytes();
});

const inUse = () => capabilities().memory.bytesInUse;

function codeOf(bytes: Uint8Array): ErrorCode {
  const before = inUse();
  const { code } = errorOf(() => Bm25Index.fromBytes(bytes));
  expect(inUse()).toBe(before);
  return code;
}

function expectSame(loaded: Bm25Index): void {
  expect(loaded.search(QUERIES, { k: 5 })).toEqual(index.search(QUERIES, { k: 5 }));
  expect([loaded.size, loaded.terms, loaded.averageLength]).toEqual([4, 9, 13 / 4]);
}

/** Loads bytes that may be damaged: refused, or still the same index. Returns whether they were refused. */
function isRefused(bytes: Uint8Array): boolean {
  const before = inUse();
  try {
    using loaded = Bm25Index.fromBytes(bytes);
    expectSame(loaded);
    return false;
  } catch (error) {
    expect(error).toMatchObject({ name: 'LanewiseError', code: expect.stringMatching(/^FILE_/) });
    return true;
  } finally {
    expect(inUse()).toBe(before);
  }
}

describe('a saved index', () => {
  test('is loaded with the same answers, options and next id, from any kind of bytes', () => {
    const padded = new Uint8Array(file.length + 1);
    padded.set(file, 1);
    for (const bytes of [file, file.buffer as ArrayBuffer, Buffer.from(file), padded.subarray(1)]) {
      using loaded = Bm25Index.fromBytes(bytes);
      expectSame(loaded);
      expect([loaded.k1, loaded.b]).toEqual([1.5, 0.5]);
      expect(sameBytes(loaded.toBytes(), file)).toBe(true);
      expect(loaded.add(['next'])).toEqual(Int32Array.of(21));
    }
  });

  test('may be empty, or hold empty documents alone', async () => {
    using none = Bm25Index.fromBytes((await Bm25Index.create()).toBytes());
    expect([none.size, none.terms]).toEqual([0, 0]);
    none.add(['', '']);
    using empty = Bm25Index.fromBytes(none.toBytes());
    expect([empty.size, empty.terms, empty.averageLength]).toEqual([2, 0, 0]);
    expect(empty.search('x', { k: 1 }).ids).toEqual(Int32Array.of(-1));
    empty.add(['x']);
    expect(empty.search('x', { k: 1 }).ids).toEqual(Int32Array.of(2));
  });
});

describe('a damaged file', () => {
  test('cut off anywhere is FILE_TRUNCATED, and with bytes behind its end FILE_CORRUPT', () => {
    for (let length = 0; length < file.length; length++)
      expect(codeOf(file.subarray(0, length))).toBe('FILE_TRUNCATED');
    expect(codeOf(Buffer.concat([file, new Uint8Array(1)]))).toBe('FILE_CORRUPT');
  });

  test('with any bit of any tensor flipped is FILE_CORRUPT', () => {
    for (let at = headerBytes(file); at < file.length; at++) {
      const bytes = file.slice();
      bytes[at]! ^= 1 << (at % 8);
      expect(codeOf(bytes), `${at}`).toBe('FILE_CORRUPT');
    }
  });

  test('with any piece overwritten by any bytes is refused, or is still the same index', () => {
    const damage = tuple(
      integer({ min: 0, max: file.length - 1 }),
      uint8Array({ minLength: 1, maxLength: 12 }),
    );
    const holds = property(damage, ([at, piece]) => {
      const bytes = file.slice();
      bytes.set(piece.subarray(0, file.length - at), at);
      isRefused(bytes);
    });
    check(holds, { numRuns: 1000, seed: 2 });
  });
});

describe('a forged file, whose checksums fit', () => {
  const set = (name: string, at: number, value: number) => (parts: Parts) => {
    const { data } = tensorOf(parts, name);
    new DataView(data.buffer, data.byteOffset).setUint32(4 * at, value, true);
  };
  const resize = (name: string, length: number, bytes: number) => (parts: Parts) => {
    const tensor = tensorOf(parts, name);
    const data = new Uint8Array(length * bytes);
    data.set(tensor.data.subarray(0, data.length));
    tensor.data = data;
    tensor.shape = [length];
  };
  const write = (name: string, at: number, value: number) => (parts: Parts) => {
    tensorOf(parts, name).data[at] = value;
  };
  // Documents 5, 3, 9, 4 of 5, 2, 0 and 3 entries; nine texts, "the" of bytes 0..2.
  test.each<[string, (parts: Parts) => void]>([
    ['an id that is negative', set('ids', 0, 2 ** 32 - 1)],
    ['an id that stands twice', set('ids', 1, 5)],
    ['documents that do not begin at 0', set('starts', 0, 1)],
    ['documents that begin before the last ended', set('starts', 1, 8)],
    ['documents that end before their entries', set('starts', 4, 9)],
    ['documents that end behind their entries', set('starts', 4, 11)],
    ['a document far beyond its entries', set('starts', 3, 2 ** 32 - 1)],
    ['fewer starts than documents', resize('starts', 4, 4)],
    ['a term beyond the dictionary', set('terms', 0, 9)],
    ['a term far beyond the dictionary', set('terms', 0, 2 ** 32 - 1)],
    ['a term twice in one document', set('terms', 1, 0)],
    [
      'a term that no document has',
      (parts) => {
        const last = tensorOf(parts, 'terms').data;
        last.set(last.slice(4, 8), last.length - 4);
      },
    ],
    ['a frequency of 0', set('frequencies', 0, 0)],
    ['a document longer than any', set('frequencies', 0, 2 ** 31)],
    ['fewer frequencies than entries', resize('frequencies', 9, 4)],
    ['texts that do not begin at 0', set('dictionary.starts', 0, 1)],
    ['texts that overlap', set('dictionary.starts', 1, 20)],
    ['texts beyond the dictionary', set('dictionary.starts', 9, 1000)],
    ['no starts of texts', resize('dictionary.starts', 0, 4)],
    ['bytes that are no UTF-8', write('dictionary', 0, 0xff)],
    [
      'a text that stands twice',
      (parts) => {
        const { data } = tensorOf(parts, 'dictionary');
        data.set(new TextEncoder().encode('satcat'), 3); // "cat", "sat"
        data.set(new TextEncoder().encode('sat'), 3);
        data.set(new TextEncoder().encode('sat'), 6);
      },
    ],
    [
      'k1 below 0',
      (parts) => {
        parts.metadata['options'] = '{"k1":-1,"b":0.5}';
        parts.metadata['xxh64'] += ' ';
      },
    ],
    [
      'no b',
      (parts) => {
        parts.metadata['options'] = '{"k1":1}';
        parts.metadata['xxh64'] += ' ';
      },
    ],
  ])('with %s is FILE_CORRUPT', async (_, change) => {
    expect(codeOf(await forge(file, change))).toBe('FILE_CORRUPT');
  });

  test('with any four bytes of any tensor overwritten is refused, or an index that answers', async () => {
    // A changed frequency or a swapped term is another valid index: nothing must break.
    let answered = 0;
    for (const name of ['ids', 'starts', 'terms', 'frequencies', 'dictionary', 'dictionary.starts']) {
      for (const value of [0, 1, 2, 3, 7, 9, 255, 65_536, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1]) {
        for (let at = 0; at < 12; at++) {
          const forged = await forge(file, (parts) => {
            const { data } = tensorOf(parts, name);
            if (4 * at + 4 > data.length) return;
            new DataView(data.buffer, data.byteOffset).setUint32(4 * at, value, true);
          });
          const before = inUse();
          try {
            using loaded = Bm25Index.fromBytes(forged);
            loaded.search(QUERIES, { k: 5 });
            loaded.remove([5, 3, 4, 9]);
            answered++;
          } catch (error) {
            expect(error).toMatchObject({ name: 'LanewiseError', code: 'FILE_CORRUPT' });
          }
          expect(inUse()).toBe(before);
        }
      }
    }
    expect(answered).toBeGreaterThan(50);
  });
});
