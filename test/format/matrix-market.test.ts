import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type CooArrays, readMatrixMarket, writeMatrixMarket } from '../../src/format/index.ts';
import type { ErrorCode } from '../../src/host/errors.ts';
import { ascii, errorOf, misaligned } from './bytes.ts';

const GENERAL = '%%MatrixMarket matrix coordinate real general\n';
const INTEGER = '%%MatrixMarket matrix coordinate integer general\n';
const PATTERN = '%%MatrixMarket matrix coordinate pattern general\n';
const SYMMETRIC = '%%MatrixMarket matrix coordinate real symmetric\n';
const SKEW = '%%MatrixMarket matrix coordinate real skew-symmetric\n';
const ARRAY = '%%MatrixMarket matrix array real general\n';

/** Entries as [row, column, value], counted from 0, in the order of the arrays. */
function entriesOf({ rowIndex, columnIndex, values }: CooArrays): number[][] {
  return Array.from(rowIndex, (row, entry) => [
    row,
    columnIndex[entry]!,
    ...(values ? [values[entry]!] : []),
  ]);
}

describe('readMatrixMarket', () => {
  test('reads the entries of a general matrix in the order of the file, from 0', () => {
    const matrix = readMatrixMarket(`${GENERAL}3 4 3\n3 4 0.5\n1 1 -2\n3 4 1e2\n`);

    expect(matrix).toEqual({
      rows: 3,
      columns: 4,
      rowIndex: Uint32Array.of(2, 0, 2),
      columnIndex: Uint32Array.of(3, 0, 3),
      values: Float32Array.of(0.5, -2, 100),
    });
  });

  test('reads a pattern as a matrix without values', () => {
    const matrix = readMatrixMarket(`${PATTERN}2 2 2\n1 2\n2 1\n`);

    expect(entriesOf(matrix)).toEqual([
      [0, 1],
      [1, 0],
    ]);
    expect('values' in matrix).toBe(false);
  });

  test('reads integers, and rounds those beyond 2^24 to float32', () => {
    const { values } = readMatrixMarket(`${INTEGER}1 3 3\n1 1 -7\n1 2 16777217\n1 3 9007199254740993\n`);

    // Float32 counts in steps of 2 from 2^24 on and of 2^30 from 2^53 on; ties go to the even neighbour.
    expect([...values!]).toEqual([-7, 16_777_216, 9_007_199_254_740_992]);
  });

  test('gives the other half of a symmetric matrix after the stored one, the diagonal once', () => {
    const matrix = readMatrixMarket(`${SYMMETRIC}3 3 3\n1 1 5\n3 1 2\n3 2 4\n`);

    expect(entriesOf(matrix)).toEqual([
      [0, 0, 5],
      [2, 0, 2],
      [2, 1, 4],
      [0, 2, 2],
      [1, 2, 4],
    ]);
  });

  test('gives the other half of a symmetric pattern without values', () => {
    const matrix = readMatrixMarket('%%MatrixMarket matrix coordinate pattern symmetric\n2 2 2\n2 1\n2 2\n');

    expect(matrix).toEqual({
      rows: 2,
      columns: 2,
      rowIndex: Uint32Array.of(1, 1, 0),
      columnIndex: Uint32Array.of(0, 1, 1),
    });
  });

  test('gives the other half of a skew-symmetric matrix negated', () => {
    expect(entriesOf(readMatrixMarket(`${SKEW}2 2 1\n2 1 3\n`))).toEqual([
      [1, 0, 3],
      [0, 1, -3],
    ]);
  });

  test('reads an array column by column and leaves its zeros out', () => {
    expect(entriesOf(readMatrixMarket(`${ARRAY}2 3\n1\n0\n3\n4\n-0.0\n6\n`))).toEqual([
      [0, 0, 1],
      [0, 1, 3],
      [1, 1, 4],
      [1, 2, 6],
    ]);
  });

  test('leaves out the values of an array that float32 takes for 0', () => {
    expect(entriesOf(readMatrixMarket(`${ARRAY}2 1\n1e-60\n1\n`))).toEqual([[1, 0, 1]]);
  });

  test.each([
    ['symmetric', '1\n2\n3\n', [1, 2, 2, 3]],
    ['skew-symmetric', '2\n', [0, -2, 2, 0]],
  ])('reads the half of a %s array that is stored', (symmetry, values, dense) => {
    const file = `%%MatrixMarket matrix array integer ${symmetry}\n2 2\n${values}`;
    const sums = [0, 0, 0, 0];

    for (const [row, column, value] of entriesOf(readMatrixMarket(file))) sums[2 * row! + column!]! += value!;

    expect(sums).toEqual(dense);
  });

  test.each([
    ['carriage returns', `${GENERAL}1 2 1\n1 2 0.5\n`.replaceAll('\n', '\r\n')],
    ['a banner in other letters', '%%matrixmarket MATRIX Coordinate REAL General\n1 2 1\n1 2 .5\n'],
    ['the field double', '%%MatrixMarket matrix coordinate double general\n1 2 1\n1 2 .5\n'],
    ['comments and blank lines anywhere', `${GENERAL}%\n\n% 1 1\n1 2 1\n\n  % 9 9\n \t\n1 2 0.5\n\n%\n\n`],
    ['spaces and tabs around the fields', `${GENERAL} 1\t2  1 \n\t1  2\t0.5 \t\n  `],
    ['no newline at the end', `${GENERAL}1 2 1\n1 2 0.5`],
    ['a comment without a newline at the end', `${GENERAL}1 2 1\n1 2 0.5\n% the end`],
    ['zeros before the indices', `${GENERAL}01 002 1\n01 0002 0.5\n`],
    ['a line longer than the standard has it', `${GENERAL}1 2 1\n1 2 ${' '.repeat(2000)}0.5\n`],
    [
      'a comment of a million characters that is not ASCII',
      `${GENERAL}%${'é'.repeat(1e6)}\n1 2 1\n1 2 0.5\n`,
    ],
  ])('accepts %s', (_, file) => {
    const expected = { rows: 1, columns: 2, rowIndex: Uint32Array.of(0), columnIndex: Uint32Array.of(1) };

    expect(readMatrixMarket(file)).toEqual({ ...expected, values: Float32Array.of(0.5) });
  });

  test('reads bytes wherever they begin in their buffer', () => {
    const file = misaligned(ascii(`${PATTERN}1 2 1\n1 2\n`));

    expect(entriesOf(readMatrixMarket(file))).toEqual([[0, 1]]);
  });

  test.each([
    [PATTERN, '0 0 0\n'],
    [PATTERN, '3 4 0'],
    [SKEW, '0 0 0\n'],
  ])('reads a matrix without entries', (banner, size) => {
    expect(readMatrixMarket(banner + size).rowIndex).toHaveLength(0);
  });

  test('reads indices up to 2^32 - 1', () => {
    const { rows, rowIndex } = readMatrixMarket(`${PATTERN}4294967295 1 1\n4294967295 1\n`);

    expect(rows).toBe(4_294_967_295);
    expect([...rowIndex]).toEqual([4_294_967_294]);
  });

  test.each([
    ...[
      '1',
      '+5',
      '-5',
      '.5',
      '5.',
      '1.E+2',
      '1e-3',
      '1E3',
      '-0',
      '0e999',
      '007.50',
      '1e22',
      '1e23',
      '123456789e-20',
    ],
    ...['9007199254740993', '0.1000000000000000055511151231257827', '4e-324', '1e-400', '3.4028235e38'],
    ...['340282356779733642748073463979561713663', `${'0'.repeat(400)}1`, `1${'0'.repeat(300)}e-300`],
    // The float32 above 1 is 1 + 2^-23: this is just above the middle, but as a double it is the middle, and goes to 1.
    '1.00000005960464477539062500001',
    // The 18 digits as a double, divided by 10^17, are rounded twice, and would give the next lower float32.
    '113238281011581412e-17',
  ])('reads %s as a double rounded to float32', (text) => {
    const { values } = readMatrixMarket(`${GENERAL}1 1 1\n1 1 ${text}\n`);

    expect(values![0]).toBe(Math.fround(Number(text)));
  });

  test('reads any decimal as the engine does', () => {
    const digits = fc.stringMatching(/^[0-9]{1,20}$/);
    const exponent = fc.option(fc.integer({ min: -45, max: 25 }), { nil: undefined });
    const decimals = fc
      .tuple(fc.constantFrom('', '-', '+'), digits, fc.option(digits, { nil: undefined }), exponent)
      .map(([sign, whole, fraction, power]) => {
        return `${sign}${whole.slice(0, 12)}${fraction === undefined ? '' : `.${fraction}`}${power === undefined ? '' : `e${power}`}`;
      });
    fc.assert(
      fc.property(decimals, (text) => {
        const { values } = readMatrixMarket(`${GENERAL}1 1 1\n1 1 ${text}`);
        return Object.is(values![0], Math.fround(Number(text)));
      }),
      { seed: 20_240_602, numRuns: 2_000 },
    );
  });
});

