import { Arena } from '../host/arena.ts';
import { LanewiseError } from '../host/errors.ts';
import type { Progress } from '../host/progress.ts';
import type { Runtime } from './kernels.ts';

/** Floating-point operations between two looks at the clock: a few milliseconds. */
const PIECE_OPERATIONS = 8e6;
/** Sweeps an eigenvalue; two are the rule. */
const MOST_SWEEPS = 60;

/** Eigenvalues, the largest first, and an eigenvector of norm 1 a row for the first of them. */
export interface SymmetricEigen {
  readonly values: Float64Array;
  /** count x n, row-major. */
  readonly vectors: Float64Array;
}

/**
 * Eigenvalues of a symmetric matrix and the eigenvectors of the `count` largest, in float64: tridiagonal form by
 * reflections, then implicit QR steps with Wilkinson's shift (Golub and Van Loan, "Matrix Computations", section 8.3).
 * Cost: some 9 n³ floating-point operations. Memory: twice the matrix.
 *
 * @param matrix n x n, row-major; what is below its diagonal is not read
 * @throws LanewiseError `INVALID_VALUE` where it holds NaN or an infinity, `MEMORY_EXHAUSTED`
 */
export function* symmetricEigen(
  runtime: Runtime,
  matrix: Float64Array,
  n: number,
  count: number,
): Generator<Progress, SymmetricEigen> {
  const arena = new Arena(runtime.memory);
  try {
    const solver = new EigenSolver(runtime, arena, n);
    yield* solver.place(matrix);
    yield* solver.tridiagonalize();
    yield* solver.accumulate();
    yield* solver.diagonalize();
    return solver.largest(count);
  } finally {
    arena.release();
  }
}

class EigenSolver {
  readonly #runtime: Runtime;
  readonly #n: number;
  readonly #stride: number;
  /** Addresses: assembly/eigen.ts draws them. */
  readonly #a: number;
  readonly #vectors: number;
  readonly #betas: number;
  readonly #scratch: number;
  /** Diagonal and its neighbours: offDiagonal[k] stands between k and k + 1. */
  readonly #diagonal: Float64Array;
  readonly #offDiagonal: Float64Array;

  constructor(runtime: Runtime, arena: Arena, n: number) {
    this.#runtime = runtime;
    this.#n = n;
    this.#stride = n + (n & 1);
    this.#a = arena.allocate(8 * n * this.#stride);
    this.#vectors = arena.allocate(8 * n * this.#stride);
    this.#betas = arena.allocate(8 * n);
    this.#scratch = arena.allocate(16 * this.#stride);
    this.#diagonal = new Float64Array(n);
    this.#offDiagonal = new Float64Array(n);
  }

