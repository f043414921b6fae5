import { deflateRawSync } from 'node:zlib';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { type CompressedArrays, readSparseNpz, writeSparseNpz } from '../../src/format/index.ts';
import { type ErrorCode, LanewiseError } from '../../src/host/errors.ts';
import {
  ascii,
  concatenate,
  errorOf,
  misaligned,
  npyFile,
  uint32,
  type ZipMember,
  zipFile,
} from './bytes.ts';
import * as scipy from './scipy-files.ts';

/** [[0, 0, 3], [-1.5, 0, 0.25]] in compressed rows. */
const MATRIX = {
  ...{ rows: 2, columns: 3, indptr: Uint32Array.of(0, 1, 3), indices: Uint32Array.of(2, 0, 2) },
  values: Float32Array.of(3, -1.5, 0.25),
};

const npy = (descr: string, shape: string, data: readonly number[]): Uint8Array =>
  npyFile(`{'descr': '${descr}', 'fortran_order': False, 'shape': ${shape}, }`, data);
const int32 = (...values: number[]): Uint8Array => npy('<i4', `(${values.length},)`, values.flatMap(uint32));
const bytesOf = (array: ArrayBufferView): number[] => [...new Uint8Array(array.buffer)];

/** The arrays of {@link MATRIX}, by their names in a file. */
const ARRAYS: Readonly<Record<string, Uint8Array>> = {
  indices: int32(2, 0, 2),
  indptr: int32(0, 1, 3),
  format: npy('|S3', '()', [...ascii('csr')]),
  shape: int32(2, 3),
  data: npy('<f4', '(3,)', bytesOf(MATRIX.values)),
};

const membersOf = (arrays: Readonly<Record<string, Uint8Array>>): ZipMember[] =>
  Object.entries(arrays).map(([name, content]) => ({ name: `${name}.npy`, content }));

/** The file of {@link MATRIX} with other arrays, or other members. */
const file = (arrays: Readonly<Record<string, Uint8Array>>): Uint8Array =>
  zipFile(membersOf({ ...ARRAYS, ...arrays }));
const change = (name: string, changes: Partial<ZipMember>): ZipMember[] =>
  membersOf(ARRAYS).map((member) => (member.name === name ? { ...member, ...changes } : member));

async function rejection(bytes: Uint8Array): Promise<LanewiseError> {
  const error = await readSparseNpz(bytes).then(
    () => new Error('the file was read'),
    (error) => error,
  );
  if (error instanceof LanewiseError) return error;
  throw error;
}

