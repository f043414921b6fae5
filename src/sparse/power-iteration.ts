import { Arena } from '../host/arena.ts';
import { type LongCallOptions, type Progress, runPieces } from '../host/progress.ts';
import { Random } from '../host/random.ts';
import { checkInteger } from '../vectors/input.ts';
import { type CsrMatrix, storeOf } from './csr-matrix.ts';
import { checkSquare, checkTolerance, MOST_ITERATIONS } from './matrix-input.ts';
import { tooLarge } from './symmetric-eigen.ts';
import { WideProduct } from './wide-product.ts';

/** How the dominant eigenvector is looked for. */
export interface PowerIterationOptions extends LongCallOptions {
  /** @default 1000 */
  readonly maxIterations?: number;
  /** Ends when |A v - λ v| is no more than this share of |λ|. @default 1e-9 */
  readonly tolerance?: number;
  /** Draws the vector to begin with. @default 0 */
  readonly seed?: number;
}

/** The eigenvalue of largest magnitude, and its eigenvector. */
export interface DominantEigenpair {
  readonly eigenvalue: number;
  /** Of norm 1, its entry of largest magnitude positive. */
  readonly eigenvector: Float64Array;
  readonly iterations: number;
  /** |A v - λ v|: some eigenvalue of a symmetric matrix is no farther than this from λ. */
  readonly residual: number;
  readonly isConverged: boolean;
}

/**
 * The dominant eigenvalue of a square matrix and its eigenvector, by power iteration in float64 (von Mises and
 * Pollaczek-Geiringer 1929; Golub and Van Loan, "Matrix Computations", section 7.3.1). Each iteration costs O(rows +
 * nonzeros); the error falls by the ratio of the second eigenvalue to the first, so where two are of the same magnitude, as
 * of a bipartite graph, it does not converge, and says so. Progress counts iterations.
 *
 * @param matrix square; it must not be disposed of meanwhile
 * @throws LanewiseError `INVALID_ARGUMENT`, `INVALID_VALUE`, `MEMORY_EXHAUSTED`, `DISPOSED`, and the signal's reason
 */
export async function powerIteration(
  matrix: CsrMatrix,
  options: PowerIterationOptions = {},
): Promise<DominantEigenpair> {
  checkSquare(storeOf(matrix));
  const { maxIterations = 1000, tolerance = 1e-9, seed = 0 } = options;
  checkInteger('maxIterations', maxIterations, 1, MOST_ITERATIONS);
  checkTolerance(tolerance);
  checkInteger('seed', seed, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
  return runPieces(iterate(matrix, { maxIterations, tolerance, seed }), options);
}

function* iterate(
  matrix: CsrMatrix,
  { maxIterations, tolerance, seed }: { maxIterations: number; tolerance: number; seed: number },
): Generator<Progress, DominantEigenpair> {
  const arena = new Arena(storeOf(matrix).runtime.memory);
  try {
    const product = new WideProduct(storeOf(matrix), arena);
    const random = new Random(seed);
    const vector = new Float64Array(matrix.rows).map(() => 2 * random.uniform() - 1);
    scale(vector, Math.sqrt(dot(vector, vector)));
    for (let iterations = 1; ; iterations++) {
      product.input().set(vector);
      for (const progress of product.multiply(iterations - 1, maxIterations)) {
        yield progress;
        storeOf(matrix); // its memory is gone if it was disposed of
      }
      const image = product.output();
      const eigenvalue = dot(image, vector);
      const residual = distance(image, vector, eigenvalue);
      const norm = Math.sqrt(dot(image, image));
      if (!Number.isFinite(norm)) throw tooLarge(norm);
      const isConverged = residual <= tolerance * Math.abs(eigenvalue);
      if (isConverged || iterations === maxIterations || norm === 0) {
        yield { done: maxIterations, total: maxIterations };
        scale(vector, signOf(vector));
        return { eigenvalue, eigenvector: vector, iterations, residual, isConverged };
      }
      vector.set(image);
      scale(vector, norm);
    }
  } finally {
    arena.release();
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** |image - eigenvalue x vector|. */
function distance(image: Float64Array, vector: Float64Array, eigenvalue: number): number {
  let sum = 0;
  for (let i = 0; i < image.length; i++) {
    const difference = image[i]! - eigenvalue * vector[i]!;
    sum += difference * difference;
  }
  return Math.sqrt(sum);
}

function scale(vector: Float64Array, divisor: number): void {
  for (let i = 0; i < vector.length; i++) vector[i]! /= divisor;
}

/** The sign of the entry of largest magnitude; of equal ones the first decides. */
function signOf(vector: Float64Array): number {
  let largest = 0;
  for (let i = 0; i < vector.length; i++) if (Math.abs(vector[i]!) > Math.abs(largest)) largest = vector[i]!;
  return largest < 0 ? -1 : 1;
}
