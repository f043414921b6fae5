import { CsrMatrix, TruncatedSVD } from 'lanewise';
import { describe, expect, test } from 'vitest';
import { signed, singularFloat64 } from '../reference/singular.ts';
import { fromDense, type Made, makeSparse, variances } from './svd-data.ts';

/** float32 bases and products: some dozen units of 2^-24 of the largest singular value, over the gap between two. */
const TOLERANCE = 1e-4;

async function fit({ matrix }: Made, components: number, iterations = 12): Promise<TruncatedSVD> {
  const svd = await TruncatedSVD.create({ components, iterations, oversamples: 10, seed: 1 });
  return svd.fit(matrix);
}

function rowsOf(values: Float32Array, columns: number): number[][] {
  return Array.from({ length: values.length / columns }, (_, i) => [
    ...values.subarray(i * columns, (i + 1) * columns),
  ]);
}

describe.each([
  { rows: 60, columns: 40 },
  { rows: 40, columns: 60 },
  { rows: 33, columns: 33 },
])('$rows x $columns', ({ rows, columns }) => {
  test('singular values and vectors are those of one-sided Jacobi in float64', async () => {
    const made = await makeSparse(rows, columns, 0.4, rows);
    using svd = await fit(made, 7);
    const expected = singularFloat64(made.dense, rows, columns);
    const components = rowsOf(svd.components, columns);
    for (let i = 0; i < 7; i++) {
      expect(Math.abs(svd.singularValues[i]! / expected.values[i]! - 1)).toBeLessThan(1e-5);
      const vector = signed(expected.vectors[i]!);
      const off = components[i]!.map((value, j) => Math.abs(value - vector[j]!));
      expect(Math.max(...off)).toBeLessThan(TOLERANCE);
    }
  });

  test('explained variance is that of the transformed columns, and its ratio that of the columns of the matrix', async () => {
    const made = await makeSparse(rows, columns, 0.4, columns + 1);
    using svd = await TruncatedSVD.create({ components: 5, iterations: 12 });
    const projected = await svd.fitTransform(made.matrix);
    const total = variances(made.dense, rows, columns).reduce((sum, value) => sum + value, 0);
    variances(projected, rows, 5).forEach((variance, i) => {
      expect(Math.abs(svd.explainedVariance[i]! - variance)).toBeLessThan(1e-5 * total);
      expect(Math.abs(svd.explainedVarianceRatio[i]! - variance / total)).toBeLessThan(1e-5);
    });
  });

  test('all components there are rebuild the matrix', async () => {
    const made = await makeSparse(rows, columns, 0.4, 3);
    const most = Math.min(rows, columns);
    using svd = await TruncatedSVD.create({ components: most });
    const projected = rowsOf(await svd.fitTransform(made.matrix), most);
    const components = rowsOf(svd.components, columns);
    const largest = svd.singularValues[0]!;
    made.dense.forEach((value, at) => {
      const row = projected[Math.floor(at / columns)]!;
      const rebuilt = row.reduce((sum, factor, i) => sum + factor * components[i]![at % columns]!, 0);
      expect(Math.abs(rebuilt - value)).toBeLessThan(1e-5 * largest);
    });
  });
});

test('a diagonal matrix has its entries as singular values and unit vectors as components', async () => {
  const diagonal = [9, -7, 5, 4, -3, 2, 1];
  const dense = Float32Array.from({ length: 7 * 9 }, (_, at) => (at % 10 === 0 ? diagonal[at / 10]! : 0));
  using svd = await fit(await fromDense(dense, 7, 9), 4);
  [9, 7, 5, 4].forEach((value, i) => {
    expect(svd.singularValues[i]).toBeCloseTo(value, 5);
    const unit = Array.from({ length: 9 }, (_, j) => (j === i ? 1 : 0));
    rowsOf(svd.components, 9)[i]!.forEach((entry, j) => {
      expect(entry).toBeCloseTo(unit[j]!, 5);
    });
  });
});

test('transform multiplies rows, also those that were not fitted, by the components', async () => {
  const made = await makeSparse(50, 30, 0.3, 5);
  const others = await makeSparse(20, 30, 0.3, 6);
  using svd = await fit(made, 6);
  const components = rowsOf(svd.components, 30);
  const projected = svd.transform(others.matrix);
  expect(projected.length).toBe(20 * 6);
  rowsOf(others.dense, 30).forEach((row, i) => {
    components.forEach((component, j) => {
      const product = row.reduce((sum, value, k) => sum + value * component[k]!, 0);
      expect(Math.abs(projected[i * 6 + j]! - product)).toBeLessThan(1e-5);
    });
  });
});

