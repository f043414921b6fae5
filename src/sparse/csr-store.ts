import { Arena } from '../host/arena.ts';
import { type CsrLayout, type CsrShape, layoutCsr, PADDING_BYTES } from './csr-layout.ts';
import { type Runtime, runtime } from './kernels.ts';

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
  readonly #layout: CsrLayout;
  readonly #scratch: number;
  #order: number | undefined;
  /** Room for operands and results, kept for the next call; 0 before the first. */
  #room = 0;

  /** @throws LanewiseError `MEMORY_EXHAUSTED` */
  constructor({ rows, columns, nonzeros }: CsrShape, isPattern: boolean) {
    this.runtime = runtime();
    this.arena = new Arena(this.runtime.memory);
    this.rows = rows;
    this.columns = columns;
    this.nonzeros = nonzeros;
    this.#layout = layoutCsr(this);
    try {
      this.indptr = this.arena.allocate(this.#layout.indptr);
      this.indices = this.#allocateEntries();
      this.values = isPattern ? 0 : this.#allocateEntries();
      this.#scratch = this.arena.allocate(this.#layout.scratch);
    } catch (error) {
      this.arena.release();
      throw error;
    }
  }

  #allocateEntries(): number {
    const address = this.arena.allocate(this.#layout.entries);
    const end = address / 4 + this.nonzeros;
    this.runtime.memory.u32.fill(0, end, end + PADDING_BYTES / 4);
    return address;
  }

  /** Of `indptr`, `indices` and `values`, as kernels take them. */
  get addresses(): readonly [indptr: number, indices: number, values: number] {
    return [this.indptr, this.indices, this.values];
  }

  /** The address of at least so many bytes, which last until the next call. @throws LanewiseError `MEMORY_EXHAUSTED` */
  reserve(bytes: number): number {
    if (this.#room) {
      if (this.runtime.memory.sizeOf(this.#room) >= bytes) return this.#room;
      this.arena.free(this.#room);
    }
    this.#room = 0;
    this.#room = this.arena.allocate(bytes);
    return this.#room;
  }

  /** y = A x on addresses: f32 x columns, at least one, and f32 x rows. */
  multiply(x: number, y: number): void {
    const { indptr, indices, values, rows } = this;
    this.#order ??= this.#layout.order ? this.#orderRows() : 0;
    this.runtime.kernels.multiplyCsr(indptr, indices, values, rows, x, y, this.#order, this.#scratch);
  }

  /** A byte a row. @throws LanewiseError `MEMORY_EXHAUSTED` */
  #orderRows(): number {
    const order = this.arena.allocate(this.#layout.order);
    this.runtime.kernels.orderRows(this.indptr, this.rows, order, this.#scratch);
    return order;
  }

  /** Y = A X on addresses: columns x stride and rows x stride, row-major; `stride` is a multiple of 4 floats. */
  multiplyDense(x: number, y: number, stride: number): void {
    const { indptr, indices, values, rows } = this;
    this.runtime.kernels.multiplyCsrDense(indptr, indices, values, rows, x, y, stride);
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
      ...turned.addresses,
    );
    return turned;
  }
}
