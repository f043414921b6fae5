import { ln } from './logarithm.ts';

/**
 * What tails of distributions are made of, without the difference of large logarithms that gamma functions bring along
 * (Loader, "Fast and accurate computation of binomial probabilities", 2000).
 */

/** Beyond it the series of Stirling's error below is exact in float64. */
const LARGE = 16;
/** Where a deviance is small beside its terms. */
const NEAR = 0.1;
const HALF_LN_TWO_PI = 0.9189385332046728;

/** ln Gamma(x + 1) less Stirling's formula, (x + 1/2) ln x - x + ln(2 pi) / 2, of x >= 1/2. */
function stirlingError(x: number): number {
  let error = 0;
  let y = x;
  // (y + 1/2) ln(1 + 1/y) - 1 is what a step takes off: s^2 / 3 + s^4 / 5 + ..., with s = 1 / (2y + 1).
  for (; y < LARGE; y++) {
    const square = 1 / (2 * y + 1) ** 2;
    let power = square;
    for (let odd = 3; power > 1e-19; odd += 2) {
      error += power / odd;
      power *= square;
    }
  }
  const r = 1 / (y * y);
  return (
    error +
    (1 / 12 - r * (1 / 360 - r * (1 / 1260 - r * (1 / 1680 - r * (1 / 1188 - (r * 691) / 360360))))) / y
  );
}

/**
 * x ln(x / mean) + mean - x, which is never negative: what a Poisson variable of this mean pays in likelihood for being x.
 * Terms of distances between distributions, too, for the differences add up to 0. Accurate where x is near the mean.
 */
export function deviance(x: number, mean: number): number {
  if (x === 0) return mean;
  if (mean === 0) return Number.POSITIVE_INFINITY;
  const difference = x - mean;
  const v = difference / (x + mean);
  if (Math.abs(v) >= NEAR) {
    const ratio = x / mean;
    return x * (ratio < Number.POSITIVE_INFINITY ? ln(ratio) : ln(x) - ln(mean)) - difference;
  }
  // ln(x / mean) = 2 artanh v, and difference = v (x + mean).
  let sum = difference * v;
  let term = 2 * x * v;
  for (let odd = 3; ; odd += 2) {
    term *= v * v;
    const next = sum + term / odd;
    if (next === sum) return sum;
    sum = next;
  }
}

/** The logarithm of x^a e^-x / Gamma(a + 1), the chance of a where x are expected; a >= 1/2, x > 0. */
export function lnPoisson(a: number, x: number): number {
  return -stirlingError(a) - deviance(a, x) - HALF_LN_TWO_PI - ln(a) / 2;
}

/** The logarithm of x^a y^b Gamma(a + b) / (Gamma(a) Gamma(b)), of x + y = 1 within 0..1 and a, b >= 1/2. */
export function lnBetaPower(a: number, b: number, x: number, y: number): number {
  const n = a + b;
  const errors = stirlingError(n) - stirlingError(a) - stirlingError(b);
  return errors - deviance(a, n * x) - deviance(b, n * y) + ln((a / n) * b) / 2 - HALF_LN_TWO_PI;
}

/** The logarithm of C(n, k) x^k y^(n - k), of x + y = 1 within 0..1 and k in 0..n-1. */
export function lnBinomial(n: number, k: number, x: number, y: number): number {
  if (k === 0) return n * ln(y);
  const errors = stirlingError(n) - stirlingError(k) - stirlingError(n - k);
  return errors - deviance(k, n * x) - deviance(n - k, n * y) - ln((k / n) * (n - k)) / 2 - HALF_LN_TWO_PI;
}
