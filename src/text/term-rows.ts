import { storeOfArrays } from '../sparse/csr-build.ts';
import { type CsrMatrix, matrixOf } from '../sparse/csr-matrix.ts';

/** What a row is divided by: the square root of the sum of its squares, the sum of its magnitudes, or nothing. */
export type RowNorm = 'l2' | 'l1' | 'none';

export const ROW_NORMS: readonly RowNorm[] = ['l2', 'l1', 'none'];

/** Rows of a sparse matrix, written one after another; for a matrix, the columns of each row ascend. */
export class TermRows {
  readonly #norm: RowNorm;
  readonly #starts: Uint32Array;
  #indices = new Uint32Array(1024);
  #values = new Float32Array(1024);
  #rows = 0;
  #length = 0;

  constructor(rows: number, norm: RowNorm) {
    this.#norm = norm;
    this.#starts = new Uint32Array(rows + 1);
  }

  /** Rows that are ended. */
  get rows(): number {
    return this.#rows;
  }

  /** The columns of a row. A view. */
  columnsOf(row: number): Uint32Array {
    return this.#indices.subarray(this.#starts[row], this.#starts[row + 1]);
  }

  /** The values of a row. A view. */
  valuesOf(row: number): Float32Array {
    return this.#values.subarray(this.#starts[row], this.#starts[row + 1]);
  }

  add(column: number, value: number): void {
    if (this.#length === this.#indices.length) {
      this.#indices = twice(this.#indices, new Uint32Array(2 * this.#length));
      this.#values = twice(this.#values, new Float32Array(2 * this.#length));
    }
    this.#indices[this.#length] = column;
    this.#values[this.#length++] = value;
  }

  endRow(): void {
    const values = this.#values;
    const from = this.#starts[this.#rows]!;
    const to = this.#length;
    let sum = this.#norm === 'none' ? 1 : 0;
    if (this.#norm === 'l1') for (let at = from; at < to; at++) sum += Math.abs(values[at]!);
    if (this.#norm === 'l2') {
      for (let at = from; at < to; at++) sum += values[at]! * values[at]!;
      sum = Math.sqrt(sum);
    }
    if (sum !== 1) for (let at = from; at < to; at++) values[at] = values[at]! / sum;
    this.#starts[++this.#rows] = to;
  }

  /** @throws LanewiseError `MEMORY_EXHAUSTED` */
  toMatrix(columns: number): CsrMatrix {
    const indices = this.#indices.subarray(0, this.#length);
    const values = this.#values.subarray(0, this.#length);
    return matrixOf(storeOfArrays({ rows: this.#rows, columns, indptr: this.#starts, indices, values }));
  }
}

/** An array moved to one of twice its length. */
export function twice<Numbers extends Uint32Array | Float32Array>(from: Numbers, to: Numbers): Numbers {
  to.set(from);
  return to;
}
