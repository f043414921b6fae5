/*
 * Matrix Market (https://math.nist.gov/MatrixMarket/formats.html; R. Boisvert, R. Pozo and K. Remington, NISTIR 5935,
 * 1996): text, one entry a line, indices from 1.
 *
 *   %%MatrixMarket matrix coordinate real general       layout, field and symmetry, in letters of either case
 *   % any number of comments
 *   3 4 2                                               rows, columns, entries
 *   1 1 0.5                                             row, column, value
 *   3 4 -2e-3
 */
import { describe, fileError } from './errors.ts';
import {
  type MatrixMarketKind,
  type MatrixMarketSize,
  readBanner,
  readSize,
} from './matrix-market-header.ts';
import { LINE_CHARACTERS, MatrixMarketScanner } from './matrix-market-scanner.ts';

/**
 * A sparse matrix as coordinates: entry `i` stands in row `rowIndex[i]` and column `columnIndex[i]`, both from 0, and is
 * `values[i]`, or 1 where there are no values (a pattern). Entries come in any order; those of one place add up.
 */
export interface CooArrays {
  readonly rows: number;
  readonly columns: number;
  readonly rowIndex: Uint32Array;
  readonly columnIndex: Uint32Array;
  readonly values?: Float32Array;
}

/** What the scanner takes for a field: JavaScript's own white space is more. */
const FIELD = /[^ \t\v\f\r]+/g;
const INTEGER = /^\d+$/;
const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
const NOT_FINITE = /^[+-]?(?:nan|inf)/i;

/**
 * Reads a Matrix Market file: `coordinate` with real, integer or pattern entries and `array` with real or integer ones,
 * each general, symmetric or skew-symmetric. Values are rounded to float32. What is not stored of a symmetric matrix
 * follows the stored entries, in their order, the diagonal once; of it the file holds the lower triangle, as the
 * standard says, and an entry above the diagonal is refused. Of an array the zeros are left out. Repeated entries stay.
 *
 * Every byte may be hostile; the sizes announced are held against the file's before anything is allocated. Linear in the
 * bytes: some 150 MB/s.
 *
 * @throws LanewiseError which names the line. `FILE_TRUNCATED`: fewer entries than announced; `FILE_FORMAT`: not a Matrix
 *   Market file, or of another kind; `FILE_DTYPE`: complex; `FILE_CORRUPT`: a line that is no entry, an index out of range,
 *   an entry that the symmetry forbids, or more entries than announced; `INVALID_VALUE`: NaN, an infinity, or a value
 *   beyond float32
 */
export function readMatrixMarket(file: Uint8Array | string): CooArrays {
  const scanner = new MatrixMarketScanner(typeof file === 'string' ? new TextEncoder().encode(file) : file);
  const kind = readBanner(scanner);
  const size = readSize(scanner, kind);
  const stored = kind.layout === 'array' ? readArray(scanner, size, kind) : readEntries(scanner, size, kind);
  if (scanner.nextLine()) {
    throw fileError('FILE_CORRUPT', `mtx line ${scanner.line}`, {
      expected: `the end of the file after ${size.entries} entries`,
      got: describe(scanner.text()),
    });
  }
  return kind.symmetry === 'general' ? stored : mirrored(stored, kind.symmetry === 'symmetric' ? 1 : -1);
}

function readEntries(
  scanner: MatrixMarketScanner,
  { rows, columns, entries }: MatrixMarketSize,
  kind: MatrixMarketKind,
): CooArrays {
  const rowIndex = new Uint32Array(entries);
  const columnIndex = new Uint32Array(entries);
  const values = kind.field === 'pattern' ? undefined : new Float32Array(entries);
  const isInteger = kind.field === 'integer';
  // How far below the diagonal an entry of the stored triangle stands at least.
  const depth =
    kind.symmetry === 'general' ? Number.NEGATIVE_INFINITY : kind.symmetry === 'symmetric' ? 0 : 1;
  for (let entry = 0; entry < entries; entry++) {
    if (!scanner.nextLine()) throw endsEarly(scanner, entries, entry);
    const row = scanner.count();
    const column = scanner.count();
    const isInside = row >= 1 && row <= rows && column >= 1 && column <= columns && row - column >= depth;
    const value = values ? scanner.number() : 1;
    if (!isInside || !isValue(value, isInteger) || !scanner.endsLine()) {
      throw faultOf(scanner, [rows, columns], kind);
    }
    rowIndex[entry] = row - 1;
    columnIndex[entry] = column - 1;
    if (values) values[entry] = value;
  }
  return values ? { rows, columns, rowIndex, columnIndex, values } : { rows, columns, rowIndex, columnIndex };
}

