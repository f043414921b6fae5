import fc from 'fast-check';
import { kolmogorovSmirnov, Random } from 'lanewise';
import { expect, test } from 'vitest';
import { errorOf } from '../host/error-of.ts';
import { NaiveSketch } from './naive-sketch.ts';
import { relativeError } from './relative-error.ts';
import { ONE_SAMPLE, TWO_SAMPLES } from './scipy-values.ts';

const VALUES = fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 1, maxLength: 30 });
const FIXED = { seed: 8, numRuns: 200 };

test.each(TWO_SAMPLES)('two samples differ as SciPy says, case %#', (a, b, statistic, p, asymptotic) => {
  const [first, second] = [Float64Array.from(a), Float64Array.from(b)];
  const result = kolmogorovSmirnov(first, second);
  expect(relativeError(result.statistic, statistic)).toBeLessThan(1e-12);
  expect(relativeError(result.p, p)).toBeLessThan(1e-9);
  expect(result.isExact).toBe(a.length <= 10_000);
  const limit = kolmogorovSmirnov(first, second, { method: 'asymptotic' });
  expect(relativeError(limit.p, asymptotic)).toBeLessThan(1e-9);
  expect(limit.isExact).toBe(false);
});

test.each(ONE_SAMPLE)(
  'a sample differs from the uniform distribution as SciPy says, case %#',
  (a, statistic, p) => {
    const uniform = (x: number): number => Math.min(1, Math.max(0, x));
    const result = kolmogorovSmirnov(uniform, Float64Array.from(a));
    expect(relativeError(result.statistic, statistic)).toBeLessThan(1e-12);
    expect(relativeError(result.p, p)).toBeLessThan(1e-9);
  },
);

test('the exact p counts all ways to deal the values to both samples', () => {
  // Of the C(7, 3) = 35 ways to choose three of seven places, those whose distance is as large.
  const height = (places: number): number => {
    let [most, a, b] = [0, 0, 0];
    for (let i = 0; i < 7; i++) {
      if ((places >> i) & 1) a++;
      else b++;
      most = Math.max(most, Math.abs(a * 4 - b * 3));
    }
    return most;
  };
  const ways = Array.from({ length: 128 }, (_, i) => i).filter(
    (i) => i.toString(2).replaceAll('0', '').length === 3,
  );
  for (const places of ways) {
    const values = [0, 1, 2, 3, 4, 5, 6];
    const a = values.filter((i) => (places >> i) & 1);
    const b = values.filter((i) => !((places >> i) & 1));
    const asLarge = ways.filter((other) => height(other) >= height(places)).length;
    expect(kolmogorovSmirnov(a, b).p).toBeCloseTo(asLarge / 35, 14);
  }
});

test('only the order of values counts, and not which sample is the first', () => {
  fc.assert(
    fc.property(VALUES, VALUES, (a, b) => {
      const result = kolmogorovSmirnov(a, b);
      const cube = (x: number): number => x ** 3 + 100;
      expect(kolmogorovSmirnov(a.map(cube), b.map(cube))).toEqual(result);
      const back = kolmogorovSmirnov(b, a);
      expect(back.statistic).toBe(result.statistic);
      expect(back.p).toBeCloseTo(result.p, 12);
      expect(kolmogorovSmirnov(new NaiveSketch(a), new NaiveSketch(b))).toEqual(result);
    }),
    FIXED,
  );
});

test('of 1000 pairs of samples of one distribution about one in twenty has p up to .05', () => {
  const random = new Random(11);
  const draw = (): Float64Array => Float64Array.from({ length: 150 }, () => random.uniform());
  const small = Array.from({ length: 1000 }, () => kolmogorovSmirnov(draw(), draw()).p).filter(
    (p) => p < 0.05,
  ).length;
  // The statistic takes few values: what is below .05 sums up to somewhat less than that. Three sigma are 21.
  expect(small).toBeGreaterThan(50 - 21 - 15);
  expect(small).toBeLessThan(50 + 21);
});

test('what cannot be tested is refused', () => {
  expect(errorOf(() => kolmogorovSmirnov([], [1])).code).toBe('INVALID_ARGUMENT');
  expect(errorOf(() => kolmogorovSmirnov([1], [Number.NaN])).code).toBe('INVALID_VALUE');
  expect(errorOf(() => kolmogorovSmirnov([1], [2], { method: 'guess' as never })).code).toBe(
    'INVALID_ARGUMENT',
  );
  const many = new Float64Array(10_001);
  expect(errorOf(() => kolmogorovSmirnov(many, [2], { method: 'exact' })).message).toContain('asymptotic');
  expect(errorOf(() => kolmogorovSmirnov((x) => x, [2])).code).toBe('INVALID_VALUE');
});
