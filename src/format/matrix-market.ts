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
  const scanner = scannerOf(file);
  const kind = readBanner(scanner);
  const size = readSize(scanner, kind);
  const stored = readEntries(scanner, size, kind);
  if (scanner.nextLine()) {
    throw fileError('FILE_CORRUPT', `mtx line ${scanner.line}`, {
      expected: `the end of the file after ${size.entries} entries`,
      got: describe(scanner.text()),
    });
  }
  return kind.symmetry === 'general' ? stored : mirrored(stored, kind.symmetry === 'symmetric' ? 1 : -1);
}

function scannerOf(file: Uint8Array | string): MatrixMarketScanner {
  return new MatrixMarketScanner(typeof file === 'string' ? new TextEncoder().encode(file) : file);
}

function readEntries(
  scanner: MatrixMarketScanner,
  { rows, columns, entries }: MatrixMarketSize,
  kind: MatrixMarketKind,
): CooArrays {
  const { isArray, isInteger, symmetry } = kind;
  const rowIndex = new Uint32Array(entries);
  const columnIndex = new Uint32Array(entries);
  const values = kind.isPattern ? undefined : new Float32Array(entries);
  /** How far below the diagonal a stored entry stands at least. */
  const depth = symmetry === 'general' ? Number.NEGATIVE_INFINITY : symmetry === 'symmetric' ? 0 : 1;
  // An array goes down its columns, each from its first stored row on.
  let column = 1;
  let row = Math.max(1, 1 + depth) - 1;
  let kept = 0;
  for (let entry = 0; entry < entries; entry++) {
    if (!scanner.nextLine()) {
      const details = { expected: entries, got: entry };
      throw fileError('FILE_TRUNCATED', `mtx line ${scanner.line}, entries`, details);
    }
    if (!isArray) {
      row = scanner.count();
      column = scanner.count();
    } else if (++row > rows) row = Math.max(1, ++column + depth);
    const value = values ? scanner.number() : 1;
    const isInside = row >= 1 && row <= rows && column >= 1 && column <= columns && row - column >= depth;
    if (!isInside || !isValue(value, isInteger) || !scanner.endsLine()) {
      throw faultOf(scanner, isArray ? [] : [rows, columns], kind);
    }
    rowIndex[kept] = row - 1;
    columnIndex[kept] = column - 1;
    if (values) values[kept] = value;
    if (!(isArray && values?.[kept] === 0)) kept++;
  }
  const cut = <Numbers extends Uint32Array | Float32Array>(array: Numbers): Numbers =>
    kept < entries ? (array.slice(0, kept) as Numbers) : array;
  return {
    ...{ rows, columns, rowIndex: cut(rowIndex), columnIndex: cut(columnIndex) },
    ...(values && { values: cut(values) }),
  };
}

/** The stored entries, then those that they imply on the other side of the diagonal. */
function mirrored({ rows, columns, rowIndex, columnIndex, values }: CooArrays, sign: 1 | -1): CooArrays {
  const isBeside = (_: number, entry: number): boolean => rowIndex[entry] !== columnIndex[entry];
  return {
    ...{ rows, columns, rowIndex: join(Uint32Array, rowIndex, columnIndex.filter(isBeside)) },
    columnIndex: join(Uint32Array, columnIndex, rowIndex.filter(isBeside)),
    ...(values && {
      values: join(
        Float32Array,
        values,
        values.filter(isBeside).map((value) => sign * value),
      ),
    }),
  };
}

function join<Numbers extends Uint32Array | Float32Array>(
  Whole: new (length: number) => Numbers,
  stored: Numbers,
  implied: Numbers,
): Numbers {
  const whole = new Whole(stored.length + implied.length);
  whole.set(stored);
  whole.set(implied, stored.length);
  return whole;
}

function isValue(value: number, isInteger: boolean): boolean {
  return Number.isFinite(Math.fround(value)) && (!isInteger || Number.isInteger(value));
}

/** What is wrong with the entry on the line at the cursor, where the indices are to be from 1 to `limits`. */
function faultOf(scanner: MatrixMarketScanner, limits: readonly number[], kind: MatrixMarketKind): Error {
  const text = scanner.text();
  const fields = text.match(FIELD) ?? [];
  const count = limits.length + (kind.isPattern ? 0 : 1);
  const fault = (
    subject: string,
    expected: string | number,
    got: string | number,
    code: 'FILE_CORRUPT' | 'FILE_TRUNCATED' | 'INVALID_VALUE' = 'FILE_CORRUPT',
    remedy?: string,
  ): Error => fileError(code, `mtx line ${scanner.line}, ${subject}`, { expected, got, remedy });

  if (text.length > LINE_CHARACTERS) return fault('characters', `at most ${LINE_CHARACTERS}`, 'more');
  if (fields.length !== count) {
    const isCut = fields.length < count && scanner.isLastLine;
    return fault('fields', count, fields.length, isCut ? 'FILE_TRUNCATED' : 'FILE_CORRUPT');
  }
  for (const [position, limit] of limits.entries()) {
    const index = scannerOf(fields[position]).count();
    if (!(index >= 1 && index <= limit)) {
      return fault(position === 0 ? 'row' : 'column', `1 to ${limit}`, describe(fields[position]));
    }
  }
  if (!kind.isPattern) {
    const text = fields[limits.length];
    const value = scannerOf(text).number();
    if (NOT_FINITE.test(text) || Math.abs(Math.fround(value)) === Number.POSITIVE_INFINITY) {
      const remedy = 'leave such entries out, or scale the matrix';
      return fault(
        'value',
        'a finite number of float32, below 3.5e38',
        describe(text),
        'INVALID_VALUE',
        remedy,
      );
    }
    if (!isValue(value, kind.isInteger)) {
      return fault('value', kind.isInteger ? 'an integer' : 'a number', describe(text));
    }
  }
  const place = kind.symmetry === 'symmetric' ? 'row >= column' : 'row > column';
  const remedy = 'store the lower half alone, or all of it as general';
  return fault('place', `${place}, ${kind.symmetry}`, `${fields[0]}, ${fields[1]}`, 'FILE_CORRUPT', remedy);
}