describe('readSparseNpz', () => {
  test.each([
    ['compressed, of float32', scipy.CSR_FLOAT32],
    ['not compressed', scipy.CSR_FLOAT32_STORED],
    ['with indices of int64 and data of float64', scipy.CSR_INT64_INDICES],
    ['at an odd offset', misaligned(scipy.CSR_FLOAT32_STORED)],
    ['in memory that threads share', shared(scipy.CSR_FLOAT32)],
  ])('reads the csr file that SciPy wrote, %s', async (_, bytes) => {
    expect(await readSparseNpz(bytes)).toEqual({ format: 'csr', ...MATRIX });
  });

  test('reads the csc file that SciPy wrote as compressed columns', async () => {
    expect(await readSparseNpz(scipy.CSC_FLOAT64)).toEqual({
      ...{ format: 'csc', rows: 2, columns: 3, indptr: Uint32Array.of(0, 1, 1, 3) },
      ...{ indices: Uint32Array.of(1, 0, 1), values: Float32Array.of(-1.5, 3, 0.25) },
    });
  });

  test('reads the coo file that SciPy wrote as coordinates', async () => {
    expect(await readSparseNpz(scipy.COO_INT32)).toEqual({
      ...{ format: 'coo', rows: 2, columns: 3, rowIndex: Uint32Array.of(0, 1, 1) },
      ...{ columnIndex: Uint32Array.of(2, 0, 2), values: Float32Array.of(3, -7, 200) },
    });
  });

  test.each([
    ['<f8', new Float64Array([0.1, -2, 1e-60]), [Math.fround(0.1), -2, 0]],
    ['|b1', new Uint8Array([1, 0, 1]), [1, 0, 1]],
    ['|i1', new Int8Array([-128, 0, 127]), [-128, 0, 127]],
    ['|u1', new Uint8Array([0, 1, 255]), [0, 1, 255]],
    ['<i2', new Int16Array([-32_768, 0, 32_767]), [-32_768, 0, 32_767]],
    ['<u2', new Uint16Array([0, 1, 65_535]), [0, 1, 65_535]],
    ['<i4', new Int32Array([-(2 ** 31), 5, 2 ** 24 + 1]), [-(2 ** 31), 5, 2 ** 24]],
    ['<u4', new Uint32Array([2 ** 31, 5, 2 ** 24 + 1]), [2 ** 31, 5, 2 ** 24]],
    ['<i8', new BigInt64Array([-1n, -(2n ** 40n), 2n ** 62n]), [-1, -(2 ** 40), 2 ** 62]],
    ['<u8', new BigUint64Array([1n, 2n ** 40n, 2n ** 63n]), [1, 2 ** 40, 2 ** 63]],
  ])('rounds data of %s to float32', async (descr, data, expected) => {
    const { values } = await readSparseNpz(file({ data: npy(descr, '(3,)', bytesOf(data)) }));

    expect([...values]).toEqual(expected);
  });

  test.each([
    ['<u4', new Uint32Array([2 ** 32 - 1, 0, 2])],
    ['<i8', new BigInt64Array([2n ** 32n - 1n, 0n, 2n])],
    ['<u8', new BigUint64Array([2n ** 32n - 1n, 0n, 2n])],
  ])('reads indices of %s up to 2^32 - 1', async (descr, indices) => {
    const matrix = await readSparseNpz(file({ indices: npy(descr, '(3,)', bytesOf(indices)) }));

    expect(matrix).toEqual({ format: 'csr', ...MATRIX, indices: Uint32Array.of(2 ** 32 - 1, 0, 2) });
  });

  test('reads the format as Unicode, as files before SciPy 1.0 have it', async () => {
    const format = npy(
      '<U3',
      '()',
      [...'csr'].flatMap((letter) => uint32(letter.charCodeAt(0))),
    );

    expect(await readSparseNpz(file({ format }))).toEqual({ format: 'csr', ...MATRIX });
  });

  test.each([
    ['entries in another order', zipFile(membersOf(ARRAYS).reverse())],
    [
      'entries that it does not know',
      file({ _is_array: npy('|b1', '()', [1]), '../../data': ascii('no array') }),
    ],
    [
      'a comment at the end',
      zipFile(membersOf(ARRAYS), { comment: 'PK\x05\x06 is no end, though as long as one' }),
    ],
    ['an entry deflated and the others stored', zipFile(change('data.npy', { isDeflated: true }))],
  ])('reads an archive with %s', async (_, bytes) => {
    expect(await readSparseNpz(bytes)).toEqual({ format: 'csr', ...MATRIX });
  });

  test('reads a matrix without entries, rows or columns', async () => {
    const empty = { indptr: int32(0), indices: int32(), shape: int32(0, 0), data: npy('<f4', '(0,)', []) };

    expect(await readSparseNpz(file(empty))).toMatchObject({
      rows: 0,
      columns: 0,
      indptr: Uint32Array.of(0),
    });
  });

  test('inflates what is longer than it gives to the stream at a time', async () => {
    // Pseudo-random bytes hardly deflate: 80 kB stay more than 16 kB.
    const indices = Uint32Array.from({ length: 20_000 }, (_, entry) => Math.imul(entry, 2_654_435_761) >>> 0);
    const members = membersOf({
      ...{ ...ARRAYS, shape: int32(1, 9), indptr: int32(0, 20_000) },
      ...{ indices: npy('<u4', '(20000,)', bytesOf(indices)) },
      data: npy('|i1', '(20000,)', new Array(20_000).fill(2)),
    });
    const file = zipFile(members.map((member) => ({ ...member, isDeflated: true })));

    const matrix = (await readSparseNpz(file)) as CompressedArrays;

    expect(file.length).toBeGreaterThan(65_536);
    expect(matrix.indices).toEqual(indices);
    expect(matrix.values).toEqual(new Float32Array(20_000).fill(2));
  });
});

