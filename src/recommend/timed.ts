import type { StageProfile } from './stage-profile.ts';

/** Since `start`: what no clock should give, less than nothing, is nothing. */
export function elapsed(now: () => number, start: number): number {
  const milliseconds = now() - start;
  return milliseconds > 0 ? milliseconds : 0;
}

export function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | undefined | null)?.then === 'function';
}

/** Runs it and records its time, and that of what it promises. */
export function timed<Result>(
  now: () => number,
  profile: StageProfile,
  run: () => Result,
  count: number | undefined,
): Result {
  const start = now();
  const failed = (error: unknown): never => {
    profile.recordError(elapsed(now, start));
    throw error;
  };
  const settled = <Value>(value: Value): Value => {
    profile.record(elapsed(now, start), count);
    return value;
  };
  let result: Result;
  try {
    result = run();
  } catch (error) {
    return failed(error);
  }
  return isPromise(result) ? (result.then(settled, failed) as Result) : settled(result);
}
