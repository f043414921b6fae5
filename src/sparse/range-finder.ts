import { Arena } from '../host/arena.ts';
import { asPart, type Progress } from '../host/progress.ts';
import { Random } from '../host/random.ts';
import { congruent, type Dependence, type Orthonormalizer, orthonormalizer } from './cholesky.ts';
import { type CsrMatrix, storeOf } from './csr-matrix.ts';
import type { CsrStore } from './csr-store.ts';
import type { Runtime } from './kernels.ts';
import { symmetricEigen, tooLarge } from './symmetric-eigen.ts';

/** Floating-point operations between two looks at the clock: a few milliseconds. */
const PIECE_OPERATIONS = 2e7;
/** Rows multiplied by a small matrix at a time: they stay in the second-level cache. */
const BATCH_ROWS = 64;
/** Progress within a step counts to this. */
const STEP_PARTS = 1000;
/** Of a column that rounding alone keeps apart from the others, the rounding becomes a new direction to look in. */
const WITH_ROUNDING: Dependence = { least: 1e-13, isKept: true };
/** In the end such columns would add noise to the others. */
const WITHOUT_ROUNDING: Dependence = { least: 1e-6, isKept: false };
/** Columns less independent than this are made orthonormal once more, three times at most. */
const INDEPENDENT = 1e-4;
/** Singular values below this share of the largest are not told from rounding. */
const LEAST_SHARE = 2 ** -20;

/** What is looked for in a matrix. */
export interface RangeFinderOptions {
  readonly components: number;
  readonly iterations: number;
  readonly oversamples: number;
  readonly seed: number;
}

/** The right singular vectors of a matrix in linear memory, and what belongs to them. */
export interface RightFactors {
  /** f32 columns x stride: vector i is column i; those beyond the rank of the matrix are 0. */
  readonly vectors: number;
  readonly stride: number;
  /** Descending. */
  readonly singularValues: Float64Array<ArrayBuffer>;
}

/** Floats of a row of `width` columns: whole vectors of four. */
export function strideOf(width: number): number {
  return 4 * Math.ceil(width / 4);
}

/**
 * Randomized subspace iteration (Halko, Martinsson and Tropp, "Finding structure with randomness", 2011, algorithms 4.4
 * and 5.1) with random signs in place of Gaussian numbers (Achlioptas 2003). Bases are made orthonormal after every
 * product by Cholesky QR: a Gram matrix in float64, repeated where one pass does not do (Fukaya et al., "Shifted
 * Cholesky QR", 2020).
 *
 * @param target holds the vectors
 * @throws LanewiseError `INVALID_VALUE`, `MEMORY_EXHAUSTED`, `DISPOSED` where the matrix is disposed of meanwhile
 */
export function* rightFactors(
  matrix: CsrMatrix,
  options: RangeFinderOptions,
  target: Arena,
): Generator<Progress, RightFactors> {
  const store = storeOf(matrix);
  const buffers = new Arena(store.runtime.memory);
  let turned: CsrStore | undefined;
  let work: Generator<Progress, RightFactors> | undefined;
  try {
    turned = store.transpose();
    work = new RangeFinder(store, turned, buffers, options).run(target);
    for (;;) {
      const { done, value } = work.next();
      if (done) return value;
      yield value;
      storeOf(matrix); // its memory is gone if it was disposed of
    }
  } finally {
    work?.return(undefined as never); // which holds memory of its own in some of its steps
    turned?.arena.release();
    buffers.release();
  }
}

/** Rows of float32 numbers in linear memory, `stride` apart. */
interface Block {
  readonly address: number;
  readonly rows: number;
}

class RangeFinder {
  readonly #runtime: Runtime;
  readonly #store: CsrStore;
  readonly #turned: CsrStore;
  readonly #options: RangeFinderOptions;
  /** Columns that are looked with. */
  readonly #width: number;
  readonly #stride: number;
  /** A basis of row space, and one of column space. */
  readonly #right: Block;
  readonly #left: Block;
  /** Addresses: a Gram matrix, a small matrix, and rows on their way. */
  readonly #gram: number;
  readonly #small: number;
  readonly #scratch: number;
  #step = 0;

