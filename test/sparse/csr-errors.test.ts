import { CsrMatrix, capabilities } from 'lanewise';
import { beforeAll, describe, expect, test } from 'vitest';
import { LanewiseError } from '../../src/host/errors.ts';
import { errorOf } from '../host/error-of.ts';

const inUse = () => capabilities().memory.bytesInUse;

/** [[0, 0, 3], [-1.5, 0, 0.25]] */
const ARRAYS = { rows: 2, columns: 3, indptr: [0, 1, 3], indices: [2, 0, 2], values: [3, -1.5, 0.25] };
const ENTRIES = { rows: 2, columns: 3, rowIndex: [1, 0, 1], columnIndex: [0, 2, 2], values: [-1.5, 3, 0.25] };

async function rejection(made: Promise<CsrMatrix>): Promise<LanewiseError> {
  const error = await made.then(
    () => new Error('a matrix was made'),
    (error) => error,
  );
  if (error instanceof LanewiseError) return error;
  throw error;
}

/** The code, and what the message must say. */
type Fault = readonly [what: string, changes: object, code: string, says: string];

const BAD_ARRAYS: readonly Fault[] = [
  [
    'columns out of order',
    { indices: [2, 2, 0] },
    'INVALID_ARGUMENT',
    'Row 1, entry 2: column 0 comes after column 2',
  ],
  [
    'a column twice in a row',
    { indices: [2, 2, 2] },
    'INVALID_ARGUMENT',
    'Row 1, entry 2: column 2 comes twice',
  ],
  [
    'a column out of range',
    { indices: [2, 0, 3] },
    'INVALID_ARGUMENT',
    'Row 1, entry 2: column 3 is beyond the 3 columns',
  ],
  [
    'a column out of range, first of all',
    { indices: [4294967295, 0, 1] },
    'INVALID_ARGUMENT',
    'Row 0, entry 0',
  ],
  [
    'a negative column',
    { indices: Int32Array.of(2, -1, 2) },
    'INVALID_ARGUMENT',
    'Row 1, entry 1: column 4294967295',
  ],
  ['a negative column in a plain array', { indices: [2, -1, 2] }, 'INVALID_ARGUMENT', 'indices[1]'],
  ['a fraction for a column', { indices: [2, 0.5, 2] }, 'INVALID_ARGUMENT', 'indices[1]'],
  ['text for a column', { indices: [2, '1', 2] }, 'INVALID_ARGUMENT', 'indices[1]'],
  ['NaN for a start', { indptr: [0, Number.NaN, 3] }, 'INVALID_ARGUMENT', 'indptr[1]'],
  ['a row that ends before it starts', { indptr: [0, 4, 3] }, 'INVALID_ARGUMENT', 'row 0 runs from 0 to 4'],
  ['rows that turn back', { rows: 3, indptr: [0, 2, 1, 3] }, 'INVALID_ARGUMENT', 'row 1 runs from 2 to 1'],
  ['a start other than 0', { indptr: [1, 1, 3] }, 'INVALID_ARGUMENT', 'it runs from 1 to 3'],
  ['an end before the last entry', { indptr: [0, 1, 2] }, 'INVALID_ARGUMENT', 'it runs from 0 to 2'],
  ['a start beyond 2^31', { indptr: Uint32Array.of(0, 2 ** 32 - 1, 3) }, 'INVALID_ARGUMENT', 'to 4294967295'],
  ['too few starts', { indptr: [0, 3] }, 'DIMENSION_MISMATCH', 'indptr'],
  ['too few values', { values: [1, 2] }, 'DIMENSION_MISMATCH', 'values'],
  ['NaN', { values: [1, Number.NaN, 2] }, 'INVALID_VALUE', 'entry 1 (row 1, column 0) is NaN'],
  [
    'an infinity',
    { values: Float32Array.of(1, 2, -Infinity) },
    'INVALID_VALUE',
    'entry 2 (row 1, column 2) is -Infinity',
  ],
  [
    'a value beyond float32',
    { values: [1e39, 1, 1] },
    'INVALID_VALUE',
    'entry 0 (row 0, column 2) is Infinity',
  ],
  ['no numbers for values', { values: ['1', 2, 3] }, 'INVALID_ARGUMENT', 'values[0]'],
  ['values of another type', { values: Float64Array.of(1, 2, 3) }, 'INVALID_ARGUMENT', 'values'],
  ['indices of another type', { indices: Float64Array.of(2, 0, 2) }, 'INVALID_ARGUMENT', 'indices'],
  ['no indices', { indices: undefined }, 'INVALID_ARGUMENT', 'indices'],
  ['negative rows', { rows: -1 }, 'INVALID_ARGUMENT', 'rows'],
  ['too many columns', { columns: 2 ** 32 - 1 }, 'INVALID_ARGUMENT', 'columns'],
];

