import { type CsrMatrix, powerIteration } from 'lanewise';
import { expect, test } from 'vitest';
import { fromDense } from './svd-data.ts';

const square = async (n: number, values: readonly number[]): Promise<CsrMatrix> =>
  (await fromDense(Float32Array.from(values), n, n)).matrix;

test('((2, 1), (1, 2)) has 3 along (1, 1)', async () => {
  using matrix = await square(2, [2, 1, 1, 2]);
  const { eigenvalue, eigenvector, residual, isConverged } = await powerIteration(matrix, {
    tolerance: 1e-12,
  });
  expect(isConverged).toBe(true);
  expect(eigenvalue).toBeCloseTo(3, 12);
  expect(residual).toBeLessThanOrEqual(3e-12);
  for (const entry of eigenvector) expect(Math.abs(entry)).toBeCloseTo(Math.SQRT1_2, 10);
  expect(Math.max(...eigenvector)).toBeGreaterThan(0);
});

test('a matrix that is not symmetric: ((1, 2, 0), (0, 4, 3), (0, 0, -5)) has -5', async () => {
  // (A + 5) v = 0: with the last entry -6, 9 b = 18, so b = 2, and 6 a = -4, so a = -2/3. Its largest entry is positive.
  using matrix = await square(3, [1, 2, 0, 0, 4, 3, 0, 0, -5]);
  const { eigenvalue, eigenvector } = await powerIteration(matrix);
  expect(eigenvalue).toBeCloseTo(-5, 7);
  const norm = Math.hypot(2 / 3, 2, 6);
  [2 / 3, -2, 6].forEach((entry, i) => {
    expect(eigenvector[i]).toBeCloseTo(entry / norm, 7);
  });
});

test('two eigenvalues of the same magnitude do not converge, and that is told', async () => {
  using matrix = await square(2, [0, 1, 4, 0]); // 2 and -2
  const { isConverged, iterations } = await powerIteration(matrix, { maxIterations: 50 });
  expect([isConverged, iterations]).toEqual([false, 50]);
});

test('zeros have the eigenvalue 0, at once', async () => {
  using matrix = await square(2, [0, 0, 0, 0]);
  expect(await powerIteration(matrix)).toMatchObject({
    eigenvalue: 0,
    residual: 0,
    iterations: 1,
    isConverged: true,
  });
});

test('the same seed gives the same bits, another one the same vector but for rounding', async () => {
  using matrix = await square(3, [4, 1, 0, 1, 3, 1, 0, 1, 2]);
  const [a, b, c] = [
    await powerIteration(matrix),
    await powerIteration(matrix),
    await powerIteration(matrix, { seed: 7 }),
  ];
  expect(a).toEqual(b);
  expect(a.eigenvector).not.toEqual(c.eigenvector);
  a.eigenvector.forEach((entry, i) => {
    expect(Math.abs(entry - c.eigenvector[i]!)).toBeLessThan(1e-7);
  });
});

test('what it cannot work with is refused', async () => {
  using matrix = await square(2, [2, 1, 1, 2]);
  await expect(powerIteration(matrix, { maxIterations: 0 })).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
  });
  await expect(powerIteration(matrix, { tolerance: Number.NaN })).rejects.toMatchObject({
    code: 'INVALID_ARGUMENT',
  });
  await expect(powerIteration(matrix, { seed: 0.5 })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  using wide = (await fromDense(Float32Array.of(1, 2), 1, 2)).matrix;
  await expect(powerIteration(wide)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', got: [1, 2] });
  await expect(powerIteration(matrix, { signal: AbortSignal.abort('before') })).rejects.toBe('before');
});

test('a matrix that is disposed of on the way, or a signal, stops it', async () => {
  // 2 and -2: a million iterations do not settle, so there is a way to stop on.
  const endless = { maxIterations: 1e6, tolerance: 0 };
  using matrix = await square(2, [0, 1, 4, 0]);
  const controller = new AbortController();
  const abort = () => controller.abort('enough');
  const stopped = powerIteration(matrix, { ...endless, signal: controller.signal, onProgress: abort });
  await expect(stopped).rejects.toBe('enough');
  const disposing = powerIteration(matrix, { ...endless, onProgress: () => matrix.dispose() });
  await expect(disposing).rejects.toMatchObject({ code: 'DISPOSED' });
  await expect(powerIteration(matrix)).rejects.toMatchObject({ code: 'DISPOSED' });
});
