import { beforeEach, describe, expect, test, vi } from 'vitest';
import { makeRows } from '../reference/data.ts';
import { sameBytes } from './answers.ts';

// 100 dimensions: a segment of 4096 rows takes some 2.3 MB, of the 6 MiB that the kernels may have here.
const MAXIMUM_BYTES = 6 << 20;
const rows = makeRows({ distribution: 'bell', metric: 'cosine', dimensions: 100, size: 4000 }, 1);

/** The package as it is before anything was loaded. Its errors are matched by code: their class is another one too. */
let lanewise: typeof import('lanewise');

beforeEach(async () => {
  vi.resetModules();
  lanewise = await import('lanewise');
  lanewise.setup({ tier: process.env['LANEWISE_TIER'] as 'simd', maximumBytes: MAXIMUM_BYTES });
});

/** An index that holds as many times 4000 rows as fit. */
async function fullIndex() {
  const index = await lanewise.FlatIndex.create({ dimensions: 100 });
  let error: unknown;
  for (let calls = 0; calls < 10 && !error; calls++) {
    try {
      index.add(rows);
    } catch (thrown) {
      error = thrown;
    }
  }
  return { index, error };
}

describe('an index that finds no memory for more rows', () => {
  test('throws MEMORY_EXHAUSTED with the bytes asked for and held', async () => {
    const { index, error } = await fullIndex();
    expect(error).toMatchObject({ name: 'LanewiseError', code: 'MEMORY_EXHAUSTED', expected: MAXIMUM_BYTES });
    expect((error as { got: number }).got).toBeGreaterThan(index.memoryUsage().total / 2);
    expect(index.size).toBe(8000); // two segments of 4096 rows fit
  });

  test('holds what it held, and answers, changes and saves as before', async () => {
    const { index } = await fullIndex();
    const { bytesInUse } = lanewise.capabilities().memory;
    const before = index.toBytes();
    const answers = index.search(rows.slice(0, 300), { k: 3 });
    expect(() => index.add(rows)).toThrow(expect.objectContaining({ code: 'MEMORY_EXHAUSTED' }));
    await expect(index.build(rows)).rejects.toMatchObject({ code: 'MEMORY_EXHAUSTED' });
    expect(sameBytes(index.toBytes(), before)).toBe(true);
    expect(index.search(rows.slice(0, 300), { k: 3 })).toEqual(answers);
    expect(lanewise.capabilities().memory.bytesInUse).toBe(bytesInUse);
    expect(index.add(rows.slice(0, 100))).toEqual(Int32Array.of(8000)); // there is room in the last segment
  });

  test('takes the rows once others have gone', async () => {
    const { index } = await fullIndex();
    index.remove(Int32Array.from({ length: 4000 }, (_, i) => i));
    index.compact();
    expect(index.add(rows).length).toBe(4000);
    expect(index.search(rows.slice(0, 100), { k: 2 }).ids).toEqual(Int32Array.of(4000, 8000));
  });

  test('refuses a file that does not fit, and holds nothing of it', async () => {
    const { index } = await fullIndex();
    const bytes = index.toBytes();
    const { bytesInUse } = lanewise.capabilities().memory;
    expect(() => lanewise.FlatIndex.fromBytes(bytes)).toThrow(
      expect.objectContaining({ code: 'MEMORY_EXHAUSTED' }),
    );
    expect(lanewise.capabilities().memory.bytesInUse).toBe(bytesInUse);
    index.dispose();
    expect(lanewise.FlatIndex.fromBytes(bytes).size).toBe(8000);
  });

  test('refuses a search whose queries do not fit, and answers those that do', async () => {
    const { index } = await fullIndex();
    const { bytesInUse } = lanewise.capabilities().memory;
    // 120 queries with 8000 results of 8 bytes each take 7.7 MB.
    const search = () => index.search(rows.slice(0, 12_000), { k: 8000 });
    expect(search).toThrow(expect.objectContaining({ code: 'MEMORY_EXHAUSTED' }));
    expect(lanewise.capabilities().memory.bytesInUse).toBe(bytesInUse);
    expect(index.search(rows.slice(0, 100), { k: 1 }).ids).toEqual(Int32Array.of(0));
  });
});

test('saving and loading work wherever linear memory grows on the way', async () => {
  // 3 dimensions are padded, so saving packs rows in a buffer of 98 304 bytes; what is held before it decides which
  // allocation grows the memory.
  const index = await lanewise.FlatIndex.create({ dimensions: 3, metric: 'ip' });
  index.add(Float32Array.from({ length: 3 * 8000 }, (_, i) => i));
  const bytes = index.toBytes();
  const ballast = [];
  for (let i = 0; i < 24; i++) {
    ballast.push(await lanewise.FlatIndex.create({ dimensions: 2 ** (i % 8) * 256 }));
    expect(sameBytes(index.toBytes(), bytes)).toBe(true);
    const loaded = lanewise.FlatIndex.fromBytes(bytes);
    expect(loaded.get(7999)).toEqual(Float32Array.of(23_997, 23_998, 23_999));
    loaded.dispose();
  }
});
