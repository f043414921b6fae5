import { assert as check, integer, property, tuple, uint8Array } from 'fast-check';
import { capabilities, type ErrorCode, IvfIndex } from 'lanewise';
import { beforeAll, describe, expect, test } from 'vitest';
import { errorOf } from '../host/error-of.ts';
import { makeRows } from '../reference/data.ts';
import { expectSameAnswers } from './answers.ts';
import { headerBytes } from './forge.ts';
import { ivfOf } from './ivf-answers.ts';

const rows = makeRows({ distribution: 'bell', metric: 'cosine', dimensions: 3, size: 21 }, 1);
let index: IvfIndex;
let file: Uint8Array;

beforeAll(async () => {
  index = await ivfOf(rows, { dimensions: 3, cells: 4 });
  file = index.toBytes();
});

const inUse = () => capabilities().memory.bytesInUse;

/** The code of the error that loading the bytes throws; nothing of them may be left in memory. */
function codeOf(bytes: Uint8Array): ErrorCode {
  const before = inUse();
  const { code } = errorOf(() => IvfIndex.fromBytes(bytes));
  expect(inUse()).toBe(before);
  return code;
}

/** Loads damaged bytes: they are refused, or hold the same rows. Tells whether they were refused. */
function isRefused(bytes: Uint8Array, context: string): boolean {
  const before = inUse();
  try {
    using loaded = IvfIndex.fromBytes(bytes);
    expectSameAnswers(loaded.search(rows, { k: 21 }), index.search(rows, { k: 21 }), context);
    return false;
  } catch (error) {
    expect(error, context).toMatchObject({ name: 'LanewiseError', code: expect.stringMatching(/^FILE_/) });
    return true;
  } finally {
    expect(inUse(), context).toBe(before);
  }
}

function flipped(at: number, bit: number): Uint8Array {
  const bytes = file.slice();
  bytes[at]! ^= 1 << bit;
  return bytes;
}

describe('a damaged file', () => {
  test('cut off anywhere is FILE_TRUNCATED', () => {
    for (let length = 0; length < file.length; length++)
      expect(codeOf(file.subarray(0, length))).toBe('FILE_TRUNCATED');
  });

  test('with bytes behind its end is FILE_CORRUPT', () => {
    expect(codeOf(Buffer.concat([file, new Uint8Array(1)]))).toBe('FILE_CORRUPT');
  });

  test('with any bit of any tensor flipped is FILE_CORRUPT', () => {
    for (let at = headerBytes(file); at < file.length; at++)
      expect(codeOf(flipped(at, at % 8)), `${at}`).toBe('FILE_CORRUPT');
  });

  test('with any bit of its header flipped is refused, or is still the same index', () => {
    let refused = 0;
    for (let at = 0; at < headerBytes(file); at++)
      if (isRefused(flipped(at, at % 8), `byte ${at}`)) refused++;
    // Only the values of metadata that say nothing about the rows may change unseen.
    expect(refused).toBeGreaterThan(headerBytes(file) - 16);
  });

  test('of any bytes is refused', () => {
    const holds = property(uint8Array({ maxLength: 300 }), (bytes) => codeOf(bytes).startsWith('FILE_'));
    check(holds, { numRuns: 300, seed: 1 });
  });

  test('with any piece overwritten by any bytes is refused, or is still the same index', () => {
    const damage = tuple(
      integer({ min: 0, max: file.length - 1 }),
      uint8Array({ minLength: 1, maxLength: 12 }),
    );
    const holds = property(damage, ([at, bytes]) => {
      const damaged = file.slice();
      damaged.set(bytes.subarray(0, file.length - at), at);
      isRefused(damaged, `${at}: ${bytes}`);
    });
    check(holds, { numRuns: 1000, seed: 2 });
  });
});
