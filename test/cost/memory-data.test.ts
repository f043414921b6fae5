import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { memory } from '../../src/cost/index.ts';
import { errorOf } from '../host/error-of.ts';

const GIB = 2 ** 30;

describe('matrices', () => {
  test('5 million rows of 200 000 take the GiB that arithmetic gives, dense, in pairs and by entries', () => {
    const shape = { rows: 5_000_000, columns: 200_000 };
    expect(memory.dense(shape)).toBe(4e12);
    expect(memory.dense(shape) / GIB).toBeCloseTo(3725.290298, 6);
    expect(memory.pairwise(shape)).toBe(1e14);
    expect(memory.pairwise(shape) / GIB).toBeCloseTo(93_132.257, 3);
    expect(memory.coo({ ...shape, density: 0.01 })).toBe(12e10);
    expect(memory.coo({ ...shape, density: 0.01 }) / GIB).toBeCloseTo(111.758709, 6);
  });

  test('10 million rows of 200 take the GiB that arithmetic gives', () => {
    const shape = { rows: 10_000_000, columns: 200 };
    expect(memory.dense(shape) / GIB).toBeCloseTo(7.450581, 6);
    expect(memory.pairwise(shape) / GIB).toBeCloseTo(372_529.03, 3);
    expect(memory.coo({ ...shape, density: 0.01 }) / GIB).toBeCloseTo(0.223517, 6);
  });

  test('each pair once, without the diagonal, is n (n - 1) / 2 values', () => {
    expect(memory.pairwise({ rows: 4, part: 'upper' })).toBe(4 * 6);
    expect(memory.pairwise({ rows: 0, part: 'upper' })).toBe(0);
    expect(memory.pairwise({ rows: 3, part: 'upper', dtype: 'float64' })).toBe(8 * 3);
  });

  test('rows compressed take an offset a row and one more, and a column and a value an entry', () => {
    expect(memory.csr({ rows: 10, columns: 10, nonzeros: 7 })).toBe(4 * 11 + 8 * 7);
    expect(memory.csr({ rows: 10, columns: 10, nonzeros: 7, offsetBytes: 8, valueBytes: 2 })).toBe(
      8 * 11 + 6 * 7,
    );
    expect(memory.coo({ rows: 10, columns: 10, nonzeros: 7, indexBytes: 8 })).toBe(20 * 7);
  });

  test('a Count-Min sketch of 10 000 x 7 int64 takes 560 000 bytes', () => {
    expect(memory.countMin({ width: 10_000, depth: 7 })).toBe(560_000);
    expect(memory.countMin({ width: 10_000, depth: 7 }) / 1024).toBe(546.875);
  });

  test('bytes grow with whatever grows', () => {
    const size = fc.integer({ min: 1, max: 100_000 });
    fc.assert(
      fc.property(size, size, (rows, columns) => {
        const more = { rows: rows + 1, columns };
        expect(memory.dense(more)).toBeGreaterThan(memory.dense({ rows, columns }));
        expect(memory.pairwise(more)).toBeGreaterThan(memory.pairwise({ rows }));
        expect(memory.flatIndex({ ...more, dimensions: 9 }).total).toBeGreaterThanOrEqual(
          memory.flatIndex({ rows, dimensions: 9 }).total,
        );
      }),
      { seed: 1, numRuns: 100 },
    );
  });
});

describe('bad input', () => {
  const sparse = { rows: 10, columns: 10 };
  test.each([
    ['negative rows', () => memory.dense({ rows: -1, columns: 1 }), 'INVALID_ARGUMENT'],
    [
      'an unknown dtype',
      () => memory.dense({ rows: 1, columns: 1, dtype: 'float3' as 'float32' }),
      'INVALID_ARGUMENT',
    ],
    ['no options', () => memory.flatIndex(null as never), 'INVALID_ARGUMENT'],
    ['options that are left out', () => memory.ivfIndex(undefined as never), 'INVALID_ARGUMENT'],
    [
      'both nonzeros and density',
      () => memory.coo({ ...sparse, nonzeros: 1, density: 0.1 }),
      'INVALID_ARGUMENT',
    ],
    ['neither nonzeros nor density', () => memory.coo(sparse), 'INVALID_ARGUMENT'],
    ['more entries than places', () => memory.csr({ ...sparse, nonzeros: 101 }), 'INVALID_ARGUMENT'],
    ['a density above 1', () => memory.csrMatrix({ ...sparse, density: 1.1 }), 'INVALID_ARGUMENT'],
    ['half a row', () => memory.flatIndex({ rows: 0.5, dimensions: 1 }), 'INVALID_ARGUMENT'],
    ['NaN dimensions', () => memory.hnswIndex({ rows: 1, dimensions: Number.NaN }), 'INVALID_ARGUMENT'],
    [
      'codes that there are not',
      () => memory.ivfIndex({ rows: 1, dimensions: 1, cells: 1, codes: 'pq8' as 'pq4' }),
      'INVALID_ARGUMENT',
    ],
    [
      'ids of another kind',
      () => memory.lshIndex({ rows: 1, dimensions: 1, ids: 'random' as 'given' }),
      'INVALID_ARGUMENT',
    ],
    [
      'cells that do not sum to the rows',
      () => memory.ivfIndex({ rows: 9, dimensions: 1, cells: 2, cellRows: [4, 4] }),
      'INVALID_ARGUMENT',
    ],
    ['a double cannot hold the bytes', () => memory.pairwise({ rows: 1e300 }), 'OVERFLOW'],
    ['a double cannot hold factors', () => memory.implicitALS({ users: 1.7e308, items: 1 }), 'OVERFLOW'],
    [
      'a double cannot hold links',
      () => memory.itemKnn({ users: 1, items: 1, entries: 1.7e308 }),
      'OVERFLOW',
    ],
    [
      'a double cannot hold codes',
      () => memory.productQuantizer({ dimensions: 16, subvectors: 4, rows: 1.7e308 }),
      'OVERFLOW',
    ],
    [
      'a double cannot hold keys',
      () => memory.topK({ capacity: 9, keys: 'bytes', keyLength: 1.7e308 }),
      'OVERFLOW',
    ],
    [
      'a double cannot hold terms',
      () => memory.bm25Index({ documents: 9, terms: 1.7e308, postings: 9 }),
      'OVERFLOW',
    ],
    [
      'a double cannot hold products',
      () => memory.csrMatrix({ rows: 9, columns: 9, nonzeros: 1, multiplied: 1.7e308 }),
      'OVERFLOW',
    ],
  ])('%s: an error with a code', (_, call, code) => {
    expect(errorOf(call).code).toBe(code);
  });

  test('the error for an unknown choice lists the known ones', () => {
    const codes = 'float16' as 'float32';
    const { expected } = errorOf(() => memory.ivfIndex({ rows: 1, dimensions: 1, cells: 1, codes }));
    expect(expected).toEqual(['float32', 'int8', 'pq4', 'bits']);
  });
});
