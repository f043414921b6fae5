import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { lnGrowth } from '../../../src/cost/complexity/growth.ts';
import { complexity } from '../../../src/cost/index.ts';
import { relativeError } from '../../evaluate/relative-error.ts';
import { errorOf } from '../../host/error-of.ts';

const { growth, growthAt, growthTable, largest } = complexity;
const SEED = { seed: 1968 };

describe('classes of growth', () => {
  test.each([
    [1e6, 'log n', 19.931568569],
    [1e6, 'n log n', 19_931_568.569],
    [1e4, 'n log n', 132_877.124],
  ] as const)('at n = %d: %s is %d, as printed', (n, name, printed) => {
    const digits = String(printed).split('.')[1]!.length;
    expect(Number(growthAt(name, n).toFixed(digits))).toBe(printed);
    expect(relativeError(growthAt(name, n), (name === 'log n' ? 1 : n) * Math.log2(n))).toBeLessThan(1e-12);
  });

  test('at n = 10 are what they say', () => {
    expect(growthTable(10)).toEqual(
      [1, Math.log2(10), Math.sqrt(10), 10, 10 * Math.log2(10), 100, 1000, 1024, 3_628_800].map(
        (operations, i) => ({ growth: growth[i], operations: expect.closeTo(operations, 12) }),
      ),
    );
  });

  test('are in the order in which they come to differ', () => {
    const operations = growthTable(40).map((row) => row.operations as number);
    expect(operations).toEqual([...operations].sort((a, b) => a - b));
  });

  test('that no double holds say so, in the table by a word and alone by an error', () => {
    expect(growthTable(1e6).slice(-2)).toEqual([
      { growth: '2^n', operations: 'OVERFLOW' },
      { growth: 'n!', operations: 'OVERFLOW' },
    ]);
    expect(growthAt('2^n', 1023)).toBe(2 ** 1023);
    expect(errorOf(() => growthAt('2^n', 1024)).code).toBe('OVERFLOW');
    expect(relativeError(growthAt('n!', 170), 7.257415615307994e306)).toBeLessThan(1e-13);
    expect(errorOf(() => growthAt('n!', 171)).code).toBe('OVERFLOW');
    expect(errorOf(() => growthAt('n^2', 1e200)).code).toBe('OVERFLOW');
  });
});

describe('the largest n of a budget', () => {
  test.each([
    // A second at 1e9 operations: 31 622^2 = 999 950 884; 1000^3; 2^29 = 536 870 912; 12! = 479 001 600.
    ['sqrt n', 1e9, 1e18],
    ['n', 1e9, 1e9],
    ['n log n', 1e9, 39_620_077],
    ['n^2', 1e9, 31_622],
    ['n^3', 1e9, 1000],
    ['2^n', 1e9, 29],
    ['n!', 1e9, 12],
    ['log n', 20, 1_048_576],
    ['n', 12.9, 12],
    ['2^n', 1, 0],
    ['1', 0.5, 0],
  ] as const)('of %s and %d operations is %d', (name, operations, n) => {
    expect(largest(name, operations)).toBe(n);
  });

  test('fits, and one more does not', () => {
    const names = fc.constantFrom(...growth.filter((name) => name !== '1' && name !== 'log n'));
    fc.assert(
      fc.property(names, fc.double({ min: 3, max: 1e15, noNaN: true }), (name, budget) => {
        const n = largest(name, budget);
        expect(growthAt(name, n)).toBeLessThanOrEqual(budget);
        // Beyond 2^53 there are no neighbours by 1.
        if (n < 2 ** 53) expect(growthAt(name, n + 1)).toBeGreaterThan(budget);
      }),
      SEED,
    );
  });

  test('is an error where there is none, or doubles end before it', () => {
    for (const [name, budget] of [
      ['1', 1],
      ['log n', 1024],
      ['sqrt n', 1e200],
    ] as const)
      expect(errorOf(() => largest(name, budget)).code).toBe('OVERFLOW');
    // Down there the last bits of a logarithm are those of many n.
    expect(relativeError(largest('log n', 1023), 2 ** 1023)).toBeLessThan(1e-12);
  });
});

test('logarithms of classes are those of the classes, and go on where these overflow', () => {
  for (const name of growth) {
    for (const n of [2, 7, 100, 170]) expect(lnGrowth(name, n)).toBeCloseTo(Math.log(growthAt(name, n)), 10);
  }
  // Stirling's series takes over where the product ends: ln 171! = ln 170! + ln 171.
  expect(lnGrowth('n!', 171)).toBeCloseTo(lnGrowth('n!', 170) + Math.log(171), 9);
  expect(lnGrowth('2^n', 1e6)).toBeCloseTo(1e6 * Math.log(2), 6);
});

test('bad input is an error that lists what there is', () => {
  const unknown = errorOf(() => growthAt('n^4' as never, 10));
  expect([unknown.code, unknown.expected]).toEqual(['INVALID_ARGUMENT', growth]);
  expect(unknown.message).toContain('n log n');
  for (const n of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '10', null, undefined, Symbol('n')]) {
    expect(errorOf(() => growthAt('n', n as never)).code).toBe('INVALID_ARGUMENT');
    expect(errorOf(() => growthTable(n as never)).code).toBe('INVALID_ARGUMENT');
  }
  for (const budget of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, null])
    expect(errorOf(() => largest('n', budget as never)).code).toBe('INVALID_ARGUMENT');
  expect(errorOf(() => largest(undefined as never, 10)).code).toBe('INVALID_ARGUMENT');
});
