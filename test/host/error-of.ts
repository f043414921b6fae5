import { LanewiseError } from '../../src/host/errors.ts';

/** The LanewiseError that `run` throws; anything else, or nothing, fails the test. */
export function errorOf(run: () => unknown): LanewiseError {
  try {
    run();
  } catch (error) {
    if (error instanceof LanewiseError) return error;
    throw error;
  }
  throw new Error('Nothing was thrown.');
}
