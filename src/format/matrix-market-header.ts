import { describe, fileError } from './errors.ts';
import type { MatrixMarketScanner } from './matrix-market-scanner.ts';

/** What the first line says: how entries are laid out, what a value is, and what the entries not stored are. */
export interface MatrixMarketKind {
  readonly isArray: boolean;
  readonly isPattern: boolean;
  readonly isInteger: boolean;
  readonly symmetry: 'general' | 'symmetric' | 'skew-symmetric';
}

/** The size line: of the matrix, and the entries that follow. */
export interface MatrixMarketSize {
  readonly rows: number;
  readonly columns: number;
  readonly entries: number;
}

/** Two of the fields are not the standard's own, but the widespread fast_matrix_market writes them. */
const BANNER =
  /^%%matrixmarket\s+matrix\s+(coordinate|array)\s+(real|double|(?:unsigned-)?integer|pattern)\s+(general|(?:skew-)?symmetric)\s*$/;
/** An array has no pattern, and what is its own negative has values. */
const CONTRADICTION = /array\s+pattern|pattern\s+skew/;

/** Indices are 32 bits wide. */
export const SIZE_LIMIT: number = 2 ** 32 - 1;

/** @throws LanewiseError `FILE_FORMAT`: not a matrix in this format, or of another kind; `FILE_DTYPE`: complex */
export function readBanner(scanner: MatrixMarketScanner): MatrixMarketKind {
  const text = scanner.text().toLowerCase();
  const words = BANNER.exec(text);
  if (!words || CONTRADICTION.test(text)) {
    throw fileError(text.includes('complex') ? 'FILE_DTYPE' : 'FILE_FORMAT', 'mtx line 1', {
      expected:
        '%%MatrixMarket matrix, coordinate or array, real, integer or pattern, general, symmetric or skew-symmetric',
      got: describe(text.replace('%%matrixmarket ', '')),
      remedy: 'give the bytes of a Matrix Market file, not compressed, of a real matrix',
    });
  }
  scanner.skipLine();
  return {
    isArray: words[1] === 'array',
    isPattern: words[2] === 'pattern',
    isInteger: words[2].endsWith('integer'),
    symmetry: words[3] as MatrixMarketKind['symmetry'],
  };
}

/**
 * The size line, once it holds against the bytes that follow, so that what it announces may be allocated.
 *
 * @throws LanewiseError `FILE_TRUNCATED`: no size line, or fewer bytes than the shortest lines of its entries take;
 *   `FILE_CORRUPT`: not sizes, or a symmetric matrix that is not square
 */
export function readSize(
  scanner: MatrixMarketScanner,
  { isArray, isPattern, symmetry }: MatrixMarketKind,
): MatrixMarketSize {
  const names = isArray ? 'rows and columns' : 'rows, columns and entries';
  const subject = (): string => `mtx line ${scanner.line}, size`;
  if (!scanner.nextLine()) {
    throw fileError('FILE_TRUNCATED', subject(), { expected: names, got: 'the end of the file' });
  }
  const rows = scanner.count();
  const columns = scanner.count();
  const announced = isArray ? storedInArray(rows, columns, symmetry) : scanner.count();
  const isSquare = symmetry === 'general' || rows === columns;
  const isCount = rows <= SIZE_LIMIT && columns <= SIZE_LIMIT && announced <= Number.MAX_SAFE_INTEGER;
  if (!isCount || !isSquare || !scanner.endsLine()) {
    const expected = `${names}, each below 2^32${symmetry === 'general' ? '' : `, as many rows as columns, ${symmetry}`}`;
    throw fileError('FILE_CORRUPT', subject(), { expected, got: describe(scanner.text()) });
  }
  const fields = isArray ? 1 : isPattern ? 2 : 3;
  // A digit and what parts it from the next one; the last line may lack its newline.
  if (announced * 2 * fields - 1 > scanner.rest) {
    throw fileError('FILE_TRUNCATED', `mtx line ${scanner.line}, entries`, {
      expected: `at most ${Math.floor((scanner.rest + 1) / (2 * fields))}, as many as the file has room for`,
      got: announced,
    });
  }
  return { rows, columns, entries: announced };
}

/** What an array holds: columns one after the other, of symmetric ones from the diagonal, of skew ones from below it. */
function storedInArray(rows: number, columns: number, symmetry: MatrixMarketKind['symmetry']): number {
  if (symmetry === 'general') return rows * columns;
  return (rows * (symmetry === 'symmetric' ? rows + 1 : rows - 1)) / 2;
}
