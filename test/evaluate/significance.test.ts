import fc from 'fast-check';
import { bootstrapInterval, Random, randomizationTest } from 'lanewise';
import { describe, expect, test } from 'vitest';
import { errorOf } from '../host/error-of.ts';

/** p by recursion over all ways to give the differences signs, in integers. */
function exactP(differences: readonly number[]): number {
  const sums = differences.reduce((all, d) => all.flatMap((total) => [total + d, total - d]), [0]);
  const observed = Math.abs(differences.reduce((total, d) => total + d, 0));
  return sums.filter((total) => Math.abs(total) >= observed).length / sums.length;
}

describe('the randomization test', () => {
  test('counts all ways to exchange where they are few', () => {
    // Differences 3, 2, 1: of the sums ±6, ±4, ±2, 0, 0 only ±6 are as large: 2 of 8.
    const result = randomizationTest([5, 5, 5], [2, 3, 4]);
    expect(result).toEqual({ difference: 2, p: 2 / 8, isExact: true, rounds: 8, queries: 3 });
    // Differences 3, -2, 1, of sum 2: ±6, ±4, ±2 are as large, 0 and 0 are not: 6 of 8.
    expect(randomizationTest([5, 2, 5], [2, 4, 4]).p).toBe(6 / 8);
  });

  test('finds nothing between equal rankings, and passes over queries that do not differ', () => {
    const values = Float64Array.of(0.1, 0.7, 0.3);
    expect(randomizationTest(values, values)).toMatchObject({ difference: 0, p: 1, isExact: true });
    const many = new Array(100).fill(0.4);
    expect(randomizationTest([...many, 5, 5, 5], [...many, 2, 3, 4])).toEqual({
      ...{ difference: 6 / 103, p: 2 / 8, isExact: true, rounds: 8, queries: 103 },
    });
  });

  test('does not ask which ranking is the first', () => {
    const random = new Random(1);
    const a = Array.from({ length: 30 }, () => random.uniform());
    const b = Array.from({ length: 30 }, () => random.uniform());
    const there = randomizationTest(a, b, { rounds: 500 });
    expect(randomizationTest(b, a, { rounds: 500 })).toEqual({ ...there, difference: -there.difference });
  });

  test('counts sums that are equal but for rounding', () => {
    // Tenths: .1 + .2 - .3 and its likes are 0 in decimals and not in binary.
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 10 }), fc.integer({ min: 0, max: 10 })), {
          minLength: 1,
          maxLength: 10,
        }),
        (tenths) => {
          const [a, b] = [tenths.map(([x]) => x / 10), tenths.map(([, y]) => y / 10)];
          const result = randomizationTest(a, b, { rounds: 1024 });
          expect(result.isExact).toBe(true);
          expect(result.p).toBe(exactP(tenths.map(([x, y]) => x - y)));
        },
      ),
      { seed: 4, numRuns: 200 },
    );
  });

  test('estimates p from random rounds where there are more ways than rounds', () => {
    // The same 12 differences with all ways, of which there are 4096, and with 4000.
    const random = new Random(6);
    const a = Array.from({ length: 12 }, () => random.uniform() + 0.15);
    const b = Array.from({ length: 12 }, () => random.uniform());
    const exact = randomizationTest(a, b, { rounds: 4096 });
    expect(exact).toMatchObject({ isExact: true, rounds: 4096 });
    for (const seed of [1, 2, 3]) {
      const estimate = randomizationTest(a, b, { rounds: 4000, seed });
      expect(estimate).toMatchObject({ isExact: false, rounds: 4000, difference: exact.difference });
      // Five standard errors of a share of 4000.
      const error = Math.sqrt((exact.p * (1 - exact.p)) / 4000);
      expect(Math.abs(estimate.p - exact.p)).toBeLessThan(5 * error + 1 / 4000);
    }
  });

  test('never claims p = 0: the order observed is one of the rounds', () => {
    const a = new Array(200).fill(1);
    const b = new Array(200).fill(0);
    expect(randomizationTest(a, b, { rounds: 99 })).toMatchObject({
      difference: 1,
      p: 1 / 100,
      isExact: false,
    });
  });

  test('flips the signs of all queries, beyond the 32 bits of one draw', () => {
    // One large difference rules: it is among the last, and p must not see the small ones.
    const small = Array.from({ length: 40 }, (_, i) => (i % 2 ? 0.001 : -0.001));
    const { p } = randomizationTest([...small, 10, 10], new Array(42).fill(0), { rounds: 4000 });
    // Sums of 20 + small ones reach 20 in half of the cases where both signs agree, which half of all do: about .28.
    expect(p).toBeGreaterThan(0.2);
    expect(p).toBeLessThan(0.4);
  });

  test('calls a difference by chance significant at .05 about 5 times in 100', () => {
    const random = new Random(8);
    let significant = 0;
    for (let i = 0; i < 1000; i++) {
      const a = Array.from({ length: 25 }, () => random.uniform() ** 2);
      const b = Array.from({ length: 25 }, () => random.uniform() ** 2);
      if (randomizationTest(a, b, { rounds: 199, seed: i }).p <= 0.05) significant++;
    }
    // Four standard errors of 1000 trials around .05 are .028.
    expect(significant).toBeGreaterThan(22);
    expect(significant).toBeLessThan(78);
  });

  test('leaves out queries that were not judged', () => {
    const { NaN: none } = Number;
    expect(randomizationTest([5, none, 5, 5], [2, none, 3, 4])).toEqual(
      randomizationTest([5, 5, 5], [2, 3, 4]),
    );
  });

  test('gives the same bits for a seed in every runtime', () => {
    const random = new Random(9);
    const a = Array.from({ length: 70 }, () => random.integer(1000) / 999);
    const b = Array.from({ length: 70 }, () => random.integer(1000) / 1001);
    const { difference, p } = randomizationTest(a, b, { seed: 5 });
    expect([difference, p]).toEqual([0.028765014479300195, 0.5871412858714129]);
    expect(randomizationTest(a, b, { seed: 6 }).p).not.toBe(p);
  });

  test.each<[string, () => unknown, string]>([
    ['values of other queries', () => randomizationTest([1, 2], [1]), 'INVALID_ARGUMENT'],
    ['no values', () => randomizationTest([], []), 'INVALID_ARGUMENT'],
    ['no judged queries', () => randomizationTest([Number.NaN], [Number.NaN]), 'INVALID_ARGUMENT'],
    ['no arrays', () => randomizationTest(1 as never, 2 as never), 'INVALID_ARGUMENT'],
    ['NaN on one side', () => randomizationTest([1, Number.NaN], [1, 2]), 'INVALID_VALUE'],
    ['an infinite value', () => randomizationTest([Number.POSITIVE_INFINITY], [1]), 'INVALID_VALUE'],
    ['no rounds', () => randomizationTest([1], [2], { rounds: 0 }), 'INVALID_ARGUMENT'],
    ['a broken seed', () => randomizationTest([1], [2], { seed: 0.5 }), 'INVALID_ARGUMENT'],
  ])('refuses %s', (_, run, code) => {
    expect(errorOf(run).code).toBe(code);
  });
});

