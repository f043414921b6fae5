import { type ErrorCode, LshIndex } from 'lanewise';
import { describe, expect, test } from 'vitest';
import { errorOf } from '../../host/error-of.ts';
import { sameBytes } from '../answers.ts';

const any = (value: unknown) => value as never;
const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;

type Case = readonly [fault: string, code: ErrorCode, call: (index: LshIndex) => unknown];

const search = (options: unknown) => (index: LshIndex) => index.search([1, 2], any(options));
const CASES: readonly Case[] = [
  ['adds a part of a row', 'DIMENSION_MISMATCH', (index) => index.add([1, 2, 3])],
  ['adds NaN', 'INVALID_VALUE', (index) => index.add([1, nan])],
  ['adds an infinity behind good rows', 'INVALID_VALUE', (index) => index.add([1, 2, infinity, 1])],
  ['adds a zero row', 'ZERO_VECTOR', (index) => index.add([1, 2, 0, -0])],
  ['adds text', 'INVALID_ARGUMENT', (index) => index.add(any('12'))],
  ['adds too few ids', 'DIMENSION_MISMATCH', (index) => index.add([1, 2, 3, 4], { ids: [50] })],
  ['adds a negative id', 'INVALID_ARGUMENT', (index) => index.add([1, 2], { ids: [-1] })],
  ['adds an id that is present', 'DUPLICATE_ID', (index) => index.add([1, 2], { ids: [3] })],
  ['adds an id twice', 'DUPLICATE_ID', (index) => index.add([1, 2, 1, 2], { ids: [30, 30], replace: true })],
  ['removes a fractional id', 'INVALID_ARGUMENT', (index) => index.remove(1.5)],
  ['searches with a part of a query', 'DIMENSION_MISMATCH', (index) => index.search([1, 2, 3])],
  ['searches with NaN', 'INVALID_VALUE', (index) => index.search([1, nan])],
  ['searches with a zero query', 'ZERO_VECTOR', (index) => index.search([1, 1, 0, 0])],
  ['searches with too large a norm', 'INVALID_VALUE', (index) => index.search([2 ** 126, 0])],
  ['wants 0 results', 'INVALID_ARGUMENT', search({ k: 0 })],
  ['wants 1.5 results', 'INVALID_ARGUMENT', search({ k: 1.5 })],
  ['probes no bucket', 'INVALID_ARGUMENT', search({ probesPerTable: 0 })],
  ['probes half a bucket', 'INVALID_ARGUMENT', search({ probesPerTable: 0.5 })],
  ['probes 65 537 buckets', 'INVALID_ARGUMENT', search({ probesPerTable: 65_537 })],
  ["probes '2' buckets", 'INVALID_ARGUMENT', search({ probesPerTable: '2' })],
  ['filters by a set', 'INVALID_ARGUMENT', search({ filter: new Set([1]) })],
  ['ranges to NaN', 'INVALID_ARGUMENT', (index) => index.range([1, 2], { radius: nan })],
  ['ranges with two queries', 'DIMENSION_MISMATCH', (index) => index.range([1, 2, 3, 4], { radius: 1 })],
  ['ranges about a zero query', 'ZERO_VECTOR', (index) => index.range([0, 0], { radius: 0 })],
  ['is exact in a way that is none', 'INVALID_ARGUMENT', search({ exact: 'scan' })],
];

test.each(CASES)('an index that %s throws %s and stays as it was', async (_, code, call) => {
  using index = await LshIndex.create({ dimensions: 2, tables: 3, bits: 5 });
  index.add(Float32Array.from({ length: 20 }, (_value, i) => i + 1));
  const before = { bytes: index.toBytes(), memory: index.memoryUsage(), answers: index.search([1, 2, 3, 4]) };
  const error = errorOf(() => call(index));
  expect([error.code, error.message.length > 20]).toEqual([code, true]);
  expect(sameBytes(index.toBytes(), before.bytes)).toBe(true);
  expect([index.memoryUsage(), index.search([1, 2, 3, 4])]).toEqual([before.memory, before.answers]);
  expect(index.add([1, 2])).toEqual(Int32Array.of(10));
});

test('a bad row at the end of many adds none, and gives back the room that was made for them', async () => {
  using index = await LshIndex.create({ dimensions: 2, tables: 3, bits: 20 });
  index.add(Float32Array.from({ length: 600 }, (_value, i) => (i % 7) + 1));
  const before = { memory: index.memoryUsage(), answers: index.search([1, 2, 3, 4]) };
  const rows = new Float32Array(2 * 20_000).fill(1);
  rows[rows.length - 1] = nan;
  expect(errorOf(() => index.add(rows)).code).toBe('INVALID_VALUE');
  expect([index.memoryUsage(), index.search([1, 2, 3, 4])]).toEqual([before.memory, before.answers]);
});

test.each([
  ['no options', undefined],
  ['no dimensions', {}],
  ['0 dimensions', { dimensions: 0 }],
  ["'3' dimensions", { dimensions: '3' }],
  ['another metric', { dimensions: 3, metric: 'l2' }],
  ['no tables', { dimensions: 3, tables: 0 }],
  ['513 tables', { dimensions: 3, tables: 513 }],
  ['no bits', { dimensions: 3, bits: 0 }],
  ['33 bits', { dimensions: 3, bits: 33 }],
  ['1.5 bits', { dimensions: 3, bits: 1.5 }],
  ['a seed of -1', { dimensions: 3, seed: -1 }],
  ['a seed of 2^32', { dimensions: 3, seed: 2 ** 32 }],
  ['hyperplanes beyond 2^26 numbers', { dimensions: 65_536, tables: 33, bits: 32 }],
])('create refuses %s', async (_, options) => {
  await expect(LshIndex.create(any(options))).rejects.toMatchObject({
    name: 'LanewiseError',
    code: 'INVALID_ARGUMENT',
  });
});

describe('a disposed index', () => {
  test.each<[string, (index: LshIndex) => unknown]>([
    ['size', (index) => index.size],
    ['add', (index) => index.add([1, 2])],
    ['search', (index) => index.search([1, 2])],
    ['range', (index) => index.range([1, 2], { radius: 0 })],
    ['remove', (index) => index.remove(0)],
    ['compact', (index) => index.compact()],
    ['has', (index) => index.has(0)],
    ['get', (index) => index.get(0)],
    ['memoryUsage', (index) => index.memoryUsage()],
    ['toBytes', (index) => index.toBytes()],
  ])('makes %s throw DISPOSED', async (_, call) => {
    const index = await LshIndex.create({ dimensions: 2 });
    index.add([1, 2]);
    call(index);
    index.dispose();
    index.dispose();
    expect(errorOf(() => call(index)).code).toBe('DISPOSED');
  });

  test('makes build throw DISPOSED', async () => {
    const index = await LshIndex.create({ dimensions: 2 });
    index.dispose();
    await expect(index.build([1, 2])).rejects.toMatchObject({ code: 'DISPOSED' });
  });
});