/** The entries of an array that are not 0, column after column. */
function readArray(
  scanner: MatrixMarketScanner,
  { rows, columns, entries }: MatrixMarketSize,
  kind: MatrixMarketKind,
): CooArrays {
  const rowIndex = new Uint32Array(entries);
  const columnIndex = new Uint32Array(entries);
  const values = new Float32Array(entries);
  let read = 0;
  let nonZeros = 0;
  for (let column = 0; column < columns && read < entries; column++) {
    const first = kind.symmetry === 'general' ? 0 : kind.symmetry === 'symmetric' ? column : column + 1;
    for (let row = first; row < rows; row++, read++) {
      if (!scanner.nextLine()) throw endsEarly(scanner, entries, read);
      const value = scanner.number();
      if (!isValue(value, kind.field === 'integer') || !scanner.endsLine()) throw faultOf(scanner, [], kind);
      rowIndex[nonZeros] = row;
      columnIndex[nonZeros] = column;
      values[nonZeros] = value;
      if (values[nonZeros] !== 0) nonZeros++;
    }
  }
  return {
    ...{ rows, columns, rowIndex: rowIndex.slice(0, nonZeros), columnIndex: columnIndex.slice(0, nonZeros) },
    values: values.slice(0, nonZeros),
  };
}

/** The stored entries, then those that they imply on the other side of the diagonal. */
function mirrored({ rows, columns, rowIndex, columnIndex, values }: CooArrays, sign: 1 | -1): CooArrays {
  const stored = rowIndex.length;
  let beside = 0;
  for (let entry = 0; entry < stored; entry++) if (rowIndex[entry] !== columnIndex[entry]) beside++;

  const wholeRows = new Uint32Array(stored + beside);
  const wholeColumns = new Uint32Array(stored + beside);
  const wholeValues = values && new Float32Array(stored + beside);
  wholeRows.set(rowIndex);
  wholeColumns.set(columnIndex);
  if (values) wholeValues?.set(values);
  let mirror = stored;
  for (let entry = 0; entry < stored; entry++) {
    if (rowIndex[entry] === columnIndex[entry]) continue;
    wholeRows[mirror] = columnIndex[entry];
    wholeColumns[mirror] = rowIndex[entry];
    if (values && wholeValues) wholeValues[mirror] = sign * values[entry];
    mirror++;
  }
  const whole = { rows, columns, rowIndex: wholeRows, columnIndex: wholeColumns };
  return wholeValues ? { ...whole, values: wholeValues } : whole;
}

function isValue(value: number, isInteger: boolean): boolean {
  return Number.isFinite(Math.fround(value)) && (!isInteger || Number.isInteger(value));
}

function endsEarly(scanner: MatrixMarketScanner, expected: number, got: number): Error {
  return fileError('FILE_TRUNCATED', `mtx line ${scanner.line}, entries`, { expected, got });
}

/** What is wrong with the entry on the line at the cursor, where the indices are to be from 1 to `limits`. */
function faultOf(scanner: MatrixMarketScanner, limits: readonly number[], kind: MatrixMarketKind): Error {
  const text = scanner.text();
  const fields = text.match(FIELD) ?? [];
  const count = limits.length + (kind.field === 'pattern' ? 0 : 1);
  const corrupt = (subject: string, expected: string | number, got: string | number): Error =>
    fileError('FILE_CORRUPT', `mtx line ${scanner.line}, ${subject}`, { expected, got });

  if (text.length > LINE_CHARACTERS) return corrupt('characters', `at most ${LINE_CHARACTERS}`, 'more');
  if (fields.length !== count) {
    if (fields.length > count || !scanner.isLastLine) return corrupt('fields', count, fields.length);
    const details = { expected: count, got: fields.length };
    return fileError('FILE_TRUNCATED', `mtx line ${scanner.line}, fields`, details);
  }
  for (const [position, limit] of limits.entries()) {
    const index = INTEGER.test(fields[position]) ? Number(fields[position]) : 0;
    if (index < 1 || index > limit) {
      return corrupt(position === 0 ? 'row' : 'column', `1 to ${limit}`, describe(fields[position]));
    }
  }
  const value = fields[limits.length];
  const isNumber = DECIMAL.test(value);
  if (NOT_FINITE.test(value) || (isNumber && !Number.isFinite(Math.fround(Number(value))))) {
    return fileError('INVALID_VALUE', `mtx line ${scanner.line}, value`, {
      expected: 'a finite number of float32, below 3.5e38',
      got: describe(value),
      remedy: 'leave such entries out, or scale the matrix',
    });
  }
  if (count > limits.length && !isValue(isNumber ? Number(value) : Number.NaN, kind.field === 'integer')) {
    return corrupt('value', kind.field === 'integer' ? 'an integer' : 'a number', describe(value));
  }
  return fileError('FILE_CORRUPT', `mtx line ${scanner.line}`, {
    expected:
      kind.symmetry === 'symmetric'
        ? 'row >= column, the lower triangle'
        : 'row > column, below the diagonal',
    got: `row ${fields[0]}, column ${fields[1]}`,
    remedy: `store that half of a ${kind.symmetry} matrix, or all of it as general`,
  });
}
