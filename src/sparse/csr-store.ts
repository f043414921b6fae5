import { Arena } from '../host/arena.ts';
import { type Runtime, runtime } from './kernels.ts';

/** The extents of a sparse matrix. */
export interface CsrShape {
  readonly rows: number;
  readonly columns: number;
  readonly nonzeros: number;
}

/**
 * A matrix in compressed sparse rows in linear memory (assembly/csr.ts): room for its arrays, and its products on addresses.
 * Whoever makes one fills it with entries that were checked, and releases the arena.
 */
export class CsrStore {
  readonly runtime: Runtime;
  readonly arena: Arena;
  readonly rows: number;
  readonly columns: number;
  readonly nonzeros: number;
  /** Addresses: u32 x (rows + 1), u32 x nonzeros, f32 x nonzeros; `values` is 0 for a pattern, whose every value is 1. */
  readonly indptr: number;
  readonly indices: number;
  readonly values: number;

  /** @throws LanewiseError `MEMORY_EXHAUSTED` */
  constructor({ rows, columns, nonzeros }: CsrShape, isPattern: boolean) {
    this.runtime = runtime();
    this.arena = new Arena(this.runtime.memory);
    this.rows = rows;
    this.columns = columns;
    this.nonzeros = nonzeros;
    try {
      this.indptr = this.arena.allocate(4 * (rows + 1));
      this.indices = this.arena.allocate(4 * nonzeros);
      this.values = isPattern ? 0 : this.arena.allocate(4 * nonzeros);
    } catch (error) {
      this.arena.release();
      throw error;
    }
  }

  /** y = A x on addresses: f32 x columns, f32 x rows. */
  multiply(x: number, y: number): void {
    const { indptr, indices, values, rows } = this;
    this.runtime.kernels.multiplyCsr(indptr, indices, values, 0, rows, x, y);
  }

  /** Y = A X on addresses: columns x stride and rows x stride, row-major; `stride` is a multiple of 4 floats. */
  multiplyDense(x: number, y: number, stride: number): void {
    const { indptr, indices, values, rows } = this;
    this.runtime.kernels.multiplyCsrDense(indptr, indices, values, 0, rows, x, y, stride);
  }

  /** y = A^T x on addresses: f32 x rows, f32 x columns. */
  multiplyTransposed(x: number, y: number): void {
    const { indptr, indices, values, rows, columns } = this;
    this.runtime.kernels.multiplyCsrTransposed(indptr, indices, values, rows, columns, x, y);
  }

  /** A store of its own. @throws LanewiseError `MEMORY_EXHAUSTED` */
  transpose(): CsrStore {
    const { indptr, indices, values, rows, columns, nonzeros } = this;
    const turned = new CsrStore({ rows: columns, columns: rows, nonzeros }, values === 0);
    this.runtime.kernels.transposeCsr(
      ...([indptr, indices, values, rows, columns] as const),
      ...([turned.indptr, turned.indices, turned.values] as const),
    );
    return turned;
  }
}