type Fault = readonly [kind: string, code: ErrorCode, line: number, file: string, message?: string];

const faults: readonly Fault[] = [
  ['nothing', 'FILE_FORMAT', 1, ''],
  ['another file', 'FILE_FORMAT', 1, 'PK\x03\x04'],
  ['a banner cut short', 'FILE_FORMAT', 1, '%%MatrixMarket matrix coordinate real'],
  [
    'a banner with one word more',
    'FILE_FORMAT',
    1,
    '%%MatrixMarket matrix coordinate real general dense\n1 1 0\n',
  ],
  ['a banner on the second line', 'FILE_FORMAT', 1, `\n${GENERAL}1 1 0\n`],
  ['a vector', 'FILE_FORMAT', 1, '%%MatrixMarket vector coordinate real general\n1 1 0\n'],
  ['an unknown layout', 'FILE_FORMAT', 1, '%%MatrixMarket matrix elemental real general\n1 1 0\n'],
  [
    'complex entries',
    'FILE_DTYPE',
    1,
    '%%MatrixMarket matrix coordinate complex general\n1 1 0\n',
    'real, integer or pattern',
  ],
  ['a hermitian matrix', 'FILE_FORMAT', 1, '%%MatrixMarket matrix coordinate real hermitian\n1 1 0\n'],
  ['an inherited name', 'FILE_FORMAT', 1, '%%MatrixMarket matrix toString real general\n1 1 0\n'],
  [
    'a skew-symmetric pattern',
    'FILE_FORMAT',
    1,
    '%%MatrixMarket matrix coordinate pattern skew-symmetric\n1 1 0\n',
  ],
  ['an array that is a pattern', 'FILE_FORMAT', 1, '%%MatrixMarket matrix array pattern general\n1 1\n'],
  ['no size line', 'FILE_TRUNCATED', 3, `${GENERAL}% comment\n`, 'rows, columns and entries'],
  ['a size line of two numbers', 'FILE_CORRUPT', 2, `${GENERAL}3 4\n1 1 1\n`],
  ['a size line of four numbers', 'FILE_CORRUPT', 2, `${GENERAL}3 4 1 1\n1 1 1\n`],
  ['a size line of an array with entries', 'FILE_CORRUPT', 2, `${ARRAY}1 1 1\n1\n`],
  ['sizes that are no numbers', 'FILE_CORRUPT', 3, `${GENERAL}%\nthree 4 1\n1 1 1\n`],
  ['a negative size', 'FILE_CORRUPT', 2, `${GENERAL}-3 4 1\n1 1 1\n`],
  ['a fractional size', 'FILE_CORRUPT', 2, `${GENERAL}3.0 4 1\n1 1 1\n`],
  ['2^32 rows', 'FILE_CORRUPT', 2, `${GENERAL}4294967296 4 1\n1 1 1\n`],
  ['a size of a thousand digits', 'FILE_CORRUPT', 2, `${GENERAL}1 1 ${'9'.repeat(1000)}\n1 1 1\n`],
  [
    'a symmetric matrix that is not square',
    'FILE_CORRUPT',
    2,
    `${SYMMETRIC}3 4 1\n1 1 1\n`,
    'as many rows as columns, symmetric, got "3 4 1"',
  ],
  ['four billion entries', 'FILE_TRUNCATED', 2, `${GENERAL}9 9 4000000000\n1 1 1\n`, 'at most 1'],
  ['an array of four billion rows', 'FILE_TRUNCATED', 2, `${ARRAY}4000000000 1000000\n1\n`],
  ['an entry more than the bytes have room for', 'FILE_TRUNCATED', 2, `${PATTERN}9 9 3\n1 1\n1 1\n`],
  [
    'fewer entries than announced',
    'FILE_TRUNCATED',
    5,
    `${GENERAL}9 9 3\n1 1 1000000\n2 2 2\n`,
    'expected 3, got 2',
  ],
  ['fewer values than announced', 'FILE_TRUNCATED', 5, `${ARRAY}3 1\n1000000\n2\n`, 'expected 3, got 2'],
  ['a last line cut short', 'FILE_TRUNCATED', 4, `${GENERAL}9 9 2\n1 1 1000\n2 2`],
  ['more entries than announced', 'FILE_CORRUPT', 4, `${GENERAL}9 9 1\n1 1 1\n2 2 2\n`, 'after 1 entries'],
  ['more values than announced', 'FILE_CORRUPT', 4, `${ARRAY}1 1\n1\n2\n`],
  ['a field too few', 'FILE_CORRUPT', 4, `${GENERAL}9 9 2\n1 1 1\n2 2\n3 3 3\n`, 'fields: expected 3, got 2'],
  ['a field too many', 'FILE_CORRUPT', 5, `${PATTERN}9 9 2\n\n1 1\n2 2 2\n`, 'fields: expected 2, got 3'],
  ['two values on a line', 'FILE_CORRUPT', 3, `${ARRAY}2 1\n1 2\n3 4\n`, 'fields: expected 1, got 2'],
  ['a comma for a space', 'FILE_CORRUPT', 3, `${PATTERN}9 9 1\n1,1\n`],
  ['a space that is not ASCII', 'FILE_CORRUPT', 3, `${PATTERN}9 9 1\n1\u00a01\n`],
  [
    'an index that is no number',
    'FILE_CORRUPT',
    3,
    `${GENERAL}9 9 1\nx 1 1\n`,
    'row: expected 1 to 9, got "x"',
  ],
  [
    'an index with a point',
    'FILE_CORRUPT',
    3,
    `${GENERAL}9 9 1\n1 2.0 1\n`,
    'column: expected 1 to 9, got "2.0"',
  ],
  ['an index that runs into a value', 'FILE_CORRUPT', 3, `${PATTERN}9 9 1\n1 2-3\n`],
  ['row 0', 'FILE_CORRUPT', 3, `${GENERAL}9 9 1\n0 1 1\n`, 'row: expected 1 to 9, got "0"'],
  ['column 0', 'FILE_CORRUPT', 3, `${GENERAL}9 9 1\n1 0 1\n`, 'column: expected 1 to 9, got "0"'],
  ['a negative index', 'FILE_CORRUPT', 3, `${GENERAL}9 9 1\n-1 1 1\n`],
  ['a row after the last', 'FILE_CORRUPT', 3, `${GENERAL}3 9 1\n4 1 1\n`, 'row: expected 1 to 3, got "4"'],
  [
    'a column after the last',
    'FILE_CORRUPT',
    3,
    `${GENERAL}9 3 1\n1 4 1\n`,
    'column: expected 1 to 3, got "4"',
  ],
  ['a row of 2^32 + 1', 'FILE_CORRUPT', 3, `${GENERAL}9 9 1\n4294967297 1 1\n`],
  [
    'a value that is no number',
    'FILE_CORRUPT',
    3,
    `${GENERAL}9 9 1\n1 1 1.2.3\n`,
    'value: expected a number',
  ],
  ['a value in letters', 'FILE_CORRUPT', 3, `${ARRAY}1 1\none\n`],
  ['a point alone', 'FILE_CORRUPT', 3, `${GENERAL}9 9 1\n1 1 .\n`],
  ['a sign alone', 'FILE_CORRUPT', 3, `${GENERAL}9 9 1\n1 1 -\n`],
  ['an exponent without digits', 'FILE_CORRUPT', 3, `${GENERAL}9 9 1\n1 1 1e+\n`],
  ['a hexadecimal value', 'FILE_CORRUPT', 3, `${GENERAL}9 9 1\n1 1 0x10\n`],
  ['a comma for a point', 'FILE_CORRUPT', 3, `${GENERAL}9 9 1\n1 1 0,5\n`],
  [
    'a fraction among integers',
    'FILE_CORRUPT',
    3,
    `${INTEGER}9 9 1\n1 1 0.5\n`,
    'value: expected an integer',
  ],
  [
    'a value of a million digits',
    'FILE_CORRUPT',
    3,
    `${GENERAL}9 9 1\n1 1 ${'9'.repeat(1e6)}\n`,
    'at most 1024',
  ],
  ['NaN', 'INVALID_VALUE', 4, `${GENERAL}%\n9 9 1\n1 1 NaN\n`, 'leave such entries out'],
  ['an infinity', 'INVALID_VALUE', 3, `${GENERAL}9 9 1\n1 1 -inf\n`],
  ['an infinity in an array', 'INVALID_VALUE', 3, `${ARRAY}1 1\nInfinity\n`],
  ['a value beyond a double', 'INVALID_VALUE', 3, `${GENERAL}9 9 1\n1 1 1e999\n`],
  ['a value beyond float32', 'INVALID_VALUE', 3, `${GENERAL}9 9 1\n1 1 1e300\n`],
  // The largest float32 is (2^24 - 1) 2^104; from (2^24 - 1/2) 2^104 on, rounding goes to infinity.
  [
    'the least beyond float32',
    'INVALID_VALUE',
    3,
    `${GENERAL}9 9 1\n1 1 340282356779733661637539395458142568448\n`,
  ],
  ['an integer beyond float32', 'INVALID_VALUE', 3, `${INTEGER}9 9 1\n1 1 1${'0'.repeat(39)}\n`],
  [
    'an entry above the diagonal',
    'FILE_CORRUPT',
    3,
    `${SYMMETRIC}3 3 1\n1 2 1\n`,
    'row >= column, symmetric, got 1, 2; store the lower half',
  ],
  [
    'a diagonal that is not its own negative',
    'FILE_CORRUPT',
    4,
    `${SKEW}3 3 2\n2 1 1\n2 2 0\n`,
    'row > column, skew-symmetric, got 2, 2',
  ],
];

