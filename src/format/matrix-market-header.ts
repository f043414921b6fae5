import { describe, fileError } from './errors.ts';
import type { MatrixMarketScanner } from './matrix-market-scanner.ts';

/** What the first line says: how entries are laid out, what a value is, and what the entries not stored are. */
export interface MatrixMarketKind {
  readonly layout: 'coordinate' | 'array';
  readonly field: 'real' | 'integer' | 'pattern';
  readonly symmetry: 'general' | 'symmetric' | 'skew-symmetric';
}

/** The size line: of the matrix, and the entries that follow. */
export interface MatrixMarketSize {
  readonly rows: number;
  readonly columns: number;
  readonly entries: number;
}

const BANNER = /^%%MatrixMarket\s+matrix\s+(\S+)\s+(\S+)\s+(\S+)\s*$/i;
const LAYOUTS = { coordinate: 'coordinate', array: 'array' } as const;
/** Two names beyond the standard's own are written by the widespread fast_matrix_market. */
const FIELDS = {
  real: 'real',
  double: 'real',
  integer: 'integer',
  'unsigned-integer': 'integer',
  pattern: 'pattern',
} as const;
const SYMMETRIES = {
  general: 'general',
  symmetric: 'symmetric',
  'skew-symmetric': 'skew-symmetric',
} as const;

/** Indices are 32 bits wide. */
export const SIZE_LIMIT: number = 2 ** 32 - 1;

/** @throws LanewiseError `FILE_FORMAT`: not a matrix in this format, or a kind that is not read; `FILE_DTYPE`: complex */
export function readBanner(scanner: MatrixMarketScanner): MatrixMarketKind {
  const text = scanner.text();
  const words = BANNER.exec(text);
  if (!words) {
    throw fileError('FILE_FORMAT', 'mtx line 1', {
      expected: '%%MatrixMarket matrix, then layout, field and symmetry',
      got: describe(text),
      remedy: 'give the bytes of a Matrix Market file, not compressed',
    });
  }
  const [layout, field, symmetry] = words.slice(1).map((word) => word.toLowerCase());
  const kind = {
    layout: choose('FILE_FORMAT', 'layout', LAYOUTS, layout),
    field: choose('FILE_DTYPE', 'field', FIELDS, field),
    symmetry: choose('FILE_FORMAT', 'symmetry', SYMMETRIES, symmetry),
  };
  const isContradiction =
    kind.field === 'pattern' && (kind.layout === 'array' || kind.symmetry === 'skew-symmetric');
  if (isContradiction) {
    throw fileError('FILE_FORMAT', 'mtx line 1', {
      expected: 'a field with values, which an array and a skew-symmetric matrix have',
      got: 'pattern',
    });
  }
  scanner.skipLine();
  return kind;
}

function choose<Name extends string>(
  code: 'FILE_FORMAT' | 'FILE_DTYPE',
  subject: string,
  names: Readonly<Record<string, Name>>,
  word: string,
): Name {
  if (Object.hasOwn(names, word)) return names[word];
  throw fileError(code, `mtx line 1, ${subject}`, {
    expected: [...new Set(Object.values(names))].join(', '),
    got: describe(word),
    remedy: 'save a real matrix, the real and the imaginary part of a complex one by themselves',
  });
}

/**
 * The size line, once it holds against the bytes that follow, so that what it announces may be allocated.
 *
 * @throws LanewiseError `FILE_TRUNCATED`: no size line, or fewer bytes than the shortest lines of its entries take;
 *   `FILE_CORRUPT`: not sizes, or a symmetric matrix that is not square
 */
export function readSize(
  scanner: MatrixMarketScanner,
  { layout, field, symmetry }: MatrixMarketKind,
): MatrixMarketSize {
  const isArray = layout === 'array';
  const names = isArray ? 'rows and columns' : 'rows, columns and entries';
  const subject = (): string => `mtx line ${scanner.line}, size`;
  if (!scanner.nextLine()) {
    throw fileError('FILE_TRUNCATED', subject(), { expected: names, got: 'the end of the file' });
  }
  const rows = scanner.count();
  const columns = scanner.count();
  const announced = isArray ? storedInArray(rows, columns, symmetry) : scanner.count();
  const isSound = rows <= SIZE_LIMIT && columns <= SIZE_LIMIT && announced <= Number.MAX_SAFE_INTEGER;
  if (!isSound || !scanner.endsLine()) {
    const expected = `${names}, each below 2^32`;
    throw fileError('FILE_CORRUPT', subject(), { expected, got: describe(scanner.text()) });
  }
  if (symmetry !== 'general' && rows !== columns) {
    const expected = `as many rows as columns, since it is ${symmetry}`;
    throw fileError('FILE_CORRUPT', subject(), { expected, got: `${rows} x ${columns}` });
  }
  const fields = isArray ? 1 : field === 'pattern' ? 2 : 3;
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