  /** The matrix, both halves of it, and the identity that its eigenvectors begin as. */
  *place(matrix: Float64Array): Generator<Progress> {
    const [n, stride] = [this.#n, this.#stride];
    this.#numbers(this.#a, n * stride).fill(0);
    this.#numbers(this.#vectors, n * stride).fill(0);
    for (let i = 0, operations = 0; i < n; i++) {
      const a = this.#numbers(this.#a, n * stride);
      this.#numbers(this.#vectors, n * stride)[i * stride + i] = 1;
      for (let j = i; j < n; j++) {
        const value = matrix[i * n + j]!;
        if (!Number.isFinite(value)) throw tooLarge(value);
        a[i * stride + j] = value;
        a[j * stride + i] = value;
      }
      operations += 20 * (n - i);
      if (operations < PIECE_OPERATIONS) continue;
      operations = 0;
      yield { done: 0, total: 3 * n };
    }
  }

  *tridiagonalize(): Generator<Progress> {
    const n = this.#n;
    for (let k = 0, operations = 0; k < n; k++) {
      if (k < n - 1) {
        this.#offDiagonal[k] = this.#runtime.kernels.reflect(
          ...([this.#a, n, this.#stride, k, this.#betas, this.#scratch] as const),
        );
      }
      this.#diagonal[k] = this.#numbers(this.#a, n * this.#stride)[k * this.#stride + k]!;
      operations += 6 * (n - k) ** 2;
      if (operations < PIECE_OPERATIONS) continue;
      operations = 0;
      yield { done: k, total: 3 * n };
    }
  }

  *accumulate(): Generator<Progress> {
    const n = this.#n;
    for (let k = n - 2, operations = 0; k >= 0; k--) {
      this.#runtime.kernels.accumulate(this.#a, n, this.#stride, k, this.#betas, this.#vectors);
      operations += 4 * (n - k) ** 2;
      if (operations < PIECE_OPERATIONS) continue;
      operations = 0;
      yield { done: 2 * n - k, total: 3 * n };
    }
  }

  *diagonalize(): Generator<Progress> {
    const e = this.#offDiagonal;
    let operations = 0;
    let sweeps = 0;
    for (let last = this.#n - 1; last > 0; ) {
      if (this.#isNegligible(last - 1)) {
        last--;
        sweeps = 0;
        continue;
      }
      let first = last - 1;
      while (first > 0 && !this.#isNegligible(first - 1)) first--;
      if (++sweeps > MOST_SWEEPS) throw tooLarge(e[last - 1]!);
      this.#sweep(first, last);
      operations += 6 * (last - first) * this.#n;
      if (operations < PIECE_OPERATIONS) continue;
      operations = 0;
      yield { done: 3 * this.#n - last, total: 3 * this.#n };
    }
  }

  largest(count: number): SymmetricEigen {
    const n = this.#n;
    const order = Array.from(this.#diagonal.keys());
    order.sort((a, b) => this.#diagonal[b]! - this.#diagonal[a]! || a - b);
    const vectors = new Float64Array(count * n);
    const rows = this.#numbers(this.#vectors, n * this.#stride);
    for (let i = 0; i < count; i++) {
      const start = order[i]! * this.#stride;
      vectors.set(rows.subarray(start, start + n), i * n);
    }
    return { values: Float64Array.from(order, (i) => this.#diagonal[i]!), vectors };
  }

  /** Neighbours that rounding cannot tell from 0 are set to it: the matrix falls apart there. */
  #isNegligible(k: number): boolean {
    const [d, e] = [this.#diagonal, this.#offDiagonal];
    if (Math.abs(e[k]!) > Number.EPSILON * (Math.abs(d[k]!) + Math.abs(d[k + 1]!))) return false;
    e[k] = 0;
    return true;
  }

  /** One implicit QR step on the block first..last: rotations of neighbouring rows and columns, top to bottom. */
  #sweep(first: number, last: number): void {
    const [d, e] = [this.#diagonal, this.#offDiagonal];
    const rotations = this.#numbers(this.#scratch, 2 * this.#n);
    let x = d[first]! - shiftOf(d[last - 1]!, e[last - 1]!, d[last]!);
    let z = e[first]!;
    for (let k = first; k < last; k++) {
      // Makes (x, z) into (radius, 0).
      const radius = Math.sqrt(x * x + z * z);
      const cosine = radius === 0 ? 1 : x / radius;
      const sine = radius === 0 ? 0 : z / radius;
      if (k > first) e[k - 1] = radius;
      const [upper, lower, between] = [d[k]!, d[k + 1]!, e[k]!];
      const mixed = 2 * cosine * sine * between;
      d[k] = cosine * cosine * upper + mixed + sine * sine * lower;
      d[k + 1] = sine * sine * upper - mixed + cosine * cosine * lower;
      e[k] = cosine * sine * (lower - upper) + (cosine * cosine - sine * sine) * between;
      if (k + 1 < last) {
        x = e[k]!;
        z = sine * e[k + 1]!;
        e[k + 1] = cosine * e[k + 1]!;
      }
      rotations[2 * (k - first)] = cosine;
      rotations[2 * (k - first) + 1] = sine;
    }
    this.#runtime.kernels.rotateRows(this.#vectors, this.#stride, first, last - first, this.#scratch);
  }

  /** A view that ends with the next allocation. */
  #numbers(address: number, length: number): Float64Array {
    return new Float64Array(this.#runtime.memory.wasm.buffer, address, length);
  }
}

/** The eigenvalue of ((a, b), (b, c)) that is nearer to c. */
function shiftOf(a: number, b: number, c: number): number {
  const half = (a - c) / 2;
  const root = Math.sqrt(half * half + b * b);
  return c - (b * b) / (half + (half < 0 ? -root : root));
}

/** What leaves the range of floating-point numbers on the way. */
export function tooLarge(got: number): LanewiseError {
  return new LanewiseError(
    'INVALID_VALUE',
    `Products of the values leave the range of float32 (got ${got}). Scale the values down.`,
    { got },
  );
}
