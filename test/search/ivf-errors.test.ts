import { type ErrorCode, FlatIndex, IvfIndex, type IvfOptions } from 'lanewise';
import { describe, expect, test } from 'vitest';
import { errorOf } from '../host/error-of.ts';
import { makeRows } from '../reference/data.ts';
import { sameBytes } from './answers.ts';
import { ivfOf } from './ivf-answers.ts';

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;
const rows = makeRows({ distribution: 'bell', metric: 'cosine', dimensions: 2, size: 60 }, 1);

describe('create', () => {
  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['no cells', { dimensions: 2 }],
    ['0 cells', { dimensions: 2, cells: 0 }],
    ['65 537 cells', { dimensions: 2, cells: 65_537 }],
    ['half a cell', { dimensions: 2, cells: 0.5 }],
    ["'4' cells", { dimensions: 2, cells: '4' }],
    ['no dimensions', { cells: 4 }],
    ['an unknown metric', { dimensions: 2, cells: 4, metric: 'hamming' }],
    ['unknown codes', { dimensions: 2, cells: 4, codes: 'int4' }],
  ])('with %s is INVALID_ARGUMENT', async (_, options) => {
    await expect(IvfIndex.create(options as IvfOptions)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });
});

describe('an untrained index', () => {
  test('has no cells to search or to add to', async () => {
    using index = await IvfIndex.create({ dimensions: 2, cells: 4 });
    expect([index.isTrained, index.size]).toEqual([false, 0]);
    for (const call of [
      () => index.search([1, 2]),
      () => index.add([1, 2]),
      () => index.search([1, 2], { exact: true }),
    ]) {
      const error = errorOf(call);
      expect(error.code).toBe('UNTRAINED');
      expect(error.message).toContain('train()');
    }
  });

  test('is empty, and says so', async () => {
    using index = await IvfIndex.create({ dimensions: 2, cells: 4 });
    expect([index.has(0), index.get(0), index.remove(0)]).toEqual([false, undefined, 0]);
    expect(index.range([1, 2], { radius: -1 }).ids.length).toBe(0);
    index.compact();
    using loaded = IvfIndex.fromBytes(index.toBytes());
    expect([loaded.isTrained, loaded.cells]).toEqual([false, 4]);
    await loaded.build(rows);
    expect(loaded.size).toBe(60);
  });

  test.each<[string, ErrorCode, RegExp, unknown, object]>([
    ['fewer rows than cells', 'INVALID_ARGUMENT', /got 3/, rows.slice(0, 6), {}],
    ['no rows', 'INVALID_ARGUMENT', /got 0/, [], {}],
    ['a part of a row', 'DIMENSION_MISMATCH', /whole vectors of 2/, rows.slice(0, 9), {}],
    ['no numbers', 'INVALID_ARGUMENT', /Float32Array/, 'rows', {}],
    ['NaN', 'INVALID_VALUE', /^Vector 10 /, [...rows.slice(0, 20), nan, 1], {}],
    ['an infinity', 'INVALID_VALUE', /^Vector 10 /, [...rows.slice(0, 20), 1, infinity], {}],
    ['a zero vector', 'ZERO_VECTOR', /^Vector 10 /, [...rows.slice(0, 20), 0, 0], {}],
    ['a seed of 0.5', 'INVALID_ARGUMENT', /seed/, rows, { seed: 0.5 }],
    ['0 iterations', 'INVALID_ARGUMENT', /maxIterations/, rows, { maxIterations: 0 }],
    ['0 rows a cell', 'INVALID_ARGUMENT', /rowsPerCell/, rows, { rowsPerCell: 0 }],
  ])(
    'refuses a sample of %s, to train and to build, and stays untrained',
    async (_, code, message, sample, options) => {
      using index = await IvfIndex.create({ dimensions: 2, cells: 4 });
      for (const call of ['train', 'build'] as const) {
        const error = index[call](sample as Float32Array, options);
        await expect(error).rejects.toMatchObject({ name: 'LanewiseError', code });
        await expect(error).rejects.toThrow(message);
        expect([index.isTrained, index.size]).toEqual([false, 0]);
      }
      await index.build(rows);
      expect(index.size).toBe(60);
    },
  );

  test('names a bad row by its number in the sample, not among the rows that were drawn', async () => {
    using index = await IvfIndex.create({ dimensions: 2, cells: 4 });
    const sample = rows.map((value, i) => (i >= 80 ? nan : value));
    // 20 of 60 rows are drawn, so that one of the last 20 is among them but for (40 choose 20) / (60 choose 20) = 3e-5.
    const error = await index.train(sample, { rowsPerCell: 5 }).catch((thrown: Error) => thrown);
    expect(Number(/^Vector (\d+) /.exec((error as Error).message)?.[1])).toBeGreaterThanOrEqual(40);
  });
});

