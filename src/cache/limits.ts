import { LanewiseError } from '../host/errors.ts';
import { checkNumber } from '../vectors/input.ts';

/** Entries that a cache may hold. */
export const LARGEST_COUNT: number = 2 ** 24;

/**
 * A clock that throws where it tells no time: with NaN nothing would ever be over.
 *
 * @throws LanewiseError `INVALID_ARGUMENT`
 */
export function checkClock(now: unknown): () => number {
  if (now === undefined) return () => performance.now();
  checkFunction('now', now, 'a function that tells milliseconds');
  const clock = (): number =>
    checkNumber('now()', (now as () => unknown)(), -Number.MAX_VALUE, Number.MAX_VALUE);
  clock();
  return clock;
}

/** @throws LanewiseError `INVALID_ARGUMENT` */
export function checkFunction(name: string, given: unknown, what: string): void {
  if (typeof given === 'function') return;
  throw new LanewiseError('INVALID_ARGUMENT', `${name} must be ${what}; got ${typeof given}.`, {
    expected: 'function',
    got: typeof given,
  });
}
