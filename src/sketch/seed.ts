import { checkInteger } from '../vectors/input.ts';

/** An integer, as hashes take it: a negative one as two's complement. @throws LanewiseError `INVALID_ARGUMENT` */
export function checkSeed(seed: unknown = 0): number {
  // The negative zero is written as another number in a file.
  return checkInteger('seed', seed, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER) + 0;
}
