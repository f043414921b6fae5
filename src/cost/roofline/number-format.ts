import { bytesOf as bytesOfDtype, checkDtype, type ParameterDtype } from '../dtype.ts';

/** How the numbers of an operation are held; tf32 takes the four bytes of float32, of which its multipliers read 19 bits. */
export type NumberFormat = ParameterDtype | 'tf32';

/** @throws LanewiseError `INVALID_ARGUMENT` for another format */
export function checkFormat(dtype: unknown): NumberFormat {
  return checkDtype(dtype, { tf32: 0 });
}

/** Bytes of so many numbers, whole ones; of float16 where no format is given. @throws LanewiseError `INVALID_ARGUMENT`, `OVERFLOW` */
export function bytesOf(count: number, dtype: NumberFormat = 'float16'): number {
  const format = checkFormat(dtype);
  return bytesOfDtype(count, format === 'tf32' ? 'float32' : format);
}
