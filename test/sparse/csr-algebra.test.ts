import { assert, asyncProperty, integer } from 'fast-check';
import { CsrMatrix, type Norm, Random } from 'lanewise';
import { describe, expect, test } from 'vitest';
import { makeEntries, rowsOf, turn } from '../reference/sparse.ts';

const { fround, sqrt } = Math;
const NORMS: readonly Norm[] = ['l1', 'l2', 'max'];

/** In float64, rounded once; zeros add nothing, so that the order is that of the entries. */
const TOTALS = {
  sum: (row: Float32Array) => row.reduce((sum, value) => sum + value, 0),
  l1: (row: Float32Array) => row.reduce((sum, value) => sum + Math.abs(value), 0),
  l2: (row: Float32Array) => sqrt(row.reduce((sum, value) => sum + value * value, 0)),
  max: (row: Float32Array) => row.reduce((most, value) => Math.max(most, Math.abs(value)), 0),
};

function pairs(run: (a: CsrMatrix, b: CsrMatrix, seed: number) => void): Promise<void> {
  const size = integer({ min: 1, max: 30 });
  const count = integer({ min: 0, max: 200 });
  const seeds = integer({ min: 0, max: 2 ** 20 });
  return assert(
    asyncProperty(size, size, count, seeds, async (rows, columns, count, seed) => {
      using a = await CsrMatrix.fromCoo(makeEntries(rows, columns, count, seed));
      const { values, ...places } = makeEntries(rows, columns, 100, seed + 1);
      using b = await CsrMatrix.fromCoo(seed % 2 ? places : { ...places, values });
      run(a, b, seed);
    }),
    { seed: 3, numRuns: 60 },
  );
}

describe('add', () => {
  test('gives alpha A + beta B, every entry rounded once, at the places of both', () =>
    pairs((a, b) => {
      const [denseA, denseB] = [a.toDense(), b.toDense()];
      using sum = a.add(b);
      using weighted = b.add(a, { alpha: 0.3, beta: -7 });
      expect(sum.toDense()).toEqual(denseA.map((value, i) => value + denseB[i]!));
      expect(weighted.toDense()).toEqual(denseA.map((value, i) => 0.3 * denseB[i]! + -7 * value + 0));
    }));

  test('keeps an entry where two cancel, and the order of columns', async () => {
    using a = await CsrMatrix.fromDense([1, 2, 0, 0], { rows: 1, columns: 4 });
    using b = await CsrMatrix.fromDense([0, -2, 0, 3], { rows: 1, columns: 4 });
    using sum = a.add(b);
    expect(sum.row(0)).toEqual({ indices: Uint32Array.of(0, 1, 3), values: Float32Array.of(1, 0, 3) });
  });

  test('counts the entries of patterns as 1, and takes a matrix twice', async () => {
    using pattern = await CsrMatrix.fromCoo({ rows: 1, columns: 2, rowIndex: [0], columnIndex: [1] });
    using sum = pattern.add(pattern, { beta: 4 });
    expect(sum.toDense()).toEqual(Float32Array.of(0, 5));
  });
});

test('scale multiplies every value in float64 and rounds it once; a pattern gets values', async () => {
  using matrix = await CsrMatrix.fromCoo(makeEntries(9, 8, 40, 1));
  using scaled = matrix.scale(1 / 3);
  expect(scaled.toDense()).toEqual(matrix.toDense().map((value) => fround(value * (1 / 3))));
  using pattern = await CsrMatrix.fromCoo({ rows: 1, columns: 2, rowIndex: [0], columnIndex: [1] });
  using half = pattern.scale(0.5);
  expect(half.toDense()).toEqual(Float32Array.of(0, 0.5));
  using none = pattern.scale(0);
  expect([none.nonzeros, none.toDense()]).toEqual([1, new Float32Array(2)]);
});

test('scaleRows and scaleColumns multiply each value by the factor of its row or column, rounded once', () =>
  pairs((a, b, seed) => {
    const random = new Random(seed);
    const draw = (length: number) => Float32Array.from({ length }, () => random.uniform() - 0.5);
    for (const matrix of [a, b]) {
      const { columns } = matrix;
      const dense = matrix.toDense();
      const [ofRows, ofColumns] = [draw(matrix.rows), draw(columns)];
      using byRow = matrix.scaleRows(ofRows);
      using byColumn = matrix.scaleColumns([...ofColumns]);
      expect(byRow.toDense()).toEqual(dense.map((value, i) => value * ofRows[Math.floor(i / columns)]! + 0));
      expect(byColumn.toDense()).toEqual(dense.map((value, i) => value * ofColumns[i % columns]! + 0));
      expect(byColumn.toArrays().indices).toEqual(matrix.toArrays().indices);
    }
  }));

