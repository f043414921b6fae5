import type { Arena } from '../host/arena.ts';
import type { Progress } from '../host/progress.ts';
import type { CsrStore } from './csr-store.ts';

/** Entries and rows between two looks at the clock: a few milliseconds. */
const PIECE_ENTRIES = 2e6;

/** Products of a square matrix with vectors in float64, again and again. */
export class WideProduct {
  readonly #store: CsrStore;
  readonly #x: number;
  readonly #y: number;

  /** @throws LanewiseError `MEMORY_EXHAUSTED` */
  constructor(store: CsrStore, arena: Arena) {
    this.#store = store;
    this.#x = arena.allocate(8 * store.columns);
    this.#y = arena.allocate(8 * store.rows);
  }

  /** What is to be multiplied, to be written: a view that ends with the next allocation. */
  input(): Float64Array {
    return new Float64Array(this.#store.runtime.memory.wasm.buffer, this.#x, this.#store.columns);
  }

  /** The product: a view that ends with the next allocation. */
  output(): Float64Array {
    return new Float64Array(this.#store.runtime.memory.wasm.buffer, this.#y, this.#store.rows);
  }

  /** Ends every piece as a part of iteration `done` of `total`. */
  *multiply(done: number, total: number): Generator<Progress> {
    const { indptr, indices, values, rows, nonzeros, runtime } = this.#store;
    const batch = Math.max(1, Math.floor((rows * PIECE_ENTRIES) / (rows + nonzeros)));
    for (let row = 0; row < rows; row += batch) {
      const end = Math.min(rows, row + batch);
      runtime.kernels.multiplyCsrWide(indptr, indices, values, row, end, this.#x, this.#y);
      yield { done, total };
    }
  }
}
