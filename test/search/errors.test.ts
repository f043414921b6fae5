import { Bitmap, type ErrorCode, FlatIndex, type Metric } from 'lanewise';
import { describe, expect, test } from 'vitest';
import { errorOf } from '../host/error-of.ts';
import { makeRows } from '../reference/data.ts';
import { indexOf, sameBytes } from './answers.ts';

type Case = readonly [fault: string, code: ErrorCode, call: (index: FlatIndex) => unknown];

/** What a caller without types could pass. */
const any = (value: unknown) => value as never;
const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;

// Two dimensions, ids 0..9; beyond 2^58 under ip and l2, beyond 2^126 under cosine, no score fits float32.
const common: readonly Case[] = [
  ['adds a part of a row', 'DIMENSION_MISMATCH', (index) => index.add([1, 2, 3])],
  ['adds NaN', 'INVALID_VALUE', (index) => index.add([1, nan])],
  ['adds an infinity', 'INVALID_VALUE', (index) => index.add([infinity, 1])],
  ['adds a number beyond float32', 'INVALID_VALUE', (index) => index.add([1e39, 1])],
  ['adds a norm beyond what scores carry', 'INVALID_VALUE', (index) => index.add([2 ** 126, 0])],
  ['adds text', 'INVALID_ARGUMENT', (index) => index.add(any('12'))],
  ['adds texts', 'INVALID_ARGUMENT', (index) => index.add(any(['a', 'b']))],
  ['adds undefined', 'INVALID_ARGUMENT', (index) => index.add(any(undefined))],
  ['adds an object', 'INVALID_ARGUMENT', (index) => index.add(any({ length: 2, 0: 1, 1: 1 }))],
  ['adds a Float64Array', 'INVALID_ARGUMENT', (index) => index.add(any(Float64Array.of(1, 2)))],
  ['adds too few ids', 'DIMENSION_MISMATCH', (index) => index.add([1, 2, 3, 4], { ids: [50] })],
  ['adds too many ids', 'DIMENSION_MISMATCH', (index) => index.add([1, 2], { ids: [50, 51] })],
  ['adds a negative id', 'INVALID_ARGUMENT', (index) => index.add([1, 2], { ids: [-1] })],
  ['adds an id of 2^31', 'INVALID_ARGUMENT', (index) => index.add([1, 2], { ids: Uint32Array.of(2 ** 31) })],
  ['adds a fractional id', 'INVALID_ARGUMENT', (index) => index.add([1, 2], { ids: [0.5] })],
  ['adds an id that is text', 'INVALID_ARGUMENT', (index) => index.add([1, 2], { ids: any(['50']) })],
  ['adds ids that are no array', 'INVALID_ARGUMENT', (index) => index.add([1, 2], { ids: any('50') })],
  ['adds ids as a set', 'INVALID_ARGUMENT', (index) => index.add([1, 2], { ids: any(new Set([50])) })],
  ['adds an id that is present', 'DUPLICATE_ID', (index) => index.add([1, 2], { ids: [3] })],
  ['removes a negative id', 'INVALID_ARGUMENT', (index) => index.remove([1, -1])],
  ['removes a fractional id', 'INVALID_ARGUMENT', (index) => index.remove(1.5)],
  ['removes text', 'INVALID_ARGUMENT', (index) => index.remove(any('1'))],
  ['removes nothing at all', 'INVALID_ARGUMENT', (index) => index.remove(any(undefined))],
  ['searches with a part of a query', 'DIMENSION_MISMATCH', (index) => index.search([1, 2, 3])],
  ['searches with NaN', 'INVALID_VALUE', (index) => index.search([1, nan])],
  [
    'searches with a bad query behind good ones',
    'INVALID_VALUE',
    (index) => index.search([1, 1, 2, 2, infinity, 1]),
  ],
  ['searches with too large a norm', 'INVALID_VALUE', (index) => index.search([2 ** 126, 0])],
  ['searches with text', 'INVALID_ARGUMENT', (index) => index.search(any('12'))],
  ['searches with nothing', 'INVALID_ARGUMENT', (index) => index.search(any(undefined))],
  ['searches with an Int32Array', 'INVALID_ARGUMENT', (index) => index.search(any(Int32Array.of(1, 2)))],
  ['wants 0 results', 'INVALID_ARGUMENT', (index) => index.search([1, 2], { k: 0 })],
  ['wants -1 results', 'INVALID_ARGUMENT', (index) => index.search([1, 2], { k: -1 })],
  ['wants 1.5 results', 'INVALID_ARGUMENT', (index) => index.search([1, 2], { k: 1.5 })],
  ['wants NaN results', 'INVALID_ARGUMENT', (index) => index.search([1, 2], { k: nan })],
  ["wants '3' results", 'INVALID_ARGUMENT', (index) => index.search([1, 2], { k: any('3') })],
  [
    'wants more results than memory holds',
    'MEMORY_EXHAUSTED',
    (index) => index.search([1, 2], { k: 2 ** 31 - 1 }),
  ],
  ['wants 2^31 results', 'INVALID_ARGUMENT', (index) => index.search([1, 2], { k: 2 ** 31 })],
  ['filters by a set', 'INVALID_ARGUMENT', (index) => index.search([1, 2], { filter: any(new Set([1])) })],
  ['filters by null', 'INVALID_ARGUMENT', (index) => index.search([1, 2], { filter: any(null) })],
  ['filters by a function', 'INVALID_ARGUMENT', (index) => index.search([1, 2], { filter: any(() => true) })],
  ['names no exact method', 'INVALID_ARGUMENT', (index) => index.search([1, 2], { exact: any('maybe') })],
  [
    'names an inherited method',
    'INVALID_ARGUMENT',
    (index) => index.search([1, 2], { exact: any('toString') }),
  ],
  ['ranges to NaN', 'INVALID_ARGUMENT', (index) => index.range([1, 2], { radius: nan })],
  ['ranges without a radius', 'INVALID_ARGUMENT', (index) => index.range([1, 2], any({}))],
  ['ranges to text', 'INVALID_ARGUMENT', (index) => index.range([1, 2], { radius: any('1') })],
  ['ranges with two queries', 'DIMENSION_MISMATCH', (index) => index.range([1, 2, 3, 4], { radius: 1 })],
  ['ranges with no query', 'DIMENSION_MISMATCH', (index) => index.range([], { radius: 1 })],
  ['ranges with NaN in the query', 'INVALID_VALUE', (index) => index.range([nan, 1], { radius: 1 })],
  [
    'ranges by a bad filter',
    'INVALID_ARGUMENT',
    (index) => index.range([1, 2], { radius: 1, filter: any([1]) }),
  ],
  [
    'ranges by a bad method',
    'INVALID_ARGUMENT',
    (index) => index.range([1, 2], { radius: 1, exact: any(1) }),
  ],
];

