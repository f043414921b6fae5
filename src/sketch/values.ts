import { LanewiseError } from '../host/errors.ts';
import type { SketchMemory } from './sketch-memory.ts';
import { CHUNK } from './workspace.ts';

/** Values whose distribution is summarized: one or many. */
export type Values = number | readonly number[] | Float64Array | Float32Array | Int32Array | Uint32Array;

/** Many values, of one type, none of them looked at. */
export type ValueArray = Exclude<Values, number>;

/** What values span; infinite where there is none. Those next to 0 are not subnormal. */
export interface Span {
  readonly min: number;
  readonly max: number;
  readonly leastPositive: number;
  readonly greatestNegative: number;
}

/** @throws LanewiseError `INVALID_ARGUMENT` for another type */
export function toValueArray(values: Values): ValueArray {
  if (typeof values === 'number') return Float64Array.of(values);
  if (Array.isArray(values)) {
    for (let at = 0; at < values.length; at++) {
      if (typeof values[at] !== 'number') throw notNumbers(`one of ${typeof values[at]} at ${at}`);
    }
    return values;
  }
  if (
    values instanceof Float64Array ||
    values instanceof Float32Array ||
    values instanceof Int32Array ||
    values instanceof Uint32Array
  )
    return values;
  throw notNumbers(typeof values);
}

function notNumbers(got: string): LanewiseError {
  return new LanewiseError(
    'INVALID_ARGUMENT',
    `values must be a number, an array of numbers, or a Float64Array, Float32Array, Int32Array or Uint32Array; got ${got}.`,
    { got },
  );
}

/**
 * Looks at all values, so that none is refused once one was taken in. The last chunk is left at `space.values`.
 *
 * @throws LanewiseError `INVALID_VALUE` for NaN, and where they must be finite for an infinity
 */
export function survey(memory: SketchMemory, values: ValueArray, mustBeFinite: boolean): Span {
  const { runtime, space } = memory;
  let [min, max, leastPositive, greatestNegative] = [1 / 0, -1 / 0, 1 / 0, -1 / 0];
  for (let first = 0; first < values.length; first += CHUNK) {
    const count = putChunk(memory, values, first);
    if (!runtime.kernels.surveyValues(space.values, count, mustBeFinite, space.hashes))
      throw refused(values, first, mustBeFinite);
    const found = space.hashes / 8;
    const { f64 } = runtime.memory;
    min = Math.min(min, f64[found]!);
    max = Math.max(max, f64[found + 1]!);
    leastPositive = Math.min(leastPositive, f64[found + 2]!);
    greatestNegative = Math.max(greatestNegative, f64[found + 3]!);
  }
  return { min, max, leastPositive, greatestNegative };
}

/** Copies a chunk to `space.values`, behind which there is room; returns of how many. */
export function putChunk({ runtime, space }: SketchMemory, values: ValueArray, first: number): number {
  const count = Math.min(CHUNK, values.length - first);
  putValues(runtime.memory.f64, space.values / 8, values, first, count);
  return count;
}

/** Copies values to a place in a view of linear memory. */
export function putValues(
  to: Float64Array,
  place: number,
  values: ValueArray,
  first: number,
  count: number,
): void {
  if (count < 8) for (let at = 0; at < count; at++) to[place + at] = values[first + at]!;
  else if (ArrayBuffer.isView(values)) to.set(values.subarray(first, first + count), place);
  else to.set(first === 0 && count === values.length ? values : values.slice(first, first + count), place);
}

function refused(values: ValueArray, first: number, mustBeFinite: boolean): LanewiseError {
  let at = first;
  while (mustBeFinite ? Number.isFinite(values[at]) : !Number.isNaN(values[at])) at++;
  return new LanewiseError(
    'INVALID_VALUE',
    `values[${at}] is ${values[at]}; values must be ${mustBeFinite ? 'finite' : 'numbers, none NaN'}. Leave it out.`,
    { got: values[at] },
  );
}

/** @throws LanewiseError `INVALID_ARGUMENT` unless `q` is in 0..1 */
export function checkQuantile(q: unknown): number {
  if (typeof q === 'number' && q >= 0 && q <= 1) return q;
  throw new LanewiseError('INVALID_ARGUMENT', `A quantile must be a number in 0..1; got ${String(q)}.`, {
    expected: [0, 1],
    got: q,
  });
}

/** A copy. @throws LanewiseError `INVALID_ARGUMENT` unless all are in 0..1 */
export function checkQuantiles(qs: readonly number[] | Float64Array): Float64Array<ArrayBuffer> {
  checkArray('quantiles', qs);
  return Float64Array.from(qs, checkQuantile);
}

function checkArray(name: string, given: unknown): void {
  if (Array.isArray(given) || given instanceof Float64Array) return;
  throw new LanewiseError('INVALID_ARGUMENT', `${name} must be an array of numbers or a Float64Array.`, {
    got: typeof given,
  });
}

/** @throws LanewiseError `INVALID_ARGUMENT` for what is no array of numbers in ascending order, `INVALID_VALUE` for NaN */
export function checkPoints(points: readonly number[] | Float64Array): void {
  checkArray('points', points);
  for (let at = 0; at < points.length; at++) {
    checkPoint(points[at]);
    if (at > 0 && points[at]! < points[at - 1]!) {
      throw new LanewiseError(
        'INVALID_ARGUMENT',
        `points must be in ascending order; points[${at}] is ${points[at]}, the one before it ${points[at - 1]}.`,
        { got: points[at] },
      );
    }
  }
}

/** @throws LanewiseError `INVALID_ARGUMENT` for what is no number, `INVALID_VALUE` for NaN */
export function checkPoint(value: unknown): void {
  if (typeof value === 'number' && !Number.isNaN(value)) return;
  throw new LanewiseError(
    typeof value === 'number' ? 'INVALID_VALUE' : 'INVALID_ARGUMENT',
    `What is compared with the values must be a number; got ${String(value)}.`,
    { got: value },
  );
}