const BAD_ENTRIES: readonly Fault[] = [
  ['a row out of range', { rowIndex: [1, 2, 1] }, 'INVALID_ARGUMENT', '2 rows, from 0 on; rowIndex[1] is 2'],
  [
    'a column out of range',
    { columnIndex: [0, 2, 3] },
    'INVALID_ARGUMENT',
    '3 columns, from 0 on; columnIndex[2] is 3',
  ],
  ['a negative row', { rowIndex: Int32Array.of(-1, 0, 1) }, 'INVALID_ARGUMENT', 'rowIndex[0] is -1'],
  [
    'an entry where there is no place',
    { columns: 0 },
    'INVALID_ARGUMENT',
    '0 columns, from 0 on; columnIndex[0] is 0',
  ],
  ['too few columns', { columnIndex: [0, 2] }, 'DIMENSION_MISMATCH', 'columnIndex'],
  ['too many values', { values: [1, 2, 3, 4] }, 'DIMENSION_MISMATCH', 'values'],
  ['NaN', { values: [1, 2, Number.NaN] }, 'INVALID_VALUE', 'values[2] is NaN'],
  [
    'a sum beyond float32',
    { columnIndex: [2, 2, 2], values: [3e38, 1, 3e38] },
    'INVALID_VALUE',
    '(row 1, column 2) is Infinity. It is the sum',
  ],
];

beforeAll(async () => (await CsrMatrix.fromArrays(ARRAYS)).dispose());

test.each(BAD_ARRAYS)('fromArrays refuses %s, and holds nothing of it', async (_, changes, code, says) => {
  const before = inUse();
  const error = await rejection(CsrMatrix.fromArrays({ ...ARRAYS, ...changes }));
  expect(error).toMatchObject({ code, message: expect.stringContaining(says) });
  expect(inUse()).toBe(before);
});

test.each(BAD_ENTRIES)('fromCoo refuses %s, and holds nothing of it', async (_, changes, code, says) => {
  const before = inUse();
  const error = await rejection(CsrMatrix.fromCoo({ ...ENTRIES, ...changes }));
  expect(error).toMatchObject({ code, message: expect.stringContaining(says) });
  expect(inUse()).toBe(before);
});

test('a value that is not finite is found wherever it stands', async () => {
  const indices = Array.from({ length: 67 }, (_, i) => i);
  for (const at of indices) {
    const values = new Float32Array(67).fill(3e38);
    values[at] = at % 2 ? Number.NaN : Number.NEGATIVE_INFINITY;
    const { message } = await rejection(
      CsrMatrix.fromArrays({ rows: 1, columns: 67, indptr: [0, 67], indices, values }),
    );
    expect(message).toContain(`entry ${at} (row 0, column ${at})`);
  }
});

test('fromDense refuses another length, and what is not finite', async () => {
  const shape = { rows: 2, columns: 3 };
  expect((await rejection(CsrMatrix.fromDense(new Float32Array(5), shape))).code).toBe('DIMENSION_MISMATCH');
  const error = await rejection(CsrMatrix.fromDense([0, 0, 0, 0, 0, Number.NaN], shape));
  expect(error).toMatchObject({ code: 'INVALID_VALUE', message: expect.stringContaining('row 1, column 2') });
});

const CALLS: readonly (readonly [string, string, (matrix: CsrMatrix) => unknown])[] = [
  ['multiply by too long an x', 'DIMENSION_MISMATCH', (matrix) => matrix.multiply(new Float32Array(4))],
  ['multiply by text', 'INVALID_ARGUMENT', (matrix) => matrix.multiply('123' as never)],
  ['multiply by float64', 'INVALID_ARGUMENT', (matrix) => matrix.multiply(new Float64Array(3) as never)],
  [
    'multiply into a short result',
    'DIMENSION_MISMATCH',
    (matrix) => matrix.multiply([1, 2, 3], new Float32Array(1)),
  ],
  ['multiplyTransposed by too short an x', 'DIMENSION_MISMATCH', (matrix) => matrix.multiplyTransposed([1])],
  [
    'multiplyMatrix by a part of a row',
    'DIMENSION_MISMATCH',
    (matrix) => matrix.multiplyMatrix(new Float32Array(7), 2),
  ],
  ['multiplyMatrix of -1 columns', 'INVALID_ARGUMENT', (matrix) => matrix.multiplyMatrix([], -1)],
  [
    'multiplyMatrix without columns',
    'INVALID_ARGUMENT',
    (matrix) => matrix.multiplyMatrix([1, 2, 3], undefined as never),
  ],
  ['add to what is no matrix', 'INVALID_ARGUMENT', (matrix) => matrix.add({} as never)],
  ['add with a factor NaN', 'INVALID_ARGUMENT', (matrix) => matrix.add(matrix, { alpha: Number.NaN })],
  ['add beyond float32', 'INVALID_VALUE', (matrix) => matrix.add(matrix, { beta: 1e39 })],
  ['scale by an infinity', 'INVALID_ARGUMENT', (matrix) => matrix.scale(Number.POSITIVE_INFINITY)],
  ['scale beyond float32', 'INVALID_VALUE', (matrix) => matrix.scale(3e38)],
  ['scaleRows by a number a column', 'DIMENSION_MISMATCH', (matrix) => matrix.scaleRows([1, 2, 3])],
  ['scaleRows by NaN', 'INVALID_VALUE', (matrix) => matrix.scaleRows([1, Number.NaN])],
  ['scaleRows beyond float32', 'INVALID_VALUE', (matrix) => matrix.scaleRows([3e38, 1])],
  ['scaleColumns by a number a row', 'DIMENSION_MISMATCH', (matrix) => matrix.scaleColumns([1, 2])],
  ['scaleColumns beyond float32', 'INVALID_VALUE', (matrix) => matrix.scaleColumns([1, 1, 3e38])],
  ['scaleColumns by text', 'INVALID_ARGUMENT', (matrix) => matrix.scaleColumns('123' as never)],
  ['norms of an unknown kind', 'INVALID_ARGUMENT', (matrix) => matrix.rowNorms({ norm: 'l3' as never })],
  [
    'normalize by an unknown norm',
    'INVALID_ARGUMENT',
    (matrix) => matrix.normalizeRows({ norm: 2 as never }),
  ],
  ['slice beyond the rows', 'INVALID_ARGUMENT', (matrix) => matrix.slice(0, 3)],
  ['slice backwards', 'INVALID_ARGUMENT', (matrix) => matrix.slice(2, 1)],
  ['slice from behind', 'INVALID_ARGUMENT', (matrix) => matrix.slice(-1)],
  ['slice beyond the columns', 'INVALID_ARGUMENT', (matrix) => matrix.slice(0, 2, { columns: [0, 4] })],
  ['a row that there is not', 'INVALID_ARGUMENT', (matrix) => matrix.row(2)],
];