describe('a trained index', () => {
  test('is trained again while it is empty, and not any more with rows in it', async () => {
    using index = await ivfOf(rows, { dimensions: 2, cells: 4 });
    const before = index.toBytes();
    const error = index.train(rows);
    await expect(error).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', got: 60 });
    expect(sameBytes(index.toBytes(), before)).toBe(true);
    index.remove(Array.from({ length: 60 }, (_, i) => i));
    await index.train(rows.slice(40), { seed: 9 });
    index.add(rows);
    expect(index.search(rows.slice(0, 2), { k: 1 }).ids).toEqual(Int32Array.of(60));
  });

  test.each<[string, ErrorCode, RegExp, unknown, object]>([
    ['a part of a row', 'DIMENSION_MISMATCH', /whole vectors/, [1, 2, 3], {}],
    ['NaN', 'INVALID_VALUE', /^Vector 50 /, [...rows.slice(0, 100), nan, 0], {}],
    ['a zero vector', 'ZERO_VECTOR', /^Vector 60 /, [...rows, 0, 0], {}],
    ['an id twice', 'DUPLICATE_ID', /7/, [1, 2, 3, 4], { ids: [7_000, 7_000] }],
    ['an id that is there', 'DUPLICATE_ID', /7/, [1, 2], { ids: [7] }],
    ['an id twice, to replace', 'DUPLICATE_ID', /7/, [1, 2, 3, 4], { ids: [7, 7], replace: true }],
    ['too few ids', 'DIMENSION_MISMATCH', /as many ids/, [1, 2, 3, 4], { ids: [70] }],
    ['an id of -1', 'INVALID_ARGUMENT', /id/, [1, 2], { ids: [-1] }],
  ])(
    'refuses rows with %s, to add and to build, and is as it was',
    async (_, code, message, input, options) => {
      using index = await ivfOf(rows, { dimensions: 2, cells: 4 });
      const before = index.toBytes();
      const error = errorOf(() => index.add(input as number[], options));
      expect(error.code).toBe(code);
      expect(error.message).toMatch(message);
      await expect(index.build(input as number[], options)).rejects.toMatchObject({ code });
      expect(sameBytes(index.toBytes(), before)).toBe(true);
      expect(index.add([1, 1])).toEqual(Int32Array.of(60));
    },
  );

  test.each<[string, ErrorCode, unknown, object]>([
    ['k of 0', 'INVALID_ARGUMENT', [1, 2], { k: 0 }],
    ['k of 1.5', 'INVALID_ARGUMENT', [1, 2], { k: 1.5 }],
    ['0 probes', 'INVALID_ARGUMENT', [1, 2], { probes: 0 }],
    ['probes of NaN', 'INVALID_ARGUMENT', [1, 2], { probes: nan }],
    ['2^31 probes', 'INVALID_ARGUMENT', [1, 2], { probes: 2 ** 31 }],
    ['a function for a filter', 'INVALID_ARGUMENT', [1, 2], { filter: () => true }],
    ['a part of a query', 'DIMENSION_MISMATCH', [1, 2, 3], {}],
    ['NaN', 'INVALID_VALUE', [1, nan], {}],
    ['a zero vector', 'ZERO_VECTOR', [0, 0], {}],
    ['no query at all', 'INVALID_ARGUMENT', undefined, {}],
  ])('refuses a search with %s', async (_, code, query, options) => {
    using index = await ivfOf(rows, { dimensions: 2, cells: 4 });
    for (const exact of [undefined, true]) {
      const error = errorOf(() => index.search(query as number[], { ...options, ...(exact && { exact }) }));
      expect(error.code).toBe(code);
    }
    expect(index.search([1, 2], { k: 1, probes: 4 }).ids[0]).toBeGreaterThanOrEqual(0);
  });

  test('passes over unknown ids to remove, and refuses what are none', async () => {
    using index = await ivfOf(rows, { dimensions: 2, cells: 4 });
    expect(index.remove([100, 3, 3, 2 ** 31 - 1])).toBe(1);
    expect([index.size, index.has(3), index.get(3)]).toEqual([59, false, undefined]);
    for (const ids of [[-1], [0.5], [nan], ['1'], [2 ** 31]])
      expect(errorOf(() => index.remove(ids as number[])).code).toBe('INVALID_ARGUMENT');
    expect([index.has(-1), index.has(0.5), index.has(nan)]).toEqual([false, false, false]);
    expect(index.size).toBe(59);
  });

  test('does not read what another estimator has saved, and the other way round', async () => {
    using index = await ivfOf(rows, { dimensions: 2, cells: 4 });
    using flat = await FlatIndex.create({ dimensions: 2 });
    const error = errorOf(() => IvfIndex.fromBytes(flat.toBytes()));
    expect([error.code, error.message]).toEqual(['FILE_FORMAT', expect.stringContaining("'FlatIndex'")]);
    expect(errorOf(() => FlatIndex.fromBytes(index.toBytes())).code).toBe('FILE_FORMAT');
  });
});