/** Deflate of `size` zeros: about a thousandth of it. */
const zeros = (size: number): Uint8Array => deflateRawSync(new Uint8Array(size));
const bomb = { isDeflated: true, compressed: zeros(3e7), size: 3e7 };
const cutDeflate = deflateRawSync(ARRAYS['data']!).subarray(0, -3);

type Case = readonly [kind: string, code: ErrorCode, bytes: Uint8Array, message?: string];

const archives: readonly Case[] = [
  ['nothing', 'FILE_TRUNCATED', new Uint8Array(0)],
  ['three bytes', 'FILE_TRUNCATED', ascii('PK\x03')],
  ['a file without its end', 'FILE_TRUNCATED', file({}).subarray(0, -1)],
  ['a file of which half is there', 'FILE_TRUNCATED', file({}).subarray(0, 600)],
  ['another file', 'FILE_FORMAT', ascii('\x93NUMPY\x01\x00................................')],
  ['a file that lacks its first byte', 'FILE_CORRUPT', file({}).subarray(1)],
  ['a file with bytes before it', 'FILE_CORRUPT', concatenate(ascii('PK\x03\x04'), file({}))],
  ['an archive of several disks', 'FILE_FORMAT', zipFile(membersOf(ARRAYS), { disk: 1 })],
  ['a directory at 4 GiB, which is Zip64', 'FILE_FORMAT', zip64End()],
  ['a directory elsewhere', 'FILE_CORRUPT', zipFile(membersOf(ARRAYS), { gap: 1 })],
  ['more entries announced than there are', 'FILE_CORRUPT', zipFile(membersOf(ARRAYS), { count: 6 })],
  ['fewer entries announced than there are', 'FILE_CORRUPT', zipFile(membersOf(ARRAYS), { count: 4 })],
  ['an encrypted entry', 'FILE_FORMAT', zipFile(change('data.npy', { flags: 1 })), 'encrypted'],
  ['an entry by LZMA', 'FILE_FORMAT', zipFile(change('data.npy', { method: 14 })), 'method 14'],
  ['an entry that begins after the directory', 'FILE_CORRUPT', zipFile(change('data.npy', { start: 5000 }))],
  ['an entry that begins where none does', 'FILE_CORRUPT', zipFile(change('data.npy', { start: 1 }))],
  ['an entry of Zip64', 'FILE_FORMAT', zipFile(change('data.npy', { start: 0xffffffff })), 'Zip64'],
  ['a local header without its mark', 'FILE_CORRUPT', concatenate(ascii('PKxx'), file({}).subarray(4))],
  ['two entries in one place', 'FILE_CORRUPT', zipFile(change('indptr.npy', { start: 0 })), 'entries'],
  [
    'two entries of one name',
    'FILE_CORRUPT',
    zipFile([...membersOf(ARRAYS), ...membersOf(ARRAYS)]),
    'each once',
  ],
  ['a wrong checksum of a stored entry', 'FILE_CORRUPT', zipFile(change('data.npy', { crc: 1 })), 'CRC-32'],
  ['a wrong checksum', 'FILE_CORRUPT', zipFile(change('data.npy', { crc: 1, isDeflated: true })), 'CRC-32'],
  ['a stored entry of another size', 'FILE_CORRUPT', zipFile(change('data.npy', { size: 20 }))],
  ['a stored entry larger than it is', 'FILE_CORRUPT', zipFile(change('data.npy', { size: 200 }))],
  [
    'deflate that ends early',
    'FILE_CORRUPT',
    zipFile(change('data.npy', { isDeflated: true, compressed: cutDeflate })),
  ],
  [
    'deflate that is none',
    'FILE_CORRUPT',
    zipFile(change('data.npy', { isDeflated: true, compressed: new Uint8Array(99).fill(0xff) })),
    'damaged data',
  ],
  [
    'deflate of fewer bytes than announced',
    'FILE_CORRUPT',
    zipFile(change('data.npy', { isDeflated: true, size: 150 })),
    'bytes inflated: expected 150, got ',
  ],
  [
    'deflate of more bytes than announced',
    'FILE_CORRUPT',
    zipFile(change('data.npy', { isDeflated: true, compressed: zeros(3e7) })),
    'got more',
  ],
  [
    'a size that no deflate reaches',
    'FILE_CORRUPT',
    zipFile(change('format.npy', { isDeflated: true, size: 65_000 })),
  ],
  [
    'a format of thirty million bytes',
    'FILE_CORRUPT',
    zipFile(change('format.npy', bomb)),
    'expected 0 to 65563',
  ],
  [
    'an indptr that the shape does not need',
    'FILE_CORRUPT',
    zipFile(change('indptr.npy', bomb)),
    'expected 0 to 65571',
  ],
  [
    'indices that indptr does not need',
    'FILE_CORRUPT',
    zipFile(change('indices.npy', bomb)),
    'expected 0 to 65571',
  ],
];

