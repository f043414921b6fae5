import fc from 'fast-check';
import {
  benjaminiHochberg,
  bonferroni,
  chiSquare,
  holm,
  type MultipleTestsResult,
  Random,
  sampleSize,
  tTest,
  twoProportionTest,
} from 'lanewise';
import { describe, expect, test } from 'vitest';
import { errorOf } from '../host/error-of.ts';
import { relativeError } from './relative-error.ts';
import { MEANS_TO_TELL, PAIRED_T_TESTS, scattered, T_TESTS, TWO_PROPORTIONS } from './scipy-values.ts';

describe('the t test', () => {
  test.each(T_TESTS)(
    'is that of SciPy, case %#',
    (a, b, alternative, statistic, degrees, p, pooled, pooledP) => {
      const [first, second] = [Float64Array.from(a), Float64Array.from(b)];
      const welch = tTest(first, second, { alternative });
      expect(relativeError(welch.statistic, statistic)).toBeLessThan(1e-11);
      expect(relativeError(welch.degreesOfFreedom, degrees)).toBeLessThan(1e-11);
      expect(relativeError(welch.p, p)).toBeLessThan(1e-10);
      const student = tTest(first, second, { alternative, kind: 'pooled' });
      expect(relativeError(student.statistic, pooled)).toBeLessThan(1e-11);
      expect(relativeError(student.p, pooledP)).toBeLessThan(1e-10);
      expect(student.degreesOfFreedom).toBe(first.length + second.length - 2);
    },
  );

  test.each(PAIRED_T_TESTS)(
    'of pairs is that of SciPy, case %#',
    (a, b, statistic, degrees, p, low, high) => {
      const options = { kind: 'paired', level: 0.9 } as const;
      const result = tTest(Float64Array.from(a), Float64Array.from(b), options);
      expect(relativeError(result.statistic, statistic)).toBeLessThan(1e-11);
      expect(result.degreesOfFreedom).toBe(degrees);
      expect(relativeError(result.p, p)).toBeLessThan(1e-10);
      // SciPy's own quantiles of t are good to some ten digits.
      expect(relativeError(result.low, low)).toBeLessThan(1e-9);
      expect(relativeError(result.high, high)).toBeLessThan(1e-9);
    },
  );

  test('finds what Student published of ten patients and two drugs', () => {
    // "The probable error of a mean", 1908: hours of sleep gained; t = 4.06, p = .0028 of pairs.
    const dextro = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0, 2];
    const laevo = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4];
    const result = tTest(laevo, dextro, { kind: 'paired' });
    expect([result.statistic.toFixed(4), result.p.toFixed(6)]).toEqual(['4.0621', '0.002833']);
    expect([result.difference.toFixed(2), result.low.toFixed(4), result.high.toFixed(4)]).toEqual([
      '1.58',
      '0.7001',
      '2.4599',
    ]);
  });

  test('needs no more than counts, means and variances', () => {
    const [a, b] = [scattered(30, 7, 11), scattered(20, 5, 11, 1, 1)];
    const summary = (values: Float64Array): { count: number; mean: number; variance: number } => {
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
      return { count: values.length, mean, variance: squares / (values.length - 1) };
    };
    for (const kind of ['welch', 'pooled'] as const) {
      const [whole, brief] = [tTest(a, b, { kind }), tTest(summary(a), summary(b), { kind })];
      expect(relativeError(brief.p, whole.p)).toBeLessThan(1e-12);
      expect(relativeError(brief.high, whole.high)).toBeLessThan(1e-12);
    }
  });

  test('looks one way where it is told to, and its interval with it', () => {
    const [a, b] = [
      [3, 4, 5, 6],
      [1, 2, 3, 5],
    ];
    const [both, greater, less] = (['two-sided', 'greater', 'less'] as const).map((alternative) =>
      tTest(a, b, { alternative }),
    );
    expect(greater!.p).toBeCloseTo(both!.p / 2, 15);
    expect(less!.p).toBeCloseTo(1 - greater!.p, 14);
    expect([greater!.high, less!.low]).toEqual([Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]);
    expect(greater!.low).toBeCloseTo(tTest(a, b, { level: 0.9 }).low, 12);
    expect(less!.high).toBeCloseTo(tTest(a, b, { level: 0.9 }).high, 12);
  });

  test('does not mind values far from 0', () => {
    const [a, b] = [
      [1, 2, 3, 4.5],
      [2, 4, 4, 8],
    ];
    const far = (values: number[]): number[] => values.map((value) => value + 2 ** 40);
    expect(tTest(far(a), far(b)).p).toBeCloseTo(tTest(a, b).p, 12);
  });

  test('loses no digit of a small difference of means that are no doubles', () => {
    const random = new Random(20);
    // Steps of 2^-20 seconds around a time of day in 2033: all are doubles, and so are their distances from it.
    const noon = 2 ** 31;
    const draw = (count: number, more: number): number[] =>
      Array.from({ length: count }, () => Math.round(random.uniform() * 50 + more) / 2 ** 20);
    const [a, b] = [draw(31, 0), draw(47, 8)];
    const far = (values: number[]): number[] => values.map((value) => noon + value);
    for (const kind of ['welch', 'pooled'] as const) {
      const [near, distant] = [tTest(a, b, { kind }), tTest(far(a), far(b), { kind })];
      expect(Math.abs(distant.statistic / near.statistic - 1)).toBeLessThan(1e-12);
      expect(Math.abs(distant.p / near.p - 1)).toBeLessThan(1e-11);
    }
  });

  test('rejects one true hypothesis in twenty, and its interval holds as many of the truths', () => {
    const random = new Random(21);
    const draw = (count: number): Float64Array =>
      Float64Array.from({ length: count }, () => random.uniform());
    const results = Array.from({ length: 1000 }, () => tTest(draw(40), draw(60)));
    const rejected = results.filter(({ p }) => p < 0.05);
    // Three sigma of 1000 tosses at .05: 3 sqrt(1000 .05 .95) = 20.7.
    expect(Math.abs(rejected.length - 50)).toBeLessThan(20.7);
    expect(results.filter(({ low, high }) => low > 0 || high < 0)).toEqual(rejected);
  });

  test.each([
    ['one value', () => tTest([1], [1, 2]), 'INVALID_ARGUMENT'],
    ['no array', () => tTest(1 as never, [1, 2]), 'INVALID_ARGUMENT'],
    ['NaN', () => tTest([1, Number.NaN], [1, 2]), 'INVALID_VALUE'],
    ['values that do not vary', () => tTest([0.1, 0.1, 0.1], [0.3, 0.3, 0.3]), 'INVALID_VALUE'],
    ['pairs that differ by the same', () => tTest([1, 2], [2, 3], { kind: 'paired' }), 'INVALID_VALUE'],
    ['pairs without a second', () => tTest([1, 2, 3], [1, 2], { kind: 'paired' }), 'DIMENSION_MISMATCH'],
    ['summaries as pairs', () => tTest(SUMMARY, SUMMARY, { kind: 'paired' }), 'INVALID_ARGUMENT'],
    ['half a value', () => tTest({ ...SUMMARY, count: 2.5 }, SUMMARY), 'INVALID_ARGUMENT'],
    ['a negative variance', () => tTest({ ...SUMMARY, variance: -1 }, SUMMARY), 'INVALID_VALUE'],
    [
      'an infinite mean',
      () => tTest({ ...SUMMARY, mean: Number.POSITIVE_INFINITY }, SUMMARY),
      'INVALID_VALUE',
    ],
    ['a level of 1', () => tTest([1, 2], [2, 4], { level: 1 }), 'INVALID_ARGUMENT'],
    ['another kind', () => tTest([1, 2], [2, 4], { kind: 'z' as never }), 'INVALID_ARGUMENT'],
    ['another side', () => tTest([1, 2], [2, 4], { alternative: 'up' as never }), 'INVALID_ARGUMENT'],
  ] as const)('refuses %s', (_, run, code) => {
    expect(errorOf(run).code).toBe(code);
  });
});

