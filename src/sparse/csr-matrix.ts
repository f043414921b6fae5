import type { CooArrays } from '../format/matrix-market.ts';
import { writeMatrixMarket } from '../format/matrix-market-write.ts';
import type { CompressedArrays } from '../format/sparse-npz.ts';
import { writeSparseNpz } from '../format/sparse-npz-write.ts';
import { dispose, Lifetime } from '../host/disposal.ts';
import { LanewiseError } from '../host/errors.ts';
import { checkInteger } from '../vectors/input.ts';
import { scaled, scaledColumns, scaledRows, sumOf } from './csr-add.ts';
import { type CooInput, type CsrInput, storeOfArrays, storeOfCoo } from './csr-build.ts';
import { arraysOf, cooOf, denseOf, storeOfDense } from './csr-dense.ts';
import { storeOfMatrixMarket, storeOfNpz } from './csr-files.ts';
import type { ValueInput } from './csr-input.ts';
import { multiply, multiplyMatrix, multiplyTransposed } from './csr-products.ts';
import { checkNorm, columnTotals, type Norm, normalized, part, rowTotals } from './csr-rows.ts';
import type { CsrStore } from './csr-store.ts';
import { init } from './kernels.ts';

/** What {@link CsrMatrix.memoryUsage} reports, in bytes. */
export interface CsrMemoryUsage {
  /** All that the matrix holds of linear memory. */
  readonly total: number;
  /** Where rows start: 4 bytes each. */
  readonly indptr: number;
  /** Columns of the entries: 4 bytes each. */
  readonly indices: number;
  /** Values of the entries: 4 bytes each; none of a pattern. */
  readonly values: number;
  /** What products keep for the next: an order of rows, a byte each, and the most room that operands and results took. */
  readonly scratch: number;
  /** What rows x columns dense float32 numbers would take. */
  readonly dense: number;
}

const stores = new WeakMap<CsrMatrix, CsrStore>();

/**
 * The memory of a matrix, for what computes with it; it lives as long as the matrix. No class goes along with this.
 *
 * @throws LanewiseError `INVALID_ARGUMENT` for what is no CsrMatrix, `DISPOSED`
 */
export function storeOf(matrix: CsrMatrix): CsrStore {
  const store = stores.get(matrix);
  if (store) {
    matrix.nonzeros; // which a matrix that was disposed of refuses
    return store;
  }
  throw new LanewiseError('INVALID_ARGUMENT', `A CsrMatrix is wanted; got ${typeof matrix}.`, {
    expected: 'CsrMatrix',
    got: typeof matrix,
  });
}

/** The matrix that owns a store from now on. */
export function matrixOf(store: CsrStore): CsrMatrix {
  return Reflect.construct(CsrMatrix, [store]) as CsrMatrix;
}

/**
 * A sparse matrix of float32 in compressed sparse rows (CSR): where each row starts, and the column and the value of each
 * entry, columns ascending within a row. A matrix without values is a pattern, whose every value is 1.
 *
 * A matrix never changes: what computes another one returns it, with memory of its own, which `dispose()` or `using` gives
 * back. Entries whose value is 0 stay where they are given or come out. Values are finite; where a result would not be,
 * the call throws. Products are plain sums in a fixed order, the same bits in every runtime, and no such promise is
 * made of their operands: NaN in x gives NaN in every row with an entry in its column, and in no other.
 *
 * Memory: 8 bytes an entry, 4 for a pattern, and 4 a row. At most 2^30 - 1 entries, as far as linear memory reaches.
 *
 * @example
 * using matrix = await CsrMatrix.fromCoo({
 *   rows: 3, columns: 4, rowIndex: [0, 2, 2], columnIndex: [3, 0, 1], values: [1, 2, 3],
 * });
 * matrix.multiply([1, 2, 3, 4]); // Float32Array [4, 0, 8]
 */
export class CsrMatrix {
  readonly rows: number;
  readonly columns: number;
  readonly #store: CsrStore;
  readonly #lifetime: Lifetime;
  /** `using matrix = await CsrMatrix.fromCoo(...)` disposes of it at the end of the block. */
  declare [Symbol.dispose]: () => void;

