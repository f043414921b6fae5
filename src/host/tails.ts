import { exp } from './exponential.ts';
import { lnBetaPower, lnPoisson } from './poisson.ts';

/**
 * Tails of distributions, accurate to some 1e-13 of their own size: a p-value of 1e-50 is as good as one of .05. Continued
 * fractions and series of DiDonato and Morris (1986, 1992), and nothing that differs between engines.
 */

/** What a term may leave out, relative to a sum. */
const ENOUGH = 2 ** -54;
/** Stands for a denominator of zero in Lentz's method. */
const TINY = 1e-300;

/** The chance that a chi-square variable of so many degrees of freedom, 1 at least, exceeds x. */
export function chiSquareTail(x: number, degreesOfFreedom: number): number {
  return x > 0 ? gammaTail(degreesOfFreedom / 2, x / 2) : 1;
}

/** The chance that a standard normal variable exceeds z. */
export function normalTail(z: number): number {
  const beyond = chiSquareTail(z * z, 1);
  return z > 0 ? beyond / 2 : 1 - beyond / 2;
}

/** The chance that Student's t of so many degrees of freedom, 1 at least, exceeds t. */
export function studentTail(t: number, degreesOfFreedom: number): number {
  const ratio = (t / degreesOfFreedom) * t;
  const beyond = betaShare(degreesOfFreedom / 2, 0.5, 1 / (1 + ratio), 1 / (1 + 1 / ratio));
  return t > 0 ? beyond / 2 : 1 - beyond / 2;
}

/** Where the tail of a symmetric distribution is p, within 0..1: its inverse, by halving. */
export function quantileOf(tail: (x: number) => number, p: number): number {
  if (p === 0.5) return 0;
  if (p > 0.5) return -quantileOf(tail, 1 - p);
  let high = 1;
  while (tail(high) > p) high *= 2;
  let low = high === 1 ? 0 : high / 2;
  for (;;) {
    const middle = (low + high) / 2;
    if (middle === low || middle === high) return middle;
    if (tail(middle) > p) low = middle;
    else high = middle;
  }
}

/** The regularized upper incomplete gamma function Q(a, x), of a >= 1/2 and x > 0. */
function gammaTail(a: number, x: number): number {
  if (x === Number.POSITIVE_INFINITY) return 0;
  const power = exp(lnPoisson(a, x));
  if (x < a + 1) {
    let sum = 1;
    for (let n = 1, term = 1; term > sum * ENOUGH; n++) {
      term *= x / (a + n);
      sum += term;
    }
    return 1 - power * sum;
  }
  return (
    power *
    a *
    continuedFraction(
      (n) => n * (a - n),
      (n) => x - a + 2 * n + 1,
    )
  );
}

/** The regularized incomplete beta function I_x(a, b), of a, b >= 1/2 and y = 1 - x. */
function betaShare(a: number, b: number, x: number, y: number): number {
  if (a * y < b * x) return 1 - betaShare(b, a, y, x);
  if (x === 0) return 0;
  const excess = a * y - b * x + 1;
  return (
    exp(lnBetaPower(a, b, x, y)) *
    continuedFraction(
      (n) => ((a + n - 1) / (a + 2 * n - 1)) * ((a + b + n - 1) / (a + 2 * n - 1)) * n * (b - n) * x * x,
      (n) =>
        n + (n && (n * (b - n) * x) / (a + 2 * n - 1)) + ((a + n) / (a + 2 * n + 1)) * (excess + n * (1 + y)),
    )
  );
}

/** 1 / (b(0) + a(1) / (b(1) + a(2) / (b(2) + ...))), by Lentz's method as Thompson and Barnett put it. */
function continuedFraction(a: (n: number) => number, b: (n: number) => number): number {
  let value = b(0);
  let c = value;
  let d = 0;
  for (let n = 1; ; n++) {
    d = 1 / (b(n) + a(n) * d || TINY);
    c = b(n) + a(n) / c || TINY;
    const factor = c * d;
    value *= factor;
    if (Math.abs(factor - 1) <= 4 * ENOUGH) return 1 / value;
  }
}
