import { layoutCsr, layoutProduct, productStride } from '../../sparse/csr-layout.ts';
import type { CsrMemoryUsage } from '../../sparse/csr-matrix.ts';
import { checkCount, finite } from '../quantity.ts';
import { checkSparse, type SparseMemoryOptions } from './data.ts';
import { held } from './held.ts';

/** A `CsrMatrix`, whose indexes and values are of 4 bytes each. */
export interface CsrMatrixMemoryOptions extends Omit<SparseMemoryOptions, 'indexBytes' | 'valueBytes'> {
  /** Whether it has no values, and each counts as 1. @default false */
  readonly isPattern?: boolean;
  /** Columns of what it was multiplied with last: 1 for a vector; room for such products is kept. @default 0, for no product */
  readonly multiplied?: number;
}

/**
 * What `CsrMatrix.memoryUsage()` reports, bytes, equal to the byte: 4 bytes a row, 4 or 8 an entry
 * (src/sparse/csr-layout.ts); and after products of one width alone, an order of rows, a byte each, where they are short, and
 * operand and result.
 *
 * @throws LanewiseError `INVALID_ARGUMENT`
 * @example
 * memory.csrMatrix({ rows: 100_000, columns: 50_000, density: 0.001 }).total; // 40400384
 */
export function csrMatrix(options: CsrMatrixMemoryOptions): CsrMemoryUsage {
  const { rows, columns, nonzeros } = checkSparse(options);
  const width = checkCount('multiplied', options.multiplied ?? 0, 0);
  const layout = layoutCsr({ rows, nonzeros });
  const indptr = held(layout.indptr);
  const indices = held(layout.entries);
  const values = options.isPattern ? 0 : indices;
  const order = width === 1 && layout.order > 0 ? held(layout.order) : 0;
  const stride = width > 0 ? productStride(width) : 0;
  const room = width > 0 ? held(layoutProduct(columns * stride, rows * stride).bytes) : 0;
  const scratch = held(layout.scratch) + order + room;
  return {
    total: indptr + indices + values + scratch,
    indptr,
    indices,
    values,
    scratch,
    dense: finite('bytes', 4 * rows * columns),
  };
}