const SUMMARY = { count: 10, mean: 0, variance: 1 };

describe('the two-proportion test', () => {
  test.each(TWO_PROPORTIONS)('of %d of %d and %d of %d', (s1, n1, s2, n2, statistic, p, greater) => {
    const [first, second] = [
      { successes: s1, trials: n1 },
      { successes: s2, trials: n2 },
    ];
    const result = twoProportionTest(first, second);
    expect(relativeError(result.statistic, statistic)).toBeLessThan(1e-12);
    expect(relativeError(result.p, p)).toBeLessThan(1e-11);
    expect(result.difference).toBe(s1 / n1 - s2 / n2);
    expect(
      relativeError(twoProportionTest(first, second, { alternative: 'greater' }).p, greater),
    ).toBeLessThan(1e-11);
    // z squared is chi-square.
    const table = [
      [s1, n1 - s1],
      [s2, n2 - s2],
    ];
    expect(relativeError(chiSquare(table, { correction: false }).p, p)).toBeLessThan(1e-9);
  });

  test('has the interval that Newcombe published, method 10', () => {
    // His table II: 56/70 - 48/80, 9/10 - 3/10, 5/56 - 0/29, 10/10 - 0/10.
    const interval = (s1: number, n1: number, s2: number, n2: number): string[] => {
      const result = twoProportionTest({ successes: s1, trials: n1 }, { successes: s2, trials: n2 });
      return [result.low.toFixed(4), result.high.toFixed(4)];
    };
    expect(interval(56, 70, 48, 80)).toEqual(['0.0524', '0.3339']);
    expect(interval(9, 10, 3, 10)).toEqual(['0.1705', '0.8090']);
    expect(interval(5, 56, 0, 29)).toEqual(['-0.0381', '0.1926']);
    expect(interval(10, 10, 0, 10)).toEqual(['0.6075', '1.0000']);
  });

  test('rejects one true hypothesis in twenty, and its interval holds as many of the truths', () => {
    const random = new Random(22);
    const draw = (trials: number): { successes: number; trials: number } => {
      let successes = 0;
      for (let i = 0; i < trials; i++) if (random.uniform() < 0.3) successes++;
      return { successes, trials };
    };
    const results = Array.from({ length: 1000 }, () => twoProportionTest(draw(400), draw(500)));
    expect(Math.abs(results.filter(({ p }) => p < 0.05).length - 50)).toBeLessThan(20.7);
    expect(Math.abs(results.filter(({ low, high }) => low > 0 || high < 0).length - 50)).toBeLessThan(20.7);
  });

  test.each([
    ['more successes than trials', { successes: 3, trials: 2 }, 'INVALID_ARGUMENT'],
    ['a negative count', { successes: -1, trials: 2 }, 'INVALID_ARGUMENT'],
    ['a rate', { successes: 0.5, trials: 2 }, 'INVALID_ARGUMENT'],
    ['nothing', undefined as never, 'INVALID_ARGUMENT'],
    ['no trials', { successes: 0, trials: 0 }, 'INVALID_ARGUMENT'],
    ['no successes at all', { successes: 0, trials: 9 }, 'INVALID_VALUE'],
  ] as const)('refuses %s', (_, proportion, code) => {
    expect(errorOf(() => twoProportionTest(proportion, { successes: 0, trials: 5 })).code).toBe(code);
  });

  test('ends a one-sided interval of a level below .5 beyond the difference, where so few are below the truth', () => {
    const [first, second] = [
      { successes: 480, trials: 1000 },
      { successes: 300, trials: 1000 },
    ];
    // As .3 is -.5244 standard errors: .18 + .5244 sqrt(.48 .52 / 1000 + .3 .7 / 1000), about.
    const { low } = twoProportionTest(first, second, { alternative: 'greater', level: 0.3 });
    expect(low).toBeCloseTo(0.18 + 0.5244 * Math.sqrt(0.0004596), 4);
    const { high } = twoProportionTest(first, second, { alternative: 'less', level: 0.3 });
    expect(high).toBeCloseTo(0.18 - 0.5244 * Math.sqrt(0.0004596), 4);
  });

  test('refuses nothing but successes', () => {
    const all = { successes: 5, trials: 5 };
    expect(errorOf(() => twoProportionTest(all, all)).message).toContain('wait');
  });
});

