/*
 * An npy file (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html), one array of NumPy:
 *
 *   0          6               8         10 (1.0) or 12
 *   +----------+-------+-------+---------+------------------------------+----------
 *   | \x93NUMPY| major | minor | u16: h  | header: h bytes, a Python    | elements
 *   |          |       |       | or u32  | dict, spaces and a newline   |
 *   +----------+-------+-------+---------+------------------------------+----------
 *
 * Versions 2.0 and 3.0 widen h to 32 bits, little-endian as in 1.0.
 */
import { describe, fileError } from './errors.ts';
import { widenHalves } from './half.ts';
import { type NpyDtypes, parseNpyHeader } from './npy-header.ts';
import { elementCount } from './shape.ts';

/** The element types that are read, by NumPy's names for them. */
export type NpyDtype = 'f4' | 'f2' | 'i1' | 'u1';

/** The byte order of floats must be little-endian; single bytes have none, whatever the sign before them. */
const DTYPES: NpyDtypes = {
  pattern: /^(?:<(f4|f2)|[|<>=]?(i1|u1))$/,
  expected: "'<f4', '<f2', '|i1' or '|u1'",
};

export const MAGIC: readonly number[] = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
const VERSION_AT = 6;
const LENGTH_AT = 8;

/** Version 1.0 cannot say more, and only structured dtypes, which are not read, need it. */
const MAX_HEADER_BYTES = 65_535;

/**
 * An array as read. `shape` is outermost extent first, `data` row-major; `dtype` is the file's, of which f2 is widened
 * to float32. Data of the other types share the memory of the file's bytes where these lie aligned.
 */
export type NpyArray = { readonly shape: readonly number[] } & (
  | { readonly dtype: 'f4' | 'f2'; readonly data: Float32Array }
  | { readonly dtype: 'i1'; readonly data: Int8Array }
  | { readonly dtype: 'u1'; readonly data: Uint8Array }
);

/**
 * Reads what `np.save` wrote: format 1.0 to 3.0, float32, float16, int8 or uint8, in C order. Every byte may be hostile.
 *
 * Constant time for aligned data of f4, i1 and u1; otherwise linear in the bytes.
 *
 * @example
 * const { shape: [rows, dimensions], data } = readNpy(await readFile('vectors.npy'));
 *
 * @throws LanewiseError `FILE_TRUNCATED`: the bytes end before header or elements do; `FILE_FORMAT`: not an npy file of
 *   these versions, or Fortran order; `FILE_DTYPE`: other elements; `FILE_CORRUPT`: a malformed header, or more bytes
 *   than its shape needs
 */
export function readNpy(bytes: Uint8Array): NpyArray {
  const { shape, data, ...file } = openNpy(bytes, DTYPES);
  const dtype = file.dtype as NpyDtype;
  switch (dtype) {
    case 'f4':
      return { dtype, shape, data: elements(Float32Array, data) };
    case 'f2':
      return { dtype, shape, data: widenHalves(elements(Uint16Array, data)) };
    case 'i1':
      return { dtype, shape, data: elements(Int8Array, data) };
    case 'u1':
      return { dtype, shape, data: elements(Uint8Array, data) };
  }
}

/** An array whose elements are still the file's bytes. */
export interface NpyFile {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

/** As {@link readNpy}, for the element types given. */
export function openNpy(bytes: Uint8Array, dtypes: NpyDtypes): NpyFile {
  const { start, end } = findHeader(bytes);
  const { dtype, shape } = parseNpyHeader(
    new TextDecoder('latin1').decode(bytes.subarray(start, end)),
    dtypes,
  );
  const count = elementCount(shape);
  if (count === undefined) {
    const expected = 'counts whose product is below 2^53';
    throw fileError('FILE_CORRUPT', 'npy shape', { expected, got: describe(shape) });
  }
  const data = bytes.subarray(end);
  checkLength(data.length, count * elementBytes(dtype));
  return { dtype, shape, data };
}

/** The number in the name: bytes, or characters of four. */
function elementBytes(dtype: string): number {
  return Number(dtype.slice(1)) * (dtype.startsWith('U') ? 4 : 1);
}

/** Where the header stands, once it is known to lie within the file. */
function findHeader(bytes: Uint8Array): { start: number; end: number } {
  const need = (length: number) => {
    if (bytes.length >= length) return;
    const details = { expected: `at least ${length}`, got: bytes.length };
    throw fileError('FILE_TRUNCATED', 'npy file bytes', details);
  };

  need(LENGTH_AT + 2);
  const [major, minor] = bytes.subarray(VERSION_AT);
  const isNpy = MAGIC.every((byte, position) => bytes[position] === byte);
  if (!isNpy || major < 1 || major > 3 || minor !== 0) {
    throw fileError('FILE_FORMAT', 'npy file', {
      expected: 'the magic bytes and version 1.0, 2.0 or 3.0',
      got: isNpy ? `version ${major}.${minor}` : 'other bytes',
      remedy: 'give the bytes of a file saved by np.save',
    });
  }
  const start = LENGTH_AT + (major === 1 ? 2 : 4);
  need(start);
  const prefix = new DataView(bytes.buffer, bytes.byteOffset, start);
  const headerBytes = major === 1 ? prefix.getUint16(LENGTH_AT, true) : prefix.getUint32(LENGTH_AT, true);
  if (headerBytes > MAX_HEADER_BYTES) {
    throw fileError('FILE_FORMAT', 'npy header bytes', {
      expected: `at most ${MAX_HEADER_BYTES}`,
      got: headerBytes,
      remedy: 'save one plain array, not a structured one',
    });
  }
  need(start + headerBytes);
  return { start, end: start + headerBytes };
}

function checkLength(got: number, expected: number): void {
  if (got < expected) throw fileError('FILE_TRUNCATED', 'npy bytes of data', { expected, got });
  if (got > expected) {
    throw fileError('FILE_CORRUPT', 'npy bytes of data', {
      expected,
      got,
      remedy: 'save one array in a file, and nothing after it',
    });
  }
}

export interface ElementArray<Data> {
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): Data;
  readonly BYTES_PER_ELEMENT: number;
}

/** The bytes as elements: a view of them where they are aligned, of a copy where not. */
export function elements<Data>(Elements: ElementArray<Data>, bytes: Uint8Array): Data {
  const width = Elements.BYTES_PER_ELEMENT;
  const aligned = bytes.byteOffset % width === 0 ? bytes : new Uint8Array(bytes);
  return new Elements(aligned.buffer, aligned.byteOffset, aligned.length / width);
}
