import { LanewiseError } from '../host/errors.ts';
import { invalidArgument } from './errors.ts';
import { isCount } from './shape.ts';

/** @throws LanewiseError `INVALID_ARGUMENT`: rows or columns that are no count, or beyond the limit */
export function checkSize(rows: number, columns: number, limit: number): void {
  for (const [name, extent] of Object.entries({ rows, columns })) {
    if (!isCount(extent) || extent > limit)
      throw invalidArgument(name, `an integer of 0 to ${limit}`, extent);
  }
}

/** @throws LanewiseError `INVALID_ARGUMENT` */
export function checkLength(name: string, expected: number, { length }: ArrayLike<number>): void {
  if (length !== expected) throw invalidArgument(`${name} length`, expected, length);
}

/** @throws LanewiseError `INVALID_ARGUMENT`: an index at the limit or beyond it */
export function checkIndices(name: string, indices: Uint32Array, limit: number): void {
  const outside = indices.findIndex((index) => index >= limit);
  if (outside >= 0) throw invalidArgument(`${name}[${outside}]`, `below ${limit}`, indices[outside]);
}

/** @throws LanewiseError `INVALID_VALUE`: NaN or an infinity, which the readers would not take back */
export function checkValues(values: Float32Array): void {
  const position = values.findIndex((value) => !Number.isFinite(value));
  if (position < 0) return;
  const got = values[position];
  const message = `values[${position}]: expected a finite number, got ${got}`;
  throw new LanewiseError('INVALID_VALUE', message, { expected: 'a finite number', got });
}
