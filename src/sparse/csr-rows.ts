import { LanewiseError } from '../host/errors.ts';
import { filled } from './csr-build.ts';
import { checkRange } from './csr-input.ts';
import type { CsrStore } from './csr-store.ts';

/**
 * How long a row or a column is: the sum of the magnitudes of its values, the root of the sum of their squares, or the
 * greatest magnitude.
 */
export type Norm = 'l1' | 'l2' | 'max';

/** As the kernels number them (assembly/csr-rows.ts). */
const KINDS = { sum: 0, l1: 1, l2: 2, max: 3 } as const;

type Total = keyof typeof KINDS;

/** @throws LanewiseError `INVALID_ARGUMENT` */
export function checkNorm(norm: Norm): Norm {
  if (norm === 'l1' || norm === 'l2' || norm === 'max') return norm;
  throw new LanewiseError('INVALID_ARGUMENT', `norm must be 'l1', 'l2' or 'max'; got ${String(norm)}.`, {
    expected: ['l1', 'l2', 'max'],
    got: norm,
  });
}

/** What each row comes to. @throws LanewiseError `MEMORY_EXHAUSTED` */
export function rowTotals(store: CsrStore, total: Total): Float32Array {
  const { runtime, indptr, values, rows } = store;
  const to = store.reserve(4 * rows);
  runtime.kernels.gatherRows(indptr, values, rows, KINDS[total], to);
  return runtime.memory.f32.slice(to / 4, to / 4 + rows);
}

/** What each column comes to. @throws LanewiseError `MEMORY_EXHAUSTED` */
export function columnTotals(store: CsrStore, total: Total): Float32Array {
  const { runtime, indices, values, nonzeros, columns } = store;
  const to = store.reserve(8 * columns);
  runtime.kernels.gatherColumns(indices, values, nonzeros, columns, KINDS[total], to);
  return runtime.memory.f32.slice(to / 4, to / 4 + columns);
}

/** @throws LanewiseError `MEMORY_EXHAUSTED` */
export function normalized(store: CsrStore, norm: Norm): CsrStore {
  return likewise(store, ({ runtime, values }) =>
    runtime.kernels.normalizeRows(store.indptr, store.values, store.rows, KINDS[norm], values),
  );
}

/** A store with entries at the same places, whose values `fill` writes. @throws what `fill` throws, `MEMORY_EXHAUSTED` */
export function likewise(store: CsrStore, fill: (other: CsrStore) => void): CsrStore {
  const { indptr, indices, rows, nonzeros } = store;
  return filled(store, false, (other) => {
    const { u32 } = store.runtime.memory;
    u32.copyWithin(other.indptr / 4, indptr / 4, indptr / 4 + rows + 1);
    u32.copyWithin(other.indices / 4, indices / 4, indices / 4 + nonzeros);
    fill(other);
  });
}

/** @throws what `CsrMatrix.slice` throws */
export function part(
  store: CsrStore,
  from: number,
  to: number,
  [first, last]: readonly [from: number, to: number],
): CsrStore {
  checkRange('rows', from, to, store.rows);
  checkRange('columns', first, last, store.columns);
  const { indptr, indices, addresses } = store;
  const { kernels } = store.runtime;
  const [rows, columns] = [to - from, last - first];
  const nonzeros = kernels.countPart(indptr, indices, from, to, first, columns) >>> 0;
  return filled({ rows, columns, nonzeros }, store.values === 0, (other) =>
    kernels.copyPart(...addresses, from, to, first, columns, ...other.addresses),
  );
}