const cosine: readonly Case[] = [
  ['adds a zero row', 'ZERO_VECTOR', (index) => index.add([0, -0])],
  ['adds a zero row behind good ones', 'ZERO_VECTOR', (index) => index.add([1, 2, 0, 0])],
  ['searches with a zero query', 'ZERO_VECTOR', (index) => index.search([0, 0])],
  ['ranges about a zero query', 'ZERO_VECTOR', (index) => index.range([0, 0], { radius: 0 })],
];

const unscaled: readonly Case[] = [
  ['adds a norm of 2^58', 'INVALID_VALUE', (index) => index.add([0, 2 ** 58])],
  ['searches with a norm of 2^58', 'INVALID_VALUE', (index) => index.search([2 ** 58, 0])],
  ['adds a norm whose parts alone would pass', 'INVALID_VALUE', (index) => index.add([2 ** 57.5, 2 ** 57.6])],
];

describe.each([
  ['cosine', [...common, ...cosine]],
  ['ip', [...common, ...unscaled]],
  ['l2', [...common, ...unscaled]],
] as const)('an index under %s, when a call', (metric, cases) => {
  test.each(cases)('%s, throws %s and stays as it was', async (_, code, call) => {
    using index = await indexOf(
      Float32Array.from({ length: 20 }, (_value, i) => i + 1),
      2,
      metric,
    );
    const before = index.toBytes();
    const error = errorOf(() => call(index));
    expect([error.code, error.message.length > 20]).toEqual([code, true]);
    expect(sameBytes(index.toBytes(), before)).toBe(true);
    expect(index.add([1, 2])).toEqual(Int32Array.of(10));
  });
});

test('norms just below the limits are accepted, and saved and loaded again', async () => {
  for (const [metric, exponent] of [
    ['ip', 58],
    ['l2', 58],
    ['cosine', 126],
  ] as const) {
    // The largest float32 below the limit; and a row whose norm lies below it in float64, and on it in float32.
    const largest = 2 ** exponent * (1 - 2 ** -24);
    const little = largest * 1.2 * 2 ** -12;
    const norm = Math.sqrt(largest ** 2 + little ** 2);
    expect([norm < 2 ** exponent, Math.fround(norm)]).toEqual([true, 2 ** exponent]);
    using index = await indexOf(Float32Array.of(largest, 0, largest, little), 2, metric);
    using loaded = FlatIndex.fromBytes(index.toBytes());
    expect(loaded.search([largest, 0], { k: 1 }).ids, metric).toEqual(Int32Array.of(0));
  }
});

test.each(['cosine', 'ip', 'l2'] as const)(
  'under %s, a bad row at the end of several segments adds none',
  async (metric: Metric) => {
    const rows = makeRows({ distribution: 'bell', metric, dimensions: 6, size: 20_000 }, 1);
    using index = await indexOf(rows.slice(0, 600), 6, metric);
    const before = { bytes: index.toBytes(), memory: index.memoryUsage() };
    rows[rows.length - 1] = Number.NEGATIVE_INFINITY;
    const error = errorOf(() => index.add(rows));
    expect(error.code).toBe('INVALID_VALUE');
    expect(error.message).toContain('Vector 19999');
    expect(sameBytes(index.toBytes(), before.bytes)).toBe(true);
    expect(index.memoryUsage()).toEqual(before.memory);
  },
);

test.each([
  ['no options', undefined],
  ['no dimensions', {}],
  ['0 dimensions', { dimensions: 0 }],
  ['65 537 dimensions', { dimensions: 65_537 }],
  ['1.5 dimensions', { dimensions: 1.5 }],
  ["'3' dimensions", { dimensions: '3' }],
  ['NaN dimensions', { dimensions: nan }],
  ['an unknown metric', { dimensions: 3, metric: 'dot' }],
  ['an inherited metric', { dimensions: 3, metric: 'constructor' }],
  ['a metric that is a number', { dimensions: 3, metric: 1 }],
])('create refuses %s', async (_, options) => {
  await expect(FlatIndex.create(any(options))).rejects.toMatchObject({
    name: 'LanewiseError',
    code: 'INVALID_ARGUMENT',
  });
});

test('a filter of bad ids is refused when it is made', () => {
  for (const ids of [[-1], [0.5], ['1'], 'text'])
    expect(errorOf(() => Bitmap.of(any(ids))).code).toBe('INVALID_ARGUMENT');
});
