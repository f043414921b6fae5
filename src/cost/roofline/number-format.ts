import { LanewiseError } from '../../host/errors.ts';

/** How the numbers of an operation are held; tf32 takes the four bytes of float32, of which its multipliers read 19 bits. */
export type NumberFormat = 'float64' | 'float32' | 'tf32' | 'float16' | 'bfloat16' | 'int8';

const BYTES: Readonly<Record<NumberFormat, number>> = {
  float64: 8,
  float32: 4,
  tf32: 4,
  float16: 2,
  bfloat16: 2,
  int8: 1,
};

/** @throws LanewiseError `INVALID_ARGUMENT` for another format */
export function checkFormat(dtype: unknown): NumberFormat {
  if (typeof dtype === 'string' && Object.hasOwn(BYTES, dtype)) return dtype as NumberFormat;
  const expected = Object.keys(BYTES);
  throw new LanewiseError(
    'INVALID_ARGUMENT',
    `dtype must be one of ${expected.join(', ')}; got ${String(dtype)}.`,
    { expected, got: dtype },
  );
}

/** Bytes of a number; of float16 where no format is given. */
export function bytesOf(dtype: NumberFormat = 'float16'): number {
  return BYTES[checkFormat(dtype)];
}
