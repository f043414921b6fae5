/**
 * Logarithms of the same bits in every runtime: `Math.log` differs in its last bits between engines, while + - * / do not.
 * With x = 2^e m and m within [sqrt 1/2, sqrt 2), ln m = 2 artanh s, s = (m - 1) / (m + 1): |s| < .172, so that eleven
 * terms of the series reach beyond the 53 bits. Within 2 units in the last place.
 */
const TERMS = 11;
/** ln 2 in two parts: the first has zeros enough that its product with any exponent is exact. */
const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;

/** The natural logarithm of a finite x > 0. */
export function ln(x: number): number {
  const { exponent, rest } = split(x);
  return exponent * LN2_HIGH + (exponent * LN2_LOW + rest);
}

/** The logarithm to base 2 of a finite x > 0; exact for powers of two. */
export function log2(x: number): number {
  const { exponent, rest } = split(x);
  return exponent + rest * Math.LOG2E;
}

function split(x: number): { exponent: number; rest: number } {
  let exponent = 0;
  let mantissa = x;
  for (; mantissa >= Math.SQRT2; mantissa /= 2) exponent++;
  for (; mantissa < Math.SQRT1_2; mantissa *= 2) exponent--;
  const s = (mantissa - 1) / (mantissa + 1);
  let sum = 0;
  for (let term = TERMS; term >= 0; term--) sum = sum * s * s + 1 / (2 * term + 1);
  return { exponent, rest: 2 * s * sum };
}