const arrays: readonly Case[] = [
  [
    'arrays that are no matrix',
    'FILE_FORMAT',
    zipFile([{ name: 'a.npy', content: int32(1) }]),
    'an array format',
  ],
  [
    'arrays within a folder',
    'FILE_FORMAT',
    zipFile(change('data.npy', { name: 'x/data.npy' })),
    'an array data',
  ],
  ['blocks', 'FILE_FORMAT', scipy.BSR, 'matrix.tocsr()'],
  ['a format of other letters', 'FILE_FORMAT', file({ format: npy('|S3', '()', [0x1b, 0x5b, 0x4a]) })],
  ['a format of four letters', 'FILE_DTYPE', file({ format: npy('|S4', '()', [...ascii('csrx')]) })],
  ['no array', 'FILE_FORMAT', file({ data: ascii('not an npy file at all') })],
  ['three extents', 'FILE_CORRUPT', file({ shape: int32(2, 3, 4) })],
  ['a scalar shape', 'FILE_CORRUPT', file({ shape: npy('<i4', '()', uint32(2)) })],
  ['a negative extent', 'FILE_CORRUPT', file({ shape: int32(-2, 3) }), 'shape, element 0'],
  [
    '2^32 columns',
    'FILE_CORRUPT',
    file({ shape: npy('<i8', '(2,)', [...uint32(2), ...uint32(0), ...uint32(0), ...uint32(1)]) }),
  ],
  [
    'an indptr too short for the rows',
    'FILE_CORRUPT',
    file({ shape: int32(3, 3) }),
    'indptr, shape: expected [4], got [3]',
  ],
  [
    'an indptr too long for the rows',
    'FILE_CORRUPT',
    file({ shape: int32(1, 3) }),
    'indptr, shape: expected [2], got [3]',
  ],
  ['a billion rows that are not there', 'FILE_CORRUPT', file({ shape: int32(1e9, 3) })],
  [
    'fewer indices than entries',
    'FILE_CORRUPT',
    file({ indices: int32(2, 0) }),
    'indices, shape: expected [3], got [2]',
  ],
  ['more indices than entries', 'FILE_CORRUPT', file({ indices: int32(2, 0, 2, 1) })],
  [
    'fewer data than entries',
    'FILE_CORRUPT',
    file({ data: int32(1, 2) }),
    'data, shape: expected [3], got [2]',
  ],
  ['data of two dimensions', 'FILE_CORRUPT', file({ data: npy('|i1', '(3, 1)', [1, 2, 3]) })],
  ['an entry count below 0', 'FILE_CORRUPT', file({ indptr: int32(0, 1, -3) }), 'indptr, element 2'],
  ['a negative index', 'FILE_CORRUPT', file({ indices: int32(2, -1, 2) }), 'indices, element 1'],
  [
    'an index of 2^32',
    'FILE_CORRUPT',
    file({ indices: npy('<i8', '(3,)', bytesOf(new BigInt64Array([0n, 0n, 2n ** 32n]))) }),
  ],
  ['indices that are floats', 'FILE_DTYPE', file({ indices: npy('<f4', '(3,)', bytesOf(MATRIX.values)) })],
  ['big-endian indices', 'FILE_DTYPE', file({ indices: npy('>i4', '(3,)', bytesOf(MATRIX.indices)) })],
  ['big-endian data', 'FILE_DTYPE', file({ data: npy('>f4', '(3,)', bytesOf(MATRIX.values)) })],
  ['complex data', 'FILE_DTYPE', file({ data: npy('<c8', '(3,)', new Array(24).fill(0)) })],
  ['Python objects', 'FILE_DTYPE', file({ data: npy('|O', '(3,)', new Array(24).fill(0)) })],
  ['data that end early', 'FILE_TRUNCATED', file({ data: npy('<f4', '(3,)', new Array(11).fill(0)) })],
  [
    'NaN',
    'INVALID_VALUE',
    file({ data: npy('<f4', '(3,)', bytesOf(Float32Array.of(1, Number.NaN, 1))) }),
    'element 1',
  ],
  [
    'an infinity',
    'INVALID_VALUE',
    file({ data: npy('<f8', '(3,)', bytesOf(Float64Array.of(1, 1, -1 / 0))) }),
    'got -Infinity',
  ],
  [
    'a value beyond float32',
    'INVALID_VALUE',
    file({ data: npy('<f8', '(3,)', bytesOf(Float64Array.of(1e300, 1, 1))) }),
    'got 1e+300',
  ],
];

