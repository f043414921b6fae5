import fc from 'fast-check';
import { LatencyHistogram, percentile } from 'lanewise';
import { describe, expect, test } from 'vitest';
import { errorOf } from '../host/error-of.ts';

const SEED = { seed: 45, numRuns: 60 };
/** Where the range ends, in milliseconds: 2^45 - 1 ns. */
const END = (2 ** 45 - 1) / 1e6;

function histogramOf(milliseconds: Iterable<number>, precision = 7): LatencyHistogram {
  const histogram = new LatencyHistogram({ precision });
  for (const value of milliseconds) histogram.record(value);
  return histogram;
}

/** Nanoseconds from 0 to the end of the range, each doubling as likely as another. */
const nanoseconds = fc
  .tuple(fc.integer({ min: 0, max: 44 }), fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }))
  .map(([exponent, part]) => Math.floor(2 ** exponent * (1 + part)) - (exponent === 0 ? 1 : 0));
const latencies = fc.array(
  nanoseconds.map((value) => value / 1e6),
  { minLength: 1, maxLength: 200 },
);
const precisions = fc.integer({ min: 1, max: 14 });

describe('a percentile', () => {
  test('is never less than the true one, and more by at most 2^-precision of it', () => {
    fc.assert(
      fc.property(
        latencies,
        precisions,
        fc.double({ min: 0, max: 1, noNaN: true }),
        (values, precision, share) => {
          const truth = percentile(
            values.toSorted((a, b) => a - b),
            share,
          );
          const found = histogramOf(values, precision).percentile(share);
          expect(found).toBeGreaterThanOrEqual(truth);
          expect(found).toBeLessThanOrEqual(truth * (1 + 2 ** -precision));
        },
      ),
      SEED,
    );
  });

  test('keeps its bound at both sides of every power of two', () => {
    for (const precision of [1, 7, 14]) {
      for (let exponent = 0; exponent < 45; exponent++) {
        for (const value of [2 ** exponent - 1, 2 ** exponent, 2 ** exponent + 1, 2 ** exponent * 1.999]) {
          const truth = Math.floor(value);
          // Between others, so that neither the least nor the largest value tells it.
          const found = histogramOf([0, truth / 1e6, END], precision).percentile(0.5) * 1e6;
          expect(found, `${truth} at ${precision}`).toBeGreaterThanOrEqual(truth * (1 - 1e-15));
          expect(found, `${truth} at ${precision}`).toBeLessThanOrEqual(truth * (1 + 2 ** -precision));
        }
      }
    }
  });

  test('is exact below 2^(precision + 1) nanoseconds, and at both ends', () => {
    const histogram = histogramOf(Array.from({ length: 256 }, (_, i) => i / 1e6));
    for (let i = 1; i <= 256; i++) expect(histogram.percentile(i / 256)).toBe((i - 1) / 1e6);
    const wide = histogramOf([1.000001, 5, 77.777777]);
    for (const share of [0, 0.2]) expect(wide.percentile(share)).toBe(1.000001);
    expect(wide.percentile(1)).toBe(77.777777);
  });

  test('is of the nearest rank', () => {
    // The example of https://en.wikipedia.org/wiki/Percentile, as nanoseconds.
    const histogram = histogramOf([15, 20, 35, 40, 50].map((value) => value / 1e6));
    const found = [0.05, 0.3, 0.4, 0.5, 1].map((share) => Math.round(histogram.percentile(share) * 1e6));
    expect(found).toEqual([15, 20, 20, 35, 50]);
  });
});

test('count, sum, mean, least and largest are exact', () => {
  const histogram = new LatencyHistogram();
  histogram.record(0.25);
  histogram.record(1.5, 3);
  histogram.record(12.345678);
  const { count, sum, mean, min, max, saturated } = histogram;
  // 0.25 + 3 x 1.5 + 12.345678
  expect({ count, sum, mean, min, max, saturated }).toEqual({
    ...{ count: 5, sum: 17.095678, mean: 17.095678 / 5, min: 0.25, max: 12.345678, saturated: 0 },
  });
});

test('a value recorded n times is as n values', () => {
  const once = new LatencyHistogram();
  once.record(3.5, 1000);
  expect(once.toJSON()).toEqual(histogramOf(Array<number>(1000).fill(3.5)).toJSON());
});

test('counts end where integers do, so that what was counted can be read again', () => {
  const histogram = histogramOf([1, 2, 3]);
  const before = histogram.toJSON();
  expect(errorOf(() => histogram.record(1, Number.MAX_SAFE_INTEGER - 2)).code).toBe('INVALID_ARGUMENT');
  expect(histogram.toJSON()).toEqual(before);
  histogram.record(1, Number.MAX_SAFE_INTEGER - 3);
  expect(histogram.count).toBe(Number.MAX_SAFE_INTEGER);
  expect(LatencyHistogram.fromJSON(histogram.toJSON()).toJSON()).toEqual(histogram.toJSON());
});

test('what is beyond the range counts as its end, and is counted', () => {
  const histogram = histogramOf([1, END, 1e9, Number.POSITIVE_INFINITY]);
  expect(histogram.saturated).toBe(2);
  expect(histogram.count).toBe(4);
  expect(histogram.max).toBe(END);
  expect(histogram.percentile(1)).toBe(END);
  expect(histogram.sum).toBe((1e6 + 3 * (2 ** 45 - 1)) / 1e6);
});

test('of nothing there is no percentile, mean, least or largest', () => {
  const empty = new LatencyHistogram();
  expect([empty.percentile(0.5), empty.mean, empty.min, empty.max]).toEqual(Array(4).fill(Number.NaN));
  expect([empty.count, empty.sum]).toEqual([0, 0]);
});

