/**
 * The exponential function of the same bits in every runtime: `Math.exp` differs in its last bits between engines, while
 * + - * / do not. With x = k ln 2 + r and |r| <= ln 2 / 2, e^x = 2^k e^r: fourteen terms of the series reach beyond the 53
 * bits. Within .65 units in the last place, and
 * one where the result is denormal.
 */
const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;
/** 1 / n! from n = 14 down to 2: the factorials are whole numbers that a double holds. */
const RECIPROCALS = [
  1 / 87178291200,
  1 / 6227020800,
  1 / 479001600,
  1 / 39916800,
  1 / 3628800,
  1 / 362880,
  1 / 40320,
  1 / 5040,
  1 / 720,
  1 / 120,
  1 / 24,
  1 / 6,
  1 / 2,
];
/** Beyond these the result is infinite, or nearer to zero than to the smallest double. */
const LARGEST = 710;
const SMALLEST = -746;

/** e to the power of any x, NaN and infinities included. */
export function exp(x: number): number {
  if (x > LARGEST) return Number.POSITIVE_INFINITY;
  if (x < SMALLEST) return 0;
  const k = Math.floor(x * Math.LOG2E + 0.5);
  const high = x - k * LN2_HIGH;
  const low = k * LN2_LOW;
  const r = high - low;
  let sum = 0;
  for (const reciprocal of RECIPROCALS) sum = sum * r + reciprocal;
  // What these two round off comes back with the small terms, whose own errors hardly count.
  const first = 1 + r;
  const lost = high - r - low + (r - (first - 1));
  const power = first + (lost + r * r * sum);
  // In two steps, for 2^k alone may lie beyond the doubles; the first of them is exact.
  const half = k >> 1;
  return power * powerOfTwo(half) * powerOfTwo(k - half);
}

function powerOfTwo(exponent: number): number {
  let power = 1;
  let base = exponent < 0 ? 0.5 : 2;
  for (let bits = Math.abs(exponent); bits > 0; bits >>= 1) {
    if (bits & 1) power *= base;
    base *= base;
  }
  return power;
}
