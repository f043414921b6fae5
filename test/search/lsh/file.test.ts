import { assert as check, integer, property, tuple, uint8Array } from 'fast-check';
import { capabilities, type ErrorCode, FlatIndex, LshIndex, type Tuning } from 'lanewise';
import { beforeAll, describe, expect, test } from 'vitest';
import { errorOf } from '../../host/error-of.ts';
import { makeQueries, makeRows } from '../../reference/data.ts';
import { sameBytes } from '../answers.ts';
import { forge, headerBytes, type Parts, tensorOf } from '../forge.ts';

const any = (value: unknown) => value as never;
const inUse = () => capabilities().memory.bytesInUse;

const tuning: Tuning = {
  effort: { probesPerTable: 2 },
  reached: true,
  k: 10,
  recall: 0.5,
  recallInterval: [0.25, 0.75],
  p50: 1,
  p95: 2,
  p99: 3,
  queries: 30,
  curve: [],
};

describe('a saved index', () => {
  // Padded and unpadded rows, one segment and several, blocks of 16 rows full and part empty, no rows at all.
  test.each([
    [1, 8200],
    [3, 17],
    [7, 8193],
    [101, 4200],
    [300, 1],
    [5, 0],
  ])(
    'of %i dimensions and %i rows answers as before, and is saved to the same bytes',
    async (dimensions, size) => {
      const shape = { distribution: 'clustered', metric: 'cosine', dimensions, size } as const;
      const rows = makeRows(shape, 1);
      using index = await LshIndex.create({ dimensions, tables: 3, bits: 7, seed: 4 });
      index.add(rows);
      index.remove([2, 9, 10]);
      const bytes = index.toBytes();
      using loaded = LshIndex.fromBytes(bytes);
      expect([loaded.dimensions, loaded.tables, loaded.bits, loaded.size]).toEqual([
        dimensions,
        3,
        7,
        index.size,
      ]);
      expect(sameBytes(loaded.toBytes(), bytes)).toBe(true);
      if (size > 0) {
        const queries = makeQueries(shape, rows, 2);
        for (const options of [{}, { probesPerTable: 6 }, { exact: true }])
          expect(loaded.search(queries, options)).toEqual(index.search(queries, options));
        expect(loaded.memoryUsage().codes).toBe(index.memoryUsage().codes);
      }
      expect(loaded.add(new Float32Array(dimensions).fill(1))).toEqual(Int32Array.of(size));
    },
  );

  test('of another estimator is refused by name', async () => {
    using index = await LshIndex.create({ dimensions: 2 });
    using flat = await FlatIndex.create({ dimensions: 2 });
    expect(errorOf(() => LshIndex.fromBytes(flat.toBytes())).code).toBe('FILE_FORMAT');
    expect(errorOf(() => FlatIndex.fromBytes(index.toBytes())).code).toBe('FILE_FORMAT');
  });
});

