import { Arena } from '../host/arena.ts';
import {
  checkEntries,
  checkExtents,
  checkFloats,
  checkLength,
  checkPlaces,
  checkStore,
  checkValues,
  type IndexInput,
  toIndices,
  toValues,
  type ValueInput,
} from './csr-input.ts';
import { type CsrShape, CsrStore } from './csr-store.ts';

/** A matrix in compressed sparse rows, as SciPy's `csr_matrix` holds it. */
export interface CsrArrays {
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
export interface CooArrays {
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

/** @throws what `CsrMatrix.fromArrays` throws */
export function storeOfArrays({ rows, columns, values, ...rest }: CsrArrays): CsrStore {
  checkExtents(rows, columns);
  const indptr = toIndices('indptr', rest.indptr);
  checkLength('indptr', indptr.length, rows + 1, 'where each row starts, and where the last one ends');
  const indices = toIndices('indices', rest.indices);
  const nonzeros = checkEntries(indices.length);
  const floats = values && toValues('values', values, nonzeros, 'one number an entry');
  return filled({ rows, columns, nonzeros }, !floats, (store) => {
    const { memory } = store.runtime;
    memory.u32.set(indptr, store.indptr / 4);
    memory.u32.set(indices, store.indices / 4);
    if (floats) memory.f32.set(floats, store.values / 4);
    checkStore(store);
  });
}

/** @throws what `CsrMatrix.fromCoo` throws */
export function storeOfCoo({ rows, columns, values, ...rest }: CooArrays): CsrStore {
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
      kernels.groupEntries(
        ...([keys, others, numbers, nonzeros, columns] as const),
        ...([store.indptr, store.indices, store.values] as const),
      );
    } finally {
      given.release();
    }
  });
  return sorted(turned);
}

/** The matrix of which `turned` is the transpose, which is released: columns ascending, entries of the same place summed. */
export function sorted(turned: CsrStore): CsrStore {
  const store = releasing(turned, () => turned.transpose());
  const { rows, columns, indptr, indices, values, nonzeros } = store;
  const { kernels } = store.runtime;
  const places = kernels.countPlaces(indptr, indices, rows) >>> 0;
  if (places === nonzeros) return store;
  return releasing(store, () =>
    filled({ rows, columns, nonzeros: places }, values === 0, (summed) => {
      kernels.sumPlaces(
        ...([indptr, indices, values, rows] as const),
        ...([summed.indptr, summed.indices, summed.values] as const),
      );
      checkValues(summed, 'The values that were given for this place sum to more than float32 holds.');
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
