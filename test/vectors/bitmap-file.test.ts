import fc from 'fast-check';
import { LanewiseError } from 'lanewise';
import { describe, expect, test } from 'vitest';
import { Bitmap } from '../../src/vectors/bitmap.ts';
import { errorOf } from '../host/error-of.ts';

const HEADER_BYTES = 16;
const [VERSION_WORD, COUNT_WORD, CHECKSUM_WORD] = [1, 2, 3];

function fileOf(ids: readonly number[]): Uint8Array<ArrayBuffer> {
  return Bitmap.of(ids).toBytes();
}

/** The file with one of its words changed. */
function withWord(file: Uint8Array<ArrayBuffer>, word: number, change: (value: number) => number) {
  const words = new Uint32Array(file.slice().buffer);
  words[word] = change(words[word]!);
  return new Uint8Array(words.buffer);
}

/** A step of the checksum: MurmurHash3's finalizer, in integers without a limit. */
function mix(value: number): number {
  const times = (a: bigint, b: bigint) => (a * b) & 0xffffffffn;
  let hash = BigInt(value);
  hash = times(hash ^ (hash >> 16n), 0x85ebca6bn);
  hash = times(hash ^ (hash >> 13n), 0xc2b2ae35n);
  return Number(hash ^ (hash >> 16n));
}

function codeOf(bytes: Uint8Array): string {
  return errorOf(() => Bitmap.fromBytes(bytes)).code;
}

describe('a saved bitmap', () => {
  test('comes back as it was, and its bytes are the same whatever room it had', () => {
    const property = fc.property(fc.array(fc.integer({ min: 0, max: 3000 })), (ids) => {
      const file = fileOf(ids);
      const roomy = new Bitmap(10_000);
      for (const id of ids) roomy.add(id);
      expect(roomy.toBytes()).toEqual(file);
      const read = Bitmap.fromBytes(file);
      expect(read.equals(roomy)).toBe(true);
      expect(read.count).toBe(roomy.count);
    });
    fc.assert(property, { seed: 7 });
  });

  test('takes 16 bytes and 4 for every 32 ids up to the largest', () => {
    expect([fileOf([]), fileOf([0]), fileOf([31]), fileOf([32])].map(({ length }) => length)).toEqual([
      16, 20, 20, 24,
    ]);
  });

  test('has the bytes that its format says', () => {
    // Ids 0 and 33: words 1 and 2.
    const file = fileOf([0, 33]);
    expect(new TextDecoder().decode(file.subarray(0, 4))).toBe('LWBM');
    expect([...new Uint32Array(file.buffer, 4)]).toEqual([1, 2, mix(mix(mix(1) ^ 2) ^ 2), 1, 2]);
  });

  test('is read from any place of a larger buffer, and from an ArrayBuffer', () => {
    const file = fileOf([5, 70]);
    const shifted = new Uint8Array(file.length + 9);
    shifted.set(file, 3);
    expect([...Bitmap.fromBytes(shifted.subarray(3, 3 + file.length))]).toEqual([5, 70]);
    expect([...Bitmap.fromBytes(file.buffer)]).toEqual([5, 70]);
  });

  test('is not shared with its bytes', () => {
    const file = fileOf([5]);
    const bitmap = Bitmap.fromBytes(file);
    file.fill(0);
    expect([...bitmap]).toEqual([5]);
  });
});

describe('reading a bitmap refuses', () => {
  const file = fileOf([1, 31, 64, 90]);

  test('every length but the right one', () => {
    for (let length = 0; length < file.length; length++) {
      expect(codeOf(file.subarray(0, length)), `${length} bytes`).toBe('FILE_TRUNCATED');
    }
    for (const extra of [1, 4, 9]) {
      const longer = new Uint8Array(file.length + extra);
      longer.set(file);
      expect(codeOf(longer)).toBe('FILE_CORRUPT');
    }
  });

  test('every file with one or two bits changed', () => {
    const bits = 8 * file.length;
    const flip = (bytes: Uint8Array, bit: number) => {
      bytes[bit >> 3]! ^= 1 << (bit & 7);
    };
    for (let first = 0; first < bits; first++) {
      for (let second = first; second < bits; second++) {
        const damaged = file.slice();
        flip(damaged, first);
        if (second > first) flip(damaged, second);
        expect(() => Bitmap.fromBytes(damaged), `bits ${first} and ${second}`).toThrow(LanewiseError);
      }
    }
  });

  test.each([
    ['another format', withWord(file, 0, (magic) => magic + 1), 'FILE_FORMAT'],
    ['a newer version', withWord(file, VERSION_WORD, () => 2), 'FILE_VERSION'],
    ['no version', withWord(file, VERSION_WORD, () => 0), 'FILE_CORRUPT'],
    ['more words than there are', withWord(file, COUNT_WORD, () => 2 ** 26), 'FILE_TRUNCATED'],
    ['words beyond counting', withWord(file, COUNT_WORD, () => 2 ** 32 - 1), 'FILE_TRUNCATED'],
    ['fewer words than there are', withWord(file, COUNT_WORD, () => 1), 'FILE_CORRUPT'],
    ['another checksum', withWord(file, CHECKSUM_WORD, (sum) => sum ^ 1), 'FILE_CORRUPT'],
    ['another id', withWord(file, 4, (word) => word ^ 4), 'FILE_CORRUPT'],
  ])('%s', (_, bytes, code) => {
    expect(codeOf(bytes)).toBe(code);
  });

  test('an empty last word, which no writer writes', () => {
    const words = new Uint32Array(withWord(fileOf([32]), 5, () => 0).buffer);
    words[CHECKSUM_WORD] = mix(mix(mix(0) ^ 0) ^ 2);
    expect(errorOf(() => Bitmap.fromBytes(words.buffer)).message).toContain('empty word');
  });

  test('what are no bytes', () => {
    expect(errorOf(() => Bitmap.fromBytes([1, 2] as never)).code).toBe('INVALID_ARGUMENT');
  });

  test('noise of any length, header or not', () => {
    const noise = fc.uint8Array({ maxLength: 64 });
    const property = fc.property(noise, fc.boolean(), (bytes, isHeaded) => {
      const input = isHeaded ? Uint8Array.from([...file.subarray(0, HEADER_BYTES), ...bytes]) : bytes;
      if (Buffer.from(input).equals(Buffer.from(file))) return;
      expect(() => Bitmap.fromBytes(input)).toThrow(LanewiseError);
    });
    fc.assert(property, { seed: 8 });
  });
});
