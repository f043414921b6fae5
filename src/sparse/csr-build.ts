import { Arena } from '../host/arena.ts';
import {
  checkColumns,
  checkEntries,
  checkExtents,
  checkFloats,
  checkLength,
  checkPlaces,
  checkStarts,
  checkValues,
  type IndexInput,
  toIndices,
  toValues,
  type ValueInput,
} from './csr-input.ts';
import type { CsrShape } from './csr-layout.ts';
import { CsrStore } from './csr-store.ts';

/** A matrix in compressed sparse rows, as SciPy's `csr_matrix` holds it. */
export interface CsrInput {
  /** 0..4294967294. */
  readonly rows: number;
  /** 0..4294967294. */
  readonly columns: number;
  /** Where each row starts among the entries: rows + 1 numbers, from 0 up to the number of entries. */
  readonly indptr: IndexInput;
  /** The column of each entry, ascending within a row, none twice. */
  readonly indices: IndexInput;
  /** The value of each entry, finite. @default a pattern: every value is 1, and none takes memory */
  readonly values?: ValueInput;
}

/** A matrix as a list of its entries, in any order. */
export interface CooInput {
  /** 0..4294967294. */
  readonly rows: number;
  /** 0..4294967294. */
  readonly columns: number;
  /** The row of each entry. */
  readonly rowIndex: IndexInput;
  /** The column of each entry. */
  readonly columnIndex: IndexInput;
  /** The value of each entry, finite. @default a pattern: every value is 1, and none takes memory */
  readonly values?: ValueInput;
}

/** A store that `fill` fills; where it throws, nothing is held. */
export function filled(shape: CsrShape, isPattern: boolean, fill: (store: CsrStore) => void): CsrStore {
  const store = new CsrStore(shape, isPattern);
  try {
    fill(store);
    return store;
  } catch (error) {
    store.arena.release();
    throw error;
  }
}

/** Copies arrays of the right lengths in. */
export function fillStore(
  store: CsrStore,
  indptr: Uint32Array | Int32Array,
  indices: Uint32Array | Int32Array,
  values: Float32Array | undefined,
): void {
  const { u32, f32 } = store.runtime.memory;
  u32.set(indptr, store.indptr / 4);
  u32.set(indices, store.indices / 4);
  if (values) f32.set(values, store.values / 4);
}

/** @throws what `CsrMatrix.fromArrays` throws */
export function storeOfArrays(arrays: CsrInput): CsrStore {
  const { rows, columns, values, ...rest } = arrays ?? {};
  checkExtents(rows, columns);
  const indptr = toIndices('indptr', rest.indptr);
  checkLength('indptr', indptr.length, rows + 1, 'the start of every row, and the end of the last');
  const indices = toIndices('indices', rest.indices);
  const nonzeros = checkEntries(indices.length);
  const floats = values && toValues('values', values, nonzeros, 'one number an entry');
  return filled({ rows, columns, nonzeros }, !floats, (store) => {
    fillStore(store, indptr, indices, floats);
    checkStarts(store);
    checkColumns(store);
    checkValues(store);
  });
}

/** @throws what `CsrMatrix.fromCoo` throws */
export function storeOfCoo(arrays: CooInput): CsrStore {
  const { rows, columns, values, ...rest } = arrays ?? {};
  checkExtents(rows, columns);
  const rowIndex = toIndices('rowIndex', rest.rowIndex);
  const columnIndex = toIndices('columnIndex', rest.columnIndex);
  const nonzeros = checkEntries(rowIndex.length);
  checkLength('columnIndex', columnIndex.length, nonzeros, 'one column an entry');
  const floats = values && toValues('values', values, nonzeros, 'one number an entry');
  const turned = filled({ rows: columns, columns: rows, nonzeros }, !floats, (store) => {
    const { kernels, memory } = store.runtime;
    const given = new Arena(memory);
    try {
      const keys = given.allocate(4 * nonzeros);
      const others = given.allocate(4 * nonzeros);
      const numbers = floats ? given.allocate(4 * nonzeros) : 0;
      memory.u32.set(columnIndex, keys / 4);
      memory.u32.set(rowIndex, others / 4);
      if (floats) memory.f32.set(floats, numbers / 4);
      checkPlaces('rowIndex', rowIndex, others, rows);
      checkPlaces('columnIndex', columnIndex, keys, columns);
      if (floats) checkFloats(numbers, nonzeros);
      kernels.groupEntries(...([keys, others, numbers, nonzeros, columns] as const), ...store.addresses);
    } finally {
      given.release();
    }
  });
  return sorted(turned);
}

/** The transpose of a store, which is released. @throws LanewiseError `MEMORY_EXHAUSTED` */
export function transposed(store: CsrStore): CsrStore {
  return releasing(store, () => store.transpose());
}

/**
 * The transpose of a store, which is released: columns ascend, and entries of the same place are summed.
 *
 * @throws LanewiseError `INVALID_VALUE`, `MEMORY_EXHAUSTED`
 */
export function sorted(turned: CsrStore): CsrStore {
  const store = transposed(turned);
  const { rows, columns, nonzeros, addresses } = store;
  const { kernels } = store.runtime;
  const places = kernels.countPlaces(store.indptr, store.indices, rows) >>> 0;
  if (places === nonzeros) return store;
  return releasing(store, () =>
    filled({ rows, columns, nonzeros: places }, store.values === 0, (summed) => {
      kernels.sumPlaces(...addresses, rows, ...summed.addresses);
      checkValues(summed, 'It is the sum of those given for this place: take smaller ones.');
    }),
  );
}

/** What `run` makes of a store that ends here, however it ends. */
function releasing<T>({ arena }: CsrStore, run: () => T): T {
  try {
    return run();
  } finally {
    arena.release();
  }
}
