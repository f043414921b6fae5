import { assert, asyncProperty, integer } from 'fast-check';
import { CsrMatrix, Random } from 'lanewise';
import { describe, expect, test } from 'vitest';
import { excess, makeEntries, product, turn } from '../reference/sparse.ts';

const size = integer({ min: 1, max: 70 });
const seed = integer({ min: 0, max: 2 ** 20 });

function draw(count: number, seed: number): Float32Array {
  const random = new Random(seed);
  return Float32Array.from({ length: count }, () => random.integer(2 ** 24) / 2 ** 23 - 1);
}

/** Rows of all lengths, from none to every column: what is skewed as well as what is not. */
async function check(
  run: (matrix: CsrMatrix, dense: Float32Array, seed: number) => void,
  isPattern = false,
): Promise<void> {
  const share = integer({ min: 0, max: 8 });
  await assert(
    asyncProperty(size, size, share, seed, async (rows, columns, share, seed) => {
      const { values, ...places } = makeEntries(rows, columns, Math.ceil((share * rows * columns) / 8), seed);
      using matrix = await CsrMatrix.fromCoo(isPattern ? places : { ...places, values });
      run(matrix, matrix.toDense(), seed);
      run(matrix, matrix.toDense(), seed + 1); // in the room of the call before
    }),
    { seed: 2, numRuns: 60 },
  );
}

describe.each([
  ['values', false],
  ['a pattern', true],
])('of a matrix of %s', (_, isPattern) => {
  test('multiply is the float64 product, within the rounding of float32', () =>
    check((matrix, dense, seed) => {
      const x = draw(matrix.columns, seed);
      expect(excess(matrix.multiply(x), product(dense, matrix.columns, x, 1))).toBeLessThanOrEqual(0);
    }, isPattern));

  test('multiplyMatrix is so for any number of columns', () =>
    check((matrix, dense, seed) => {
      const width = 1 + (seed % 41);
      const x = draw(matrix.columns * width, seed);
      const result = matrix.multiplyMatrix(x, width);
      expect(excess(result, product(dense, matrix.columns, x, width))).toBeLessThanOrEqual(0);
    }, isPattern));

  test('multiplyTransposed is the product with the transpose', () =>
    check((matrix, dense, seed) => {
      const { rows, columns } = matrix;
      const x = draw(rows, seed).map((value, i) => (i % 3 === 0 ? 0 : value)); // rows of factor 0 are skipped
      const expected = product(turn(dense, rows, columns), rows, x, 1);
      expect(excess(matrix.multiplyTransposed(x), expected)).toBeLessThanOrEqual(0);
    }, isPattern));
});

test('transpose turns the matrix, and turns it back', () =>
  check((matrix, dense) => {
    using turned = matrix.transpose();
    expect(turned.toDense()).toEqual(turn(dense, matrix.rows, matrix.columns));
    using back = turned.transpose();
    expect(back.toArrays()).toEqual(matrix.toArrays());
  }));

test('a result goes where the caller wants it', async () => {
  using matrix = await CsrMatrix.fromCoo(makeEntries(6, 5, 12, 1));
  const [x, z, wide] = [draw(5, 1), draw(6, 2), draw(5 * 7, 3)];
  const [y, w, matrixOut] = [new Float32Array(6), new Float32Array(5), new Float32Array(6 * 7)];
  expect(matrix.multiply(x, y)).toBe(y);
  expect(matrix.multiplyTransposed(z, w)).toBe(w);
  expect(matrix.multiplyMatrix(wide, 7, matrixOut)).toBe(matrixOut);
  expect(y).toEqual(matrix.multiply(x));
  expect(w).toEqual(matrix.multiplyTransposed(z));
  expect(matrixOut).toEqual(matrix.multiplyMatrix(wide, 7));
  const own = new Float32Array(6).fill(1);
  using square = await CsrMatrix.fromDense(new Float32Array(36).fill(2), { rows: 6, columns: 6 });
  expect(square.multiply(own, own)).toEqual(new Float32Array(6).fill(12));
});

test('plain arrays are taken, and no columns at all', async () => {
  using matrix = await CsrMatrix.fromDense([1, 2, 0, 3], { rows: 2, columns: 2 });
  expect(matrix.multiply([1, 10])).toEqual(Float32Array.of(21, 30));
  expect(matrix.multiplyTransposed([1, 10])).toEqual(Float32Array.of(1, 32));
  expect(matrix.multiplyMatrix([1, 2, 3, 4], 2)).toEqual(Float32Array.of(7, 10, 9, 12));
  expect(matrix.multiplyMatrix([], 0)).toEqual(new Float32Array(0));
});

test.each([Number.NaN, Number.POSITIVE_INFINITY])(
  '%f in x reaches the rows that hold an entry in its column, and no other',
  async (value) => {
    // Row r holds the columns below r: ends of rows fall on every place of four.
    const dense = Float32Array.from({ length: 90 }, (_, i) => (i % 9 < Math.floor(i / 9) ? 1 : 0));
    using matrix = await CsrMatrix.fromDense(dense, { rows: 10, columns: 9 });
    for (let column = 0; column < 9; column++) {
      const x = new Float32Array(9).fill(1);
      x[column] = value;
      const expected = Float32Array.from({ length: 10 }, (_, row) => (row > column ? value : row));
      expect(matrix.multiply(x)).toEqual(expected);
      expect(matrix.multiplyMatrix(x, 1)).toEqual(expected);
    }
  },
);

test('a batch of any width gives each column the bits that it has in another', async () => {
  using matrix = await CsrMatrix.fromCoo(makeEntries(40, 50, 600, 5));
  const wide = draw(50 * 37, 6);
  const result = matrix.multiplyMatrix(wide, 37);
  const narrow = matrix.multiplyMatrix(
    Float32Array.from({ length: 100 }, (_, i) => wide[(i >> 1) * 37 + 35 + (i & 1)]!),
    2,
  );
  for (let row = 0; row < 40; row++)
    expect(result.slice(row * 37 + 35, row * 37 + 37)).toEqual(narrow.slice(2 * row, 2 * row + 2));
});
