import { capabilities, DDSketch, HyperLogLog, KllSketch, kolmogorovSmirnov } from 'lanewise';
import { describe, expect, test } from 'vitest';
import { errorOf } from '../host/error-of.ts';
import { latencies, normal } from './streams.ts';

const SKETCHES = [
  { name: 'KllSketch', create: () => KllSketch.create(), load: KllSketch.fromBytes },
  { name: 'DDSketch', create: () => DDSketch.create(), load: DDSketch.fromBytes },
] as const;

type AnySketch = Awaited<ReturnType<(typeof SKETCHES)[number]['create']>>;

const merge = (a: AnySketch, b: AnySketch) => (a as KllSketch).merge(b as KllSketch);

describe.each(SKETCHES)('$name', ({ create, load }) => {
  test('answers NaN while it is empty', async () => {
    using sketch = await create();
    expect([sketch.min, sketch.max, sketch.quantile(0.5), sketch.rank(3)]).toEqual(Array(4).fill(Number.NaN));
    expect(sketch.quantiles([0, 1])).toEqual(Float64Array.of(Number.NaN, Number.NaN));
    expect(sketch.cdf([1, 2])).toEqual(Float64Array.of(Number.NaN, Number.NaN));
    expect(sketch.cdf([])).toEqual(new Float64Array(0));
    expect(sketch.count).toBe(0);
    sketch.add([]);
    expect(sketch.count).toBe(0);
    using loaded = load(sketch.toBytes());
    expect(loaded.add(4).quantile(0.5)).toBe(4);
  });

  test('knows the extremes and the count, however values arrive', async () => {
    const values = normal(5000, 3);
    const rounded = Float32Array.from(values);
    using batch = await create();
    using singly = await create();
    using pieces = await create();
    using floats = await create();
    using plain = await create();
    batch.add(values);
    for (const value of values) singly.add(value);
    for (let i = 0; i < 5000; i += 613) pieces.add(values.subarray(i, i + 613));
    plain.add([...values]);
    floats.add(rounded);
    for (const other of [singly, pieces, plain]) expect(other.toBytes()).toEqual(batch.toBytes());
    expect([batch.count, batch.min, batch.max]).toEqual([5000, Math.min(...values), Math.max(...values)]);
    expect([batch.quantile(0), batch.quantile(1)]).toEqual([batch.min, batch.max]);
    expect(floats.max).toBe(Math.max(...rounded));
    expect(singly.add(Int32Array.of(-7)).add(Uint32Array.of(2 ** 32 - 1)).max).toBe(2 ** 32 - 1);
    expect(singly.min).toBe(-7);
  });

  test('refuses what is no value before anything changes', async () => {
    using sketch = await create();
    sketch.add(latencies(3000, 1));
    const before = sketch.toBytes();
    const withNaN = latencies(9000, 2);
    withNaN[8500] = Number.NaN;
    expect(errorOf(() => sketch.add(withNaN))).toMatchObject({
      code: 'INVALID_VALUE',
      message: /values\[8500\]/,
    });
    expect(errorOf(() => sketch.add(Number.NaN)).code).toBe('INVALID_VALUE');
    for (const wrong of ['3', 3n, null, [1, '2'], new Uint8Array(2)]) {
      expect(errorOf(() => sketch.add(wrong as never)).code).toBe('INVALID_ARGUMENT');
    }
    for (const wrong of [-0.001, 1.001, Number.NaN, '0.5', undefined]) {
      expect(errorOf(() => sketch.quantile(wrong as never)).code).toBe('INVALID_ARGUMENT');
      expect(errorOf(() => sketch.quantiles([0.5, wrong as never])).code).toBe('INVALID_ARGUMENT');
    }
    for (const wrong of [undefined, null, 0.5, '1', {}, new Float32Array(1)])
      expect(errorOf(() => sketch.quantiles(wrong as never)).code).toBe('INVALID_ARGUMENT');
    expect(errorOf(() => sketch.rank(Number.NaN)).code).toBe('INVALID_VALUE');
    expect(errorOf(() => sketch.rank('1' as never)).code).toBe('INVALID_ARGUMENT');
    expect(errorOf(() => sketch.cdf([2, 1])).code).toBe('INVALID_ARGUMENT');
    expect(errorOf(() => sketch.cdf(3 as never)).code).toBe('INVALID_ARGUMENT');
    expect(sketch.toBytes()).toEqual(before);
  });

  test('a clone goes its own way; cleared, it is as new', async () => {
    using sketch = await create();
    using fresh = await create();
    sketch.add(latencies(5000, 1));
    const before = sketch.toBytes();
    using clone = sketch.clone();
    expect(clone.toBytes()).toEqual(before);
    clone.add(latencies(5000, 2));
    expect(sketch.toBytes()).toEqual(before);
    sketch.add(latencies(5000, 2));
    expect(sketch.toBytes()).toEqual(clone.toBytes());
    clone.clear();
    expect(clone.toBytes()).toEqual(fresh.toBytes());
    expect(clone.memoryUsage()).toEqual(fresh.memoryUsage());
    expect(clone.add(latencies(5000, 1)).toBytes()).toEqual(before);
  });

  test('merging leaves the other as it was, into an empty one makes its like, and doubles itself', async () => {
    using a = await create();
    using b = await create();
    a.add(latencies(4000, 1));
    b.add(normal(5000, 2));
    const before = b.toBytes();
    const [least, greatest] = [b.min, a.max];
    merge(a, b);
    expect(b.toBytes()).toEqual(before);
    expect([a.count, a.min, a.max]).toEqual([9000, least, greatest]);
    merge(a, a);
    expect(a.count).toBe(18_000);
    using empty = await create();
    merge(empty, b);
    expect([empty.count, empty.quantile(0.3)]).toEqual([5000, b.quantile(0.3)]);
    merge(b, await create());
    expect(b.count).toBe(5000);
  });

  test('what is loaded answers and goes on as what was saved', async () => {
    using sketch = await create();
    sketch.add(normal(7777, 4));
    using loaded = load(sketch.toBytes());
    expect(loaded.quantiles([0.01, 0.5, 0.99])).toEqual(sketch.quantiles([0.01, 0.5, 0.99]));
    expect(loaded.errorBound()).toEqual(sketch.errorBound());
    sketch.add(normal(7777, 5));
    expect(loaded.add(normal(7777, 5)).toBytes()).toEqual(sketch.toBytes());
  });

  test('counts up to 2^53 - 1 values, and refuses more before anything changes', async () => {
    using sketch = await create();
    using one = (await create()).add(7);
    // Of 53 doublings of 1 and as many sums 2^53 - 1.
    using power = one.clone();
    for (let bit = 0; bit < 53; bit++) {
      merge(sketch, power);
      if (bit < 52) merge(power, power);
    }
    expect(sketch.count).toBe(Number.MAX_SAFE_INTEGER);
    const before = sketch.toBytes();
    for (const more of [() => sketch.add(7), () => merge(sketch, one), () => merge(sketch, sketch)])
      expect(errorOf(more)).toMatchObject({ code: 'INVALID_ARGUMENT', message: /do not fit/ });
    expect(sketch.toBytes()).toEqual(before);
    using loaded = load(before);
    expect([loaded.count, loaded.quantile(0.5), loaded.rank(7)]).toEqual([
      2 ** 53 - 1,
      sketch.quantile(0.5),
      1,
    ]);
  });

  test('every call of one that is disposed of says so', async () => {
    const sketch = await create();
    using other = await create();
    sketch.dispose();
    sketch.dispose();
    for (const call of [
      () => sketch.add(1),
      () => sketch.count,
      () => sketch.min,
      () => sketch.max,
      () => sketch.quantile(0.5),
      () => sketch.rank(1),
      () => sketch.cdf([1]),
      () => merge(sketch, other),
      () => merge(other, sketch),
      () => sketch.clone(),
      () => sketch.clear(),
      () => sketch.errorBound(),
      () => sketch.toBytes(),
      () => sketch.memoryUsage(),
    ])
      expect(errorOf(call).code, String(call)).toBe('DISPOSED');
  });

  test('lives leave nothing behind', async () => {
    const live = async () => {
      using sketch = await create();
      sketch.add(normal(3000, 1)).add(1e-9).add(1e9);
      sketch.quantiles([0.1, 0.9]);
      sketch.cdf([1, 2]);
      using clone = sketch.clone();
      merge(clone, sketch).clear();
      const bytes = sketch.toBytes();
      load(bytes).dispose();
      bytes[bytes.length - 3]! ^= 1;
      errorOf(() => load(bytes));
      errorOf(() => sketch.add([1, Number.NaN]));
    };
    await live();
    const before = capabilities().memory;
    for (let i = 0; i < 50; i++) await live();
    expect(capabilities().memory).toEqual(before);
  });
});

