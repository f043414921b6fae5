import { LanewiseError } from '../host/errors.ts';

/** Numbers, one each. */
export type Numbers = readonly number[] | Float32Array | Float64Array | Int32Array | Uint32Array;

/** An array of as many counts takes 1 GiB. */
const MOST_USERS = 2 ** 28;

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

/**
 * The entries of each user, and a 0 behind them.
 *
 * @throws LanewiseError `MEMORY_EXHAUSTED` where the largest number of a user is beyond arrays
 */
export function countByUser(users: Int32Array, userCount: number): Uint32Array {
  if (userCount > MOST_USERS) {
    throw new LanewiseError(
      'MEMORY_EXHAUSTED',
      `There are no arrays for ${userCount} users. Number users without gaps.`,
      { expected: MOST_USERS, got: userCount },
    );
  }
  const counts = new Uint32Array(userCount + 1);
  for (const user of users) counts[user]!++;
  return counts;
}
