import { checkChoice } from './options.ts';
import { finite } from './quantity.ts';

/** What a parameter, a gradient or an activation of a network is kept as. */
export type ParameterDtype = 'float64' | 'float32' | 'float16' | 'bfloat16' | 'float8' | 'int8' | 'int4';

const BYTES: Readonly<Record<ParameterDtype, number>> = {
  float64: 8,
  float32: 4,
  float16: 2,
  bfloat16: 2,
  float8: 1,
  int8: 1,
  int4: 0.5,
};

/** @throws LanewiseError `INVALID_ARGUMENT` for an unknown dtype; the message lists those known, and the others that are allowed */
export function checkDtype<Other extends string = never>(
  dtype: unknown,
  others: Readonly<Record<Other, unknown>> = {} as Readonly<Record<Other, unknown>>,
): ParameterDtype | Other {
  return checkChoice<ParameterDtype | Other>('dtype', dtype, { ...BYTES, ...others });
}

/**
 * Bytes of `count` values, whole ones: two of int4 share one. Scales of quantized groups are not among them.
 *
 * @throws LanewiseError `INVALID_ARGUMENT` for an unknown dtype, `OVERFLOW`
 */
export function bytesOf(count: number, dtype: ParameterDtype): number {
  return finite('bytes', Math.ceil(count * BYTES[checkDtype(dtype)]));
}
