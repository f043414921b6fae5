import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Random } from '../../src/host/random.ts';

function draw(random: Random, count: number): number[] {
  return Array.from({ length: count }, () => random.uint32());
}

describe('uint32', () => {
  test('yields the numbers of the reference implementation', () => {
    // xoshiro128starstar.c by Blackman and Vigna, version 1.1, state 1, 2, 3, 4
    expect(draw(Random.fromState([1, 2, 3, 4]), 10)).toEqual([
      11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804,
    ]);
  });

  test('repeats itself for a seed, and differs between seeds', () => {
    expect(draw(new Random(7), 100)).toEqual(draw(new Random(7), 100));
    expect(draw(new Random(7), 4)).not.toEqual(draw(new Random(8), 4));
  });

  test('depends on the low 32 bits of the seed only', () => {
    expect(draw(new Random(2 ** 32 + 7), 4)).toEqual(draw(new Random(7), 4));
    expect(draw(new Random(-1), 4)).toEqual(draw(new Random(2 ** 32 - 1), 4));
  });

  test('leaves the all-zero state, which it could never leave again, to no seed', () => {
    for (const seed of [0, 1, -1, 0x9e3779b9 | 0, -0x9e3779b9 | 0]) {
      expect(draw(new Random(seed), 8).some((number) => number !== 0)).toBe(true);
    }
  });
});

describe('uniform', () => {
  test('lies in [0, 1) and is the 32 bits drawn, as a fraction', () => {
    const [uniforms, integers] = [new Random(3), new Random(3)];
    for (let i = 0; i < 10_000; i++) {
      const drawn = uniforms.uniform();
      expect(drawn >= 0 && drawn < 1).toBe(true);
      expect(drawn * 2 ** 32).toBe(integers.uint32());
    }
  });
});

describe('integer', () => {
  test('lies in 0..below-1 for any bound up to 2^32', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 2 ** 32 }), (seed, below) => {
        const drawn = new Random(seed).integer(below);
        return Number.isInteger(drawn) && drawn >= 0 && drawn < below;
      }),
    );
  });

  test('gives every remainder the same chance, even where the bound does not divide 2^32', () => {
    // Below 3 * 2^30, taking the remainder alone would make the first 2^30 numbers twice as likely as the others:
    // half of all draws instead of a third. Of 30 000 draws a third is 10 000, with a standard deviation of
    // sqrt(30000 * 1/3 * 2/3) = 81.6; six of them are 490.
    const random = new Random(11);
    let low = 0;
    for (let i = 0; i < 30_000; i++) if (random.integer(3 * 2 ** 30) < 2 ** 30) low++;
    expect(Math.abs(low - 10_000)).toBeLessThan(490);
  });

  test('draws again exactly for the numbers below 2^32 modulo the bound', () => {
    // 2^32 mod (2^32 - 20000) = 20000: the first two numbers of this state, 11520 and 0, are turned away, and the
    // third, 5927040, is the answer.
    expect(Random.fromState([1, 2, 3, 4]).integer(2 ** 32 - 20_000)).toBe(5_927_040);
  });

  test('falls evenly on the faces of a die', () => {
    const counts = new Array<number>(6).fill(0);
    const random = new Random(42);
    for (let i = 0; i < 60_000; i++) counts[random.integer(6)]!++;
    // Chi-squared with 5 degrees of freedom exceeds 29.8 with probability 1.6e-5 (six sigma would be wider still).
    const chiSquared = counts.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0);
    expect(chiSquared).toBeLessThan(29.8);
  });
});
