import { assert, asyncProperty, integer } from 'fast-check';
import { CsrMatrix, writeSparseNpz } from 'lanewise';
import { describe, expect, test } from 'vitest';
import * as scipy from '../format/scipy-files.ts';
import { makeEntries, toDense } from '../reference/sparse.ts';

const size = integer({ min: 1, max: 40 });
const seed = integer({ min: 0, max: 2 ** 20 });

/** [[0, 0, 3], [-1.5, 0, 0.25]] */
const PLACES = {
  ...{ rows: 2, columns: 3, indptr: Uint32Array.of(0, 1, 3), indices: Uint32Array.of(2, 0, 2) },
};
const ARRAYS = { ...PLACES, values: Float32Array.of(3, -1.5, 0.25) };
const DENSE = Float32Array.of(0, 0, 3, -1.5, 0, 0.25);

describe('fromCoo', () => {
  test('sorts entries given in any order, and sums those of the same place as float64 does', async () => {
    const count = integer({ min: 0, max: 300 });
    await assert(
      asyncProperty(size, size, count, seed, async (rows, columns, count, seed) => {
        const entries = makeEntries(rows, columns, count, seed);
        using matrix = await CsrMatrix.fromCoo(entries);
        expect(matrix.toDense()).toEqual(toDense(entries));
        const places = new Set(entries.rowIndex.map((row, i) => row * columns + entries.columnIndex[i]!));
        expect(matrix.nonzeros).toBe(places.size);
        using again = await CsrMatrix.fromArrays(matrix.toArrays()); // which verifies the order
        expect(again.toArrays()).toEqual(matrix.toArrays());
      }),
      { seed: 1, numRuns: 100 },
    );
  });

  test('rounds a sum once: what float32 would lose on the way stays', async () => {
    const values = [1, 2 ** -24, 2 ** -24]; // in float32, 1 + 2^-24 is 1
    const places = { rowIndex: [0, 0, 0], columnIndex: [0, 0, 0] };
    using matrix = await CsrMatrix.fromCoo({ rows: 1, columns: 1, ...places, values });
    expect(matrix.row(0).values).toEqual(Float32Array.of(1 + 2 ** -23));
  });

  test('without values makes a pattern, a set: an entry given twice counts once, as 1', async () => {
    using matrix = await CsrMatrix.fromCoo({
      ...{ rows: 2, columns: 2, rowIndex: [1, 0, 1], columnIndex: [0, 1, 0] },
    });
    expect([matrix.isPattern, matrix.nonzeros]).toEqual([true, 2]);
    expect(matrix.toDense()).toEqual(Float32Array.of(0, 1, 1, 0));
    expect(matrix.toArrays()).not.toHaveProperty('values');
  });

  test('keeps zeros, those that entries sum to and those of negative sign', async () => {
    using matrix = await CsrMatrix.fromCoo({
      ...{ rows: 1, columns: 3, rowIndex: [0, 0, 0, 0], columnIndex: [2, 0, 2, 1], values: [5, -0, -5, 0] },
    });
    expect(matrix.toArrays()).toMatchObject({
      indices: Uint32Array.of(0, 1, 2),
      values: Float32Array.of(-0, 0, 0),
    });
  });

  test('takes typed arrays and plain ones alike', async () => {
    const entries = makeEntries(7, 9, 40, 3);
    using plain = await CsrMatrix.fromCoo(entries);
    using typed = await CsrMatrix.fromCoo({
      ...{ rows: 7, columns: 9, rowIndex: Int32Array.from(entries.rowIndex) },
      columnIndex: Uint32Array.from(entries.columnIndex),
      values: Float32Array.from(entries.values),
    });
    expect(typed.toArrays()).toEqual(plain.toArrays());
  });

  test.each([
    [0, 0],
    [0, 3],
    [3, 0],
    [2, 3],
  ])('makes %i x %i without entries, on which everything works', async (rows, columns) => {
    using matrix = await CsrMatrix.fromCoo({ rows, columns, rowIndex: [], columnIndex: [], values: [] });
    expect([matrix.nonzeros, matrix.density]).toEqual([0, 0]);
    expect(matrix.multiply(new Float32Array(columns))).toEqual(new Float32Array(rows));
    expect(matrix.multiplyMatrix(new Float32Array(5 * columns), 5)).toEqual(new Float32Array(5 * rows));
    expect(matrix.multiplyTransposed(new Float32Array(rows))).toEqual(new Float32Array(columns));
    using turned = matrix.transpose();
    using sum = matrix.add(matrix);
    using unit = matrix.normalizeRows();
    using part = matrix.slice(0, rows);
    expect([turned.rows, turned.columns]).toEqual([columns, rows]);
    for (const { nonzeros } of [turned, sum, unit, part]) expect(nonzeros).toBe(0);
    expect(matrix.columnNorms()).toEqual(new Float32Array(columns));
    expect(matrix.toDense()).toEqual(new Float32Array(rows * columns));
  });

  test('reaches the largest column there is', async () => {
    const columns = 2 ** 32 - 2;
    using matrix = await CsrMatrix.fromArrays({
      rows: 1,
      columns,
      indptr: [0, 2],
      indices: [0, columns - 1],
    });
    expect(matrix.row(0).indices).toEqual(Uint32Array.of(0, 2 ** 32 - 3));
    using last = matrix.slice(0, 1, { columns: [columns - 1, columns] });
    expect(last.toDense()).toEqual(Float32Array.of(1));
  });
});

