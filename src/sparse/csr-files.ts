import { readMatrixMarket } from '../format/matrix-market.ts';
import { type CompressedArrays, readSparseNpz } from '../format/sparse-npz.ts';
import { LanewiseError } from '../host/errors.ts';
import { checkBytes } from '../vectors/input.ts';
import { filled, fillStore, sorted, storeOfCoo, transposed } from './csr-build.ts';
import {
  checkEntries,
  checkExtents,
  checkPlaces,
  checkStarts,
  checkValues,
  isCanonical,
} from './csr-input.ts';
import type { CsrStore } from './csr-store.ts';

/** @throws what `CsrMatrix.fromMatrixMarket` throws */
export function storeOfMatrixMarket(file: Uint8Array | ArrayBuffer | string): CsrStore {
  return storeOfCoo(readMatrixMarket(typeof file === 'string' ? file : checkBytes(file)));
}

/** @throws what `CsrMatrix.fromNpz` throws */
export async function storeOfNpz(bytes: Uint8Array | ArrayBuffer): Promise<CsrStore> {
  const file = await readSparseNpz(checkBytes(bytes));
  try {
    if (file.format === 'coo') return storeOfCoo(file);
    if (file.format === 'csr') return storeOfUnsorted(file);
    // Compressed columns are the compressed rows of the transpose.
    return transposed(storeOfUnsorted({ ...file, rows: file.columns, columns: file.rows }));
  } catch (error) {
    if (!(error instanceof LanewiseError && error.code === 'INVALID_ARGUMENT')) throw error;
    throw new LanewiseError(
      'FILE_CORRUPT',
      `npz file, arrays of no ${file.format} matrix. ${error.message}`,
      {
        cause: error,
      },
    );
  }
}

/** From rows whose columns may stand in any order and repeat, as SciPy lets them. */
function storeOfUnsorted({ rows, columns, indptr, indices, values }: CompressedArrays): CsrStore {
  checkExtents(rows, columns);
  const nonzeros = checkEntries(indices.length);
  const store = filled({ rows, columns, nonzeros }, !values, (store) => {
    fillStore(store, indptr, indices, values);
    checkStarts(store);
    checkPlaces('columnIndex', indices, store.indices, columns);
    checkValues(store);
  });
  return isCanonical(store) ? store : sorted(transposed(store));
}
