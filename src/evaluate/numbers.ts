import { LanewiseError } from '../host/errors.ts';

/** Numbers, one each. */
export type Numbers = readonly number[] | Float32Array | Float64Array | Int32Array | Uint32Array;

/** @throws LanewiseError `INVALID_ARGUMENT`, `DIMENSION_MISMATCH` unless there are `count`, `INVALID_VALUE` for NaN and infinities */
export function checkFinite(name: string, values: Numbers, count: number): Numbers {
  if (!Array.isArray(values) && !ArrayBuffer.isView(values)) {
    throw new LanewiseError('INVALID_ARGUMENT', `${name} must be an array of numbers.`, {
      got: typeof values,
    });
  }
  if (values.length !== count) {
    throw new LanewiseError(
      'DIMENSION_MISMATCH',
      `${name} must hold ${count} numbers; got ${values.length}.`,
      {
        expected: count,
        got: values.length,
      },
    );
  }
  const at = (values as readonly number[]).findIndex((value) => !Number.isFinite(value));
  if (at < 0) return values;
  throw new LanewiseError(
    'INVALID_VALUE',
    `${name} must be finite; ${name}[${at}] is ${String(values[at])}.`,
    {
      got: values[at],
    },
  );
}
