import type { Progress } from '../host/progress.ts';
import { tooLarge } from './symmetric-eigen.ts';

/** Floating-point operations between two looks at the clock: a few milliseconds of JavaScript. */
const PIECE_OPERATIONS = 3e6;

/** What is done with a column that the columns before it give already, but for a share of its norm. */
export interface Dependence {
  /** The squared share of the norm that must be its own. */
  readonly least: number;
  /** Whether its own part counts as that share (and is mostly rounding); otherwise the column becomes 0. */
  readonly isKept: boolean;
}

/** A triangular matrix that makes columns orthonormal. */
export interface Orthonormalizer {
  /** R⁻¹, upper triangular: n x n, row-major. */
  readonly inverse: Float64Array;
  /** The least squared share of its norm that a column does not have of those before it; 0 where one is 0. */
  readonly independence: number;
}

/**
 * The inverse of R where G = Rᵀ R: columns with the Gram matrix G become orthonormal when multiplied by it (Cholesky QR).
 * Cost: 2/3 n³ floating-point operations.
 *
 * @param gram n rows of `stride` numbers; what is below the diagonal is not read
 * @throws LanewiseError `INVALID_VALUE` where a number is not finite
 */
export function* orthonormalizer(
  gram: Float64Array,
  n: number,
  stride: number,
  { least, isKept }: Dependence,
): Generator<Progress, Orthonormalizer> {
  const r = new Float64Array(n * n);
  for (let i = 0; i < n; i++) r.set(gram.subarray(i * stride, i * stride + n), i * n);
  /** 1 / R[k][k]. */
  const scales = new Float64Array(n);
  let [independence, operations] = [1, 0];
  for (let k = 0; k < n; k++) {
    const norm = gram[k * stride + k]!;
    if (!Number.isFinite(norm)) throw tooLarge(norm);
    const own = r[k * n + k]!;
    independence = Math.min(independence, norm > 0 ? Math.max(0, own / norm) : 0);
    const isDependent = own <= least * norm;
    const square = isDependent && isKept ? least * norm : own;
    scales[k] = (isDependent && !isKept) || norm === 0 ? 0 : 1 / Math.sqrt(square);
    for (let j = k; j < n; j++) r[k * n + j]! *= scales[k]!;
    for (let i = k + 1; i < n; i++) subtractRow(r, i * n, r[k * n + i]!, k * n, i, n);
    operations += 2 * (n - k) ** 2;
    if (operations < PIECE_OPERATIONS) continue;
    operations = 0;
    yield { done: k, total: 2 * n };
  }
  return { inverse: yield* invertUpper(r, scales, n), independence };
}

/** Row by row from the last: each is the unit row less the rows below it, times what R has of them. */
function* invertUpper(r: Float64Array, scales: Float64Array, n: number): Generator<Progress, Float64Array> {
  const inverse = new Float64Array(n * n);
  let operations = 0;
  for (let i = n - 1; i >= 0; i--) {
    const row = i * n;
    inverse[row + i] = 1;
    for (let k = i + 1; k < n; k++) {
      const factor = r[row + k]!;
      for (let j = k; j < n; j++) inverse[row + j]! -= factor * inverse[k * n + j]!;
    }
    for (let j = i; j < n; j++) inverse[row + j]! *= scales[i]!;
    operations += (n - i) ** 2;
    if (operations < PIECE_OPERATIONS) continue;
    operations = 0;
    yield { done: 2 * n - i, total: 2 * n };
  }
  return inverse;
}

function subtractRow(
  r: Float64Array,
  to: number,
  factor: number,
  from: number,
  start: number,
  end: number,
): void {
  for (let j = start; j < end; j++) r[to + j]! -= factor * r[from + j]!;
}

/** Wᵀ G W for an upper triangular W: n x n, row-major, both halves. Cost: 2 n³ floating-point operations. */
export function* congruent(
  gram: Float64Array,
  n: number,
  stride: number,
  w: Float64Array,
): Generator<Progress, Float64Array> {
  const half = new Float64Array(n * n); // G W
  const rows = Math.ceil(PIECE_OPERATIONS / (2 * n * n));
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < n; k++) {
      const factor = gram[Math.min(i, k) * stride + Math.max(i, k)]!;
      for (let j = k; j < n; j++) half[i * n + j]! += factor * w[k * n + j]!;
    }
    if (i % rows === rows - 1) yield { done: i, total: 2 * n };
  }
  const whole = new Float64Array(n * n);
  for (let k = 0; k < n; k++) {
    for (let i = k; i < n; i++) {
      const factor = w[k * n + i]!;
      for (let j = 0; j < n; j++) whole[i * n + j]! += factor * half[k * n + j]!;
    }
    if (k % rows === rows - 1) yield { done: n + k, total: 2 * n };
  }
  return whole;
}