const coo = (changes: Readonly<Record<string, Uint8Array>>): Uint8Array => {
  const { data, shape } = ARRAYS;
  const own = { format: npy('|S3', '()', [...ascii('coo')]), row: int32(0, 1, 1), col: int32(2, 0, 2) };
  return zipFile(membersOf({ data: data!, shape: shape!, ...own, ...changes }));
};
const coos: readonly Case[] = [
  ['fewer columns than rows', 'FILE_CORRUPT', coo({ col: int32(2, 0) }), 'col, shape: expected [3], got [2]'],
  ['more data than rows', 'FILE_CORRUPT', coo({ row: int32(0, 1), col: int32(2, 0) }), 'data, shape'],
  [
    'rows of two dimensions',
    'FILE_CORRUPT',
    coo({ row: npy('|u1', '(3, 1)', [0, 1, 1]) }),
    'row, shape: expected one extent, got [3, 1]',
  ],
];

for (const [kind, code, bytes, message = ''] of [...archives, ...arrays, ...coos]) {
  test(`readSparseNpz answers ${kind} with ${code}`, async () => {
    const error = await rejection(bytes);

    expect(error.code).toBe(code);
    expect(error.message).toContain(message);
    expect(error.message).toContain(`expected ${error.expected}, got ${error.got}; `);
    expect(error.message.length).toBeLessThan(300);
  });
}

describe('with another DecompressionStream', () => {
  afterEach(() => void vi.unstubAllGlobals());

  test('readSparseNpz stops reading as soon as more comes out than announced', async () => {
    let given = 0;
    const cancel = vi.fn();
    class Endless {
      writable = new WritableStream();
      readable = new ReadableStream({
        pull: (controller) => controller.enqueue(new Uint8Array(100).fill(++given)),
        cancel,
      });
    }
    vi.stubGlobal('DecompressionStream', Endless);

    const error = await rejection(scipy.CSR_FLOAT32);

    // The format takes 131 bytes; one more chunk may wait in the stream's queue.
    expect(error.code).toBe('FILE_CORRUPT');
    expect(error.got).toBe('more');
    expect(given).toBeLessThanOrEqual(3);
    expect(cancel).toHaveBeenCalledOnce();
  });

  test('readSparseNpz reads what is stored where there is none, and says how to save so', async () => {
    vi.stubGlobal('DecompressionStream', undefined);

    expect(await readSparseNpz(scipy.CSR_FLOAT32_STORED)).toEqual({ format: 'csr', ...MATRIX });
    const error = await rejection(scipy.CSR_FLOAT32);
    expect(error.code).toBe('UNSUPPORTED');
    expect(error.message).toContain('compressed=False');
  });
});

