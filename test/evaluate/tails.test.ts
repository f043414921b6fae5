import { describe, expect, test } from 'vitest';
import { kolmogorovTail } from '../../src/evaluate/kolmogorov-distribution.ts';
import { chiSquareTail, normalTail, quantileOf, studentTail } from '../../src/host/tails.ts';
import { relativeError } from './relative-error.ts';
import {
  CHI_SQUARE_TAILS,
  KOLMOGOROV_TAILS,
  NORMAL_TAILS,
  STUDENT_QUANTILES,
  STUDENT_TAILS,
} from './scipy-values.ts';

describe('tails keep twelve digits, however small they are', () => {
  test.each(NORMAL_TAILS)('of the normal distribution beyond %d', (z, tail) => {
    expect(relativeError(normalTail(z), tail)).toBeLessThan(1e-12);
  });

  test.each(CHI_SQUARE_TAILS)('of chi-square beyond %d, with %d degrees of freedom', (x, degrees, tail) => {
    expect(relativeError(chiSquareTail(x, degrees), tail)).toBeLessThan(1e-12);
  });

  test.each(STUDENT_TAILS)('of t beyond %d, with %d degrees of freedom', (t, degrees, tail) => {
    expect(relativeError(studentTail(t, degrees), tail)).toBeLessThan(1e-12);
    expect(Math.abs(studentTail(-t, degrees) - (1 - tail))).toBeLessThan(1e-14);
  });

  test.each(STUDENT_QUANTILES)('and quantiles likewise: %d, with %d degrees of freedom', (p, degrees, t) => {
    expect(
      relativeError(
        quantileOf((x) => studentTail(x, degrees), p),
        t,
      ),
    ).toBeLessThan(1e-12);
  });
});

test('quantiles of the normal distribution are its tables, and mirrored above one half', () => {
  // As printed in any table of it.
  expect(quantileOf(normalTail, 0.025)).toBeCloseTo(1.959963984540054, 14);
  expect(quantileOf(normalTail, 0.2)).toBeCloseTo(0.8416212335729143, 14);
  expect(quantileOf(normalTail, 0.5)).toBe(0);
  expect(quantileOf(normalTail, 0.8)).toBe(-quantileOf(normalTail, 1 - 0.8));
});

test('tails of what is infinite or hardly differs from 0 come to an end', () => {
  for (const far of [1e200, Number.POSITIVE_INFINITY]) {
    expect([normalTail(far), chiSquareTail(far, 3), studentTail(far, 3)]).toEqual([0, 0, 0]);
  }
  for (const near of [0, 5e-324, 1e-200]) {
    expect([normalTail(near), chiSquareTail(near, 3), studentTail(near, 3)]).toEqual([0.5, 1, 0.5]);
  }
  // With so many degrees of freedom t is normal, and chi-square nearly.
  expect(relativeError(studentTail(5, 2 ** 53), normalTail(5))).toBeLessThan(1e-12);
  expect(chiSquareTail(1e9, 1e9)).toBeCloseTo(0.5, 4);
});

test.each(KOLMOGOROV_TAILS)('Kolmogorov’s statistic of %d values exceeds %d as SciPy says', (n, d, tail) => {
  expect(relativeError(kolmogorovTail(n, d), tail)).toBeLessThan(1e-9);
});
