/*
 * What scipy.sparse.save_npz writes: a zip file of npy files, format.npy and shape.npy before all.
 *
 *   csr, csc: indptr.npy (rows + 1, or columns + 1), indices.npy, data.npy
 *   coo:      row.npy, col.npy, data.npy
 */
import { describe, fileError } from './errors.ts';
import type { CooArrays } from './matrix-market.ts';
import { type ElementArray, elements, type NpyFile, openNpy } from './npy.ts';
import type { NpyDtypes } from './npy-header.ts';
import { extract, readZip } from './zip.ts';

/**
 * A sparse matrix in compressed rows (csr): those of row `r` are the entries from `indptr[r]` to `indptr[r + 1]`, entry `e`
 * stands in column `indices[e]` and is `values[e]`, or 1 where there are no values. In compressed columns (csc), rows and
 * columns change places.
 */
export interface CompressedArrays {
  /** @default 'csr' */
  readonly format?: 'csr' | 'csc';
  readonly rows: number;
  readonly columns: number;
  readonly indptr: Uint32Array;
  readonly indices: Uint32Array;
  readonly values?: Float32Array;
}

/** A matrix as SciPy saved it, in the layout that it had there. */
export type SparseNpz = Required<CompressedArrays> | (Required<CooArrays> & { readonly format: 'coo' });

const FORMAT: NpyDtypes = { pattern: /^(?:\|(S3)|<(U3))$/, expected: "a format of three letters, '|S3'" };
const INDICES: NpyDtypes = {
  pattern: /^(?:<([iu][248])|[|<>=]?([iu]1))$/,
  expected: "integers for sizes and indices, little-endian: '<i4', '<i8'",
};
const VALUES: NpyDtypes = {
  pattern: /^(?:<(f[48]|[iu][248])|[|<>=]?([iu]1|b1))$/,
  expected: "real values, little-endian: '<f4', '<f8', '<i4'",
};

const NUMBERS: Readonly<Record<string, ElementArray<ArrayLike<number>>>> = {
  f4: Float32Array,
  f8: Float64Array,
  b1: Uint8Array,
  i1: Int8Array,
  i2: Int16Array,
  i4: Int32Array,
  u1: Uint8Array,
  u2: Uint16Array,
  u4: Uint32Array,
};

/** Before the elements: the prefix, and the longest header that is read. */
const HEADER_BYTES = 65_547;
const WIDEST_BYTES = 8;
const INDEX_END = 2 ** 32;

/**
 * Reads what `scipy.sparse.save_npz` wrote, compressed or not: csr, csc or coo. Indices of any integer type become
 * Uint32Array, and data of f4, f8, bool or any integer type are rounded to float32. Lengths are checked against each other;
 * whether indices are in range, in order and once each is for CsrMatrix to see.
 *
 * Every byte may be hostile: no entry is inflated beyond what the directory announces, and that is held against the
 * shape. Linear in the bytes that come out.
 *
 * @example
 * const matrix = await readSparseNpz(await readFile('matrix.npz'));
 *
 * @throws LanewiseError `FILE_TRUNCATED`: the file or an array ends early; `FILE_FORMAT`: not such a file, or of another
 *   format such as bsr, encrypted, or of 4 GiB and more; `FILE_DTYPE`: big-endian, complex, or indices that are no
 *   integers; `FILE_CORRUPT`: a wrong checksum, a negative index, or lengths that do not fit together; `INVALID_VALUE`: NaN,
 *   an infinity, or a value beyond float32; `UNSUPPORTED`: a compressed file where the runtime has no DecompressionStream
 */
export async function readSparseNpz(bytes: Uint8Array): Promise<SparseNpz> {
  const entries = readZip(bytes);
  const open = async (name: string, dtypes: NpyDtypes, count: number): Promise<NpyFile> => {
    const entry = entries.get(`${name}.npy`);
    if (!entry) {
      throw fileError('FILE_FORMAT', 'npz file', {
        expected: `an array ${name}`,
        got: describe([...entries.keys()]),
        remedy: 'save it by scipy.sparse.save_npz',
      });
    }
    return openNpy(await extract(entry, HEADER_BYTES + count * WIDEST_BYTES), dtypes);
  };
  const load = async (name: string, dtypes: NpyDtypes, count?: number): Promise<ArrayLike<number>> => {
    const file = await open(name, dtypes, count ?? Number.POSITIVE_INFINITY);
    if (file.shape.length !== 1 || (count !== undefined && file.shape[0] !== count)) {
      throw fileError('FILE_CORRUPT', `npz array ${name}, shape`, {
        expected: count === undefined ? 'one extent' : `[${count}]`,
        got: describe(file.shape),
      });
    }
    return numbersOf(file);
  };
  const loadIndices = async (name: string, count?: number): Promise<Uint32Array> =>
    toIndices(name, await load(name, INDICES, count));

  const format = formatOf(await open('format', FORMAT, 2));
  const [rows, columns] = await loadIndices('shape', 2);
  if (format === 'coo') {
    const rowIndex = await loadIndices('row');
    const columnIndex = await loadIndices('col', rowIndex.length);
    const values = toValues(await load('data', VALUES, rowIndex.length));
    return { format, rows, columns, rowIndex, columnIndex, values };
  }
  const indptr = await loadIndices('indptr', (format === 'csr' ? rows : columns) + 1);
  const entryCount = indptr[indptr.length - 1];
  const indices = await loadIndices('indices', entryCount);
  const values = toValues(await load('data', VALUES, entryCount));
  return { format, rows, columns, indptr, indices, values };
}

/** Three letters, of one byte each or of four as files before SciPy 1.0 may have them. */
function formatOf({ data }: NpyFile): SparseNpz['format'] {
  const format = String.fromCharCode(...data.subarray(0, 12).filter((byte) => byte !== 0));
  if (format === 'csr' || format === 'csc' || format === 'coo') return format;
  throw fileError('FILE_FORMAT', 'npz array format', {
    expected: 'csr, csc or coo',
    got: describe(format),
    remedy: 'save matrix.tocsr()',
  });
}

function numbersOf({ dtype, data }: NpyFile): ArrayLike<number> {
  if (!dtype.endsWith('8') || dtype === 'f8') return elements(NUMBERS[dtype], data);
  const words = elements(Uint32Array, data);
  const isSigned = dtype === 'i8';
  return Float64Array.from({ length: words.length / 2 }, (_, index) => {
    const high = words[2 * index + 1];
    return words[2 * index] + (isSigned ? high | 0 : high) * 2 ** 32;
  });
}

function toIndices(name: string, numbers: ArrayLike<number>): Uint32Array {
  const indices = new Uint32Array(numbers.length);
  for (let position = 0; position < numbers.length; position++) {
    const index = numbers[position];
    if (!(index >= 0 && index < INDEX_END)) {
      const details = { expected: '0 to 4294967295', got: index };
      throw fileError('FILE_CORRUPT', `npz array ${name}, element ${position}`, details);
    }
    indices[position] = index;
  }
  return indices;
}

function toValues(numbers: ArrayLike<number>): Float32Array {
  const values = new Float32Array(numbers);
  const position = values.findIndex((value) => !Number.isFinite(value));
  if (position < 0) return values;
  throw fileError('INVALID_VALUE', `npz array data, element ${position}`, {
    expected: 'a finite number of float32, below 3.5e38',
    got: numbers[position],
    remedy: 'leave such entries out, or scale the matrix',
  });
}