describe('writeSparseNpz', () => {
  test('writes what the reader gives again', async () => {
    expect(await readSparseNpz(writeSparseNpz(MATRIX))).toEqual({ format: 'csr', ...MATRIX });
  });

  test('writes compressed columns as such', async () => {
    const matrix = await readSparseNpz(scipy.CSC_FLOAT64);

    expect(await readSparseNpz(writeSparseNpz(matrix as CompressedArrays))).toEqual(matrix);
  });

  test('writes the arrays as SciPy does, byte by byte', () => {
    const ours = Buffer.from(writeSparseNpz(MATRIX)).toString('latin1');
    const theirs = Buffer.from(scipy.CSR_FLOAT32_STORED).toString('latin1');
    // From the magic bytes of each to the next header of the archive.
    const arrays = theirs.split('PK').flatMap((part) => part.match(/\x93NUMPY.*/s) ?? []);

    expect(arrays).toHaveLength(5);
    for (const array of arrays) expect(ours).toContain(`${array}PK`);
  });

  test('writes ones where there are no values', async () => {
    const { values: _, ...pattern } = MATRIX;

    expect(await readSparseNpz(writeSparseNpz(pattern))).toMatchObject({ values: Float32Array.of(1, 1, 1) });
  });

  test('writes views that are a part of their buffer', async () => {
    const indices = Uint32Array.of(9, 2, 0, 2, 9).subarray(1, 4);

    expect(await readSparseNpz(writeSparseNpz({ ...MATRIX, indices }))).toEqual({ format: 'csr', ...MATRIX });
  });

  test('writes the same bytes at any time', () => {
    vi.useFakeTimers({ now: 0 });
    const first = writeSparseNpz(MATRIX);
    vi.setSystemTime(1e12);

    expect(writeSparseNpz(MATRIX)).toEqual(first);
    vi.useRealTimers();
  });

  test.each<[string, ErrorCode, Partial<CompressedArrays>]>([
    ['fewer indptr than rows', 'INVALID_ARGUMENT', { rows: 3 }],
    ['2^31 rows', 'INVALID_ARGUMENT', { rows: 2 ** 31 }],
    ['negative columns', 'INVALID_ARGUMENT', { columns: -1 }],
    ['fewer indices than entries', 'INVALID_ARGUMENT', { indices: Uint32Array.of(2, 0) }],
    ['fewer values than entries', 'INVALID_ARGUMENT', { values: Float32Array.of(1, 2) }],
    ['an index outside', 'INVALID_ARGUMENT', { indices: Uint32Array.of(2, 0, 3) }],
    ['coordinates', 'INVALID_ARGUMENT', { format: 'coo' as 'csr' }],
    ['columns for rows', 'INVALID_ARGUMENT', { format: 'csc' }],
    ['an infinity', 'INVALID_VALUE', { values: Float32Array.of(1, 2, 1 / 0) }],
  ])('refuses %s with %s', (_, code, changes) => {
    expect(errorOf(() => writeSparseNpz({ ...MATRIX, ...changes })).code).toBe(code);
  });
});

function shared(bytes: Uint8Array): Uint8Array {
  const copy = new Uint8Array(new SharedArrayBuffer(bytes.length));
  copy.set(bytes);
  return copy;
}

function zip64End(): Uint8Array {
  const bytes = Uint8Array.from(file({}));
  return bytes.fill(0xff, bytes.length - 6, bytes.length - 2);
}
