import { capabilities, FlatIndex } from 'lanewise';
import { describe, expect, test } from 'vitest';
import { errorOf } from '../host/error-of.ts';
import { makeRows } from '../reference/data.ts';
import { indexOf } from './answers.ts';

const inUse = () => capabilities().memory.bytesInUse;

describe('memoryUsage', () => {
  // From src/vectors/segment.ts: rows padded to 16 bytes, 2 MiB of them or 8192 in a segment, a power of two.
  test.each([
    [1, 8192, 1],
    [3, 8192, 20_000],
    [100, 4096, 4097],
    [256, 2048, 2048],
    [300, 1024, 1],
  ])(
    'of %i dimensions counts segments of %i rows, and is what linear memory grew by',
    async (dimensions, rowsPerSegment, size) => {
      const rows = makeRows({ distribution: 'bell', metric: 'ip', dimensions, size }, 1);
      const before = inUse();
      using index = await indexOf(rows, dimensions, 'ip');
      const { total, vectors, codes, ids } = index.memoryUsage();
      const room = Math.ceil(size / rowsPerSegment) * rowsPerSegment;
      const lanes = Math.ceil(dimensions / 4);
      expect(vectors).toBe(room * (16 * lanes + 4)); // a padded row and its norm
      expect(ids).toBe(room * 4); // in the order of their rows they need no table
      // Codes: a byte a dimension, half a byte in nibbles, and 24 bytes of scales, errors and corrections.
      expect(codes).toBeGreaterThanOrEqual(room * (4 * lanes + 4 * Math.ceil(lanes / 2) + 24));
      expect(total).toBe(vectors + codes + ids);
      expect(total).toBe(inUse() - before);
    },
  );

  test('counts a table of 8 bytes an entry, twice as many as ids, once they are out of order', async () => {
    using index = await FlatIndex.create({ dimensions: 2, metric: 'l2' });
    index.add(new Float32Array(2 * 1000));
    const { ids } = index.memoryUsage();
    index.remove(500);
    expect(index.memoryUsage().ids).toBe(ids + 8 * 2048); // the power of two from 2 * 1000 on
  });

  test('searching, saving and failing leave nothing behind', async () => {
    using index = await indexOf(
      makeRows({ distribution: 'bell', metric: 'ip', dimensions: 5, size: 9000 }, 2),
      5,
      'ip',
    );
    const before = inUse();
    index.search(new Float32Array(5 * 200).fill(1), { k: 50 });
    index.range(new Float32Array(5), { radius: 0 });
    index.toBytes();
    errorOf(() => index.search([1, 2, 3, 4, Number.NaN]));
    errorOf(() => index.add(new Float32Array(5 * 20_000).fill(Number.NaN)));
    expect(inUse()).toBe(before);
  });
});

describe('dispose', () => {
  test('gives every byte of linear memory back; called again it does nothing', async () => {
    const before = inUse();
    const index = await indexOf(new Float32Array(3 * 9000).fill(1), 3, 'l2');
    expect(inUse()).toBeGreaterThan(before);
    index.dispose();
    index.dispose();
    expect(inUse()).toBe(before);
  });

  test('is what a using declaration and Symbol.dispose do', async () => {
    const before = inUse();
    let kept: FlatIndex;
    {
      using index = await indexOf(Float32Array.of(1, 2), 2, 'ip');
      kept = index;
      expect(kept.size).toBe(1);
    }
    expect(errorOf(() => kept.size).code).toBe('DISPOSED');
    const other = await indexOf(Float32Array.of(1, 2), 2, 'ip');
    other[Symbol.dispose ?? (Symbol.for('Symbol.dispose') as typeof Symbol.dispose)]();
    expect(inUse()).toBe(before);
  });

  test('leaves other indexes untouched', async () => {
    using other = await indexOf(Float32Array.of(1, 2, 3, 4), 2, 'ip');
    const index = await indexOf(Float32Array.of(9, 9), 2, 'ip');
    index.dispose();
    using next = await indexOf(Float32Array.of(7, 7), 2, 'ip');
    expect([next.size, other.search([1, 1], { k: 2 }).scores]).toEqual([1, Float32Array.of(7, 3)]);
  });

  test.each<[string, (index: FlatIndex) => unknown]>([
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
    const index = await indexOf(Float32Array.of(1, 2), 2, 'ip');
    call(index);
    index.dispose();
    expect(errorOf(() => call(index)).code).toBe('DISPOSED');
  });

  test('makes build throw DISPOSED', async () => {
    const index = await FlatIndex.create({ dimensions: 2 });
    index.dispose();
    await expect(index.build([1, 2])).rejects.toMatchObject({ code: 'DISPOSED' });
  });
});
