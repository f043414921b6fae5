import { LanewiseError } from '../host/errors.ts';
import { longDistance } from './edit-long.ts';
import { type Excluded, shortDistance } from './edit-short.ts';
import { checkText } from './texts.ts';
import { checkUnit, type TextUnit, unitsOf } from './units.ts';

/** How two texts are compared. */
export interface EditDistanceOptions {
  /** Distances beyond it are not told apart: they are Infinity, and found sooner. @default Infinity */
  readonly max?: number;
  /** What an edit changes: one Unicode code point, or one byte of UTF-8. @default 'codePoints' */
  readonly unit?: TextUnit;
}

/**
 * The least number of insertions, deletions and substitutions that turn one text into the other (Levenshtein, Soviet Physics
 * Doklady 10(8), 1966), or Infinity where that is more than `max`. The texts are compared as they are: no case is folded and
 * nothing normalized (`text.normalize()` does that). Half a surrogate pair is a code point by itself.
 *
 * Bit-parallel (Myers, JACM 46(3), 1999): O(n * m / 32), and less where `max` is small or the texts are much alike. Up to 64
 * units in JavaScript, beyond by kernel, four blocks of 64 rows at a time: 1 000 random characters in some 65 us.
 *
 * @throws LanewiseError `INVALID_ARGUMENT`; for long texts also `MEMORY_EXHAUSTED`, `SIMD_UNSUPPORTED`, `CSP_BLOCKED`
 * @example levenshtein('kitten', 'sitting'); // 3
 */
export function levenshtein(a: string, b: string, options?: EditDistanceOptions): number {
  return distance(a, b, options, false);
}

/**
 * As {@link levenshtein}, and two neighbours that changed places are one edit; no part of a text is edited twice, so "ca" and
 * "abc" are 3 apart, and the triangle inequality does not hold (Boytsov, "Indexing methods for approximate dictionary
 * searching", JEA 16, 2011, section 2.2.1). Bit-parallel (Hyyrö, Nordic Journal of Computing 10, 2003): up to 32 units in
 * JavaScript, beyond by kernel.
 *
 * @throws LanewiseError `INVALID_ARGUMENT`; for long texts also `MEMORY_EXHAUSTED`, `SIMD_UNSUPPORTED`, `CSP_BLOCKED`
 * @example optimalStringAlignment('teh', 'the'); // 1
 */
export function optimalStringAlignment(a: string, b: string, options?: EditDistanceOptions): number {
  return distance(a, b, options, true);
}

/** UTF-16 units that are halves of code points, and those that are more than one byte. */
const SURROGATES: Excluded = { mirror: 0xd800, count: 0x800 };
const BEYOND_ASCII: Excluded = { mirror: 0xffff, count: 0xff80 };

function distance(
  a: string,
  b: string,
  options: EditDistanceOptions | undefined,
  transposes: boolean,
): number {
  checkText('a', a);
  checkText('b', b);
  if (options === undefined) return anyDistance(a, b, 'codePoints', Number.POSITIVE_INFINITY, transposes);
  const max = checkMax(options.max);
  const found = anyDistance(a, b, checkUnit(options.unit), max, transposes);
  return found <= max ? found : Number.POSITIVE_INFINITY;
}

function anyDistance(a: string, b: string, unit: TextUnit, max: number, transposes: boolean): number {
  if (a === b) return 0;
  const found = shortDistance(a, b, unit === 'bytes' ? BEYOND_ASCII : SURROGATES, transposes);
  return found >= 0 ? found : longDistance(unitsOf(a, unit), unitsOf(b, unit), max, transposes);
}

/** @throws LanewiseError `INVALID_ARGUMENT` unless it is a whole number from 0 on, or Infinity */
export function checkMax(max: unknown = Number.POSITIVE_INFINITY): number {
  if (max === Number.POSITIVE_INFINITY || (Number.isInteger(max) && (max as number) >= 0))
    return max as number;
  throw new LanewiseError(
    'INVALID_ARGUMENT',
    `max must be a whole number from 0 on, or Infinity; got ${String(max)}.`,
    { expected: 'an integer >= 0', got: max },
  );
}