describe('the bootstrap interval', () => {
  test('holds the share of the means that the level says, as many left out at either end', () => {
    // Two values: means 0, 1/2, 1/2, 1 are equally likely. Without a tenth at either end all are there, without .3 the middle.
    const values = [0, 1];
    expect(bootstrapInterval(values, { level: 0.8 })).toEqual({ mean: 0.5, low: 0, high: 1, level: 0.8 });
    expect(bootstrapInterval(values, { level: 0.4 })).toEqual({ mean: 0.5, low: 0.5, high: 0.5, level: 0.4 });
  });

  test('leaves out a tenth of ten means at either end at level .8, and never all of them', () => {
    const values = [1, 2, 4, 8, 16, 32];
    const all = bootstrapInterval(values, { rounds: 10, level: 0.999 });
    const inner = bootstrapInterval(values, { rounds: 10, level: 0.8 });
    expect(inner.low).toBeGreaterThan(all.low);
    expect(inner.high).toBeLessThan(all.high);
    const { low, high } = bootstrapInterval(values, { rounds: 2, level: 1e-9 });
    expect(low).toBeLessThan(high);
  });

  test('has no width where all values are equal, and one sample is an interval of its mean', () => {
    expect(bootstrapInterval([0.25, 0.25, 0.25])).toEqual({ mean: 0.25, low: 0.25, high: 0.25, level: 0.95 });
    const { low, high } = bootstrapInterval([0, 1, 2], { rounds: 1 });
    expect(low).toBe(high);
  });

  test('comes close to the mean plus or minus 1.96 standard errors of many values', () => {
    const random = new Random(2);
    const values = Float64Array.from({ length: 400 }, () => random.uniform());
    const { mean, low, high } = bootstrapInterval(values);
    // The standard error of 400 uniforms is sqrt(1/12) / 20 = .01443.
    expect(Math.abs(mean - 0.5)).toBeLessThan(4 * 0.01443);
    expect(high - mean).toBeGreaterThan(1.96 * 0.0129);
    expect(high - mean).toBeLessThan(1.96 * 0.0159);
    expect(mean - low).toBeGreaterThan(1.96 * 0.0129);
    expect(mean - low).toBeLessThan(1.96 * 0.0159);
  });

  test.each([
    ['even values', (random: Random) => random.uniform(), 1 / 2],
    ['crooked ones', (random: Random) => random.uniform() ** 3, 1 / 4],
    ['yes and no', (random: Random) => (random.uniform() < 0.3 ? 1 : 0), 0.3],
  ])('holds the true mean about 9 times in 10 at level .9: %s', (_, draw, truth) => {
    const random = new Random(3);
    let held = 0;
    for (let seed = 0; seed < 500; seed++) {
      const values = Float64Array.from({ length: 60 }, () => draw(random));
      const { low, high } = bootstrapInterval(values, { level: 0.9, rounds: 200, seed });
      if (low <= truth && truth <= high) held++;
    }
    // Four standard errors of 500 trials around .9 are .054, and the percentile bootstrap of 60 values is narrow by .015.
    expect(held / 500).toBeGreaterThan(0.83);
    expect(held / 500).toBeLessThan(0.955);
  });

  test('leaves out queries that were not judged', () => {
    expect(bootstrapInterval([1, Number.NaN, 2, 4])).toEqual(bootstrapInterval([1, 2, 4]));
  });

  test('gives the same bits for a seed in every runtime', () => {
    const random = new Random(9);
    const values = Array.from({ length: 70 }, () => random.integer(1000) / 999);
    const { mean, low, high } = bootstrapInterval(values, { seed: 5 });
    expect([mean, low, high]).toEqual([0.48974688974688996, 0.4256542256542256, 0.5546689546689546]);
    expect(bootstrapInterval(values, { seed: 6 }).low).not.toBe(low);
  });

  test.each<[string, () => unknown, string]>([
    ['one value', () => bootstrapInterval([1, Number.NaN]), 'INVALID_ARGUMENT'],
    ['an infinite value', () => bootstrapInterval([1, Number.NEGATIVE_INFINITY]), 'INVALID_VALUE'],
    ['numbers in words', () => bootstrapInterval(['0.5', '1'] as never), 'INVALID_VALUE'],
    ['BigInts', () => bootstrapInterval(new BigInt64Array(2) as never), 'INVALID_VALUE'],
    ['words', () => bootstrapInterval(['a', 'b'] as never), 'INVALID_VALUE'],
    ['a level of 1', () => bootstrapInterval([1, 2], { level: 1 }), 'INVALID_ARGUMENT'],
    ['a level of 0', () => bootstrapInterval([1, 2], { level: 0 }), 'INVALID_ARGUMENT'],
    [
      'more rounds than memory holds',
      () => bootstrapInterval([1, 2], { rounds: 2 ** 31 }),
      'INVALID_ARGUMENT',
    ],
  ])('refuses %s', (_, run, code) => {
    expect(errorOf(run).code).toBe(code);
  });
});
