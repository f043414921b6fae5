import { LanewiseError } from '../host/errors.ts';

/** @throws LanewiseError `INVALID_ARGUMENT` unless `value` is finite and not negative */
export function checkQuantity(name: string, value: unknown): number {
  if (Number.isFinite(value) && (value as number) >= 0) return value as number;
  throw wrong(name, 'a finite number of at least 0', value);
}

/** @throws LanewiseError `INVALID_ARGUMENT` unless `value` is finite and above 0 */
export function checkPositive(name: string, value: unknown): number {
  if (Number.isFinite(value) && (value as number) > 0) return value as number;
  throw wrong(name, 'a finite number above 0', value);
}

/** @throws LanewiseError `INVALID_ARGUMENT` unless `value` is a finite integer of at least `least` */
export function checkCount(name: string, value: unknown, least = 1): number {
  if (Number.isInteger(value) && (value as number) >= least) return value as number;
  throw wrong(name, `an integer of at least ${least}`, value);
}

function wrong(name: string, expected: string, got: unknown): LanewiseError {
  const message = `${name} must be ${expected}; got ${String(got)}.`;
  return new LanewiseError('INVALID_ARGUMENT', message, { expected, got });
}

/**
 * A result that a double can hold.
 *
 * @throws LanewiseError `OVERFLOW` for an infinity, and for NaN, which two infinities leave
 */
export function finite(name: string, value: number): number {
  if (Number.isFinite(value)) return value;
  throw new LanewiseError(
    'OVERFLOW',
    `${name} is beyond what a double can hold, ${Number.MAX_VALUE}. Ask for smaller sizes, or for a part of the work.`,
    { expected: Number.MAX_VALUE, got: value },
  );
}
