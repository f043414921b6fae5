import type { CooArrays } from '../format/matrix-market.ts';
import type { CompressedArrays } from '../format/sparse-npz.ts';
import { LanewiseError } from '../host/errors.ts';
import { filled } from './csr-build.ts';
import { checkEntries, checkExtents, checkValues, toValues, type ValueInput } from './csr-input.ts';
import type { CsrStore } from './csr-store.ts';

/** @throws what `CsrMatrix.fromDense` throws */
export function storeOfDense(
  values: ValueInput,
  shape: { readonly rows: number; readonly columns: number },
): CsrStore {
  const { rows, columns } = shape ?? {};
  checkExtents(rows, columns);
  const floats = toValues('values', values, rows * columns, `${rows} rows of ${columns} numbers`);
  let nonzeros = 0;
  for (let at = 0; at < floats.length; at++) if (floats[at] !== 0) nonzeros++;
  return filled({ rows, columns, nonzeros: checkEntries(nonzeros) }, false, (store) => {
    const { u32, f32 } = store.runtime.memory;
    let to = 0;
    u32[store.indptr / 4] = 0;
    for (let row = 0, at = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++, at++) {
        if (floats[at] === 0) continue;
        u32[store.indices / 4 + to] = column;
        f32[store.values / 4 + to++] = floats[at]!;
      }
      u32[store.indptr / 4 + row + 1] = to;
    }
    checkValues(store);
  });
}

/** rows x columns, row-major. @throws LanewiseError `MEMORY_EXHAUSTED` */
export function denseOf({ runtime, addresses, rows, columns }: CsrStore): Float32Array {
  const dense = zeros(rows, columns);
  const { u32, f32 } = runtime.memory;
  const [indptr, indices, values] = addresses.map((address) => address / 4) as [number, number, number];
  for (let row = 0, at = 0; row < rows; row++) {
    const end = u32[indptr + row + 1]!;
    for (; at < end; at++) dense[row * columns + u32[indices + at]!] = values ? f32[values + at]! : 1;
  }
  return dense;
}

/** What the runtime allows differs; all of them refuse by a RangeError. */
function zeros(rows: number, columns: number): Float32Array {
  try {
    return new Float32Array(rows * columns);
  } catch (cause) {
    const bytes = 4 * rows * columns;
    throw new LanewiseError(
      'MEMORY_EXHAUSTED',
      `${rows} x ${columns} dense numbers take ${bytes} bytes, which this runtime does not grant. Take slice() by slice().`,
      { got: bytes, cause },
    );
  }
}

/** Copies of the three arrays. */
export function arraysOf({ runtime, addresses, rows, columns, nonzeros }: CsrStore): CompressedArrays {
  const { u32, f32 } = runtime.memory;
  const [indptr, indices, values] = addresses.map((address) => address / 4) as [number, number, number];
  return {
    rows,
    columns,
    indptr: u32.slice(indptr, indptr + rows + 1),
    indices: u32.slice(indices, indices + nonzeros),
    ...(values && { values: f32.slice(values, values + nonzeros) }),
  };
}

/** Entries one by one, in the order of their rows. */
export function cooOf(store: CsrStore): CooArrays {
  const { indptr, indices, ...rest } = arraysOf(store);
  const rowIndex = new Uint32Array(indices.length);
  for (let row = 0; row < store.rows; row++) rowIndex.fill(row, indptr[row], indptr[row + 1]);
  return { ...rest, rowIndex, columnIndex: indices };
}
