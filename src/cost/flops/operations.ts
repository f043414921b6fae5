import { checkCount, finite } from '../quantity.ts';

/** Work of multiplying and adding. Exact integers up to 2^53, rounded to doubles beyond. */
export interface Operations {
  /** Multiply-adds. */
  readonly macs: number;
  /** Floating-point operations: two a multiply-add. */
  readonly flops: number;
}

/** Work that is no multiply-adds. */
export interface ElementwiseOperations {
  /** Floating-point operations: each + - * /, comparison, exponential and root is one. */
  readonly flops: number;
}

/** @throws LanewiseError `OVERFLOW` */
export function operations(macs: number): Operations {
  return { macs, flops: finite('flops', 2 * macs) };
}

/** @throws LanewiseError `OVERFLOW` */
export function elementwise(flops: number): ElementwiseOperations {
  return { flops: finite('flops', flops) };
}

/** @throws LanewiseError `INVALID_ARGUMENT` unless each is an integer above 0; it is named by its key */
export function product(counts: Readonly<Record<string, unknown>>): number {
  let result = 1;
  for (const name of Object.keys(counts)) result *= checkCount(name, counts[name]);
  return result;
}
