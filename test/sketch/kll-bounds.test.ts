import { KllSketch } from 'lanewise';
import { describe, expect, test } from 'vitest';
import { joined, ORDERS, rankIn } from './streams.ts';

const PARTS = Float64Array.from({ length: 19 }, (_, i) => (i + 1) / 20);
const NAMES = Object.keys(ORDERS);

/** The rank errors of the sketch at values that are spread over the data. */
function rankErrors(sketch: KllSketch, values: Float64Array): number[] {
  const sorted = values.slice().sort();
  const points = PARTS.map((q) => sorted[Math.floor(q * sorted.length)]!);
  const found = sketch.cdf(points);
  return [...points].map((point, i) => Math.abs(found[i]! - rankIn(sorted, point)));
}

describe.each(NAMES)('in %s order', (name) => {
  test('ranks of 100 seeds keep the bound, as often as it says and by half as a rule', async () => {
    const values = ORDERS[name]!(20_000, 5);
    const errors: number[] = [];
    let bound = 0;
    for (let seed = 0; seed < 100; seed++) {
      using sketch = await KllSketch.create({ k: 64, seed });
      sketch.add(values);
      ({ bound } = sketch.errorBound());
      errors.push(...rankErrors(sketch, values));
    }
    errors.sort((a, b) => a - b);
    expect(bound).toBeLessThan(0.04);
    expect(errors[Math.floor(0.99 * errors.length)]!).toBeLessThan(0.75 * bound);
    expect(errors.at(-1)!).toBeLessThan(1.25 * bound);
  });

  test('a quantile stands where it is asked for, to within the bound', async () => {
    const values = ORDERS[name]!(100_000, 6);
    const sorted = values.slice().sort();
    using sketch = await KllSketch.create();
    sketch.add(values);
    const { bound } = sketch.errorBound();
    const found = sketch.quantiles(PARTS);
    PARTS.forEach((q, i) => {
      const value = found[i]!;
      // What is less than it is less than q, and what is at most it is q or more.
      const below = rankIn(sorted, value) - sorted.filter((each) => each === value).length / sorted.length;
      expect(below - bound).toBeLessThanOrEqual(q);
      expect(rankIn(sorted, value) + bound).toBeGreaterThanOrEqual(q);
    });
  });

  test('sketches of parts, merged as a chain and as a tree, keep the bound of the whole', async () => {
    const parts = Array.from({ length: 16 }, (_, i) => ORDERS[name]!(1500 + 400 * i, i));
    const whole = joined(...parts);
    const of = async (part: Float64Array) => (await KllSketch.create({ k: 100 })).add(part);
    const chain = await of(new Float64Array(0));
    let tree = await Promise.all(parts.map(of));
    for (const part of tree) chain.merge(part);
    while (tree.length > 1) {
      tree = tree.flatMap((sketch, i) => {
        if (i % 2 === 1) return [];
        sketch.merge(tree[i + 1]!);
        tree[i + 1]!.dispose();
        return [sketch];
      });
    }
    for (const sketch of [chain, tree[0]!]) {
      expect(sketch.count).toBe(whole.length);
      const { bound } = sketch.errorBound();
      expect(bound).toBeLessThan(0.03);
      expect(Math.max(...rankErrors(sketch, whole))).toBeLessThan(bound);
      sketch.dispose();
    }
  });
});

test('a thousand merged sketches of one seed keep the bound, in as little memory as one', async () => {
  using all = await KllSketch.create();
  const { total } = all.memoryUsage();
  const parts: Float64Array[] = [];
  for (let i = 0; i < 1000; i++) {
    const part = ORDERS['random']!(1100, i);
    using sketch = await KllSketch.create();
    all.merge(sketch.add(part));
    parts.push(part);
  }
  expect(all.memoryUsage().total).toBe(total);
  const { bound } = all.errorBound();
  expect(bound).toBeLessThan(0.015);
  expect(Math.max(...rankErrors(all, joined(...parts)))).toBeLessThan(bound);
});

test('errors of merged sketches do not add up, though each tossed coins of the same seed', async () => {
  // 64 sketches whose errors were all of one sign would be off by 64 times the error of one; independent ones by 8 times.
  const sorted = Float64Array.from({ length: 64 * 2048 }, (_, i) => i);
  using all = await KllSketch.create({ k: 8 });
  for (let i = 0; i < 64; i++) {
    using one = await KllSketch.create({ k: 8 });
    all.merge(one.add(sorted.subarray(2048 * i, 2048 * (i + 1))));
  }
  expect(Math.max(...rankErrors(all, sorted))).toBeLessThan(all.errorBound().bound);
});

test.each([8, 50, 200, 1000, 4096])('the bound at k = %i is at most 2.2 / k, for any count', async (k) => {
  using sketch = await KllSketch.create({ k });
  const chunk = ORDERS['random']!(2048, 1);
  let greatest = 0;
  for (let i = 0; i < 600; i++) greatest = Math.max(greatest, sketch.add(chunk).errorBound().bound);
  expect(greatest).toBeLessThan(2.2 / k);
  // Where a block is much more than k, no bound comes near.
  if (k >= 50) expect(greatest).toBeGreaterThan(1.4 / k);
});
