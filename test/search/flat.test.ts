import { capabilities, FlatIndex, type Metric } from 'lanewise';
import { describe, expect, test } from 'vitest';
import { errorOf } from '../host/error-of.ts';
import { makeRows } from '../reference/data.ts';
import { bitsOf, indexOf } from './answers.ts';

test('the tier of the project is the tier that runs', async () => {
  using index = await indexOf(Float32Array.of(1, 0, 0, 0, 0, 1, 0, 0), 4, 'cosine');
  expect(index.search([0, 1, 0, 0], { k: 1 }).ids).toEqual(Int32Array.of(1));
  expect(capabilities().tier).toBe(process.env['LANEWISE_TIER']);
});

describe('create', () => {
  test('gives an empty index of the dimensions and metric asked for; cosine unless told', async () => {
    using index = await FlatIndex.create({ dimensions: 3, metric: 'l2' });
    using cosine = await FlatIndex.create({ dimensions: 65_536 });
    expect([index.dimensions, index.metric, index.size]).toEqual([3, 'l2', 0]);
    expect([cosine.dimensions, cosine.metric]).toEqual([65_536, 'cosine']);
  });
});

describe('add', () => {
  test('gives ids 0, 1, 2, ... in order, over several calls', async () => {
    using index = await FlatIndex.create({ dimensions: 2 });
    expect(index.add([1, 2])).toEqual(Int32Array.of(0));
    expect(index.add(Float32Array.of(3, 4, 5, 6))).toEqual(Int32Array.of(1, 2));
    expect(index.add([])).toEqual(new Int32Array(0));
    expect(index.size).toBe(3);
  });

  test.each([
    ['an array', [7, 0, 2 ** 31 - 1]],
    ['an Int32Array', Int32Array.of(7, 0, 2 ** 31 - 1)],
    ['a Uint32Array', Uint32Array.of(7, 0, 2 ** 31 - 1)],
  ])('takes ids of its caller as %s', async (_, ids) => {
    using index = await FlatIndex.create({ dimensions: 1, metric: 'ip' });
    expect(index.add([10, 20, 30], { ids })).toEqual(Int32Array.of(7, 0, 2 ** 31 - 1));
    expect(index.search([1], { k: 3 }).ids).toEqual(Int32Array.of(2 ** 31 - 1, 0, 7));
  });

  test('continues after the largest id that was given', async () => {
    using index = await FlatIndex.create({ dimensions: 1, metric: 'ip' });
    index.add([1, 2], { ids: [40, 3] });
    expect(index.add([3])).toEqual(Int32Array.of(41));
  });

  test('never gives an id again that a removed row had', async () => {
    using index = await indexOf(Float32Array.of(1, 2, 3), 1, 'ip');
    index.remove([2]);
    index.compact();
    expect(index.add([4])).toEqual(Int32Array.of(3));
  });

  test.each([
    ['present already', [5, 9]],
    ['given twice in one call', [9, 9]],
    ['given twice, not side by side', [9, 8, 9]],
  ])('refuses an id that is %s', async (_, ids) => {
    using index = await FlatIndex.create({ dimensions: 1, metric: 'ip' });
    index.add([1], { ids: [5] });
    const { code, got } = errorOf(() => index.add(ids.map(Number), { ids }));
    expect([code, got]).toEqual(['DUPLICATE_ID', ids.includes(5) ? 5 : 9]);
    expect([index.size, index.has(9)]).toEqual([1, false]);
  });

  test('replaces rows when told to, and adds the others', async () => {
    using index = await indexOf(Float32Array.of(1, 2, 3, 4), 2, 'l2');
    index.add([7, 8, 9, 10], { ids: [1, 5], replace: true });
    expect([index.size, index.get(1), index.get(5)]).toEqual([
      3,
      Float32Array.of(7, 8),
      Float32Array.of(9, 10),
    ]);
    expect(index.search([3, 4], { k: 4 }).ids).toEqual(Int32Array.of(0, 1, 5, -1)); // 8, 32, 72 away
  });

  test('refuses the same id twice in one call even when it replaces', async () => {
    using index = await indexOf(Float32Array.of(1), 1, 'ip');
    expect(errorOf(() => index.add([2, 3], { ids: [0, 0], replace: true })).code).toBe('DUPLICATE_ID');
    expect(index.get(0)).toEqual(Float32Array.of(1));
  });

  test('rounds plain arrays to float32', async () => {
    using index = await indexOf(Float32Array.of(0), 1, 'ip');
    index.add([0.1, 2 ** 24 + 1]);
    expect([index.get(1), index.get(2)]).toEqual([Float32Array.of(0.1), Float32Array.of(2 ** 24)]);
  });

  test('copies: changing the array afterwards changes nothing', async () => {
    const rows = Float32Array.of(1, 2);
    const ids = Int32Array.of(3);
    using index = await FlatIndex.create({ dimensions: 2, metric: 'ip' });
    index.add(rows, { ids });
    rows.fill(9);
    ids.fill(9);
    expect([index.has(9), index.get(3)]).toEqual([false, Float32Array.of(1, 2)]);
  });
});