  constructor(store: CsrStore, turned: CsrStore, buffers: Arena, options: RangeFinderOptions) {
    const { rows, columns, runtime } = store;
    this.#runtime = runtime;
    this.#store = store;
    this.#turned = turned;
    this.#options = options;
    this.#width = Math.min(options.components + options.oversamples, rows, columns);
    const stride = strideOf(this.#width);
    this.#stride = stride;
    this.#right = { address: buffers.allocate(4 * stride * columns), rows: columns };
    this.#left = { address: buffers.allocate(4 * stride * rows), rows };
    this.#gram = buffers.allocate(8 * stride * stride);
    this.#small = buffers.allocate(4 * stride * stride);
    this.#scratch = buffers.allocate(4 * BATCH_ROWS * stride);
  }

  *run(target: Arena): Generator<Progress, RightFactors> {
    const { iterations } = this.#options;
    yield* this.#part(this.#fillWithSigns());
    for (let i = 0; i < iterations; i++) {
      yield* this.#part(this.#multiply(this.#store, this.#right, this.#left));
      yield* this.#part(this.#orthonormalize(this.#left));
      yield* this.#part(this.#multiply(this.#turned, this.#left, this.#right));
      yield* this.#part(this.#orthonormalize(this.#right));
    }
    yield* this.#part(this.#multiply(this.#store, this.#right, this.#left));
    const { inverse } = yield* this.#part(this.#settle(this.#left));
    yield* this.#part(this.#multiply(this.#turned, this.#left, this.#right));
    return yield* this.#part(this.#solve(inverse, target));
  }

  #part<Result>(work: Generator<Progress, Result>): Generator<Progress, Result> {
    const from = STEP_PARTS * this.#step++;
    const total = STEP_PARTS * (4 * this.#options.iterations + 5);
    return asPart(work, { from, to: from + STEP_PARTS, total });
  }

  *#fillWithSigns(): Generator<Progress> {
    const { address, rows } = this.#right;
    const random = new Random(this.#options.seed);
    const batch = Math.ceil(PIECE_OPERATIONS / 20 / this.#stride);
    for (let row = 0; row < rows; ) {
      const { f32 } = this.#runtime.memory;
      for (const end = Math.min(rows, row + batch); row < end; row++) {
        const start = address / 4 + row * this.#stride;
        f32.fill(0, start + this.#width, start + this.#stride);
        for (let column = 0, bits = 0; column < this.#width; column++, bits >>>= 1) {
          if (column % 32 === 0) bits = random.uint32();
          f32[start + column] = bits & 1 ? 1 : -1;
        }
      }
      yield { done: row, total: rows };
    }
  }

  /** As many rows a time as hold some entries: skewed rows make uneven pieces otherwise. */
  *#multiply(store: CsrStore, from: Block, to: Block): Generator<Progress> {
    const { indptr, indices, values, rows, runtime } = store;
    const entries = PIECE_OPERATIONS / (2 * this.#stride);
    for (let row = 0; row < rows; ) {
      const starts = runtime.memory.u32.subarray(indptr / 4, indptr / 4 + rows + 1);
      const first = row;
      const most = starts[row]! + entries;
      for (row++; row < rows && starts[row + 1]! <= most && row - first < entries; row++);
      runtime.kernels.multiplyCsrDense(
        ...([indptr + 4 * first, indices, values, row - first] as const),
        ...([from.address, to.address + 4 * this.#stride * first, this.#stride] as const),
      );
      yield { done: row, total: rows };
    }
  }

  /** Makes the columns of a block orthonormal, as far as float32 and what is in them allow. */
  *#orthonormalize(block: Block): Generator<Progress, number> {
    const { inverse, independence } = yield* this.#factor(block, WITH_ROUNDING);
    this.#placeSmall(inverse, this.#width, this.#stride, this.#width);
    const { kernels, memory } = this.#runtime;
    const rowBytes = 4 * this.#stride;
    const batches = this.#batches();
    for (let row = 0; row < block.rows; row += BATCH_ROWS) {
      const count = Math.min(BATCH_ROWS, block.rows - row);
      const at = block.address + row * rowBytes;
      kernels.multiplyDense(
        ...([at, count, this.#stride, this.#small, this.#width, this.#stride] as const),
        ...([true, this.#scratch] as const),
      );
      memory.u8.copyWithin(at, this.#scratch, this.#scratch + count * rowBytes);
      if ((row / BATCH_ROWS) % batches === batches - 1)
        yield { done: block.rows + row, total: 2 * block.rows };
    }
    return independence;
  }

  /** Makes them orthonormal but for what another factor mends, which it returns. */
  *#settle(block: Block): Generator<Progress, Orthonormalizer> {
    for (let pass = 0; pass < 3; pass++) {
      if ((yield* this.#orthonormalize(block)) >= INDEPENDENT) break;
    }
    return yield* this.#factor(block, WITHOUT_ROUNDING);
  }

  *#factor(block: Block, dependence: Dependence): Generator<Progress, Orthonormalizer> {
    const gram = yield* this.#gramOf(block);
    return yield* orthonormalizer(gram, this.#width, this.#stride, dependence);
  }

  /** A copy of the Gram matrix: `stride` numbers a row, upper half. */
  *#gramOf({ address, rows }: Block): Generator<Progress, Float64Array> {
    const { kernels, memory } = this.#runtime;
    const stride = this.#stride;
    const arena = new Arena(memory);
    try {
      const widened = arena.allocate(256 * stride);
      memory.u8.fill(0, this.#gram, this.#gram + 8 * stride * stride);
      const batch = 32 * this.#batches();
      for (let row = 0; row < rows; row += batch) {
        const count = Math.min(batch, rows - row);
        kernels.addGram(address + 4 * stride * row, count, stride, 0, widened, this.#gram);
        yield { done: row, total: 2 * rows };
      }
    } finally {
      arena.release();
    }
    return new Float64Array(memory.wasm.buffer, this.#gram, stride * stride).slice();
  }

  /** Batches of rows that make a piece. */
  #batches(): number {
    return Math.max(1, Math.floor(PIECE_OPERATIONS / (2 * BATCH_ROWS * this.#stride ** 2)));
  }

  /** A small matrix in float32, `width` of its columns in rows of `stride`. */
  #placeSmall(values: Float64Array, width: number, stride: number, depth: number): void {
    const { f32 } = this.#runtime.memory;
    f32.fill(0, this.#small / 4, this.#small / 4 + depth * stride);
    for (let i = 0; i < depth; i++) {
      f32.set(values.subarray(i * width, (i + 1) * width), this.#small / 4 + i * stride);
    }
  }

  /**
   * With Q = left x correction orthonormal, and right = Aᵀ left: the Gram matrix of Aᵀ Q has the squared singular values
   * as eigenvalues, and turns Aᵀ Q into right singular vectors.
   */
  *#solve(correction: Float64Array, target: Arena): Generator<Progress, RightFactors> {
    const width = this.#width;
    const { kernels } = this.#runtime;
    const gram = yield* this.#gramOf(this.#right);
    const square = yield* congruent(gram, width, this.#stride, correction);
    const components = this.#options.components;
    const { values, vectors } = yield* this.#eigen(square);
    const singularValues = new Float64Array(components);
    const factors = new Float64Array(width * components);
    for (let i = 0; i < components; i++) {
      const value = Math.sqrt(Math.max(0, values[i]!));
      if (!(value > LEAST_SHARE * Math.sqrt(values[0]!))) break;
      singularValues[i] = value;
      for (let row = 0; row < width; row++) {
        let sum = 0;
        for (let k = row; k < width; k++) sum += correction[row * width + k]! * vectors[i * width + k]!;
        factors[row * components + i] = sum / value;
      }
    }
    const stride = strideOf(components);
    this.#placeSmall(factors, components, stride, width);
    const { address, rows } = this.#right;
    const found = target.allocate(4 * stride * rows);
    const batches = this.#batches();
    for (let row = 0; row < rows; row += BATCH_ROWS) {
      kernels.multiplyDense(
        ...([address + 4 * this.#stride * row, Math.min(BATCH_ROWS, rows - row), this.#stride] as const),
        ...([this.#small, width, stride, false, found + 4 * stride * row] as const),
      );
      if ((row / BATCH_ROWS) % batches === batches - 1) yield { done: rows + row, total: 2 * rows };
    }
    return { vectors: found, stride, singularValues };
  }

  *#eigen(square: Float64Array): Generator<Progress, { values: Float64Array; vectors: Float64Array }> {
    const work = symmetricEigen(this.#runtime, square, this.#width, this.#options.components);
    try {
      for (;;) {
        const { done, value } = work.next();
        if (done) {
          if (!Number.isFinite(value.values[0]!)) throw tooLarge(value.values[0]!);
          return value;
        }
        yield { done: 1, total: 2 };
      }
    } finally {
      work.return(undefined as never);
    }
  }
}
