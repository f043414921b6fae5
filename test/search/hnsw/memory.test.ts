import type { HnswIndex } from 'lanewise';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { makeRows } from '../../reference/data.ts';
import { sameBytes } from '../answers.ts';

// 100 dimensions: a segment of 4096 rows takes some 1.7 MB, its part of the graph 1 MB.
const MAXIMUM_BYTES = 9 << 20;
const shape = { distribution: 'clustered', metric: 'cosine', dimensions: 100 } as const;
const rows = makeRows({ ...shape, size: 3000 }, 1);

/** The package as it is before anything was loaded. Its errors are matched by code: their class is another one too. */
let lanewise: typeof import('lanewise');

beforeEach(async () => {
  vi.resetModules();
  lanewise = await import('lanewise');
  lanewise.setup({ tier: process.env['LANEWISE_TIER'] as 'simd', maximumBytes: MAXIMUM_BYTES });
});

const inUse = () => lanewise.capabilities().memory.bytesInUse;
const exhausted = expect.objectContaining({ code: 'MEMORY_EXHAUSTED' });

/** Takes blocks of this many rows until no more fit. */
async function fill(index: HnswIndex, size: number): Promise<void> {
  for (let calls = 0; calls < 100; calls++) {
    try {
      index.add(makeRows({ ...shape, size }, 2 + calls));
    } catch (error) {
      expect(error).toMatchObject({
        name: 'LanewiseError',
        code: 'MEMORY_EXHAUSTED',
        expected: MAXIMUM_BYTES,
      });
      return;
    }
  }
  throw new Error('Memory never ran out.');
}

describe('an index that finds no memory', () => {
  test.each([3000, 200])('for %i rows more holds what it held, answers and saves as before', async (size) => {
    using index = await lanewise.HnswIndex.create({ dimensions: 100, efConstruction: 40 });
    index.add(rows);
    await fill(index, size);
    const held = index.size;
    const before = index.toBytes();
    const bytes = inUse();
    const answers = index.search(rows.slice(0, 300), { k: 3, ef: 5 });
    const more = makeRows({ ...shape, size: 9000 }, 99);
    expect(() => index.add(more)).toThrow(exhausted);
    await expect(index.build(more)).rejects.toMatchObject({ code: 'MEMORY_EXHAUSTED' });
    expect(index.size).toBe(held);
    expect(inUse()).toBe(bytes);
    expect(sameBytes(index.toBytes(), before)).toBe(true);
    expect(index.search(rows.slice(0, 300), { k: 3, ef: 5 })).toEqual(answers);
  });

  test('refuses a file that does not fit, and holds nothing of it', async () => {
    const index = await lanewise.HnswIndex.create({ dimensions: 100, efConstruction: 40 });
    await fill(index, 3000);
    const bytes = index.toBytes();
    const before = inUse();
    expect(() => lanewise.HnswIndex.fromBytes(bytes)).toThrow(exhausted);
    expect(inUse()).toBe(before);
    const { size } = index;
    index.dispose();
    expect(lanewise.HnswIndex.fromBytes(bytes).size).toBe(size);
  });

  test('removes all the same, and searches on', async () => {
    using index = await lanewise.HnswIndex.create({ dimensions: 100, efConstruction: 40 });
    await fill(index, 3000);
    const { size } = index;
    expect(index.remove(Int32Array.from({ length: size - 100 }, (_, i) => i))).toBe(size - 100);
    const { ids } = index.search(rows.slice(0, 100), { k: 200, ef: 5 });
    expect(ids.filter((id) => id >= 0).length).toBe(100);
  });
});

describe('memory', () => {
  test('is what memoryUsage says, and dispose gives it back', async () => {
    const before = inUse();
    const index = await lanewise.HnswIndex.create({ dimensions: 5 });
    index.add(makeRows({ ...shape, dimensions: 5, size: 1000 }, 1));
    const { total, vectors, codes, ids } = index.memoryUsage();
    expect(total).toBe(inUse() - before); // ids in the order of their rows need no table
    expect(vectors).toBe(8192 * (32 + 4)); // a segment of padded rows and their norms
    expect(ids).toBe(8192 * 4);
    expect(codes).toBe(total - vectors - ids);
    expect(codes).toBeGreaterThan(8192 * (32 + 128)); // a record and 2m links a row
    index.search(new Float32Array(5 * 300).fill(1), { k: 50 });
    index.toBytes();
    expect(index.memoryUsage().total).toBe(total);
    index.dispose();
    index.dispose();
    expect(inUse()).toBe(before);
  });

  test('is all given back after a thousand indexes that grow, fail, save and load', async () => {
    const cycle = async () => {
      using index = await lanewise.HnswIndex.create({ dimensions: 3, metric: 'l2' });
      index.add([1, 2, 3, 4, 5, 6]);
      expect(() => index.add([1, 2, Number.NaN])).toThrow();
      await index.build([7, 8, 9]);
      index.remove(1);
      using loaded = lanewise.HnswIndex.fromBytes(index.toBytes());
      loaded.search([1, 2, 3], { k: 1 });
    };
    await cycle();
    const before = inUse();
    for (let i = 0; i < 1000; i++) await cycle();
    expect(inUse()).toBe(before);
  });

  test('does not grow while rows come and go', async () => {
    using index = await lanewise.HnswIndex.create({ dimensions: 4, m: 4, efConstruction: 20 });
    const round = () => {
      const added = index.add(makeRows({ ...shape, dimensions: 4, size: 60 }, 5));
      index.remove(added);
      index.compact();
    };
    index.add(makeRows({ ...shape, dimensions: 4, size: 600 }, 4));
    for (let i = 0; i < 5; i++) round();
    const { total } = index.memoryUsage();
    for (let i = 0; i < 60; i++) round();
    expect(index.memoryUsage().total).toBeLessThan(total + 4096);
  });
});

test.each<[string, (index: HnswIndex) => unknown]>([
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
])('a disposed index throws DISPOSED on %s', async (_, call) => {
  const index = await lanewise.HnswIndex.create({ dimensions: 2 });
  index.add([1, 2]);
  call(index);
  index.dispose();
  expect(() => call(index)).toThrow(expect.objectContaining({ code: 'DISPOSED' }));
  await expect(index.build([1, 2])).rejects.toMatchObject({ code: 'DISPOSED' });
});
