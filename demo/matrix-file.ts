import { readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { LanewiseError, readBvecs, readFvecs, readNpy } from 'lanewise';
import type { Matrix } from './matrix.ts';
import { UsageError } from './usage-error.ts';

/** The bytes of a file; what keeps it from being read becomes a UsageError of one line. */
export function readBytes(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    // Node's message reads "ENOENT: no such file or directory, open 'my.npy'".
    const [reason] = (error as Error).message.replace(/^\w+: /, '').split(', ');
    throw new UsageError(`cannot read ${path}: ${reason}`, { cause: error });
  }
}

function asFloat32(data: Float32Array | Int8Array | Uint8Array): Float32Array {
  return data instanceof Float32Array ? data : Float32Array.from(data);
}

function parse(path: string): Matrix {
  switch (extname(path).toLowerCase()) {
    case '.npy': {
      const { shape, data } = readNpy(readBytes(path));
      if (shape.length !== 2) {
        throw new UsageError(
          `${path} has shape (${shape.join(', ')}): vectors need two dimensions, rows x dimensions`,
        );
      }
      return { rows: shape[0], dimensions: shape[1], data: asFloat32(data) };
    }
    case '.fvecs':
      return readFvecs(readBytes(path));
    case '.bvecs': {
      const { rows, dimensions, data } = readBvecs(readBytes(path));
      return { rows, dimensions, data: asFloat32(data) };
    }
    default:
      throw new UsageError(`cannot read ${path}: vectors are .npy, .fvecs or .bvecs files`);
  }
}

function parseNamed(path: string): Matrix {
  try {
    return parse(path);
  } catch (error) {
    if (error instanceof LanewiseError) throw new UsageError(`${path}: ${error.message}`, { cause: error });
    throw error;
  }
}

/** Reads a file of vectors by its extension; what is wrong with it becomes a UsageError that names it. */
export function readMatrix(path: string): Matrix {
  const matrix = parseNamed(path);
  if (matrix.rows === 0 || matrix.dimensions === 0) {
    throw new UsageError(`${path} holds no vectors: ${matrix.rows} rows x ${matrix.dimensions} dimensions`);
  }
  return matrix;
}
