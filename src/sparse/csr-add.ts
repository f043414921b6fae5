import { LanewiseError } from '../host/errors.ts';
import { filled } from './csr-build.ts';
import { checkEntries, checkValues } from './csr-input.ts';
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

function checkFactor(name: string, factor: unknown): void {
  if (Number.isFinite(factor)) return;
  throw new LanewiseError('INVALID_ARGUMENT', `${name} must be a finite number; got ${String(factor)}.`, {
    got: factor,
  });
}
