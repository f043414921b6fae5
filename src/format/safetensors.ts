/*
 * A safetensors file (https://github.com/huggingface/safetensors#format), all numbers little-endian:
 *
 *   0         8                                  64 n
 *   +---------+----------------------------------+----------+----------+-----
 *   | u64: h  | header: h bytes of JSON, padded  | tensor 0 | tensor 1 | ...
 *   +---------+----------------------------------+----------+----------+-----
 *
 * The writer pads with spaces until the data begin at a multiple of 64, and puts wider elements first (8, 4, 2, 1
 * bytes): each tensor is then aligned to its element without a gap, which the format forbids.
 */
import { allocate } from './bytes.ts';
import { describe, fileError, invalidArgument } from './errors.ts';
import { encodeHeader, type Metadata, parseHeader } from './safetensors-header.ts';
import { layOut, type SafetensorsDtype, type TensorSpec } from './safetensors-layout.ts';

export type { Metadata, SafetensorsDtype, TensorSpec };

export const PREFIX_BYTES = 8;
const DATA_ALIGNMENT = 64;
const SPACE = 0x20;
const OPENING_BRACE = 0x7b;

/** The limit of the reference reader. */
const MAX_HEADER_BYTES = 100_000_000;

/** A file that is laid out but not filled: its tensors are zeros until written through `view`. */
export interface SafetensorsFile {
  /** The whole file, at offset 0 of its buffer. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The data of one tensor, in place and aligned to its element. @throws Error: no tensor of that name */
  view(name: string): Uint8Array<ArrayBuffer>;
  /**
   * Replaces the metadata by values that take as many bytes, such as a checksum over its placeholder of zeros.
   *
   * @throws Error: the header would change its length; the file is as it was
   */
  writeMetadata(metadata: Metadata): void;
}