describe('fromArrays', () => {
  test('copies what it is given, and gives copies', async () => {
    const given = { ...ARRAYS, indices: ARRAYS.indices.slice() };
    using matrix = await CsrMatrix.fromArrays(given);
    given.indices.fill(9);
    matrix.toArrays().values!.fill(9);
    expect(matrix.toArrays()).toEqual(ARRAYS);
    expect(matrix.toDense()).toEqual(DENSE);
    expect(matrix.density).toBe(0.5);
  });

  test('keeps entries of value 0', async () => {
    using matrix = await CsrMatrix.fromArrays({ ...ARRAYS, values: [0, 0, 1] });
    expect(matrix.nonzeros).toBe(3);
  });
});

test('fromDense leaves zeros of either sign out, and toDense puts them back', async () => {
  using matrix = await CsrMatrix.fromDense([0, -0, 3, -1.5, 0, 0.25], { rows: 2, columns: 3 });
  expect(matrix.toArrays()).toEqual(ARRAYS);
  expect(matrix.toDense()).toEqual(DENSE);
});

test('row gives the columns and values of one row; those of a pattern are ones', async () => {
  using matrix = await CsrMatrix.fromArrays(ARRAYS);
  expect(matrix.row(1)).toEqual({ indices: Uint32Array.of(0, 2), values: Float32Array.of(-1.5, 0.25) });
  using pattern = await CsrMatrix.fromArrays(PLACES);
  expect(pattern.row(1).values).toEqual(Float32Array.of(1, 1));
});

describe('files', () => {
  test.each([
    ['csr', scipy.CSR_FLOAT32],
    ['csr of int64 indices', scipy.CSR_INT64_INDICES],
    ['csc', scipy.CSC_FLOAT64],
  ])('of SciPy are read: %s', async (_, bytes) => {
    using matrix = await CsrMatrix.fromNpz(bytes);
    expect(matrix.toArrays()).toEqual(ARRAYS);
  });

  test('of SciPy are read: coo', async () => {
    using matrix = await CsrMatrix.fromNpz(scipy.COO_INT32);
    expect(matrix.toDense()).toEqual(Float32Array.of(0, 0, 3, -7, 0, 200));
  });

  test('of rows that SciPy left unsorted are sorted and summed, as its sum_duplicates() does', async () => {
    const bytes = writeSparseNpz({
      ...{ rows: 2, columns: 3, indptr: Uint32Array.of(0, 4, 5), indices: Uint32Array.of(2, 0, 2, 1, 1) },
      values: Float32Array.of(1, 2, 4, 8, 16),
    });
    using matrix = await CsrMatrix.fromNpz(bytes);
    expect(matrix.toArrays()).toMatchObject({
      ...{ indptr: Uint32Array.of(0, 3, 4), indices: Uint32Array.of(0, 1, 2, 1) },
      values: Float32Array.of(2, 8, 5, 16),
    });
  });

  test('of arrays that are no matrix are FILE_CORRUPT', async () => {
    const bytes = writeSparseNpz({ ...ARRAYS, indptr: Uint32Array.of(2, 1, 3) });
    await expect(CsrMatrix.fromNpz(bytes)).rejects.toMatchObject({
      code: 'FILE_CORRUPT',
      message: expect.stringContaining('row 0 runs from 2 to 1'),
    });
  });

  test('of Matrix Market are read, from bytes and from text, the other half of a symmetric one too', async () => {
    using matrix = await CsrMatrix.fromArrays(ARRAYS);
    using general = await CsrMatrix.fromMatrixMarket(matrix.toMatrixMarket());
    expect(general.toArrays()).toEqual(ARRAYS);
    const text = '%%MatrixMarket matrix coordinate pattern symmetric\n3 3 2\n2 1\n3 3\n';
    using symmetric = await CsrMatrix.fromMatrixMarket(text);
    expect([symmetric.isPattern, ...symmetric.toDense()]).toEqual([true, 0, 1, 0, 1, 0, 0, 0, 0, 1]);
  });

  test('that a matrix writes give the same matrix again', async () => {
    using matrix = await CsrMatrix.fromCoo(makeEntries(30, 20, 150, 4));
    using npz = await CsrMatrix.fromNpz(matrix.toNpz());
    using mtx = await CsrMatrix.fromMatrixMarket(matrix.toMatrixMarket());
    expect(npz.toArrays()).toEqual(matrix.toArrays());
    expect(mtx.toArrays()).toEqual(matrix.toArrays());
  });
});