describe('histograms merge', () => {
  test('into what one would have recorded', () => {
    fc.assert(
      fc.property(latencies, latencies, precisions, (a, b, precision) => {
        const merged = histogramOf(a, precision).merge(histogramOf(b, precision));
        expect(merged.toJSON()).toEqual(histogramOf([...a, ...b], precision).toJSON());
      }),
      SEED,
    );
  });

  test('with empty ones and with themselves', () => {
    const histogram = histogramOf([1, 2]);
    expect(histogram.merge(new LatencyHistogram()).toJSON()).toEqual(histogramOf([1, 2]).toJSON());
    expect(new LatencyHistogram().merge(histogram).toJSON()).toEqual(histogramOf([1, 2]).toJSON());
    expect(histogram.merge(histogram).toJSON()).toEqual(histogramOf([1, 2, 1, 2]).toJSON());
  });

  test('only at one precision, and are as they were otherwise', () => {
    const histogram = histogramOf([1, 2]);
    const before = histogram.toJSON();
    expect(errorOf(() => histogram.merge(new LatencyHistogram({ precision: 8 }))).code).toBe(
      'INVALID_ARGUMENT',
    );
    expect(errorOf(() => histogram.merge({} as never)).code).toBe('INVALID_ARGUMENT');
    expect(histogram.toJSON()).toEqual(before);
  });
});

test('a clone goes its own way, and clearing forgets all', () => {
  const histogram = histogramOf([1, 2, Number.POSITIVE_INFINITY], 9);
  const clone = histogram.clone();
  histogram.clear();
  expect(histogram.toJSON()).toEqual(new LatencyHistogram({ precision: 9 }).toJSON());
  expect(clone.toJSON()).toEqual(histogramOf([1, 2, Number.POSITIVE_INFINITY], 9).toJSON());
});

describe('JSON', () => {
  test('carries all of it', () => {
    fc.assert(
      fc.property(fc.array(nanoseconds), precisions, (values, precision) => {
        const histogram = histogramOf(
          values.map((value) => value / 1e6),
          precision,
        );
        histogram.record(1e12);
        const read = LatencyHistogram.fromJSON(JSON.parse(JSON.stringify(histogram)));
        expect(read.toJSON()).toEqual(histogram.toJSON());
        expect(read.saturated).toBe(1);
        expect(read.merge(histogram).count).toBe(2 * histogram.count);
      }),
      SEED,
    );
    const empty = LatencyHistogram.fromJSON(JSON.parse(JSON.stringify(new LatencyHistogram())));
    expect(empty.percentile(0.5)).toBe(Number.NaN);
  });

  const good = histogramOf([0.00001, 0.00002, 5]).toJSON();
  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a text', '{}'],
    ['an array', []],
    ['an empty object', {}],
    ['a precision of 0', { ...good, precision: 0 }],
    ['a precision that asks for gigabytes', { ...good, precision: 30 }],
    ['no buckets', { ...good, buckets: undefined }],
    ['a bucket without a count', { ...good, buckets: [10, 1, 20] }],
    ['buckets out of order', { ...good, buckets: [20, 1, 10, 1] }],
    ['a bucket twice', { ...good, buckets: [10, 1, 10, 1] }],
    ['a bucket beyond the range', { ...good, buckets: [10, 1, 20, 1, 1e5, 1] }],
    ['a negative bucket', { ...good, buckets: [-1, 1] }],
    ['a count of 0', { ...good, buckets: good.buckets.with(1, 0) }],
    ['a count that is no integer', { ...good, buckets: good.buckets.with(1, 1.5) }],
    ['more than can be counted', { ...good, buckets: good.buckets.with(1, 2 ** 53 - 1) }],
    ['a text for a count', { ...good, buckets: [10, '1', ...good.buckets.slice(2)] }],
    ['a least value of another bucket', { ...good, least: 11 }],
    ['a largest value of another bucket', { ...good, most: 2 ** 40 }],
    ['a sum that its values cannot have', { ...good, sum: 1 }],
    ['a sum of NaN', { ...good, sum: Number.NaN }],
    ['a sum of nothing', { ...new LatencyHistogram().toJSON(), sum: 1 }],
    ['saturated values where none reach the end', { ...good, saturated: 1 }],
    ['more saturated values than there are', { ...histogramOf([1, 1e12]).toJSON(), saturated: 2 }],
  ])('that holds %s is refused', (_, json) => {
    expect(errorOf(() => LatencyHistogram.fromJSON(json)).code).toBe('INVALID_ARGUMENT');
  });
});

test.each<[string, (histogram: LatencyHistogram) => unknown]>([
  ['a negative latency', (histogram) => histogram.record(-1)],
  ['a latency of NaN', (histogram) => histogram.record(Number.NaN)],
  ['a latency that is a text', (histogram) => histogram.record('1' as never)],
  ['a count of 0', (histogram) => histogram.record(1, 0)],
  ['a part of a count', (histogram) => histogram.record(1, 1.5)],
  ['a count of NaN', (histogram) => histogram.record(1, Number.NaN)],
  ['a percentile above 1', (histogram) => histogram.percentile(99)],
  ['a percentile of NaN', (histogram) => histogram.percentile(Number.NaN)],
  ['a precision of 0', () => new LatencyHistogram({ precision: 0 })],
  ['a precision of 15', () => new LatencyHistogram({ precision: 15 })],
])('%s is refused, and the histogram is as it was', (_, run) => {
  const histogram = histogramOf([1, 2]);
  expect(errorOf(() => run(histogram)).code).toBe('INVALID_ARGUMENT');
  expect(histogram.toJSON()).toEqual(histogramOf([1, 2]).toJSON());
});
