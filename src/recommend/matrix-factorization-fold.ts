import { orthonormalizer } from '../sparse/cholesky.ts';
import type { CheckedInteractions } from '../vectors/interactions.ts';
import type { FoldedUser, Model } from './factor-ranking.ts';
import type { CheckedOptions } from './matrix-factorization-options.ts';

/** Where no penalty holds them, directions of which items have less than this share of their own are left at 0. */
const LEAST_INDEPENDENCE = 1e-12;

/**
 * The user whose ratings are the nearest to those given, with the factors of items held: ridge regression, by the normal
 * equations and Cholesky's method in float64. As descent meets the penalty at each rating, it counts as often here. Cost:
 * O(ratings x factors² + factors³).
 */
export function foldUser(
  { factors, mean }: Model,
  { items, ratings }: CheckedInteractions,
  { regularization, biasRegularization }: CheckedOptions,
): FoldedUser {
  const { f32 } = factors.runtime.memory;
  const { itemBiases, extents } = factors;
  const own = extents.factors;
  const n = own + (itemBiases ? 1 : 0);
  const gram = new Float64Array(n * n);
  const target = new Float64Array(n);
  const row = new Float64Array(n).fill(1);
  for (let at = 0; at < items.length; at++) {
    const item = items[at]!;
    const start = factors.itemRow(item) / 4;
    for (let i = 0; i < own; i++) row[i] = f32[start + i]!;
    const rest = ratings![at]! - mean - (itemBiases ? f32[itemBiases / 4 + item]! : 0);
    for (let i = 0; i < n; i++) {
      const value = row[i]!;
      target[i]! += rest * value;
      for (let j = i; j < n; j++) gram[i * n + j]! += value * row[j]!;
    }
  }
  for (let i = 0; i < n; i++)
    gram[i * n + i]! += items.length * (i < own ? regularization : biasRegularization);
  const solution = solve(gram, target, n);
  return { factors: Float32Array.from(solution.subarray(0, own)), bias: Math.fround(solution[own] ?? 0) };
}

/** x where G x = b, as W Wᵀ b for the inverse W of G's triangular root. */
function solve(gram: Float64Array, target: Float64Array, n: number): Float64Array {
  const work = orthonormalizer(gram, n, n, { least: LEAST_INDEPENDENCE, isKept: false });
  for (;;) {
    const { done, value } = work.next();
    if (!done) continue;
    const { inverse } = value;
    const solution = new Float64Array(n);
    for (let k = 0; k < n; k++) {
      let product = 0;
      for (let i = 0; i <= k; i++) product += inverse[i * n + k]! * target[i]!;
      for (let i = 0; i <= k; i++) solution[i]! += inverse[i * n + k]! * product;
    }
    return solution;
  }
}
