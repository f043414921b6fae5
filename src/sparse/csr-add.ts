import { LanewiseError } from '../host/errors.ts';
import type { Memory } from '../host/memory.ts';
import { filled } from './csr-build.ts';
import { checkEntries, checkValues, toValues, type ValueInput } from './csr-input.ts';
import { likewise } from './csr-rows.ts';
import type { CsrStore } from './csr-store.ts';

const TOO_LARGE = 'Results beyond float32 are refused: take smaller factors.';

/** @throws what `CsrMatrix.add` throws */
export function sumOf(a: CsrStore, b: CsrStore, alpha: number, beta: number): CsrStore {
  checkFactor('alpha', alpha);
  checkFactor('beta', beta);
  const { rows, columns } = a;
  if (b.rows !== rows || b.columns !== columns) {
    const [expected, got] = [`${rows} x ${columns}`, `${b.rows} x ${b.columns}`];
    throw new LanewiseError('DIMENSION_MISMATCH', `Matrices to add must both be ${expected}; got ${got}.`, {
      expected,
      got,
    });
  }
  const { kernels } = a.runtime;
  const nonzeros = checkEntries(kernels.countSum(a.indptr, a.indices, b.indptr, b.indices, rows) >>> 0);
  return filled({ rows, columns, nonzeros }, false, (sum) => {
    kernels.addCsr(...a.addresses, ...b.addresses, rows, alpha, beta, ...sum.addresses);
    checkValues(sum, TOO_LARGE);
  });
}

/** @throws what `CsrMatrix.scale` throws */
export function scaled(store: CsrStore, factor: number): CsrStore {
  checkFactor('factor', factor);
  return likewise(store, (other) => {
    store.runtime.kernels.scaleValues(store.values, store.nonzeros, factor, other.values);
    checkValues(other, TOO_LARGE);
  });
}

/** @throws what `CsrMatrix.scaleRows` throws */
export function scaledRows(store: CsrStore, given: ValueInput): CsrStore {
  const factors = toValues('factors', given, store.rows, 'one number a row');
  return likewise(store, (other) => {
    const { u32, f32 } = valuesCopied(store, other);
    for (let row = 0, at = 0; row < store.rows; row++) {
      const end = u32[store.indptr / 4 + row + 1]!;
      for (; at < end; at++) f32[other.values / 4 + at]! *= factors[row]!;
    }
    checkValues(other, TOO_LARGE);
  });
}

/** @throws what `CsrMatrix.scaleColumns` throws */
export function scaledColumns(store: CsrStore, given: ValueInput): CsrStore {
  const factors = toValues('factors', given, store.columns, 'one number a column');
  return likewise(store, (other) => {
    const { u32, f32 } = valuesCopied(store, other);
    for (let at = 0; at < store.nonzeros; at++) {
      f32[other.values / 4 + at]! *= factors[u32[store.indices / 4 + at]!]!;
    }
    checkValues(other, TOO_LARGE);
  });
}

/** Copies the values, ones of a pattern, and gives the memory in which they stand now. */
function valuesCopied({ runtime, values, nonzeros }: CsrStore, to: CsrStore): Memory {
  runtime.kernels.scaleValues(values, nonzeros, 1, to.values);
  return runtime.memory;
}

function checkFactor(name: string, factor: unknown): void {
  if (Number.isFinite(factor)) return;
  throw new LanewiseError('INVALID_ARGUMENT', `${name} must be a finite number; got ${String(factor)}.`, {
    got: factor,
  });
}
