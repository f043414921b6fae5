import type { Arena } from '../host/arena.ts';
import type { CheckedOptions } from './implicit-als-options.ts';
import type { Runtime } from './kernels.ts';

/** Floating-point operations between two looks at the clock: a few milliseconds. */
export const PIECE_OPERATIONS = 2e7;
/** Entries of a row that are taken together end at a multiple of this (assembly/als.ts). */
const BATCH = 32;

/** How the equations of a row are solved. */
export type ImplicitALSSolver = 'cholesky' | 'conjugateGradient';

/** The equations of one row: its entries, and the factors of the others. Addresses. */
export interface RowEquations {
  readonly others: number;
  readonly weights: number;
  readonly count: number;
  readonly factors: number;
  readonly penalty: number;
}

/**
 * The penalty of a row: the same for all, or as many times as the confidences of all its entries sum to, of which there are
 * `others`, that are there or not.
 */
export function penaltyOf(
  { regularization, scaledRegularization }: CheckedOptions,
  weights: Float32Array,
  others: number,
): number {
  if (!scaledRegularization) return regularization;
  let sum = others;
  for (let i = 0; i < weights.length; i++) sum += weights[i]!;
  return regularization * sum;
}

/** What the rows of one side are solved with: the Gram matrix of the other side, and room. */
export class RowSolver {
  readonly width: number;
  /** f32 width x width, both halves. */
  readonly #gram: number;
  readonly #room: number;
  readonly #scratch: number;
  readonly #runtime: Runtime;
  readonly #solver: ImplicitALSSolver;
  readonly #steps: number;

  /** @throws LanewiseError `MEMORY_EXHAUSTED` */
  constructor(runtime: Runtime, arena: Arena, width: number, solver: ImplicitALSSolver, steps: number) {
    this.width = width;
    this.#runtime = runtime;
    this.#solver = solver;
    this.#steps = steps;
    this.#gram = arena.allocate(4 * width * width);
    this.#room = arena.allocate(4 * width * (width + 4));
    this.#scratch = arena.allocate(8 * width * (width + BATCH));
  }

  /** A copy of the Gram matrix: width x width, row-major. */
  get gram(): Float32Array {
    const at = this.#gram / 4;
    return this.#runtime.memory.f32.slice(at, at + this.width * this.width);
  }

  /** Takes the Gram matrix of some rows; yields operations. */
  *takeGram(rows: number, count: number): Generator<number> {
    const { width } = this;
    const { kernels, memory } = this.#runtime;
    const sums = this.#scratch + 8 * width * BATCH;
    memory.u8.fill(0, sums, sums + 8 * width * width);
    const some = BATCH * Math.ceil(PIECE_OPERATIONS / (BATCH * width * (width + 4)));
    for (let row = 0; row < count; row += some) {
      const part = Math.min(some, count - row);
      kernels.addGram(rows + 4 * width * row, part, width, 0, this.#scratch, sums);
      yield part * width * (width + 4);
    }
    const from = new Float64Array(memory.wasm.buffer, sums, width * width);
    const gram = memory.f32.subarray(this.#gram / 4, this.#gram / 4 + width * width);
    for (let i = 0; i < width; i++) {
      for (let j = i; j < width; j++) {
        const sum = from[i * width + j]!;
        gram[i * width + j] = sum;
        gram[j * width + i] = sum;
      }
    }
  }

  /** Solves a row into `out`, which holds a first guess; yields operations. */
  solve(row: RowEquations, out: number): Generator<number> {
    return this.#solver === 'cholesky' ? this.#eliminate(row, out) : this.#descend(row, out);
  }

  *#eliminate({ others, weights, count, factors, penalty }: RowEquations, out: number): Generator<number> {
    const { width } = this;
    const { kernels } = this.#runtime;
    const matrix = this.#room;
    const right = matrix + 4 * width * width;
    const cost = width * (width + 8);
    const some = BATCH * Math.ceil(PIECE_OPERATIONS / (BATCH * cost));
    kernels.startNormal(this.#gram, width, penalty, matrix, right);
    for (let at = 0; at < count; at += some) {
      const part = Math.min(some, count - at);
      const [from, by] = [others + 4 * at, weights + 4 * at];
      kernels.addNormal(from, by, part, factors, width, this.#scratch, matrix, right);
      yield part * cost;
    }
    kernels.solveNormal(matrix, right, width, right + 4 * width, out);
    yield (width * width * width) / 3;
  }

  *#descend(row: RowEquations, x: number): Generator<number> {
    const { width } = this;
    const { kernels, memory } = this.#runtime;
    const [r, p, q] = [this.#room, this.#room + 4 * width, this.#room + 8 * width] as const;
    yield* this.#product(row, x, 1, r);
    memory.f32.copyWithin(p / 4, r / 4, r / 4 + width);
    let square = kernels.dotRows(r, r, width);
    for (let step = 0; step < this.#steps && square !== 0; step++) {
      yield* this.#product(row, p, 0, q);
      square = kernels.stepConjugate(x, r, p, q, width, square);
    }
  }

  *#product(row: RowEquations, v: number, share: number, out: number): Generator<number> {
    const { width } = this;
    const { kernels } = this.#runtime;
    kernels.applyGram(this.#gram, width, row.penalty, v, out);
    const some = BATCH * Math.ceil(PIECE_OPERATIONS / (BATCH * 4 * width));
    for (let at = 0; at < row.count; at += some) {
      const part = Math.min(some, row.count - at);
      const [from, by] = [row.others + 4 * at, row.weights + 4 * at];
      kernels.addResiduals(from, by, part, row.factors, width, v, share, out);
      yield 4 * width * part + 2 * width * width;
    }
  }
}
