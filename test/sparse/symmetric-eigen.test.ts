import { Random } from 'lanewise';
import { expect, test } from 'vitest';
import { runtime } from '../../src/sparse/kernels.ts';
import { type SymmetricEigen, symmetricEigen } from '../../src/sparse/symmetric-eigen.ts';

function solve(matrix: Float64Array, n: number, count = n): SymmetricEigen {
  const work = symmetricEigen(runtime(), matrix, n, count);
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
  }
}

function symmetric(n: number, entry: (i: number, j: number) => number): Float64Array {
  return Float64Array.from({ length: n * n }, (_, at) => {
    const [i, j] = [Math.floor(at / n), at % n];
    return entry(Math.min(i, j), Math.max(i, j));
  });
}

/** |A v - λ v| and |vᵀw - δ| at most, for all eigenvectors. */
function faults(matrix: Float64Array, n: number, { values, vectors }: SymmetricEigen): number {
  let worst = 0;
  for (let a = 0; a < vectors.length / n; a++) {
    const v = vectors.subarray(a * n, (a + 1) * n);
    for (let i = 0; i < n; i++) {
      let sum = -values[a]! * v[i]!;
      for (let j = 0; j < n; j++) sum += matrix[i * n + j]! * v[j]!;
      worst = Math.max(worst, Math.abs(sum));
    }
    for (let b = 0; b <= a; b++) {
      let product = a === b ? -1 : 0;
      for (let i = 0; i < n; i++) product += v[i]! * vectors[b * n + i]!;
      worst = Math.max(worst, Math.abs(product));
    }
  }
  return worst;
}

test.each([1, 2, 3, 4, 5, 8, 17, 64, 75])(
  'random symmetric matrix of %i: A V = V Λ, and V is orthonormal',
  (n) => {
    const random = new Random(n);
    const matrix = symmetric(n, () => 0);
    for (let i = 0; i < n; i++) {
      for (let j = i; j < n; j++) {
        matrix[i * n + j] = 2 * random.uniform() - 1;
        matrix[j * n + i] = matrix[i * n + j]!;
      }
    }
    const found = solve(matrix, n);
    expect([...found.values]).toEqual([...found.values].sort((a, b) => b - a));
    // Rounding of n² products in float64.
    expect(faults(matrix, n, found)).toBeLessThan(1e-13 * n);
  },
);

test('the second difference of n points has the eigenvalues 2 - 2 cos(πk / (n + 1))', () => {
  const n = 30;
  const { values } = solve(
    symmetric(n, (i, j) => (i === j ? 2 : j === i + 1 ? -1 : 0)),
    n,
    1,
  );
  values.forEach((value, i) => {
    expect(Math.abs(value - (2 - 2 * Math.cos((Math.PI * (n - i)) / (n + 1))))).toBeLessThan(1e-13);
  });
});

test('equal eigenvalues get orthonormal vectors: the identity, all ones, and blocks', () => {
  for (const entry of [
    (i: number, j: number) => (i === j ? 1 : 0),
    () => 1,
    () => 0,
    (i: number, j: number) => (i >> 1 === j >> 1 ? 3 : 0),
  ]) {
    const matrix = symmetric(12, entry);
    expect(faults(matrix, 12, solve(matrix, 12))).toBeLessThan(1e-13);
  }
  expect(
    solve(
      symmetric(12, () => 1),
      12,
    ).values[0],
  ).toBeCloseTo(12, 12);
});

test('eigenvalues of many sizes: those of a graded matrix, and of one near the ends of float32 squared', () => {
  const graded = symmetric(10, (i, j) => (i === j ? 10 ** -i : 0.1 * 10 ** -(i + j)));
  expect(faults(graded, 10, solve(graded, 10))).toBeLessThan(1e-14);
  for (const scale of [1e76, 1e-76]) {
    const matrix = symmetric(6, (i, j) => scale / (1 + i + j));
    const { values, vectors } = solve(matrix, 6);
    const unscaled = { values: values.map((value) => value / scale), vectors };
    expect(
      faults(
        matrix.map((value) => value / scale),
        6,
        unscaled,
      ),
    ).toBeLessThan(1e-14);
  }
});

test('NaN and infinities are refused, and memory is given back', () => {
  const { memory } = runtime();
  const before = memory.statistics.bytesInUse;
  expect(() => solve(Float64Array.of(1, Number.NaN, 0, 1), 2)).toThrow(/float32/);
  solve(Float64Array.of(2, 1, 1, 2), 2);
  expect(memory.statistics.bytesInUse).toBe(before);
});
