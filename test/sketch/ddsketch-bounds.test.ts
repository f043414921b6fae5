import { DDSketch, Random } from 'lanewise';
import { describe, expect, test } from 'vitest';
import { joined, latencies, normal, ORDERS, quantileIn } from './streams.ts';

const PARTS = Float64Array.from({ length: 41 }, (_, i) => i / 40);

/** Magnitudes from 2^-40 to 2^40, of both signs, and some zeros. */
function wide(n: number, seed: number): Float64Array {
  const random = new Random(seed);
  return Float64Array.from({ length: n }, () => {
    const magnitude = 2 ** (random.integer(80) - 40) * (1 + random.uniform());
    return [magnitude, -magnitude, magnitude, 0][random.integer(4)]!;
  });
}

const STREAMS = { ...ORDERS, normal: (n: number, seed: number) => normal(n, seed), latencies, wide };

/** The greatest error of quantiles, as a part of the true ones. */
function worst(sketch: DDSketch, values: Float64Array): number {
  const sorted = values.slice().sort();
  const found = sketch.quantiles(PARTS);
  return Math.max(
    ...[...PARTS].map((q, i) => {
      const truth = quantileIn(sorted, q);
      return truth === 0 ? Math.abs(found[i]!) : Math.abs(found[i]! - truth) / Math.abs(truth);
    }),
  );
}

describe.each(Object.entries(STREAMS))('%s', (_, stream) => {
  test.each([0.001, 0.01, 0.2])('quantiles of ten streams are within %f of their value', async (alpha) => {
    for (let seed = 0; seed < 10; seed++) {
      using sketch = await DDSketch.create({ alpha, maxBuckets: 300_000 });
      const values = stream(3001, seed);
      expect(worst(sketch.add(values), values)).toBeLessThanOrEqual(alpha);
      expect(sketch.accurateFrom).toBe(0);
    }
  });

  test('sketches of parts, merged in any order, are the sketch of the whole, to the bit', async () => {
    const parts = [1, 2, 3, 4, 5].map((seed) => stream(700 * seed, seed));
    for (const maxBuckets of [16, 200, 4096]) {
      using whole = await DDSketch.create({ maxBuckets });
      whole.add(joined(...parts));
      using forward = await DDSketch.create({ maxBuckets });
      using backward = await DDSketch.create({ maxBuckets });
      for (const part of parts) forward.merge((await DDSketch.create({ maxBuckets })).add(part));
      for (const part of parts.reverse()) for (const value of part) backward.add(value);
      expect(forward.toBytes()).toEqual(whole.toBytes());
      expect(backward.toBytes()).toEqual(whole.toBytes());
    }
  });
});

test('over 100 seeds, at every quantile, alpha holds', async () => {
  for (let seed = 0; seed < 100; seed++) {
    const values = latencies(2000, seed);
    using sketch = await DDSketch.create({ alpha: 0.01 });
    expect(worst(sketch.add(values), values)).toBeLessThanOrEqual(0.01);
  }
});

test.each([0.0001, 0.003, 0.01, 0.034, 0.5])(
  'a single value comes back within %f of itself, wherever it lies',
  async (alpha) => {
    const random = new Random(3);
    for (let i = 0; i < 300; i++) {
      const magnitude = 2 ** (random.integer(2044) - 1021) * (1 + random.uniform());
      using alone = await DDSketch.create({ alpha, maxBuckets: 10_000 });
      // Between two others, so that it is not known as an extreme.
      alone.add([magnitude / 1.5, magnitude, magnitude * 1.5]);
      expect(Math.abs(alone.quantile(0.5) - magnitude) / magnitude).toBeLessThanOrEqual(alpha);
    }
  },
);

test('bounds of buckets lie where both neighbours are within alpha', async () => {
  // For every bucket of an octave: its least and its greatest value have one answer, which is within alpha of both.
  const alpha = 0.01;
  using sketch = await DDSketch.create({ alpha });
  const answer = (value: number) => {
    sketch.clear();
    return sketch.add([0.9, value, 2.2]).quantile(0.5);
  };
  let buckets = 0;
  let low = 1;
  while (low < 2) {
    const found = answer(low);
    let [inside, outside] = [low, low * 1.05];
    while (inside + Number.EPSILON * inside < outside) {
      const middle = (inside + outside) / 2;
      if (answer(middle) === found) inside = middle;
      else outside = middle;
    }
    expect(Math.abs(found - low) / low).toBeLessThanOrEqual(alpha);
    expect(Math.abs(found - inside) / inside).toBeLessThanOrEqual(alpha);
    low = outside;
    buckets++;
  }
  expect(buckets).toBe(35);
});

test('beyond its buckets the low quantiles are lost, and it says from which magnitude on they are not', async () => {
  using sketch = await DDSketch.create({ alpha: 0.01, maxBuckets: 100 });
  const values = Float64Array.from({ length: 2001 }, (_, i) => 2 ** (i / 100));
  sketch.add(values);
  // 100 buckets of 35 an octave: less than three of the twenty octaves.
  expect(sketch.accurateFrom).toBeGreaterThan(2 ** 17);
  expect(sketch.accurateFrom).toBeLessThan(2 ** 17.3);
  expect(Math.abs(sketch.quantile(0.95) / 2 ** 19 - 1)).toBeLessThan(0.011);
  expect(sketch.quantile(0.1)).toBeGreaterThan(2 ** 16);
  expect(sketch.min).toBe(1);
  expect(sketch.count).toBe(2001);
});

test('magnitudes below 2^-1022 count as 0, and the greatest double is a value like others', async () => {
  using sketch = await DDSketch.create();
  sketch.add([5e-324, -5e-324, 0, -0]);
  expect([sketch.quantile(0.5), sketch.min, sketch.max]).toEqual([0, -5e-324, 5e-324]);
  sketch.add([1, -1]);
  // They take no buckets between them and 1.
  expect([sketch.accurateFrom, sketch.memoryUsage().total < 3000]).toEqual([0, true]);
  sketch.clear();
  sketch.add([2 ** -1022, Number.MAX_VALUE, -Number.MAX_VALUE, Number.MAX_VALUE]);
  expect(sketch.quantile(0.75)).toBeGreaterThan(0.98 * Number.MAX_VALUE);
  expect(sketch.quantile(0.25)).toBeLessThan(-0.98 * Number.MAX_VALUE);
});

test('rank and cdf count what lies in the buckets up to that of the value', async () => {
  using sketch = await DDSketch.create();
  sketch.add([-100, -10, -1, 0, 0, 1, 10, 100, 1000, 1000]);
  const points = [-200, -100, -50, -10, -0.5, 0, 0.5, 1, 20, 100, 999, 1000, 2000];
  const found = sketch.cdf(points);
  expect([...found]).toEqual([0, 0.1, 0.1, 0.2, 0.3, 0.5, 0.5, 0.6, 0.7, 0.8, 1, 1, 1]);
  expect(points.map((point) => sketch.rank(point))).toEqual([...found]);
});
