import { readFileSync, writeFileSync } from 'node:fs';
import { extname } from 'node:path';
import { LanewiseError } from '../cost/index.ts';
import { readBvecs, readFvecs, readNpy, readSafetensors } from '../format/index.ts';
import { UsageError } from './usage-error.ts';

/** Rows of a file, row-major. */
export interface Matrix {
  readonly rows: number;
  readonly dimensions: number;
  readonly data: Float32Array;
}

/** Node's message reads "ENOENT: no such file or directory, open 'my.npy'". */
function reasonOf(error: unknown): string {
  return (error as Error).message.replace(/^\w+: /, '').split(', ')[0]!;
}

/** @throws UsageError */
export function readBytes(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new UsageError(`cannot read ${path}: ${reasonOf(cause)}`, { cause });
  }
}

/** @throws UsageError */
export function writeText(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (cause) {
    throw new UsageError(`cannot write ${path}: ${reasonOf(cause)}`, { cause });
  }
}

/** Vectors of a file, by its extension; `tensor` names those of a safetensors file. @throws UsageError */
export function readVectors(path: string, tensor?: string): Matrix {
  const matrix = readNamed(path, tensor);
  if (matrix.rows > 0 && matrix.dimensions > 0) return matrix;
  throw new UsageError(`${path} holds no vectors: ${matrix.rows} rows x ${matrix.dimensions} dimensions`);
}

function readNamed(path: string, tensor?: string): Matrix {
  try {
    return parse(path, tensor);
  } catch (cause) {
    if (cause instanceof LanewiseError) throw new UsageError(`${path}: ${cause.message}`, { cause });
    throw cause;
  }
}

function parse(path: string, tensor: string | undefined): Matrix {
  const extension = extname(path).toLowerCase();
  if (tensor !== undefined && extension !== '.safetensors')
    throw new UsageError(`--tensor names one of a .safetensors file: ${path} is none`);
  switch (extension) {
    case '.npy': {
      const { shape, data } = readNpy(readBytes(path));
      return asMatrix(path, shape, data);
    }
    case '.fvecs':
      return readFvecs(readBytes(path));
    case '.bvecs': {
      const { rows, dimensions, data } = readBvecs(readBytes(path));
      return asMatrix(path, [rows, dimensions], data);
    }
    case '.safetensors':
      return readTensor(path, tensor);
    default:
      throw new UsageError(`cannot read ${path}: vectors are .npy, .fvecs, .bvecs or .safetensors files`);
  }
}

function asMatrix(
  path: string,
  shape: readonly number[],
  data: Float32Array | Int8Array | Uint8Array,
): Matrix {
  if (shape.length !== 2)
    throw new UsageError(
      `${path} has shape (${shape.join(', ')}): vectors need two dimensions, rows x dimensions`,
    );
  const floats = data instanceof Float32Array ? data : Float32Array.from(data);
  return { rows: shape[0]!, dimensions: shape[1]!, data: floats };
}

/** The tensor of that name; the only one of two dimensions without a name. */
function readTensor(path: string, name: string | undefined): Matrix {
  const { tensors } = readSafetensors(readBytes(path));
  const names = [...tensors.keys()];
  const chosen = name ?? names.filter((key) => tensors.get(key)!.shape.length === 2);
  const [key, another] = typeof chosen === 'string' ? [chosen] : chosen;
  const found = key === undefined ? undefined : tensors.get(key);
  if (!found || another !== undefined) {
    const wanted = name === undefined ? 'one tensor of two dimensions' : `no tensor ${name}`;
    throw new UsageError(
      `${path} holds ${name === undefined ? 'more or less than ' : ''}${wanted}: --tensor takes one of ${names.join(', ')}`,
    );
  }
  if (found.dtype !== 'F32')
    throw new UsageError(`tensor ${key} of ${path} is of ${found.dtype}: vectors are F32`);
  return asMatrix(path, found.shape, new Float32Array(found.data.slice().buffer));
}