test('scaleRows by the inverse of the sums makes rows that sum to 1, and leaves those without entries', async () => {
  using matrix = await CsrMatrix.fromDense([1, 3, 0, 0, 0, 2], { rows: 3, columns: 2 });
  using shares = matrix.scaleRows(matrix.rowSums().map((sum) => 1 / sum));
  expect(shares.toDense()).toEqual(Float32Array.of(0.25, 0.75, 0, 0, 0, 1));
});

test('sums and norms of rows and of columns are those of float64, rounded once', () =>
  pairs((a, b) => {
    for (const matrix of [a, b]) {
      const dense = matrix.toDense();
      const { rows, columns } = matrix;
      const [byRow, byColumn] = [rowsOf(dense, columns), rowsOf(turn(dense, rows, columns), rows)];
      expect(matrix.rowSums()).toEqual(Float32Array.from(byRow, TOTALS.sum));
      expect(matrix.columnSums()).toEqual(Float32Array.from(byColumn, TOTALS.sum));
      expect(matrix.rowNorms()).toEqual(matrix.rowNorms({ norm: 'l2' }));
      for (const norm of NORMS) {
        expect(matrix.rowNorms({ norm })).toEqual(Float32Array.from(byRow, TOTALS[norm]));
        expect(matrix.columnNorms({ norm })).toEqual(Float32Array.from(byColumn, TOTALS[norm]));
      }
    }
  }));

test('normalizeRows divides rows by their norms in float64; those of norm 0 stay', () =>
  pairs((a, b) => {
    for (const matrix of [a, b]) {
      for (const norm of NORMS) {
        using unit = matrix.normalizeRows({ norm });
        const expected = rowsOf(matrix.toDense(), matrix.columns).flatMap((row) => {
          const length = TOTALS[norm](row) || 1;
          return [...row].map((value) => fround(value / length));
        });
        expect(unit.toDense()).toEqual(Float32Array.from(expected));
        expect(unit.toArrays().indices).toEqual(matrix.toArrays().indices);
      }
    }
  }));

test('norms of the largest and the smallest float32 neither overflow nor vanish', async () => {
  const [largest, smallest] = [fround(3.4028234663852886e38), fround(1.401298464324817e-45)];
  using matrix = await CsrMatrix.fromDense([largest, largest, smallest, 0], { rows: 2, columns: 2 });
  expect(matrix.rowNorms()).toEqual(Float32Array.of(Number.POSITIVE_INFINITY, smallest)); // sqrt(2) times the largest
  using unit = matrix.normalizeRows();
  expect(unit.toDense()).toEqual(Float32Array.of(sqrt(0.5), sqrt(0.5), 1, 0));
});

test('slice cuts rows and columns out, counted from 0 again', () =>
  pairs((a, b, seed) => {
    for (const matrix of [a, b]) {
      const { rows, columns } = matrix;
      const [from, first] = [seed % rows, (seed >> 3) % columns];
      const [to, last] = [from + (seed % (rows - from + 1)), first + (seed % (columns - first + 1))];
      using part = matrix.slice(from, to, { columns: [first, last] });
      const expected = rowsOf(matrix.toDense(), columns)
        .slice(from, to)
        .flatMap((row) => [...row.slice(first, last)]);
      expect([part.rows, part.columns, part.isPattern]).toEqual([to - from, last - first, matrix.isPattern]);
      expect(part.toDense()).toEqual(Float32Array.from(expected));
      using rest = matrix.slice(from);
      expect(rest.toDense()).toEqual(matrix.toDense().slice(from * columns));
      using copy = matrix.slice();
      expect(copy.toArrays()).toEqual(matrix.toArrays());
    }
  }));

test('what is computed from a matrix leaves it as it was, and outlives it', async () => {
  const matrix = await CsrMatrix.fromCoo(makeEntries(9, 8, 40, 2));
  const before = matrix.toArrays();
  const made = [
    matrix.add(matrix),
    matrix.scale(2),
    matrix.scaleRows(new Float32Array(9).fill(3)),
    matrix.scaleColumns(new Float32Array(8).fill(3)),
    matrix.transpose(),
    matrix.normalizeRows(),
    matrix.slice(2),
  ];
  expect(matrix.toArrays()).toEqual(before);
  const arrays = made.map((other) => other.toArrays());
  matrix.dispose();
  using next = await CsrMatrix.fromDense(new Float32Array(100).fill(1), { rows: 10, columns: 10 });
  expect(next.nonzeros).toBe(100);
  expect(made.map((other) => other.toArrays())).toEqual(arrays);
  for (const other of made) other.dispose();
});

test('rows of nothing but zeros keep them when rows are normalized, and zeros their signs when matrices are added', async () => {
  using matrix = await CsrMatrix.fromArrays({
    rows: 1,
    columns: 2,
    indptr: [0, 2],
    indices: [0, 1],
    values: [0, -0],
  });
  using unit = matrix.normalizeRows();
  using sum = matrix.add(unit);
  expect([unit.row(0).values, sum.row(0).values]).toEqual([Float32Array.of(0, -0), Float32Array.of(0, -0)]);
});
