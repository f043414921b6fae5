import { FlatIndex, HnswIndex, LshIndex } from 'lanewise';
import { describe, expect, test } from 'vitest';
import { memory } from '../../src/cost/index.ts';
import { relativeError, rowsOf, shuffledIds } from './indexed-rows.ts';

const SHAPES = [
  { rows: 1, dimensions: 1 },
  { rows: 8193, dimensions: 1 },
  { rows: 20_000, dimensions: 7 },
  { rows: 5000, dimensions: 100 },
  { rows: 300, dimensions: 768 },
  { rows: 1025, dimensions: 769 },
];

describe('a FlatIndex holds what was predicted, to the byte', () => {
  test('before rows are added', async () => {
    using index = await FlatIndex.create({ dimensions: 12 });
    expect(memory.flatIndex({ rows: 0, dimensions: 12 })).toEqual(index.memoryUsage());
  });

  test.each(SHAPES)(
    'of $rows x $dimensions, added at once or in parts, with ids of any kind',
    async (shape) => {
      const values = rowsOf(shape);
      using automatic = await FlatIndex.create(shape);
      automatic.add(values);
      expect(memory.flatIndex(shape)).toEqual(automatic.memoryUsage());
      using given = await FlatIndex.create({ ...shape, metric: 'l2' });
      await given.build(values, { ids: shuffledIds(shape.rows) });
      expect(memory.flatIndex({ ...shape, ids: 'given', metric: 'l2' })).toEqual(given.memoryUsage());
      using parts = await FlatIndex.create(shape);
      addInParts(parts, values, shape.dimensions, 7);
      expect(memory.flatIndex(shape)).toEqual(parts.memoryUsage());
    },
  );
});

describe('an LshIndex holds what was predicted, to the byte', () => {
  test.each(
    [{}, { tables: 3, bits: 5 }, { tables: 20, bits: 31 }].flatMap((options) =>
      SHAPES.slice(0, 4).map((shape) => ({ ...shape, ...options })),
    ),
  )('of $rows x $dimensions with $tables tables of $bits bits', async (shape) => {
    const values = rowsOf(shape);
    using index = await LshIndex.create(shape);
    index.add(values);
    expect(memory.lshIndex(shape)).toEqual(index.memoryUsage());
    using parts = await LshIndex.create(shape);
    const ids = shuffledIds(shape.rows);
    addInParts(parts, values, shape.dimensions, 3, ids);
    expect(memory.lshIndex({ ...shape, ids: 'given' })).toEqual(parts.memoryUsage());
  });
});

describe('an HnswIndex holds what was predicted', () => {
  // Layers are drawn: links above the bottom are off by a pool of 16 KiB or so, of megabytes.
  test.each([
    { rows: 20_000, dimensions: 1, m: 8 },
    { rows: 8000, dimensions: 30, m: 4 },
    { rows: 5000, dimensions: 100, m: 16 },
    { rows: 5000, dimensions: 16, m: 64 },
  ])('within 1 %, of $rows x $dimensions with m $m', async (shape) => {
    using index = await HnswIndex.create({ ...shape, efConstruction: 20, seed: 3 });
    await index.build(rowsOf(shape), { ids: shuffledIds(shape.rows) });
    const predicted = memory.hnswIndex({ ...shape, ids: 'given' });
    const actual = index.memoryUsage();
    expect({ ...predicted, codes: 0, total: 0 }).toEqual({ ...actual, codes: 0, total: 0 });
    expect(relativeError(predicted.total, actual.total)).toBeLessThan(0.01);
    expect(Math.abs(predicted.codes - actual.codes) % 16_384).toBe(0);
  });

  test('to the byte before rows are added, and within a pool after some hundred, one call after the other', async () => {
    using index = await HnswIndex.create({ dimensions: 33, efConstruction: 10 });
    expect(memory.hnswIndex({ rows: 0, dimensions: 33 })).toEqual(index.memoryUsage());
    addInParts(index, rowsOf({ rows: 700, dimensions: 33 }), 33, 20);
    const predicted = memory.hnswIndex({ rows: 700, dimensions: 33 });
    expect(Math.abs(predicted.total - index.memoryUsage().total)).toBeLessThanOrEqual(16_384);
  });
});

function addInParts(
  index: FlatIndex | HnswIndex | LshIndex,
  values: Float32Array,
  dimensions: number,
  parts: number,
  ids?: Int32Array,
): void {
  const rows = values.length / dimensions;
  for (let part = 0; part < parts; part++) {
    const from = Math.floor((rows * part) / parts);
    const to = Math.floor((rows * (part + 1)) / parts);
    if (from === to) continue;
    const chunk = values.subarray(from * dimensions, to * dimensions);
    index.add(chunk, ids ? { ids: ids.subarray(from, to) } : {});
  }
}