  private constructor(store: CsrStore) {
    this.rows = store.rows;
    this.columns = store.columns;
    this.#store = store;
    this[dispose] = () => this.dispose();
    this.#lifetime = new Lifetime(this, 'CsrMatrix', store.arena);
    stores.set(this, store);
  }

  /**
   * From the three arrays of CSR, which are copied and verified: where rows start must ascend from 0 to the number of
   * entries, and columns must ascend within each row. Cost: O(rows + entries).
   *
   * @throws LanewiseError `INVALID_ARGUMENT` for a column that is out of range, out of order or twice in its row, naming
   *   row and entry; `DIMENSION_MISMATCH` for an array of another length; `INVALID_VALUE` for NaN and infinities;
   *   `MEMORY_EXHAUSTED`
   */
  static async fromArrays(arrays: CsrInput): Promise<CsrMatrix> {
    await init();
    return new CsrMatrix(storeOfArrays(arrays));
  }

  /**
   * From entries in any order. Those of the same place are summed, in float64 and in the order given, and rounded to
   * float32 once; in a pattern, which is a set, they count once. Cost: O(entries + rows + columns), by counting sort.
   *
   * @throws LanewiseError `INVALID_ARGUMENT` for an entry outside the matrix, `DIMENSION_MISMATCH` for arrays of different
   *   lengths, `INVALID_VALUE` for NaN, infinities and sums beyond float32, `MEMORY_EXHAUSTED`
   */
  static async fromCoo(arrays: CooInput): Promise<CsrMatrix> {
    await init();
    return new CsrMatrix(storeOfCoo(arrays));
  }

  /**
   * From all numbers, rows x columns, row-major; zeros are left out.
   *
   * @throws LanewiseError `INVALID_ARGUMENT`, `DIMENSION_MISMATCH`, `INVALID_VALUE`, `MEMORY_EXHAUSTED`
   */
  static async fromDense(
    values: ValueInput,
    { rows, columns }: { readonly rows: number; readonly columns: number },
  ): Promise<CsrMatrix> {
    await init();
    return new CsrMatrix(storeOfDense(values, rows, columns));
  }

  /**
   * From a Matrix Market file (.mtx): real, integer or pattern, general, symmetric or skew-symmetric. Entries of the same
   * place are summed.
   *
   * @throws LanewiseError what `readMatrixMarket` throws, naming the line; `MEMORY_EXHAUSTED`
   */
  static async fromMatrixMarket(file: Uint8Array | string): Promise<CsrMatrix> {
    await init();
    return new CsrMatrix(storeOfMatrixMarket(file));
  }

  /**
   * From what `scipy.sparse.save_npz` wrote: csr, csc or coo, sorted and summed where SciPy left that to do.
   *
   * @throws LanewiseError what `readSparseNpz` throws; `FILE_CORRUPT` for arrays that are no matrix; `MEMORY_EXHAUSTED`
   */
  static async fromNpz(bytes: Uint8Array): Promise<CsrMatrix> {
    await init();
    return new CsrMatrix(await storeOfNpz(bytes));
  }

  /** Entries that are held, those of value 0 among them. @throws LanewiseError `DISPOSED` */
  get nonzeros(): number {
    return this.#held.nonzeros;
  }

  /** Whether it has no values, and each counts as 1. @throws LanewiseError `DISPOSED` */
  get isPattern(): boolean {
    return this.#held.values === 0;
  }

  /** The share of places that hold an entry, 0..1; 0 of a matrix without places. @throws LanewiseError `DISPOSED` */
  get density(): number {
    return this.nonzeros && this.nonzeros / this.rows / this.columns;
  }

