import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { complexity, type GrowthClass, type TimedSize } from '../../../src/cost/index.ts';
import { Random } from '../../../src/host/random.ts';
import { relativeError } from '../../evaluate/relative-error.ts';
import { errorOf } from '../../host/error-of.ts';

const { fitExponent, growthAt } = complexity;

const timed = (sizes: readonly number[], time: (n: number) => number): TimedSize[] =>
  sizes.map((n) => ({ n, milliseconds: time(n) }));

describe('an exponent', () => {
  const times = [0.9, 2.2, 3.9, 8.5, 15.5, 34];
  const points = times.map((milliseconds, i) => ({ n: 100 * 2 ** i, milliseconds }));

  test('has slope, interval and R^2 of SciPy', () => {
    // linregress(log(n), log(t)), and its stderr times t.ppf((1 + confidence) / 2, 4).
    const fit = fitExponent(points);
    expect(relativeError(fit.exponent, 1.0220399071618065)).toBeLessThan(1e-12);
    expect(relativeError(fit.low, 0.9469316924533396)).toBeLessThan(1e-11);
    expect(relativeError(fit.high, 1.0971481218702732)).toBeLessThan(1e-11);
    expect(relativeError(fit.intercept, -4.735837891210695)).toBeLessThan(1e-12);
    expect(relativeError(fit.rSquared, 0.997205490178352)).toBeLessThan(1e-12);
    const wide = fitExponent(points, { confidence: 0.99 });
    expect(relativeError(wide.low, 0.8974902283339692)).toBeLessThan(1e-11);
    expect(relativeError(wide.high, 1.1465895859896438)).toBeLessThan(1e-11);
    expect([fit.confidence, wide.confidence]).toEqual([0.95, 0.99]);
  });

  test('leaves residuals of the logarithms, which add up to nothing', () => {
    const { residuals, intercept, exponent } = fitExponent(points);
    points.forEach(({ n, milliseconds }, i) => {
      const fitted = Math.exp(intercept) * n ** exponent;
      expect(residuals[i]).toBeCloseTo(Math.log(milliseconds / fitted), 12);
    });
    expect(residuals.reduce((sum, value) => sum + value, 0)).toBeCloseTo(0, 12);
  });

  test('of an exact power is that power, whatever the unit of time and the order of sizes', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 4, noNaN: true }),
        fc.double({ min: 1e-9, max: 1e9, noNaN: true }),
        fc.uniqueArray(fc.integer({ min: 1, max: 1e6 }), { minLength: 3, maxLength: 9 }),
        (power, unit, sizes) => {
          const { exponent, low, high } = fitExponent(timed(sizes, (n) => unit * n ** power));
          // Sizes may lie close together: a millionth apart, rounding errors of 1e-15 become 1e-9.
          const spread = Math.log(Math.max(...sizes) / Math.min(...sizes));
          expect(Math.abs(exponent - power)).toBeLessThan(1e-13 / spread + 1e-12);
          expect(low).toBeLessThanOrEqual(exponent);
          expect(high).toBeGreaterThanOrEqual(exponent);
        },
      ),
      { seed: 1970 },
    );
  });

  test('lies within its interval as often as that promises', () => {
    const random = new Random(7);
    // A sum of twelve uniform numbers is normal, as far as an interval can see.
    const gaussian = (): number =>
      Array.from({ length: 12 }, () => random.uniform()).reduce((a, b) => a + b) - 6;
    const sizes = [100, 200, 400, 800, 1600];
    let within = 0;
    for (let trial = 0; trial < 2000; trial++) {
      const { low, high } = fitExponent(timed(sizes, (n) => n ** 1.5 * Math.exp(0.1 * gaussian())));
      if (low <= 1.5 && 1.5 <= high) within++;
    }
    // Binomial: 1900 on average, with a standard deviation of sqrt(2000 x .95 x .05) = 9.7.
    expect(Math.abs(within - 1900)).toBeLessThan(40);
  });

  test('of times that do not vary is 0, with nothing left to explain', () => {
    const fit = fitExponent(timed([10, 100, 1000], () => 3));
    expect(fit).toMatchObject({ exponent: 0, low: 0, high: 0, rSquared: 1, nearest: '1' });
  });
});

describe('the nearest class', () => {
  const far = [1000, 4000, 16_000, 64_000, 256_000];

  test.each([
    ...(['1', 'log n', 'sqrt n', 'n', 'n log n', 'n^2', 'n^3'] as const).map((name) => [name, far] as const),
    ['2^n', [10, 14, 18, 22]],
    ['n!', [5, 7, 9, 11, 160]],
  ] as [GrowthClass, number[]][])('of times that grow as %s is %s', (name, sizes) => {
    const random = new Random(11);
    // 1 % of noise: n log n over these sizes is some 10 % from any n x constant.
    const fit = fitExponent(timed(sizes, (n) => 1e-4 * growthAt(name, n) * (1 + 0.01 * random.uniform())));
    expect(fit.nearest).toBe(name);
    expect(fit.growth[0]!.growth).toBe(name);
    expect(fit.growth[0]!.deviation).toBeLessThan(0.01);
    const deviations = fit.growth.map(({ deviation }) => deviation);
    expect(deviations).toEqual([...deviations].sort((a, b) => a - b));
  });

  test('is given where a size has no logarithm to be held against, or one beyond doubles', () => {
    const { growth, nearest } = fitExponent(timed([1, 10, 100], (n) => n));
    expect(nearest).toBe('n');
    expect(growth.map((row) => row.growth)).not.toContain('log n');
    const large = fitExponent(timed([1e200, 1e250, 1e300], (n) => n / 1e200));
    expect(large.nearest).toBe('n');
    expect(JSON.parse(JSON.stringify(large))).toEqual(large);
  });
});

test('bad points are errors that say which', () => {
  const good = timed([1, 2, 4], (n) => n);
  const wrong: [unknown, RegExp][] = [
    [good.slice(1), /three different sizes at least; got 2/],
    [good.map(({ milliseconds }, i) => ({ n: 2 ** 53 + 2 * i, milliseconds })), /sizes further apart/],
    [timed([8, 8, 8, 9], (n) => n), /got 2/],
    [[], /got 0/],
    [undefined, /got undefined/],
    [null, /got null/],
    [new Float64Array(3), /array/],
    [[...good, null], /n of point 3 .* undefined/],
    [[...good, { n: 0, milliseconds: 1 }], /n of point 3/],
    [[...good, { n: 1.5, milliseconds: 1 }], /n of point 3/],
    [[...good, { n: Number.NaN, milliseconds: 1 }], /n of point 3 .* NaN/],
    [[...good, { n: 9, milliseconds: 0 }], /milliseconds of point 3 .* 0/],
    [[...good, { n: 9, milliseconds: -1 }], /milliseconds of point 3/],
    [[...good, { n: 9, milliseconds: Number.NaN }], /milliseconds of point 3 .* NaN/],
    [[...good, { n: 9, milliseconds: Number.POSITIVE_INFINITY }], /milliseconds of point 3/],
    [[...good, { n: 9 }], /milliseconds of point 3 .* undefined/],
  ];
  for (const [points, message] of wrong) {
    const error = errorOf(() => fitExponent(points as never));
    expect([error.code, error.message]).toEqual(['INVALID_ARGUMENT', expect.stringMatching(message)]);
  }
  for (const confidence of [0, 1, 95, -0.5, Number.NaN, '0.9', null])
    expect(errorOf(() => fitExponent(good, { confidence: confidence as never })).message).toMatch(
      /confidence/,
    );
  expect(fitExponent(good, null as never).confidence).toBe(0.95);
});
