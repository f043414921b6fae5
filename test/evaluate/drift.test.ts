import fc from 'fast-check';
import {
  binCounts,
  jensenShannon,
  kullbackLeibler,
  populationStabilityIndex,
  Random,
  wasserstein1,
} from 'lanewise';
import { describe, expect, test } from 'vitest';
import { errorOf } from '../host/error-of.ts';
import { NaiveSketch } from './naive-sketch.ts';
import { relativeError } from './relative-error.ts';
import { DIVERGENCES, scattered, TWO_SAMPLES } from './scipy-values.ts';

const COUNTS = fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 4, maxLength: 4 });
const SOME = COUNTS.filter((counts) => counts.some((count) => count > 0)).map((counts) => ({ counts }));
const VALUES = fc.array(fc.integer({ min: -30, max: 30 }), { minLength: 1, maxLength: 40 });
const FIXED = { seed: 7, numRuns: 200 };

describe('divergences of bins', () => {
  test.each(DIVERGENCES)(
    'of %j and %j are those of SciPy',
    (p, q, divergence, bits, distance, inBits, stability) => {
      const [a, b] = [{ counts: p }, { counts: q }];
      expect(near(kullbackLeibler(a, b), divergence)).toBe(true);
      expect(near(kullbackLeibler(a, b, { base: 2 }), bits)).toBe(true);
      expect(near(jensenShannon(a, b), distance)).toBe(true);
      expect(near(jensenShannon(a, b, { base: 2 }), inBits)).toBe(true);
      expect(near(populationStabilityIndex(a, b, { emptyShare: 0 }), stability)).toBe(true);
      // Where no bin is empty the default changes nothing.
      if (stability < Number.POSITIVE_INFINITY && !p.includes(0)) {
        expect(near(populationStabilityIndex(a, b), stability)).toBe(true);
      }
    },
  );

  test('are not negative, 0 for equal shares alone, and symmetric but for that of Kullback and Leibler', () => {
    fc.assert(
      fc.property(SOME, SOME, (a, b) => {
        const total = (side: typeof a): number => side.counts.reduce((sum, count) => sum + count, 0);
        const isEqual = a.counts.every((count, i) => count * total(b) === b.counts[i]! * total(a));
        for (const measure of [populationStabilityIndex, kullbackLeibler, jensenShannon]) {
          const there = measure(a, b);
          expect(there).toBeGreaterThanOrEqual(0);
          if (!isEqual) expect(there).toBeGreaterThan(1e-6);
          else expect(there).toBeLessThan(1e-8);
          if (measure !== kullbackLeibler) expect(measure(b, a)).toBeCloseTo(there, 12);
        }
      }),
      FIXED,
    );
  });

  test('the distance of Jensen and Shannon keeps the triangle, and to base 2 ends at 1', () => {
    fc.assert(
      fc.property(SOME, SOME, SOME, (a, b, c) => {
        const detour = jensenShannon(a, b) + jensenShannon(b, c);
        expect(jensenShannon(a, c)).toBeLessThanOrEqual(detour + 1e-12);
      }),
      FIXED,
    );
    expect(jensenShannon({ counts: [1, 0] }, { counts: [0, 9] }, { base: 2 })).toBeCloseTo(1, 14);
  });

  test('an empty bin counts as the share that it is given', () => {
    // Shares 1/2, 1/2, 0 become .5, .5, .1 over 1.1; against thirds.
    const [a, b] = [{ counts: [5, 5, 0] }, { counts: [4, 4, 4] }];
    const [full, empty, third] = [0.5 / 1.1, 0.1 / 1.1, 1 / 3];
    const byHand = 2 * full * Math.log(full / third) + empty * Math.log(empty / third);
    expect(kullbackLeibler(a, b, { emptyShare: 0.1 })).toBeCloseTo(byHand, 14);
    expect(kullbackLeibler(b, a)).toBe(Number.POSITIVE_INFINITY);
    expect(populationStabilityIndex(a, b, { emptyShare: 0 })).toBe(Number.POSITIVE_INFINITY);
    // (1/3 - 1e-4) ln(1/3 / 1e-4) and 2 (1/2 - 1/3) ln(3/2), but for what 1e-4 takes from the others.
    const about = (1 / 3 - 1e-4) * Math.log(1e4 / 3) + (1 / 3) * Math.log(3 / 2);
    expect(populationStabilityIndex(a, b)).toBeCloseTo(about, 3);
    expect(populationStabilityIndex(a, b, { emptyShare: undefined as never })).toBeCloseTo(about, 3);
  });
});

describe('bins', () => {
  test('hold as many of the reference each, and all of both', () => {
    const { edges, reference, current } = binCounts(scattered(1000, 37, 1009), [-5, 100, 5000], { bins: 4 });
    expect(Array.from(reference)).toEqual([250, 250, 250, 250]);
    expect(Array.from(current)).toEqual([2, 0, 0, 1]);
    expect(edges.length).toBe(3);
  });

  test('are bounded by given edges, each of which belongs to the bin below', () => {
    const { reference, current } = binCounts([1, 2, 3, 4], [2, 2, 9], { edges: [2, 3.5] });
    expect([Array.from(reference), Array.from(current)]).toEqual([
      [2, 1, 1],
      [2, 0, 1],
    ]);
  });

  test('are fewer where values tie, and none is empty in the reference', () => {
    const { edges, reference } = binCounts([0, 0, 0, 0, 0, 0, 1, 2, 2, 2], [1]);
    expect([Array.from(edges), Array.from(reference)]).toEqual([
      [0, 1],
      [6, 1, 3],
    ]);
  });

  test('of an unchanged population give an index of about (bins - 1) (1/n + 1/m)', () => {
    const random = new Random(3);
    const draw = (): Float64Array => Float64Array.from({ length: 500 }, () => random.uniform());
    let sum = 0;
    for (let round = 0; round < 400; round++) sum += populationStabilityIndex(draw(), draw());
    // The mean of 400 chi-square variables of 9 degrees of freedom is off by 9 +- 3 sqrt(18 / 400), and bins made by one side vary a little.
    expect(Math.abs(sum / 400 / (2 / 500) - 9)).toBeLessThan(1);
  });
});