  /**
   * y = A x: the product with a vector.
   *
   * @param x one number a column
   * @param out takes the result, one number a row, instead of a new array
   * @throws LanewiseError `INVALID_ARGUMENT`, `DIMENSION_MISMATCH`, `MEMORY_EXHAUSTED`, `DISPOSED`
   */
  multiply(x: ValueInput, out?: Float32Array): Float32Array {
    return multiply(this.#held, x, out);
  }

  /**
   * Y = A X: the product with a dense matrix of any number of columns. Widths that are a multiple of 4 need no padding.
   *
   * @param x this.columns x columns, row-major
   * @param columns of x, and of the result
   * @param out takes the result, this.rows x columns, row-major, instead of a new array
   * @throws LanewiseError `INVALID_ARGUMENT`, `DIMENSION_MISMATCH`, `MEMORY_EXHAUSTED`, `DISPOSED`
   */
  multiplyMatrix(x: ValueInput, columns: number, out?: Float32Array): Float32Array {
    return multiplyMatrix(this.#held, x, columns, out);
  }

  /**
   * y = Aᵀ x, without building the transpose. Rows whose factor in x is 0 are skipped. Called often, `transpose()` once
   * and its `multiply` are faster.
   *
   * @param x one number a row
   * @param out takes the result, one number a column, instead of a new array
   * @throws LanewiseError `INVALID_ARGUMENT`, `DIMENSION_MISMATCH`, `MEMORY_EXHAUSTED`, `DISPOSED`
   */
  multiplyTransposed(x: ValueInput, out?: Float32Array): Float32Array {
    return multiplyTransposed(this.#held, x, out);
  }

  /** Aᵀ, by counting sort: O(entries + rows + columns). @throws LanewiseError `MEMORY_EXHAUSTED`, `DISPOSED` */
  transpose(): CsrMatrix {
    return new CsrMatrix(this.#held.transpose());
  }

  /**
   * alpha A + beta B, with an entry wherever either has one, also where they cancel. Each is computed in float64 and
   * rounded once. Cost: O(entries of both + rows).
   *
   * @throws LanewiseError `DIMENSION_MISMATCH` for a matrix of other rows or columns, `INVALID_VALUE` for a sum beyond
   *   float32, `INVALID_ARGUMENT`, `MEMORY_EXHAUSTED`, `DISPOSED`
   */
  add(
    other: CsrMatrix,
    { alpha = 1, beta = 1 }: { readonly alpha?: number; readonly beta?: number } = {},
  ): CsrMatrix {
    return new CsrMatrix(sumOf(this.#held, storeOf(other), alpha, beta));
  }

  /**
   * factor A, each value rounded once. A pattern becomes a matrix whose every value is `factor`.
   *
   * @throws LanewiseError `INVALID_ARGUMENT` for a factor that is not finite, `INVALID_VALUE` for a value beyond float32,
   *   `MEMORY_EXHAUSTED`, `DISPOSED`
   */
  scale(factor: number): CsrMatrix {
    return new CsrMatrix(scaled(this.#held, factor));
  }

  /**
   * diag(factors) A: each row times its factor, each value rounded once. A pattern gets values. The factor of a row without
   * entries is not looked at, so that the inverse of `rowSums()` serves.
   *
   * @param factors one number a row
   * @throws LanewiseError `DIMENSION_MISMATCH`, `INVALID_VALUE` for a value that is no finite float32, `INVALID_ARGUMENT`,
   *   `MEMORY_EXHAUSTED`, `DISPOSED`
   */
  scaleRows(factors: ValueInput): CsrMatrix {
    return new CsrMatrix(scaledRows(this.#held, factors));
  }

  /**
   * A diag(factors): each column times its factor, as `scaleRows` does it.
   *
   * @param factors one number a column
   * @throws LanewiseError as `scaleRows` does
   */
  scaleColumns(factors: ValueInput): CsrMatrix {
    return new CsrMatrix(scaledColumns(this.#held, factors));
  }

  /** Each row divided by its norm; rows of norm 0 stay. @throws LanewiseError `INVALID_ARGUMENT`, `MEMORY_EXHAUSTED`, `DISPOSED` */
  normalizeRows({ norm = 'l2' }: { readonly norm?: Norm } = {}): CsrMatrix {
    return new CsrMatrix(normalized(this.#held, checkNorm(norm)));
  }

  /** One sum a row, carried in float64. @throws LanewiseError `MEMORY_EXHAUSTED`, `DISPOSED` */
  rowSums(): Float32Array {
    return rowTotals(this.#held, 'sum');
  }

  /** One sum a column, carried in float64. @throws LanewiseError `MEMORY_EXHAUSTED`, `DISPOSED` */
  columnSums(): Float32Array {
    return columnTotals(this.#held, 'sum');
  }

  /** One norm a row, carried in float64. @throws LanewiseError `INVALID_ARGUMENT`, `MEMORY_EXHAUSTED`, `DISPOSED` */
  rowNorms({ norm = 'l2' }: { readonly norm?: Norm } = {}): Float32Array {
    return rowTotals(this.#held, checkNorm(norm));
  }

  /** One norm a column, carried in float64. @throws LanewiseError `INVALID_ARGUMENT`, `MEMORY_EXHAUSTED`, `DISPOSED` */
  columnNorms({ norm = 'l2' }: { readonly norm?: Norm } = {}): Float32Array {
    return columnTotals(this.#held, checkNorm(norm));
  }

  /**
   * The rows from..to - 1, and of them the columns from..to - 1, both counted from 0 again.
   *
   * @throws LanewiseError `INVALID_ARGUMENT`, `MEMORY_EXHAUSTED`, `DISPOSED`
   * @example
   * using corner = matrix.slice(0, 100, { columns: [0, 50] });
   */
  slice(
    from = 0,
    to: number = this.rows,
    { columns = [0, this.columns] }: { readonly columns?: readonly [from: number, to: number] } = {},
  ): CsrMatrix {
    return new CsrMatrix(part(this.#held, from, to, columns));
  }

  /** Copies of the columns of a row, ascending, and of their values. @throws LanewiseError `INVALID_ARGUMENT`, `DISPOSED` */
  row(row: number): { indices: Uint32Array; values: Float32Array } {
    const { runtime, indptr, indices, values } = this.#held;
    const { u32, f32 } = runtime.memory;
    const at = indptr / 4 + checkInteger('row', row, 0, this.rows - 1);
    const [from, to] = [u32[at]!, u32[at + 1]!];
    return {
      indices: u32.slice(indices / 4 + from, indices / 4 + to),
      values: values ? f32.slice(values / 4 + from, values / 4 + to) : new Float32Array(to - from).fill(1),
    };
  }

  /** All numbers, rows x columns, row-major. @throws LanewiseError `MEMORY_EXHAUSTED`, `DISPOSED` */
  toDense(): Float32Array {
    return denseOf(this.#held);
  }

  /** Copies of its arrays, without values if it is a pattern. @throws LanewiseError `DISPOSED` */
  toArrays(): CompressedArrays {
    return arraysOf(this.#held);
  }

  /** Its entries one by one, in the order of their rows. @throws LanewiseError `DISPOSED` */
  toCoo(): CooArrays {
    return cooOf(this.#held);
  }

  /** A Matrix Market file, as `writeMatrixMarket` writes it. @throws LanewiseError `DISPOSED` */
  toMatrixMarket(): Uint8Array<ArrayBuffer> {
    return writeMatrixMarket(this.toCoo());
  }

  /** A file for `scipy.sparse.load_npz`, as `writeSparseNpz` writes it. @throws LanewiseError `INVALID_ARGUMENT`, `DISPOSED` */
  toNpz(): Uint8Array<ArrayBuffer> {
    return writeSparseNpz(this.toArrays());
  }

  /** The bytes that it holds, beside those of the dense equivalent. @throws LanewiseError `DISPOSED` */
  memoryUsage(): CsrMemoryUsage {
    const { arena, addresses } = this.#held;
    const [indptr, indices, values] = addresses.map((address) => arena.memory.sizeOf(address)) as [
      number,
      number,
      number,
    ];
    const dense = 4 * this.rows * this.columns;
    const total = arena.bytes;
    return { total, indptr, indices, values, scratch: total - indptr - indices - values, dense };
  }

  /** Gives the memory back; harmless when called again. */
  dispose(): void {
    this.#lifetime.end();
  }

  get #held(): CsrStore {
    this.#lifetime.check();
    return this.#store;
  }
}
