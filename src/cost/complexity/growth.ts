import { LanewiseError } from '../../host/errors.ts';
import { ln, log2 } from '../../host/logarithm.ts';
import { checkCount, checkPositive, finite } from '../quantity.ts';
import { twoTo } from './algorithm.ts';

/** How operations grow with n. */
export type GrowthClass = '1' | 'log n' | 'sqrt n' | 'n' | 'n log n' | 'n^2' | 'n^3' | '2^n' | 'n!';

/** A class at some n. */
export interface GrowthRow {
  readonly growth: GrowthClass;
  /** Of the class itself, without a constant; `'OVERFLOW'` where a double cannot hold them. */
  readonly operations: number | 'OVERFLOW';
}

/** Classes of growth, slowest first; logarithms are to base 2 (Cormen et al., "Introduction to Algorithms", chapter 3). */
export const growth: readonly GrowthClass[] = [
  '1',
  'log n',
  'sqrt n',
  'n',
  'n log n',
  'n^2',
  'n^3',
  '2^n',
  'n!',
];

/**
 * Operations of a class at n, without a constant: `n log n` at a million is 19 931 568.569. Logarithms to base 2, as {@link growth}.
 *
 * @param n 1 or more
 * @throws LanewiseError `INVALID_ARGUMENT`, `OVERFLOW` where a double cannot hold them: `2^n` from 1024 on, `n!` from 171 on
 */
export function growthAt(growth: GrowthClass, n: number): number {
  const operations = operationsOf(checkGrowth(growth), checkCount('n', n));
  return finite(`${growth} at n = ${n}`, operations);
}

/**
 * Operations of all classes at n, as {@link growthAt} has them, slowest first.
 *
 * @param n 1 or more
 * @throws LanewiseError `INVALID_ARGUMENT`
 */
export function growthTable(n: number): GrowthRow[] {
  checkCount('n', n);
  return growth.map((name) => {
    const operations = operationsOf(name, n);
    return { growth: name, operations: Number.isFinite(operations) ? operations : 'OVERFLOW' };
  });
}

/**
 * The largest n whose operations, without a constant, a budget covers; 0 where it does not even cover those of n = 1. A machine
 * of 1e9 operations a second has 1e9 for each second. From 2^53 on, the largest that a double can hold.
 *
 * @param operations above 0
 * @throws LanewiseError `INVALID_ARGUMENT`, `OVERFLOW` where every n fits, or n is beyond doubles
 * @example complexity.largest('n^2', 1e9) // 31 622
 */
export function largest(growth: GrowthClass, operations: number): number {
  checkGrowth(growth);
  checkPositive('operations', operations);
  const fits = (n: number): boolean => operationsOf(growth, n) <= operations;
  if (fits(Number.MAX_VALUE)) finite(`The largest n of ${growth}`, Number.POSITIVE_INFINITY);
  for (let low = 0, high = Number.MAX_VALUE; ; ) {
    const middle = Math.floor(low + (high - low) / 2);
    if (middle === low || middle === high) return low;
    if (fits(middle)) low = middle;
    else high = middle;
  }
}

/** The natural logarithm of a class at n >= 1, which no n overflows; of what has no operations at 1, NaN. */
export function lnGrowth(growth: GrowthClass, n: number): number {
  const [ofN, levels] = [ln(n), log2(n)];
  switch (growth) {
    case '1':
      return 0;
    case 'log n':
      return levels > 0 ? ln(levels) : Number.NaN;
    case 'sqrt n':
      return ofN / 2;
    case 'n':
      return ofN;
    case 'n log n':
      return levels > 0 ? ofN + ln(levels) : Number.NaN;
    case 'n^2':
      return 2 * ofN;
    case 'n^3':
      return 3 * ofN;
    case '2^n':
      return n * Math.LN2;
    case 'n!':
      return lnFactorial(n);
  }
}

/** Infinite where a double cannot hold them. */
function operationsOf(growth: GrowthClass, n: number): number {
  switch (growth) {
    case '1':
      return 1;
    case 'log n':
      return log2(n);
    case 'sqrt n':
      return Math.sqrt(n);
    case 'n':
      return n;
    case 'n log n':
      return n * log2(n);
    case 'n^2':
      return n * n;
    case 'n^3':
      return n * n * n;
    case '2^n':
      return twoTo(n);
    case 'n!':
      return product(n, (i) => i);
  }
}

function product(n: number, factor: (i: number) => number): number {
  let value = 1;
  for (let i = 1; i <= n && value < Number.POSITIVE_INFINITY; i++) value *= factor(i);
  return value;
}

/** The last factorial that a double holds; beyond, the first term that Stirling's series leaves out is below 1e-14. */
const LAST = 170;

function lnFactorial(n: number): number {
  if (n <= LAST) return ln(product(n, (i) => i));
  const r = 1 / n;
  return (n + 0.5) * ln(n) - n + ln(2 * Math.PI) / 2 + r * (1 / 12 - (r * r) / 360);
}

function checkGrowth(name: GrowthClass): GrowthClass {
  if (growth.includes(name)) return name;
  throw new LanewiseError(
    'INVALID_ARGUMENT',
    `There is no class of growth ${String(name)}; there are ${growth.join(', ')}.`,
    { expected: growth, got: name },
  );
}