/** A tensor as read: `data` is a view of the file's bytes and need not be aligned to its element. */
export interface Tensor {
  readonly dtype: SafetensorsDtype;
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

/** A tensor to write: `data` holds the elements of `shape`, row-major and little-endian. */
export interface TensorData {
  readonly dtype: SafetensorsDtype;
  readonly shape: readonly number[];
  readonly data: ArrayBufferView;
}

/**
 * Allocates a file once and lets the caller fill its tensors in place. Equal arguments give equal bytes: metadata
 * stand by sorted key, tensors by element size and then as given.
 *
 * @throws LanewiseError `INVALID_ARGUMENT`: a name that is reserved or stands twice, an unknown dtype, a shape that is
 *   none, metadata that are no strings, names and metadata of over 100 MB; `MEMORY_EXHAUSTED`: the runtime has no array
 *   that large
 */
export function createSafetensors(tensors: readonly TensorSpec[], metadata: Metadata): SafetensorsFile {
  const entries = layOut(tensors);
  const header = encodeHeader(entries, metadata);
  const dataStart = Math.ceil((PREFIX_BYTES + header.length) / DATA_ALIGNMENT) * DATA_ALIGNMENT;
  if (dataStart > PREFIX_BYTES + MAX_HEADER_BYTES) {
    throw invalidArgument('bytes of names and metadata', `at most ${MAX_HEADER_BYTES}`, header.length);
  }
  const bytes = allocate(dataStart + (entries.at(-1)?.end ?? 0));
  new DataView(bytes.buffer).setBigUint64(0, BigInt(dataStart - PREFIX_BYTES), true);
  bytes.fill(SPACE, PREFIX_BYTES, dataStart).set(header, PREFIX_BYTES);
  const views = new Map(
    entries.map(({ name, begin, end }) => [name, bytes.subarray(dataStart + begin, dataStart + end)]),
  );
  return {
    bytes,
    view(name) {
      const view = views.get(name);
      if (!view) throw new Error(`no tensor ${name}; the file holds ${[...views.keys()].join(', ')}`);
      return view;
    },
    writeMetadata(values) {
      const rewritten = encodeHeader(entries, values);
      if (rewritten.length !== header.length) {
        throw new Error(`metadata changed the header from ${header.length} to ${rewritten.length} bytes`);
      }
      bytes.set(rewritten, PREFIX_BYTES);
    },
  };
}

/**
 * A file of tensors that exist already; each is copied once.
 *
 * @example
 * const bytes = writeSafetensors({ vectors: { dtype: 'F32', shape: [rows, dimensions], data: vectors } });
 *
 * @throws LanewiseError as {@link createSafetensors}; `INVALID_ARGUMENT` also for data that do not fill their shape
 */
export function writeSafetensors(
  tensors: Readonly<Record<string, TensorData>>,
  metadata: Metadata = {},
): Uint8Array<ArrayBuffer> {
  const named = Object.entries(tensors);
  const file = createSafetensors(
    named.map(([name, { dtype, shape }]) => ({ name, dtype, shape })),
    metadata,
  );
  for (const [name, { data }] of named) {
    const view = file.view(name);
    if (data.byteLength !== view.length) {
      throw invalidArgument(`tensor ${describe(name)}, bytes of data`, view.length, data.byteLength);
    }
    view.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return file.bytes;
}

/**
 * Reads a file without copying its data. Every byte may be hostile; whatever the header claims is checked before it is
 * used. Tensors come in the order of their data.
 *
 * Time and memory go with the header, n log n in its tensors, whatever the size of the data.
 *
 * @throws LanewiseError `FILE_TRUNCATED`: the bytes end before the header or its tensors do; `FILE_FORMAT`: not a
 *   safetensors file; `FILE_DTYPE`: an unknown dtype; `FILE_CORRUPT`: the header contradicts itself or the file
 */
export function readSafetensors(bytes: Uint8Array): {
  readonly metadata: Metadata;
  readonly tensors: ReadonlyMap<string, Tensor>;
} {
  const dataStart = findData(bytes, bytes.length);
  const { metadata, entries } = parseHeader(
    bytes.subarray(PREFIX_BYTES, dataStart),
    bytes.length - dataStart,
  );
  const tensors = new Map<string, Tensor>();
  for (const { name, dtype, shape, begin, end } of entries) {
    // Not bytes.subarray: of a Node Buffer it makes a Buffer, whose slice() shares memory where a Uint8Array's copies.
    const data = new Uint8Array(bytes.buffer, bytes.byteOffset + dataStart + begin, end - begin);
    tensors.set(name, { dtype, shape, data });
  }
  return { metadata, tensors };
}

/**
 * Where the data begin, once the header is known to lie within the file.
 *
 * @param bytes the first of `fileBytes`, at least the prefix and a byte more
 * @throws LanewiseError `FILE_TRUNCATED`, `FILE_FORMAT`
 */
export function findData(bytes: Uint8Array, fileBytes: number): number {
  const truncated = (expected: number) =>
    fileError('FILE_TRUNCATED', 'safetensors file bytes', {
      expected: `at least ${expected}`,
      got: fileBytes,
    });
  const foreign = (subject: string, expected: string, got: string | number) =>
    fileError('FILE_FORMAT', subject, { expected, got, remedy: 'give the bytes of a .safetensors file' });

  if (bytes.length < PREFIX_BYTES) throw truncated(PREFIX_BYTES);
  const prefix = new DataView(bytes.buffer, bytes.byteOffset, PREFIX_BYTES);
  const headerBytes = Number(prefix.getBigUint64(0, true));
  if (headerBytes > MAX_HEADER_BYTES) {
    throw foreign('safetensors header bytes', `at most ${MAX_HEADER_BYTES}`, headerBytes);
  }
  const dataStart = PREFIX_BYTES + headerBytes;
  if (dataStart > fileBytes) throw truncated(dataStart);
  if (headerBytes === 0 || bytes[PREFIX_BYTES] !== OPENING_BRACE) {
    throw foreign('safetensors header', 'an object', headerBytes === 0 ? 'nothing' : 'something else');
  }
  return dataStart;
}