test.each(CALLS)('%s is refused, and the matrix is as it was', async (_, code, call) => {
  using matrix = await CsrMatrix.fromArrays(ARRAYS);
  const before = [matrix.toArrays(), matrix.memoryUsage(), inUse()];
  expect(errorOf(() => call(matrix)).code).toBe(code);
  expect([matrix.toArrays(), matrix.memoryUsage(), inUse()]).toEqual(before);
});

test('matrices of other rows or columns are not added', async () => {
  using matrix = await CsrMatrix.fromArrays(ARRAYS);
  using turned = matrix.transpose();
  expect(errorOf(() => matrix.add(turned))).toMatchObject({
    code: 'DIMENSION_MISMATCH',
    expected: '2 x 3',
    got: '3 x 2',
  });
});

test('toDense of what no array holds says how many bytes it takes, and what to do', async () => {
  using matrix = await CsrMatrix.fromArrays({
    rows: 1000,
    columns: 2 ** 32 - 2,
    indptr: new Uint32Array(1001),
    indices: [],
  });
  const error = errorOf(() => matrix.toDense());
  expect(error).toMatchObject({ code: 'MEMORY_EXHAUSTED', got: 4000 * (2 ** 32 - 2) });
  expect(error.message).toContain('slice()');
});

describe('after dispose', () => {
  test.each<[string, (matrix: CsrMatrix) => unknown]>([
    ['nonzeros', (matrix) => matrix.nonzeros],
    ['isPattern', (matrix) => matrix.isPattern],
    ['density', (matrix) => matrix.density],
    ['multiply', (matrix) => matrix.multiply([1, 2, 3])],
    ['multiplyMatrix', (matrix) => matrix.multiplyMatrix([1, 2, 3], 1)],
    ['multiplyTransposed', (matrix) => matrix.multiplyTransposed([1, 2])],
    ['transpose', (matrix) => matrix.transpose()],
    ['add', (matrix) => matrix.add(matrix)],
    ['scale', (matrix) => matrix.scale(1)],
    ['scaleRows', (matrix) => matrix.scaleRows([1, 2])],
    ['scaleColumns', (matrix) => matrix.scaleColumns([1, 2, 3])],
    ['normalizeRows', (matrix) => matrix.normalizeRows()],
    ['rowSums', (matrix) => matrix.rowSums()],
    ['columnSums', (matrix) => matrix.columnSums()],
    ['rowNorms', (matrix) => matrix.rowNorms()],
    ['columnNorms', (matrix) => matrix.columnNorms()],
    ['slice', (matrix) => matrix.slice()],
    ['row', (matrix) => matrix.row(0)],
    ['toDense', (matrix) => matrix.toDense()],
    ['toArrays', (matrix) => matrix.toArrays()],
    ['toCoo', (matrix) => matrix.toCoo()],
    ['toMatrixMarket', (matrix) => matrix.toMatrixMarket()],
    ['toNpz', (matrix) => matrix.toNpz()],
    ['memoryUsage', (matrix) => matrix.memoryUsage()],
  ])('%s throws DISPOSED', async (_, call) => {
    const matrix = await CsrMatrix.fromArrays(ARRAYS);
    call(matrix);
    matrix.dispose();
    expect(errorOf(() => call(matrix)).code).toBe('DISPOSED');
  });

  test('a matrix is not added to another', async () => {
    using matrix = await CsrMatrix.fromArrays(ARRAYS);
    const other = matrix.slice();
    other.dispose();
    expect(errorOf(() => matrix.add(other)).code).toBe('DISPOSED');
  });
});