for (const [kind, code, line, file, message = ''] of faults) {
  test(`readMatrixMarket answers ${kind} with ${code}, line ${line}`, () => {
    const error = errorOf(() => readMatrixMarket(file));

    expect(error.code).toBe(code);
    expect(error.message).toMatch(new RegExp(`^mtx line ${line}\\b`));
    expect(error.message).toContain(message);
    expect(error.message).toContain(`expected ${error.expected}, got ${error.got}; `);
    expect(error.message.length).toBeLessThan(300);
  });
}

describe('writeMatrixMarket', () => {
  const written = (matrix: CooArrays): string => new TextDecoder().decode(writeMatrixMarket(matrix));
  const ofValues = (...values: number[]): CooArrays => ({
    ...{ rows: 1, columns: values.length, rowIndex: new Uint32Array(values.length) },
    columnIndex: Uint32Array.from(values.keys()),
    values: Float32Array.from(values),
  });

  test('writes entries in their order, counted from 1', () => {
    const matrix = { rows: 3, columns: 4, rowIndex: Uint32Array.of(2, 0), columnIndex: Uint32Array.of(3, 0) };

    expect(written({ ...matrix, values: Float32Array.of(0.5, -2) })).toBe(
      `${GENERAL}3 4 2\n3 4 0.5\n1 1 -2\n`,
    );
    expect(written(matrix)).toBe(`${PATTERN}3 4 2\n3 4\n1 1\n`);
  });

  test.each([
    // 0.1 is 0.10000000149 as float32; 1/3 is 0.3333333433; pi 3.1415927410; neighbours are 7e-9, 3e-8 and 2.4e-7 away.
    [0.1, '0.1'],
    [1 / 3, '0.33333334'],
    [Math.PI, '3.1415927'],
    [16_777_217, '16777216'],
    [-0, '-0'],
    [0, '0'],
    // Neighbours are 2^-149 = 1.4e-45 apart there.
    [2 ** -149, '1.4013e-45'],
    [3.4028234663852886e38, '3.4028235e+38'],
  ])('writes %d as %s', (value, text) => {
    expect(written(ofValues(value))).toContain(`\n1 1 ${text}\n`);
  });

  test('writes decimals of which the reader makes the same float32, of 9 digits at most', () => {
    const float32 = fc.float({ noNaN: true, noDefaultInfinity: true });
    fc.assert(
      fc.property(fc.array(float32, { minLength: 1, maxLength: 20 }), (values) => {
        const matrix = ofValues(...values);
        const file = written(matrix);
        expect(readMatrixMarket(file)).toEqual(matrix);
        for (const line of file.trim().split('\n').slice(2)) {
          const [digits] = line.split(' ')[2]!.replace(/[-.]/g, '').split('e');
          expect(digits!.replace(/^0+|0+$/g, '').length).toBeLessThanOrEqual(9);
        }
      }),
      { seed: 20_240_603, numRuns: 500 },
    );
  });

  test('writes more lines than it turns into bytes at once', () => {
    const rows = 10_000;
    const rowIndex = Uint32Array.from({ length: rows }, (_, row) => row);
    const matrix = { rows, columns: 1, rowIndex, columnIndex: new Uint32Array(rows) };

    expect(readMatrixMarket(writeMatrixMarket(matrix))).toEqual(matrix);
  });

  test.each([
    ['a fractional size', 'INVALID_ARGUMENT', { rows: 1.5 }],
    ['2^32 columns', 'INVALID_ARGUMENT', { columns: 2 ** 32 }],
    ['fewer columns than rows', 'INVALID_ARGUMENT', { columnIndex: Uint32Array.of(0) }],
    ['fewer values than entries', 'INVALID_ARGUMENT', { values: Float32Array.of(0) }],
    ['a row outside', 'INVALID_ARGUMENT', { rowIndex: Uint32Array.of(0, 2) }],
    ['a column outside', 'INVALID_ARGUMENT', { columnIndex: Uint32Array.of(3, 0) }],
    ['NaN', 'INVALID_VALUE', { values: Float32Array.of(0, Number.NaN) }],
  ])('refuses %s with %s', (_, code, change) => {
    const rowIndex = Uint32Array.of(0, 1);
    const matrix = { rows: 2, columns: 3, rowIndex, columnIndex: rowIndex, values: Float32Array.of(1, 2) };

    expect(errorOf(() => writeMatrixMarket({ ...matrix, ...change })).code).toBe(code);
  });
});
