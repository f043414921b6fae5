import { LanewiseError } from '../host/errors.ts';

/** Numbers, one each. */
export type Numbers = readonly number[] | Float32Array | Float64Array | Int32Array | Uint32Array;

/** An array of as many counts takes 1 GiB. */
const MOST_USERS = 2 ** 28;

/** @throws LanewiseError `INVALID_ARGUMENT`, `DIMENSION_MISMATCH` unless there are `count`, `INVALID_VALUE` for NaN and infinities */
export function checkFinite(name: string, values: Numbers, count: number): Numbers {
  if (!Array.isArray(values) && !(ArrayBuffer.isView(values) && 'length' in values)) {
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

/** Sums of squares of so large values stay within float64. */
const LARGEST_VALUE = 2 ** 480;

/** @throws LanewiseError `INVALID_ARGUMENT` unless there are `least`, `INVALID_VALUE` for NaN and what is beyond 2^480 */
export function checkSample(name: string, values: Numbers, least = 1): Numbers {
  checkFinite(name, values, values?.length);
  if (values.length < least) {
    throw new LanewiseError(
      'INVALID_ARGUMENT',
      `${name} must hold ${least} numbers at least; got ${values.length}.`,
      {
        expected: least,
        got: values.length,
      },
    );
  }
  for (const value of values)
    if (Math.abs(value) > LARGEST_VALUE) throw invalid(name, 'within 2^480 of 0', value);
  return values;
}

/**
 * The sum of counts, which may be fractions only where they need not be whole.
 *
 * @throws LanewiseError `INVALID_ARGUMENT`, `INVALID_VALUE` for negative ones and where all are 0
 */
export function checkCounts(name: string, counts: Numbers, least = 1, isWhole = false): number {
  let total = 0;
  for (const count of checkSample(name, counts, least)) {
    if (count < 0) throw invalid(name, 'counts, 0 at least', count);
    if (isWhole && !Number.isInteger(count)) throw invalid(name, 'whole counts, no shares of them', count);
    total += count;
  }
  if (total > 0) return total;
  throw invalid(name, 'counts of something', 0);
}

/** @throws LanewiseError `INVALID_ARGUMENT` unless a share lies between 0 and 1, the ends left out */
export function checkShare(name: string, share: number): number {
  if (share > 0 && share < 1) return share;
  throw new LanewiseError('INVALID_ARGUMENT', `${name} must lie between 0 and 1; got ${String(share)}.`, {
    got: share,
  });
}

/** An error for a value that is none of what it must be. */
export function invalid(name: string, expected: string, got: unknown): LanewiseError {
  return new LanewiseError('INVALID_VALUE', `${name} must be ${expected}; got ${String(got)}.`, {
    expected,
    got,
  });
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
