import { LanewiseError } from '../host/errors.ts';

/** Entries that a cache may hold. */
export const LARGEST_COUNT: number = 2 ** 24;

/** @throws LanewiseError `INVALID_ARGUMENT` */
export function checkClock(now: unknown): () => number {
  if (now === undefined) return () => performance.now();
  if (typeof now === 'function') return now as () => number;
  throw new LanewiseError('INVALID_ARGUMENT', 'now must be a function that tells milliseconds.', {
    expected: 'function',
    got: typeof now,
  });
}