describe('the sample size', () => {
  test('of rates is that of R’s power.prop.test, rounded up', () => {
    // Its documentation: p1 = .50, p2 = .75, power = .90 gives n = 76.7; and .1 against .12, power .8: 3840.847.
    expect(sampleSize({ rates: [0.5, 0.75] }, { power: 0.9 })).toBe(77);
    expect(sampleSize({ rates: [0.1, 0.12] })).toBe(3841);
    expect(sampleSize({ rates: [0.12, 0.1] })).toBe(3841);
  });

  test.each(MEANS_TO_TELL)(
    'of means %d apart, deviation %d, power %d, significance %d',
    (difference, deviation, power, significance, subjects) => {
      const size = sampleSize({ difference, deviation }, { power, significance });
      expect(Math.abs(size - Math.ceil(subjects))).toBeLessThanOrEqual(1);
    },
  );

  test('gives the power that was asked for', () => {
    const trials = sampleSize({ rates: [0.2, 0.3] }, { power: 0.8 });
    const random = new Random(23);
    const draw = (rate: number): { successes: number; trials: number } => {
      let successes = 0;
      for (let i = 0; i < trials; i++) if (random.uniform() < rate) successes++;
      return { successes, trials };
    };
    let found = 0;
    for (let round = 0; round < 1000; round++) if (twoProportionTest(draw(0.2), draw(0.3)).p < 0.05) found++;
    // Three sigma of 1000 tosses at .8 are 38.
    expect(Math.abs(found - 800)).toBeLessThan(38);
  });

  test('grows with power, certainty and closeness, and is smaller for one side', () => {
    const rates = [0.1, 0.12] as const;
    const size = sampleSize({ rates });
    expect(sampleSize({ rates }, { power: 0.9 })).toBeGreaterThan(size);
    expect(sampleSize({ rates }, { significance: 0.01 })).toBeGreaterThan(size);
    expect(sampleSize({ rates: [0.1, 0.11] })).toBeGreaterThan(size);
    expect(sampleSize({ rates }, { sides: 1 })).toBeLessThan(size);
  });

  test.each([
    ['a rate of 0', () => sampleSize({ rates: [0, 0.1] }), 'INVALID_ARGUMENT'],
    ['one rate', () => sampleSize({ rates: 0.1 as never }), 'INVALID_ARGUMENT'],
    ['a rate of 2', () => sampleSize({ rates: [0.5, 2] }), 'INVALID_ARGUMENT'],
    ['equal rates', () => sampleSize({ rates: [0.1, 0.1] }), 'INVALID_VALUE'],
    ['no difference', () => sampleSize({ difference: 0, deviation: 1 }), 'INVALID_VALUE'],
    ['NaN', () => sampleSize({ difference: Number.NaN, deviation: 1 }), 'INVALID_VALUE'],
    ['no deviation', () => sampleSize({ difference: 1, deviation: 0 }), 'INVALID_VALUE'],
    ['a power of 1', () => sampleSize({ rates: [0.1, 0.2] }, { power: 1 }), 'INVALID_ARGUMENT'],
    ['a significance of 0', () => sampleSize({ rates: [0.1, 0.2] }, { significance: 0 }), 'INVALID_ARGUMENT'],
    ['nothing', () => sampleSize(undefined as never), 'INVALID_VALUE'],
    ['three sides', () => sampleSize({ rates: [0.1, 0.2] }, { sides: 3 as never }), 'INVALID_ARGUMENT'],
  ] as const)('refuses %s', (_, run, code) => {
    expect(errorOf(run).code).toBe(code);
  });
});

