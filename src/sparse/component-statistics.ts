import type { CsrStore } from './csr-store.ts';
import type { Runtime } from './kernels.ts';
import type { RightFactors } from './range-finder.ts';

/** Means of the columns of a matrix, and the sum of their variances. */
export function columnStatistics({ runtime, indices, values, nonzeros, rows, columns }: CsrStore): {
  readonly means: Float64Array;
  readonly totalVariance: number;
} {
  const { u32, f32 } = runtime.memory;
  const means = new Float64Array(columns);
  let squares = 0;
  for (let at = 0; at < nonzeros; at++) {
    const value = values === 0 ? 1 : f32[values / 4 + at]!;
    means[u32[indices / 4 + at]!]! += value;
    squares += value * value;
  }
  let totalVariance = squares / rows;
  for (let column = 0; column < columns; column++) {
    means[column]! /= rows;
    totalVariance -= means[column]! ** 2;
  }
  return { means, totalVariance };
}

/**
 * Makes every vector one of norm 1, its entry of largest magnitude positive (the first of equal ones). Returns their
 * products with `means`.
 */
export function finishComponents(
  runtime: Runtime,
  { vectors, stride, singularValues }: RightFactors,
  means: Float64Array,
): Float64Array {
  const components = singularValues.length;
  const f32 = runtime.memory.f32.subarray(vectors / 4, vectors / 4 + means.length * stride);
  const squares = new Float64Array(components);
  const largest = new Float64Array(components);
  const products = new Float64Array(components);
  for (let column = 0, at = 0; column < means.length; column++, at += stride - components) {
    const mean = means[column]!;
    for (let i = 0; i < components; i++, at++) {
      const value = f32[at]!;
      squares[i]! += value * value;
      products[i]! += value * mean;
      if (Math.abs(value) > Math.abs(largest[i]!)) largest[i] = value;
    }
  }
  const scales = squares.map((square, i) => {
    const norm = Math.sqrt(square);
    return norm === 0 ? 0 : (largest[i]! < 0 ? -1 : 1) / norm;
  });
  for (let at = 0; at < f32.length; at += stride) {
    for (let i = 0; i < components; i++) f32[at + i]! *= scales[i]!;
  }
  return products.map((product, i) => product * scales[i]!);
}