describe('get, has and remove', () => {
  test('get gives every row back bit for bit, with -0 and denormals', async () => {
    for (const dimensions of [1, 3, 4, 101]) {
      const rows = makeRows({ distribution: 'denormal', metric: 'ip', dimensions, size: 50 }, 1);
      rows[0] = -0;
      using index = await indexOf(rows, dimensions, 'ip');
      for (let id = 0; id < 50; id++) {
        const row = rows.slice(id * dimensions, (id + 1) * dimensions);
        expect(bitsOf(index.get(id)!)).toEqual(bitsOf(row));
      }
    }
  });

  test('an id that no row has is neither had nor got', async () => {
    using index = await indexOf(Float32Array.of(1, 2, 3), 1, 'ip');
    for (const id of [3, -1, 0.5, Number.NaN, 2 ** 31, 2 ** 32]) {
      expect([index.has(id), index.get(id)], String(id)).toEqual([false, undefined]);
    }
  });

  test('no id below 0 is had, whichever row was removed before', async () => {
    using index = await FlatIndex.create({ dimensions: 1, metric: 'ip' });
    for (let id = 0; id < 500; id++) {
      index.add([1], { ids: [id] });
      index.remove(id);
      expect([index.has(-1), index.get(-1)], `after ${id}`).toEqual([false, undefined]);
    }
  });

  test('remove tells how many rows went, and passes over ids that are gone or never were', async () => {
    using index = await indexOf(Float32Array.of(1, 2, 3, 4), 1, 'ip');
    expect(index.remove([1, 3, 1, 99])).toBe(2);
    expect(index.remove(1)).toBe(0);
    expect(index.remove(0)).toBe(1);
    expect([index.size, index.has(1), index.get(3)]).toEqual([1, false, undefined]);
    expect(index.search([1], { k: 2 }).ids).toEqual(Int32Array.of(2, -1));
  });

  test('an index of which everything was removed is empty, and takes rows again', async () => {
    using index = await indexOf(Float32Array.of(1, 2, 3), 1, 'ip');
    index.remove([0, 1, 2]);
    index.compact();
    expect([index.size, index.search([1], { k: 1 }).ids[0]]).toEqual([0, -1]);
    expect(index.add([5])).toEqual(Int32Array.of(3));
    expect(index.search([1], { k: 1 }).scores).toEqual(Float32Array.of(5));
  });
});

describe('compact', () => {
  // Segments hold 8192 rows of 4 dimensions: 20 000 rows take three, 8192 or fewer one.
  const shape = { distribution: 'bell', metric: 'ip' as Metric, dimensions: 4, size: 20_000 } as const;

  test('gives the memory of removed rows back, when called and by itself', async () => {
    const rows = makeRows(shape, 2);
    using byHand = await indexOf(rows, 4, 'ip');
    using byItself = await indexOf(rows, 4, 'ip');
    const full = byHand.memoryUsage().vectors;
    byHand.remove(Int32Array.from({ length: 4000 }, (_, i) => 5 * i));
    expect(byHand.memoryUsage().vectors).toBe(full);
    byHand.compact();
    expect(byHand.memoryUsage().vectors).toBe((full / 3) * 2); // 16 000 rows are left

    byItself.remove(Int32Array.from({ length: 15_000 }, (_, i) => i));
    expect(byItself.memoryUsage().vectors).toBe(full / 3); // 5000 are left
  });

  test('keeps every row under its id', async () => {
    const rows = makeRows(shape, 3);
    using index = await indexOf(rows, 4, 'ip');
    index.remove(Int32Array.from({ length: 10_000 }, (_, i) => 2 * i));
    index.compact();
    for (let id = 1; id < 20_000; id += 2) {
      const row = index.get(id)!;
      if (row.some((value, i) => value !== rows[4 * id + i])) expect.fail(`row ${id} is ${row}`);
    }
    expect(index.size).toBe(10_000);
  });
});