describe('several tests', () => {
  /** The example of Benjamini and Hochberg's paper, section 3.2: fifteen comparisons of two treatments of heart attacks. */
  const PAPER = [
    0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719, 0.6528,
    0.759, 1,
  ];
  const found = ({ rejected }: MultipleTestsResult): number => rejected.filter(Boolean).length;

  test('are corrected as in the paper: three by Bonferroni, four by their own procedure', () => {
    expect(found(bonferroni(PAPER))).toBe(3);
    expect(found(benjaminiHochberg(PAPER))).toBe(4);
    expect(found(holm(PAPER))).toBe(3);
    // 15 x .0095 / 4 and 15 x .0344 / 8: the seventh may not be above the eighth.
    expect(benjaminiHochberg(PAPER).adjusted[3]).toBeCloseTo(0.035625, 15);
    expect(benjaminiHochberg(PAPER).adjusted[6]).toBeCloseTo((15 * 0.0298) / 7, 15);
    expect(holm([0.01, 0.04, 0.03]).adjusted).toEqual(Float64Array.of(0.03, 0.06, 0.06));
    expect(bonferroni([0.01, 0.04, 0.5]).adjusted).toEqual(Float64Array.of(0.03, 0.12, 1));
  });

  test('keep the order of their values, whatever order they come in, and each finds more than the one before', () => {
    const values = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(values, (p) => {
        const [strict, middle, loose] = [bonferroni(p), holm(p), benjaminiHochberg(p)];
        for (let i = 0; i < p.length; i++) {
          // By definition: the least of p(j) n / j over all j from the rank of i on.
          const sorted = p.toSorted((a, b) => a - b);
          const naive = Math.min(...sorted.map((q, j) => (q >= p[i]! ? (q * p.length) / (j + 1) : 1)), 1);
          expect(loose.adjusted[i]).toBeCloseTo(naive, 14);
          expect(middle.adjusted[i]).toBeLessThanOrEqual(strict.adjusted[i]!);
          expect(loose.adjusted[i]).toBeLessThanOrEqual(middle.adjusted[i]!);
          expect(loose.adjusted[i]).toBeGreaterThanOrEqual(p[i]!);
          for (let j = 0; j < i; j++) {
            if (p[j]! <= p[i]!) {
              expect(loose.adjusted[j]).toBeLessThanOrEqual(loose.adjusted[i]!);
              expect(middle.adjusted[j]).toBeLessThanOrEqual(middle.adjusted[i]!);
            }
          }
        }
      }),
      { seed: 9, numRuns: 200 },
    );
  });

  test.each([
    ['no tests', () => holm([]), 'INVALID_ARGUMENT'],
    ['p above 1', () => holm([0.1, 1.1]), 'INVALID_VALUE'],
    ['p below 0', () => benjaminiHochberg([-0.1]), 'INVALID_VALUE'],
    ['NaN', () => bonferroni([Number.NaN]), 'INVALID_VALUE'],
    ['a significance of 0', () => bonferroni([0.1], { significance: 0 }), 'INVALID_ARGUMENT'],
  ] as const)('refuse %s', (_, run, code) => {
    expect(errorOf(run).code).toBe(code);
  });
});