test('KLL answers of what is there now, though it keeps what it looked at', async () => {
  using kll = await KllSketch.create();
  using other = await KllSketch.create();
  const { total } = kll.memoryUsage();
  expect(kll.add([1, 2, 3]).quantile(0.5)).toBe(2);
  expect(kll.memoryUsage().total).toBe(total + 3 * 16);
  expect(kll.add([4, 5, 6, 7]).quantile(0.5)).toBe(4);
  expect(kll.rank(4)).toBe(4 / 7);
  expect(kll.merge(other.add([8, 9])).quantile(0.5)).toBe(5);
  expect(kll.merge(await KllSketch.create()).rank(9)).toBe(1);
  kll.clear();
  expect(kll.add(11).quantile(0.5)).toBe(11);
});

test.each(SKETCHES)('statistics of drift take a $name for the values that it saw', async ({ create }) => {
  using first = await create();
  using second = await create();
  const [a, b] = [latencies(20_000, 1), latencies(20_000, 2).map((value) => 1.2 * value)];
  first.add(a);
  second.add(b);
  const exact = kolmogorovSmirnov(a, b).statistic;
  expect(Math.abs(kolmogorovSmirnov(first, second).statistic - exact)).toBeLessThan(0.06);
});

test('options out of their range are refused', async () => {
  for (const k of [7, 4097, 10.5, '200' as never])
    await expect(KllSketch.create({ k })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  await expect(KllSketch.create({ seed: 0.5 })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  for (const alpha of [0, 0.00009, 0.51, Number.NaN])
    await expect(DDSketch.create({ alpha })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  for (const maxBuckets of [15, 2 ** 23 + 1])
    await expect(DDSketch.create({ maxBuckets })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
});

test('sketches of other options or kinds do not merge', async () => {
  using kll = await KllSketch.create();
  using coarse = await KllSketch.create({ k: 100 });
  using seeded = await KllSketch.create({ seed: 5 });
  using ddsketch = await DDSketch.create();
  using fine = await DDSketch.create({ alpha: 0.001 });
  using narrow = await DDSketch.create({ maxBuckets: 100 });
  using distinct = await HyperLogLog.create();
  expect(errorOf(() => kll.merge(coarse))).toMatchObject({ code: 'MERGE_MISMATCH', message: /k 200.*k 100/ });
  expect(errorOf(() => ddsketch.merge(fine)).code).toBe('MERGE_MISMATCH');
  expect(errorOf(() => ddsketch.merge(narrow)).code).toBe('MERGE_MISMATCH');
  expect(errorOf(() => kll.merge(distinct as never)).code).toBe('INVALID_ARGUMENT');
  expect(errorOf(() => ddsketch.merge(distinct as never)).code).toBe('INVALID_ARGUMENT');
  expect(kll.merge(seeded.add([1, 2])).count).toBe(2);
});

test('KLL orders infinities, DDSketch refuses them', async () => {
  using kll = await KllSketch.create();
  kll.add([1, Number.POSITIVE_INFINITY, 2, Number.NEGATIVE_INFINITY]);
  expect([...kll.quantiles([0.25, 0.5, 0.75, 0.9])]).toEqual([-Infinity, 1, 2, Infinity]);
  using ddsketch = await DDSketch.create();
  expect(errorOf(() => ddsketch.add([1, -Infinity]))).toMatchObject({
    code: 'INVALID_VALUE',
    got: -Infinity,
  });
  expect(ddsketch.count).toBe(0);
});

test('KLL is exact until its first block is full', async () => {
  using kll = await KllSketch.create();
  const values = normal(1023, 8);
  kll.add(values);
  const sorted = values.slice().sort();
  for (let i = 0; i < 1023; i++) expect(kll.quantile((i + 1) / 1023)).toBe(sorted[i]);
  expect(kll.rank(sorted[99]!)).toBe(100 / 1023);
  expect(kll.errorBound()).toEqual({ kind: 'rank', bound: 0, confidence: 0.99 });
});