test('components are orthonormal, their largest entries positive, whatever the number of iterations', async () => {
  const made = await makeSparse(80, 45, 0.2, 9);
  for (const iterations of [0, 1, 5, 40]) {
    using svd = await fit(made, 9, iterations);
    const components = rowsOf(svd.components, 45);
    components.forEach((a, i) => {
      expect(a).toEqual(signed(a));
      components.forEach((b, j) => {
        const product = a.reduce((sum, value, k) => sum + value * b[k]!, 0);
        expect(Math.abs(product - (i === j ? 1 : 0))).toBeLessThan(
          2e-6 * (svd.singularValues[0]! / svd.singularValues[8]!),
        );
      });
    });
  }
});

test('more iterations bring singular values closer, from below', async () => {
  // A flat spectrum: identity and some noise. No subspace holds more than the singular values themselves.
  const made = await makeSparse(120, 120, 0.05, 4);
  for (let i = 0; i < 120; i++) made.dense[121 * i] = 1;
  const flat = await fromDense(made.dense, 120, 120);
  const expected = singularFloat64(flat.dense, 120, 120).values.slice(0, 10);
  const lacks: number[] = [];
  for (const iterations of [0, 2, 8]) {
    using svd = await TruncatedSVD.create({ components: 10, iterations, oversamples: 4 });
    await svd.fit(flat.matrix);
    const lack = expected.map((value, i) => value - svd.singularValues[i]!);
    expect(Math.min(...lack)).toBeGreaterThan(-1e-5);
    lacks.push(lack.reduce((sum, value) => sum + value, 0));
  }
  expect(lacks).toEqual([...lacks].sort((a, b) => b - a));
  expect(lacks[2]).toBeLessThan(lacks[0]! / 4);
});

test('a pattern counts as ones', async () => {
  const { dense, rows, columns } = await makeSparse(40, 25, 0.3, 8);
  const ones = await fromDense(
    dense.map((value) => (value === 0 ? 0 : 1)),
    rows,
    columns,
  );
  const entries = [...dense.keys()].filter((at) => dense[at] !== 0);
  using pattern = await CsrMatrix.fromCoo({
    rows,
    columns,
    rowIndex: entries.map((at) => Math.floor(at / columns)),
    columnIndex: entries.map((at) => at % columns),
  });
  using a = await fit(ones, 3);
  using b = await fit({ ...ones, matrix: pattern }, 3);
  expect(a.components).toEqual(b.components);
  expect(a.explainedVarianceRatio).toEqual(b.explainedVarianceRatio);
});

describe('a matrix of low rank', () => {
  test.each([1, 3])('of %i has as many singular values, and zeros beyond', async (rank) => {
    const dense = Float32Array.from({ length: 50 * 20 }, (_, at) => {
      const [i, j] = [Math.floor(at / 20), at % 20];
      // Row i is a multiple of one of `rank` rows.
      return j % rank === i % rank ? (1 + (i % 7)) * (1 + (((i % rank) + j) % 5)) : 0;
    });
    const made = await fromDense(dense, 50, 20);
    using svd = await fit(made, 8);
    const expected = singularFloat64(dense, 50, 20).values;
    for (let i = 0; i < 8; i++) {
      if (i < rank) expect(Math.abs(svd.singularValues[i]! / expected[i]! - 1)).toBeLessThan(1e-5);
      else expect(svd.singularValues[i]).toBe(0);
      const norm = Math.hypot(...rowsOf(svd.components, 20)[i]!);
      expect(norm).toBeCloseTo(i < rank ? 1 : 0, 5);
    }
    expect(svd.transform(made.matrix).every(Number.isFinite)).toBe(true);
  });

  test('of zeros has none, and explains nothing', async () => {
    using matrix = await CsrMatrix.fromCoo({
      rows: 6,
      columns: 5,
      rowIndex: [],
      columnIndex: [],
      values: [],
    });
    using svd = await TruncatedSVD.create({ components: 2 });
    expect([...(await svd.fitTransform(matrix))]).toEqual(new Array(12).fill(0));
    expect([...svd.singularValues, ...svd.explainedVariance, ...svd.explainedVarianceRatio]).toEqual([
      0, 0, 0, 0, 0, 0,
    ]);
  });
});

test('singular values that fall by the million are found to a part in a thousand while float32 tells them', async () => {
  // Orthogonal rows of ±1 (Hadamard, 8 x 8), row i times 10^-i/2: the singular values are those times sqrt(8).
  const dense = Float32Array.from({ length: 64 }, (_, at) => {
    const [i, j] = [at >> 3, at & 7];
    const sign = [...(i & j).toString(2)].filter((bit) => bit === '1').length % 2 ? -1 : 1;
    return sign * Math.sqrt(10) ** -i;
  });
  using svd = await fit(await fromDense(dense, 8, 8), 8, 5);
  for (let i = 0; i < 8; i++) {
    expect(Math.abs(svd.singularValues[i]! / (Math.sqrt(8) * Math.sqrt(10) ** -i) - 1)).toBeLessThan(1e-3);
  }
});