describe('a file that is not what was saved', () => {
  const rows = makeRows({ distribution: 'bell', metric: 'cosine', dimensions: 3, size: 21 }, 1);
  let index: LshIndex;
  let file: Uint8Array;

  beforeAll(async () => {
    index = await LshIndex.create({ dimensions: 3, tables: 2, bits: 3, seed: 7 });
    index.add(rows);
    index.tuning = tuning;
    file = index.toBytes();
  });

  /** The code of the error that loading the bytes throws; nothing of them may be left in memory. */
  function codeOf(bytes: Uint8Array): ErrorCode {
    const before = inUse();
    const { code } = errorOf(() => LshIndex.fromBytes(bytes));
    expect(inUse()).toBe(before);
    return code;
  }

  /** Loading the bytes is refused, or gives the same rows and candidates; tells which. */
  function isRefused(bytes: Uint8Array, context?: string): boolean {
    const before = inUse();
    const search = { k: 21, probesPerTable: 2 };
    try {
      using loaded = LshIndex.fromBytes(bytes);
      expect(loaded.search(rows, search), context).toEqual(index.search(rows, search));
      return false;
    } catch (error) {
      const code = expect.stringMatching(/^FILE_/);
      expect(error, context).toMatchObject({ name: 'LanewiseError', code });
      return true;
    } finally {
      expect(inUse()).toBe(before);
    }
  }

  const changed = (key: string, value: unknown) => (parts: Parts) => {
    parts.metadata[key] = typeof value === 'string' ? value : JSON.stringify(value);
  };
  const options = (change: object) =>
    changed('options', { dimensions: 3, metric: 'cosine', tables: 2, bits: 3, ...change });
  const tuned = (change: object) => changed('tuning', { ...tuning, ...change });

  test.each<[string, ErrorCode, (parts: Parts) => void]>([
    ['without tables', 'FILE_CORRUPT', options({ tables: undefined })],
    ['with no tables', 'FILE_CORRUPT', options({ tables: 0 })],
    ['with another number of tables', 'FILE_CORRUPT', options({ tables: 3 })],
    ['with tables and bits changed about', 'FILE_CORRUPT', options({ tables: 3, bits: 2 })],
    ['with 512 tables of 32 bits', 'FILE_CORRUPT', options({ tables: 512, bits: 32 })],
    ["with '3' bits", 'FILE_CORRUPT', options({ bits: '3' })],
    [
      'with hyperplanes beyond measure',
      'FILE_CORRUPT',
      options({ dimensions: 65_536, tables: 512, bits: 32 }),
    ],
    ['under another metric', 'FILE_CORRUPT', options({ metric: 'l2' })],
    ['of 4 dimensions', 'FILE_CORRUPT', options({ dimensions: 4 })],
    ['with null for options', 'FILE_CORRUPT', changed('options', null)],
    ['of another seed', 'FILE_CORRUPT', changed('seed', '8')],
    ['of a seed that is none', 'FILE_CORRUPT', changed('seed', 'seven')],
    ['without a seed', 'FILE_CORRUPT', (parts) => delete parts.metadata['seed']],
    ['with a tuning that is no JSON', 'FILE_CORRUPT', changed('tuning', '{')],
    ['with a tuning of null', 'FILE_CORRUPT', changed('tuning', null)],
    ['with a tuning that is a list', 'FILE_CORRUPT', changed('tuning', [])],
    ['tuned to no probe', 'FILE_CORRUPT', tuned({ effort: { probesPerTable: 0 } })],
    ['tuned to 65 537 probes', 'FILE_CORRUPT', tuned({ effort: { probesPerTable: 65_537 } })],
    ['tuned for another index', 'FILE_CORRUPT', tuned({ effort: { ef: 10 } })],
    ['tuned with a curve of nothing', 'FILE_CORRUPT', tuned({ curve: [{}] })],
    ['with a hyperplane changed', 'FILE_CORRUPT', (parts) => tensorOf(parts, 'hyperplanes').data[5]!++],
    ['with unsigned hyperplanes', 'FILE_DTYPE', (parts) => (tensorOf(parts, 'hyperplanes').dtype = 'U8')],
    ['with flat hyperplanes', 'FILE_CORRUPT', (parts) => (tensorOf(parts, 'hyperplanes').shape = [18])],
    ['without hyperplanes', 'FILE_CORRUPT', (parts) => parts.tensors.splice(-1)],
    ['without codes', 'FILE_CORRUPT', (parts) => parts.tensors.splice(3, 1)],
    ['with a norm of 0', 'FILE_CORRUPT', (parts) => tensorOf(parts, 'norms').data.fill(0, 0, 4)],
    [
      'with an id that stands twice',
      'FILE_CORRUPT',
      (parts) => tensorOf(parts, 'ids').data.copyWithin(4, 0, 4),
    ],
  ])('%s is %s', async (_, code, change) => {
    expect(codeOf(await forge(file, (parts) => void change(parts)))).toBe(code);
  });

  test('with any codes whose checksum fits is loaded, and finds what its buckets hold', async () => {
    const forged = await forge(file, (parts) => tensorOf(parts, 'codes').data.fill(0x80));
    using loaded = LshIndex.fromBytes(forged);
    const { ids } = loaded.search(rows, { k: 21, probesPerTable: 8 });
    expect(new Set(ids).size).toBe(21);
  });

  test('cut off anywhere is FILE_TRUNCATED', () => {
    for (let length = 0; length < file.length; length++)
      expect(codeOf(file.subarray(0, length))).toBe('FILE_TRUNCATED');
  });

  test('with any bit of any tensor flipped is FILE_CORRUPT', () => {
    for (let at = headerBytes(file); at < file.length; at++) {
      const bytes = file.slice();
      bytes[at]! ^= 1 << (at % 8);
      expect(codeOf(bytes), `${at}`).toBe('FILE_CORRUPT');
    }
  });

  test('with any bit of its header flipped is refused, or finds the same rows', () => {
    let refused = 0;
    for (let at = 0; at < headerBytes(file); at++) {
      const bytes = file.slice();
      bytes[at]! ^= 1 << (at % 8);
      if (isRefused(bytes, `byte ${at}`)) refused++;
    }
    // Only figures of the tuning, the next id, and the names of metadata that may be missing change unseen.
    expect(refused).toBeGreaterThan(headerBytes(file) - 60);
  });

  test('with any piece overwritten by any bytes is refused, or finds the same rows', () => {
    const damage = tuple(
      integer({ min: 0, max: file.length - 1 }),
      uint8Array({ minLength: 1, maxLength: 12 }),
    );
    const holds = property(damage, ([at, bytes]) => {
      const damaged = file.slice();
      damaged.set(bytes.subarray(0, file.length - at), at);
      isRefused(damaged);
    });
    check(holds, { numRuns: 600, seed: 2 });
  });

  test.each([[undefined], [null], [42], ['text'], [{}]])('fromBytes(%o) is INVALID_ARGUMENT', (bytes) => {
    expect(errorOf(() => LshIndex.fromBytes(any(bytes))).code).toBe('INVALID_ARGUMENT');
  });
});
