import { dispose, Lifetime } from '../host/disposal.ts';
import { CsrStore } from './csr-store.ts';
import { init } from './kernels.ts';

/** Matrices in compressed sparse rows, as SciPy's `csr_matrix` holds them. */
export interface CsrArrays {
  readonly rows: number;
  readonly columns: number;
  /** Where each row starts among the entries: rows + 1 numbers, from 0 up to the number of entries. */
  readonly indptr: Uint32Array | Int32Array;
  /** The column of each entry, ascending within a row. */
  readonly indices: Uint32Array | Int32Array;
  /** @default every value is 1 */
  readonly values?: Float32Array;
}

const stores = new WeakMap<CsrMatrix, CsrStore>();

/** The memory of a matrix, for what computes with it. @throws LanewiseError `DISPOSED` */
export function storeOf(matrix: CsrMatrix): CsrStore {
  matrix.nonzeros;
  return stores.get(matrix)!;
}

/** A sparse matrix in compressed sparse rows. */
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

  static async fromArrays({ rows, columns, indptr, indices, values }: CsrArrays): Promise<CsrMatrix> {
    await init();
    const store = new CsrStore({ rows, columns, nonzeros: indices.length }, values === undefined);
    const { memory } = store.runtime;
    memory.u32.set(indptr, store.indptr / 4);
    memory.u32.set(indices, store.indices / 4);
    if (values) memory.f32.set(values, store.values / 4);
    return new CsrMatrix(store);
  }

  /** Entries that are held. @throws LanewiseError `DISPOSED` */
  get nonzeros(): number {
    this.#lifetime.check();
    return this.#store.nonzeros;
  }

  /** The product with a vector of one number a column; one number a row. */
  multiply(x: Float32Array): Float32Array {
    const { memory } = this.#store.runtime;
    const from = this.#store.arena.allocate(4 * this.columns);
    const to = this.#store.arena.allocate(4 * this.rows);
    memory.f32.set(x, from / 4);
    this.#store.multiply(from, to);
    const y = memory.f32.slice(to / 4, to / 4 + this.rows);
    this.#store.arena.free(from);
    this.#store.arena.free(to);
    return y;
  }

  /** Gives the memory back; harmless when called again. */
  dispose(): void {
    this.#lifetime.end();
  }
}