describe('Wasserstein’s distance', () => {
  test.each(TWO_SAMPLES)('is that of SciPy, case %#', (a, b, _statistic, _p, _asymptotic, distance) => {
    expect(near(wasserstein1(Float64Array.from(a), Float64Array.from(b)), distance)).toBe(true);
  });

  test('of a sample that was moved is how far, and it goes as far back', () => {
    fc.assert(
      fc.property(VALUES, VALUES, fc.integer({ min: -50, max: 50 }), (a, b, shift) => {
        expect(
          wasserstein1(
            a,
            a.map((value) => value + shift),
          ),
        ).toBeCloseTo(Math.abs(shift), 10);
        expect(wasserstein1(a, b)).toBeCloseTo(wasserstein1(b, a), 12);
      }),
      FIXED,
    );
  });
});

describe('sketches', () => {
  test('of everything give what the values give', () => {
    fc.assert(
      fc.property(VALUES, VALUES, (a, b) => {
        const [first, second] = [new NaiveSketch(a), new NaiveSketch(b)];
        expect(wasserstein1(first, second)).toBeCloseTo(wasserstein1(a, b), 10);
        expect(wasserstein1(first, b)).toBeCloseTo(wasserstein1(a, b), 10);
        const edges = { edges: [-10, 0, 7.5] };
        expect(binCounts(first, second, edges)).toEqual(binCounts(a, b, edges));
        expect(jensenShannon(first, second, edges)).toBe(jensenShannon(a, b, edges));
      }),
      FIXED,
    );
    const [a, b] = [scattered(1000, 37, 1009), scattered(900, 53, 1013, 1, 40)];
    expect(binCounts(new NaiveSketch(a), new NaiveSketch(b))).toEqual(binCounts(a, b));
    expect(populationStabilityIndex(new NaiveSketch(a), b)).toBe(populationStabilityIndex(a, b));
  });

  test('of more values than are looked at come near', () => {
    const [a, b] = [scattered(5000, 37, 5003), scattered(4000, 53, 4001, 1, 700)];
    const exact = wasserstein1(a, b);
    expect(relativeError(wasserstein1(new NaiveSketch(a), new NaiveSketch(b)), exact)).toBeLessThan(0.01);
  });
});

describe('what cannot be compared is refused', () => {
  test.each([
    ['no values', () => wasserstein1([], [1]), 'INVALID_ARGUMENT'],
    ['no array', () => wasserstein1([1], 'text' as never), 'INVALID_ARGUMENT'],
    ['nothing', () => populationStabilityIndex(undefined as never, [1]), 'INVALID_ARGUMENT'],
    ['bytes', () => wasserstein1(new DataView(new ArrayBuffer(8)) as never, [1]), 'INVALID_ARGUMENT'],
    ['half a sketch', () => wasserstein1({ count: 1, cdf: () => [1] } as never, [1]), 'INVALID_ARGUMENT'],
    ['NaN', () => jensenShannon([1, Number.NaN], [1, 2]), 'INVALID_VALUE'],
    ['an infinity', () => wasserstein1([1], [Number.POSITIVE_INFINITY]), 'INVALID_VALUE'],
    ['what overflows', () => wasserstein1([1], [1e300]), 'INVALID_VALUE'],
    ['a sketch of nothing', () => wasserstein1(new NaiveSketch([]), [1]), 'INVALID_ARGUMENT'],
    ['a negative count', () => kullbackLeibler({ counts: [1, -1] }, { counts: [1, 1] }), 'INVALID_VALUE'],
    ['counts of nothing', () => kullbackLeibler({ counts: [0, 0] }, { counts: [1, 1] }), 'INVALID_VALUE'],
    ['other bins', () => kullbackLeibler({ counts: [1, 2] }, { counts: [1, 1, 1] }), 'DIMENSION_MISMATCH'],
    ['counts against values', () => kullbackLeibler({ counts: [1, 2] }, [1, 2, 3]), 'INVALID_ARGUMENT'],
    ['one value only', () => populationStabilityIndex([4, 4, 4], [5, 5]), 'INVALID_ARGUMENT'],
    ['edges that fall', () => binCounts([1], [2], { edges: [2, 1] }), 'INVALID_ARGUMENT'],
    ['edges that repeat', () => binCounts([1], [2], { edges: [1, 1] }), 'INVALID_ARGUMENT'],
    ['one bin', () => binCounts([1, 2], [2], { bins: 1 }), 'INVALID_ARGUMENT'],
    ['half a bin', () => binCounts([1, 2], [2], { bins: 2.5 }), 'INVALID_ARGUMENT'],
    ['base 10', () => jensenShannon([1, 2], [2], { base: 10 as never }), 'INVALID_ARGUMENT'],
    ['a share of 1', () => kullbackLeibler([1, 2], [2], { emptyShare: 1 }), 'INVALID_ARGUMENT'],
  ] as const)('%s', (_, run, code) => {
    expect(errorOf(run).code).toBe(code);
  });
});

/** To nine digits, of what is small absolutely: SciPy itself takes the difference of larger numbers there. */
function near(value: number, expected: number): boolean {
  return value === expected || Math.abs(value - expected) <= 1e-9 * Math.max(Math.abs(expected), 1e-3);
}
