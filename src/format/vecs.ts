/*
 * The vecs files of the TEXMEX corpus (http://corpus-texmex.irisa.fr): every row says its own dimensions.
 *
 *   +--------+---------------------+--------+---------------------+-----
 *   | int32  | elements of row 0   | int32  | elements of row 1   | ...
 *   +--------+---------------------+--------+---------------------+-----
 *
 * Elements are float32 (fvecs), uint8 (bvecs) or int32 (ivecs); all numbers are little-endian.
 */
import { fileError } from './errors.ts';

const PREFIX_BYTES = 4;

/** The bound of FAISS's own reader (`demos/demo_sift1M.cpp`): beyond it, the bytes are of another format. */
const DIMENSIONS_END = 1_000_000;

/** Vectors as read: `data` is rows x dimensions, row-major, copied out of the file. */
export interface Vectors<Data> {
  readonly rows: number;
  readonly dimensions: number;
  readonly data: Data;
}

/**
 * Reads float32 vectors, such as SIFT1M's base and queries. Linear in the bytes; allocates no more than the file's size.
 *
 * @throws LanewiseError `FILE_TRUNCATED`: empty, or the last row ends early; `FILE_FORMAT`: dimensions below 1 or of a
 *   million and more; `FILE_CORRUPT`: a row of other dimensions than the first
 */
export function readFvecs(bytes: Uint8Array): Vectors<Float32Array<ArrayBuffer>> {
  return readVectors(bytes, Float32Array);
}

/** Reads uint8 vectors, such as SIFT1B's queries. As {@link readFvecs} otherwise. */
export function readBvecs(bytes: Uint8Array): Vectors<Uint8Array<ArrayBuffer>> {
  return readVectors(bytes, Uint8Array);
}

/** Reads int32 vectors, such as the ids of the true nearest neighbours. As {@link readFvecs} otherwise. */
export function readIvecs(bytes: Uint8Array): Vectors<Int32Array<ArrayBuffer>> {
  return readVectors(bytes, Int32Array);
}

interface ElementArray<Data> {
  new (length: number): Data;
  readonly BYTES_PER_ELEMENT: number;
}

function readVectors<Data extends ArrayBufferView<ArrayBuffer>>(
  bytes: Uint8Array,
  Elements: ElementArray<Data>,
): Vectors<Data> {
  const file = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const dimensions = readDimensions(file);
  const rowBytes = dimensions * Elements.BYTES_PER_ELEMENT;
  const stride = PREFIX_BYTES + rowBytes;
  const rows = bytes.length / stride;
  if (!Number.isInteger(rows)) {
    throw fileError('FILE_TRUNCATED', 'vecs file bytes', {
      expected: `a multiple of ${stride}, the bytes of a row of ${dimensions}`,
      got: bytes.length,
      remedy: 'copy or download the file again, and read it as what its name says: fvecs, bvecs or ivecs',
    });
  }
  const data = new Elements(rows * dimensions);
  const target = new Uint8Array(data.buffer);
  for (let row = 0; row < rows; row++) {
    const start = row * stride;
    const got = file.getInt32(start, true);
    if (got !== dimensions) {
      throw fileError('FILE_CORRUPT', `vecs row ${row}, dimensions`, { expected: dimensions, got });
    }
    target.set(bytes.subarray(start + PREFIX_BYTES, start + stride), row * rowBytes);
  }
  return { rows, dimensions, data };
}

/** The first row's dimensions, which all rows share. */
function readDimensions(file: DataView): number {
  if (file.byteLength < PREFIX_BYTES) {
    throw fileError('FILE_TRUNCATED', 'vecs file bytes', {
      expected: `at least ${PREFIX_BYTES}`,
      got: file.byteLength,
    });
  }
  const dimensions = file.getInt32(0, true);
  if (dimensions < 1 || dimensions >= DIMENSIONS_END) {
    throw fileError('FILE_FORMAT', 'vecs dimensions', {
      expected: `1 to ${DIMENSIONS_END - 1}`,
      got: dimensions,
      remedy: 'give the bytes of an .fvecs, .bvecs or .ivecs file',
    });
  }
  return dimensions;
}
