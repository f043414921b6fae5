import {
  LanewiseError,
  readBvecs,
  readFvecs,
  readNpy,
  readSafetensors,
  type SafetensorsDtype,
  type Tensor,
} from 'lanewise/format';

/** Vectors of a file, one a row. */
export interface Matrix {
  readonly rows: number;
  readonly dimensions: number;
  /** `rows x dimensions`, row-major. */
  readonly data: Float32Array<ArrayBuffer>;
}

/** The endings of files that hold vectors. */
const VECTOR_FILE = /\.(npy|fvecs|bvecs|safetensors)$/i;

/** Reads a file by the ending of its name. @throws LanewiseError: what the readers throw, `FILE_FORMAT`, `FILE_DTYPE` */
export function readVectors(name: string, bytes: Uint8Array<ArrayBuffer>): Matrix {
  const matrix = parse(name, bytes);
  if (matrix.rows > 0 && matrix.dimensions > 0) return matrix;
  throw wrong(`${name} holds no vectors: ${matrix.rows} rows x ${matrix.dimensions} dimensions.`);
}

function parse(name: string, bytes: Uint8Array<ArrayBuffer>): Matrix {
  switch (VECTOR_FILE.exec(name)?.[1]?.toLowerCase()) {
    case 'npy': {
      const { shape, data } = readNpy(bytes);
      return matrixOf(name, shape, toFloats(data));
    }
    case 'fvecs':
      return readFvecs(bytes);
    case 'bvecs': {
      const vectors = readBvecs(bytes);
      return { ...vectors, data: toFloats(vectors.data) };
    }
    case 'safetensors':
      return readTensor(name, bytes);
    default:
      throw wrong(
        `${name} is of no kind that is read here. Vectors are .npy, .fvecs, .bvecs or .safetensors files.`,
      );
  }
}

/** The tensor called `vectors`, or the first one of two dimensions: so a saved index is read too. */
function readTensor(file: string, bytes: Uint8Array<ArrayBuffer>): Matrix {
  const { tensors } = readSafetensors(bytes);
  const matrices = [...tensors].filter(([, { shape, dtype }]) => shape.length === 2 && dtype in READERS);
  const [name, tensor] = matrices.find(([name]) => name === 'vectors') ?? matrices[0] ?? [];
  if (name !== undefined && tensor) return matrixOf(`${file}, ${name},`, tensor.shape, floatsOf(tensor));
  const held = [...tensors]
    .map(([name, { dtype, shape }]) => `${name} ${dtype} [${shape.join(', ')}]`)
    .slice(0, 4);
  throw wrong(
    `${file} has no tensor of two dimensions with floats or bytes. It holds ${held.join('; ') || 'no tensors'}.`,
  );
}

function matrixOf(name: string, shape: readonly number[], data: Float32Array<ArrayBuffer>): Matrix {
  const [rows, dimensions] = shape;
  if (shape.length === 2) return { rows: rows!, dimensions: dimensions!, data };
  throw wrong(`${name} has shape (${shape.join(', ')}). Vectors need two dimensions: rows x dimensions.`);
}

type Reader = (view: DataView<ArrayBufferLike>, at: number) => number;

/** How an element of each type is read, and how wide it is. */
const READERS: Partial<Record<SafetensorsDtype, { readonly width: number; readonly read: Reader }>> = {
  F64: { width: 8, read: (view, at) => view.getFloat64(at, true) },
  F32: { width: 4, read: (view, at) => view.getFloat32(at, true) },
  F16: { width: 2, read: (view, at) => widenHalf(view.getUint16(at, true)) },
  BF16: { width: 2, read: (view, at) => widenBrain(view.getUint16(at, true)) },
  I8: { width: 1, read: (view, at) => view.getInt8(at) },
  U8: { width: 1, read: (view, at) => view.getUint8(at) },
};

function floatsOf({ dtype, data }: Tensor): Float32Array<ArrayBuffer> {
  const { width, read } = READERS[dtype]!;
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  const floats = new Float32Array(data.length / width);
  for (let i = 0; i < floats.length; i++) floats[i] = read(view, i * width);
  return floats;
}

function widenHalf(bits: number): number {
  const sign = bits >> 15 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
}

const word = new DataView(new ArrayBuffer(4));

/** bfloat16 is the upper half of a float32. */
function widenBrain(bits: number): number {
  word.setUint32(0, bits << 16);
  return word.getFloat32(0);
}

function toFloats(data: Float32Array | Int8Array | Uint8Array): Float32Array<ArrayBuffer> {
  return data instanceof Float32Array && data.buffer instanceof ArrayBuffer
    ? (data as Float32Array<ArrayBuffer>)
    : Float32Array.from(data);
}

function wrong(message: string): LanewiseError {
  return new LanewiseError('FILE_FORMAT', message);
}
