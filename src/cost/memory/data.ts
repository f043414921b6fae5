import { LanewiseError } from '../../host/errors.ts';
import { checkNumber } from '../../vectors/input.ts';
import { bytesOf, type ParameterDtype } from '../dtype.ts';
import { checkChoice, given } from '../options.ts';
import { checkCount, checkQuantity, finite } from '../quantity.ts';

/** A dense matrix. */
export interface DenseMemoryOptions {
  readonly rows: number;
  readonly columns: number;
  /** @default 'float32' */
  readonly dtype?: ParameterDtype;
}

/** What all pairs of rows have: distances, similarities. */
export interface PairwiseMemoryOptions {
  readonly rows: number;
  /** @default 'float32' */
  readonly dtype?: ParameterDtype;
  /** `upper` is each pair once, without the diagonal: n (n - 1) / 2. @default 'full', for n x n */
  readonly part?: 'full' | 'upper';
}

/** A sparse matrix, by its entries or by the share of places that have one; exactly one of both. */
export interface SparseMemoryOptions {
  readonly rows: number;
  readonly columns: number;
  readonly nonzeros?: number;
  /** Above 0 and at most 1. */
  readonly density?: number;
  /** Bytes of an index. @default 4 */
  readonly indexBytes?: number;
  /** Bytes of a value; 0 for a pattern. @default 4 */
  readonly valueBytes?: number;
}

/** A sparse matrix by rows. */
export interface CompressedMemoryOptions extends SparseMemoryOptions {
  /** Bytes of where a row starts. @default indexBytes */
  readonly offsetBytes?: number;
}

/**
 * Bytes of a dense matrix: rows x columns values. Source: arithmetic.
 *
 * @throws LanewiseError `INVALID_ARGUMENT`, `OVERFLOW`
 * @example
 * memory.dense({ rows: 5e6, columns: 200_000 }) / 2 ** 30; // 3725.29 GiB
 */
export function dense(options: DenseMemoryOptions): number {
  const { rows, columns, dtype = 'float32' } = given(options);
  return bytesOf(checkCount('rows', rows, 0) * checkCount('columns', columns, 0), dtype);
}

/**
 * Bytes of a value for all pairs of rows: n x n of them, or n (n - 1) / 2 for each pair once. Source: arithmetic.
 *
 * @throws LanewiseError `INVALID_ARGUMENT`, `OVERFLOW`
 * @example
 * memory.pairwise({ rows: 5e6 }) / 2 ** 30; // 93132.26 GiB
 */
export function pairwise(options: PairwiseMemoryOptions): number {
  const { rows, dtype, part = 'full' } = given(options);
  const count = checkCount('rows', rows, 0);
  const isFull = checkChoice('part', part, { full: 0, upper: 0 }) === 'full';
  return bytesOf(isFull ? count * count : (count * Math.max(0, count - 1)) / 2, dtype ?? 'float32');
}

/**
 * Bytes of a sparse matrix as a list of its entries: a row, a column and a value each, 12 bytes where each takes 4. Source:
 * arithmetic; the format is that of SciPy's `coo_matrix`.
 *
 * @throws LanewiseError `INVALID_ARGUMENT`, `OVERFLOW`
 * @example
 * memory.coo({ rows: 5e6, columns: 200_000, density: 0.01 }) / 2 ** 30; // 111.76 GiB
 */
export function coo(options: SparseMemoryOptions): number {
  const { nonzeros, indexBytes, valueBytes } = checkSparse(options);
  return finite('bytes', nonzeros * (2 * indexBytes + valueBytes));
}

/**
 * Bytes of a sparse matrix by rows: where each row starts and the last ends, and a column and a value an entry. Source: Saad,
 * "Iterative Methods for Sparse Linear Systems", 2nd edition, section 3.4. `csrMatrix` tells what a `CsrMatrix` holds.
 *
 * @throws LanewiseError `INVALID_ARGUMENT`, `OVERFLOW`
 */
export function csr(options: CompressedMemoryOptions): number {
  const { rows, nonzeros, indexBytes, valueBytes } = checkSparse(options);
  const offsetBytes = checkQuantity('offsetBytes', options.offsetBytes ?? indexBytes);
  return finite('bytes', (rows + 1) * offsetBytes + nonzeros * (indexBytes + valueBytes));
}

/** Options with the entries counted, rounded where a density says how many. @throws LanewiseError `INVALID_ARGUMENT` */
export function checkSparse(options: SparseMemoryOptions): Required<Omit<SparseMemoryOptions, 'density'>> {
  const { nonzeros, density, indexBytes = 4, valueBytes = 4 } = given(options);
  const rows = checkCount('rows', options.rows, 0);
  const columns = checkCount('columns', options.columns, 0);
  const places = finite('rows x columns', rows * columns);
  if ((nonzeros === undefined) === (density === undefined)) {
    throw new LanewiseError('INVALID_ARGUMENT', 'Give nonzeros or density, and one of them alone.', {
      expected: ['nonzeros', 'density'],
      got: options,
    });
  }
  const count =
    nonzeros === undefined
      ? Math.round(checkNumber('density', density, 0, 1) * places)
      : checkCount('nonzeros', nonzeros, 0);
  return {
    rows,
    columns,
    nonzeros: checkNumber('nonzeros', count, 0, places),
    indexBytes: checkQuantity('indexBytes', indexBytes),
    valueBytes: checkQuantity('valueBytes', valueBytes),
  };
}
