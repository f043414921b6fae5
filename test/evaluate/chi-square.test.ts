import { binCounts, chiSquare, Random } from 'lanewise';
import { describe, expect, test } from 'vitest';
import { errorOf } from '../host/error-of.ts';
import { relativeError } from './relative-error.ts';
import { CONTINGENCY, GOODNESS_OF_FIT } from './scipy-values.ts';

describe('chi-square', () => {
  test.each(GOODNESS_OF_FIT)('of %j against %j is that of SciPy', (observed, expected, statistic, p) => {
    const result = chiSquare(observed, expected ? { expected } : {});
    expect(relativeError(result.statistic, statistic)).toBeLessThan(1e-12);
    expect(relativeError(result.p, p)).toBeLessThan(1e-11);
    expect(result.degreesOfFreedom).toBe(observed.length - 1);
  });

  test.each(CONTINGENCY)(
    'of the table %j is that of SciPy',
    (table, statistic, p, raw, rawP, degrees, least) => {
      const corrected = chiSquare(table);
      expect(relativeError(corrected.statistic, statistic)).toBeLessThan(1e-11);
      expect(relativeError(corrected.p, p)).toBeLessThan(1e-11);
      expect(corrected.degreesOfFreedom).toBe(degrees);
      expect(relativeError(corrected.leastExpected, least)).toBeLessThan(1e-14);
      const uncorrected = chiSquare(
        table.map((row) => Int32Array.from(row)),
        { correction: false },
      );
      expect(relativeError(uncorrected.statistic, raw)).toBeLessThan(1e-11);
      expect(relativeError(uncorrected.p, rawP)).toBeLessThan(1e-11);
    },
  );

  test('tells Mendel’s peas from his law no better than chance', () => {
    // 9:3:3:1 of 556; the published statistic is .47.
    const { statistic, degreesOfFreedom } = chiSquare([315, 108, 101, 32], {
      expected: [312.75, 104.25, 104.25, 34.75],
    });
    expect([statistic.toFixed(2), degreesOfFreedom]).toEqual(['0.47', 3]);
  });

  test('compares samples by their bins', () => {
    const random = new Random(2);
    const draw = (scale: number): number[] => Array.from({ length: 800 }, () => random.uniform() * scale);
    const [before, same, other] = [draw(1), draw(1), draw(1.3)];
    const compare = (now: number[]): number => {
      const { reference, current } = binCounts(before, now);
      return chiSquare([reference, current]).p;
    };
    expect(compare(same)).toBeGreaterThan(0.01);
    expect(compare(other)).toBeLessThan(1e-10);
  });

  test.each([
    ['no counts', () => chiSquare([]), 'INVALID_ARGUMENT'],
    ['one count', () => chiSquare([3]), 'INVALID_ARGUMENT'],
    ['rows of nothing', () => chiSquare([null, null] as never), 'INVALID_ARGUMENT'],
    ['no array', () => chiSquare(3 as never), 'INVALID_ARGUMENT'],
    ['shares', () => chiSquare([0.25, 0.75]), 'INVALID_VALUE'],
    ['a negative count', () => chiSquare([-1, 2]), 'INVALID_VALUE'],
    ['counts of nothing', () => chiSquare([0, 0]), 'INVALID_VALUE'],
    ['another sum', () => chiSquare([5, 5], { expected: [5, 6] }), 'INVALID_VALUE'],
    ['nothing expected of a cell', () => chiSquare([5, 5], { expected: [10, 0] }), 'INVALID_VALUE'],
    ['more expected than observed', () => chiSquare([5, 5], { expected: [5, 3, 2] }), 'DIMENSION_MISMATCH'],
    [
      'rows of other lengths',
      () =>
        chiSquare([
          [1, 2],
          [1, 2, 3],
        ]),
      'DIMENSION_MISMATCH',
    ],
    ['one row', () => chiSquare([[1, 2]]), 'INVALID_ARGUMENT'],
    [
      'a table and what is expected',
      () =>
        chiSquare(
          [
            [1, 2],
            [3, 4],
          ],
          { expected: [1, 2] },
        ),
      'INVALID_ARGUMENT',
    ],
    [
      'a row of nothing',
      () =>
        chiSquare([
          [1, 2],
          [0, 0],
        ]),
      'INVALID_VALUE',
    ],
    [
      'a column of nothing',
      () =>
        chiSquare([
          [1, 0],
          [3, 0],
        ]),
      'INVALID_VALUE',
    ],
  ] as const)('refuses %s', (_, run, code) => {
    expect(errorOf(run).code).toBe(code);
  });
});
