import { LanewiseError } from '../host/errors.ts';

/** Vectors, row-major: `rows x dimensions` numbers. A plain array is converted to float32. */
export type VectorInput = Float32Array | readonly number[];

/** Ids: integers in 0..2147483647. */
export type IdInput = Int32Array | Uint32Array | readonly number[];

/** The largest id. */
export const LARGEST_ID: number = 2 ** 31 - 1;
/** Products of codes of longer vectors would leave 32 bits. */
const MOST_DIMENSIONS = 65_536;

/** @throws LanewiseError `INVALID_ARGUMENT` */
export function checkDimensions(dimensions: unknown): number {
  return checkInteger('dimensions', dimensions, 1, MOST_DIMENSIONS);
}

/** @throws LanewiseError `INVALID_ARGUMENT` unless `value` is an integer in least..most */
export function checkInteger(name: string, value: unknown, least: number, most: number): number {
  if (Number.isInteger(value) && (value as number) >= least && (value as number) <= most)
    return value as number;
  throw new LanewiseError(
    'INVALID_ARGUMENT',
    `${name} must be an integer in ${least}..${most}; got ${String(value)}.`,
    {
      expected: [least, most],
      got: value,
    },
  );
}

/** @throws LanewiseError `INVALID_ARGUMENT` unless `value` is a number in least..most */
export function checkNumber(name: string, value: unknown, least: number, most: number): number {
  if (typeof value === 'number' && value >= least && value <= most) return value;
  throw new LanewiseError(
    'INVALID_ARGUMENT',
    `${name} must be a number in ${least}..${most}; got ${String(value)}.`,
    { expected: [least, most], got: value },
  );
}

/**
 * Vectors as float32, whole rows of them.
 *
 * @throws LanewiseError `INVALID_ARGUMENT` for another type, `DIMENSION_MISMATCH` for a part of a row
 */
export function toVectors(name: string, input: VectorInput, dimensions: number): Float32Array {
  const isPlain = Array.isArray(input);
  if (!isPlain && !(input instanceof Float32Array)) {
    throw new LanewiseError('INVALID_ARGUMENT', `${name} must be a Float32Array or an array of numbers.`, {
      expected: 'Float32Array',
      got: typeof input,
    });
  }
  if (input.length % dimensions !== 0) {
    throw new LanewiseError(
      'DIMENSION_MISMATCH',
      `${name} must hold whole vectors of ${dimensions} dimensions; got ${input.length} numbers. ` +
        'Check the dimensions given to create().',
      { expected: dimensions, got: input.length },
    );
  }
  return isPlain ? toFloats(name, input) : (input as Float32Array);
}

function toFloats(name: string, numbers: readonly unknown[]): Float32Array {
  return Float32Array.from(numbers, (value) => {
    if (typeof value === 'number') return value;
    throw new LanewiseError('INVALID_ARGUMENT', `${name} must hold numbers; got ${typeof value}.`, {
      got: typeof value,
    });
  });
}

/** @throws LanewiseError `INVALID_ARGUMENT` when an id is not an integer in 0..2147483647 */
export function toIds(input: IdInput | number): Int32Array {
  if (typeof input === 'number') return Int32Array.of(checkInteger('id', input, 0, LARGEST_ID));
  if (!Array.isArray(input) && !(input instanceof Int32Array) && !(input instanceof Uint32Array)) {
    throw new LanewiseError(
      'INVALID_ARGUMENT',
      'ids must be an Int32Array, a Uint32Array or an array of numbers.',
    );
  }
  for (let i = 0; i < input.length; i++) {
    const id = input[i]!;
    if (!(id >= 0 && id <= LARGEST_ID && Number.isInteger(id))) checkInteger('id', id, 0, LARGEST_ID);
  }
  return Int32Array.from(input); // a copy, which the caller cannot change afterwards
}

/** @throws LanewiseError `INVALID_ARGUMENT` unless `bytes` are bytes */
export function checkBytes(bytes: unknown): Uint8Array {
  if (bytes instanceof ArrayBuffer) return new Uint8Array(bytes);
  if (bytes instanceof Uint8Array) return bytes;
  throw new LanewiseError('INVALID_ARGUMENT', 'The bytes of a file must be a Uint8Array or an ArrayBuffer.', {
    got: typeof bytes,
  });
}
