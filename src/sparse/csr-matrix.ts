import { dispose, Lifetime } from '../host/disposal.ts';
import { type CooArrays, type CsrArrays, storeOfArrays, storeOfCoo } from './csr-build.ts';
import type { ValueInput } from './csr-input.ts';
import { CsrProducts } from './csr-products.ts';
import type { CsrStore } from './csr-store.ts';
import { init } from './kernels.ts';

const stores = new WeakMap<CsrMatrix, CsrStore>();

/**
 * The memory of a matrix, for what computes with it; it lives as long as the matrix.
 *
 * @throws LanewiseError `DISPOSED`
 */
export function storeOf(matrix: CsrMatrix): CsrStore {
  matrix.nonzeros;
  return stores.get(matrix)!;
}

/** The matrix that owns a store from now on. */
export function matrixOf(store: CsrStore): CsrMatrix {
  return Reflect.construct(CsrMatrix, [store]) as CsrMatrix;
}

/** A sparse matrix in compressed sparse rows. */
export class CsrMatrix {
  readonly rows: number;
  readonly columns: number;
  readonly #store: CsrStore;
  readonly #products: CsrProducts;
  readonly #lifetime: Lifetime;
  /** `using matrix = await CsrMatrix.fromCoo(...)` disposes of it at the end of the block. */
  declare [Symbol.dispose]: () => void;

  private constructor(store: CsrStore) {
    this.rows = store.rows;
    this.columns = store.columns;
    this.#store = store;
    this.#products = new CsrProducts(store);
    this[dispose] = () => this.dispose();
    this.#lifetime = new Lifetime(this, 'CsrMatrix', store.arena);
    stores.set(this, store);
  }

  static async fromArrays(arrays: CsrArrays): Promise<CsrMatrix> {
    await init();
    return new CsrMatrix(storeOfArrays(arrays));
  }

  static async fromCoo(arrays: CooArrays): Promise<CsrMatrix> {
    await init();
    return new CsrMatrix(storeOfCoo(arrays));
  }

  /** Entries that are held. @throws LanewiseError `DISPOSED` */
  get nonzeros(): number {
    this.#lifetime.check();
    return this.#store.nonzeros;
  }

  multiply(x: ValueInput, out?: Float32Array): Float32Array {
    this.#lifetime.check();
    return this.#products.multiply(x, out);
  }

  multiplyMatrix(x: ValueInput, columns: number, out?: Float32Array): Float32Array {
    this.#lifetime.check();
    return this.#products.multiplyMatrix(x, columns, out);
  }

  multiplyTransposed(x: ValueInput, out?: Float32Array): Float32Array {
    this.#lifetime.check();
    return this.#products.multiplyTransposed(x, out);
  }

  transpose(): CsrMatrix {
    return new CsrMatrix(storeOf(this).transpose());
  }

  /** Gives the memory back; harmless when called again. */
  dispose(): void {
    this.#lifetime.end();
  }
}
