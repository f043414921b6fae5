import { capabilities, IvfIndex } from 'lanewise';
import { describe, expect, test } from 'vitest';
import { errorOf } from '../host/error-of.ts';
import { loadWithMemory, starve } from '../host/scarce-memory.ts';
import { makeRows } from '../reference/data.ts';
import { sameBytes } from './answers.ts';
import { ivfOf } from './ivf-answers.ts';

const memory = () => capabilities().memory;
const options = { dimensions: 30, cells: 12, metric: 'l2' } as const;
const rows = makeRows({ distribution: 'bell', metric: 'l2', dimensions: 30, size: 900 }, 1);
const exhausted = { name: 'LanewiseError', code: 'MEMORY_EXHAUSTED' };

describe('memoryUsage', () => {
  test.each(['int8', 'float32'] as const)(
    'counts every byte that linear memory grew by (%s)',
    async (codes) => {
      const before = memory().bytesInUse;
      using index = await ivfOf(rows, { ...options, codes });
      index.remove([1, 2, 3]);
      const { total, vectors, codes: codeBytes, ids } = index.memoryUsage();
      // The table of ids: 8 bytes an entry, 64 entries or the power of two from 2 * 900 on.
      const table = 8 * 2048;
      expect(total).toBe(vectors + codeBytes + ids);
      expect(total).toBe(memory().bytesInUse - before + table);
      // Rows padded to 32 dimensions and their norms, in whole blocks of 16 a cell.
      expect(vectors).toBeGreaterThanOrEqual(900 * (4 * 32 + 4));
      expect(vectors).toBeLessThanOrEqual((900 + 12 * 15) * (4 * 32 + 4));
      expect(codeBytes).toBeGreaterThan(codes === 'int8' ? 900 * 32 : 0);
    },
  );

  test('is given back by dispose, which may be called again, and makes every call throw DISPOSED', async () => {
    const before = memory().bytesInUse;
    const index = await ivfOf(rows, options);
    const bytes = index.toBytes();
    index.dispose();
    index.dispose();
    expect(memory().bytesInUse).toBe(before);
    const calls = [
      () => index.size,
      () => index.add(rows),
      () => index.search(rows),
      () => index.range(rows.slice(0, 30), { radius: 1 }),
      () => index.remove(0),
      () => index.compact(),
      () => index.has(0),
      () => index.get(0),
      () => index.memoryUsage(),
      () => index.toBytes(),
    ];
    for (const call of calls) expect(errorOf(call).code).toBe('DISPOSED');
    for (const call of ['train', 'build'] as const)
      await expect(index[call](rows)).rejects.toMatchObject({ code: 'DISPOSED' });
    {
      using loaded = IvfIndex.fromBytes(bytes);
      expect(loaded.size).toBe(900);
    }
    expect(memory().bytesInUse).toBe(before);
  });
});

describe('nothing is left behind', () => {
  test('by searching, saving, failing, removing all rows and adding them again', async () => {
    using index = await ivfOf(rows, options);
    const all = Array.from({ length: 900 }, (_, i) => i);
    const cycle = async () => {
      index.search(rows, { k: 5 });
      index.search(rows.slice(0, 30), { k: 900 });
      index.range(rows.slice(0, 30), { radius: 4 });
      using loaded = IvfIndex.fromBytes(index.toBytes());
      errorOf(() => index.search([...rows.slice(0, 29), Number.NaN]));
      errorOf(() => index.add([...rows, ...rows.slice(0, 29), Number.NaN]));
      await index.build([...rows.slice(0, 29), Number.NaN]).catch(() => {});
      index.remove(all);
      expect(loaded.size).toBe(900);
      index.add(rows, { ids: all });
    };
    await cycle();
    const before = memory();
    for (let i = 0; i < 10; i++) await cycle();
    expect(memory()).toEqual(before);
  });

  test('by indexes that are dropped without dispose, once they are collected', async () => {
    const { bytesInUse } = memory();
    const drop = async () => {
      for (let i = 0; i < 5; i++) await ivfOf(rows, options, { maxIterations: 1 });
    };
    await drop();
    expect(memory().bytesInUse).toBeGreaterThan(bytesInUse);
    // Finalizers run in some later turn; two seconds are far more than they take.
    for (let attempt = 0; attempt < 100 && memory().bytesInUse > bytesInUse; attempt++) {
      globalThis.gc!();
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(memory().bytesInUse).toBe(bytesInUse);
  });
});

describe('where memory ends, whichever block finds no room,', () => {
  const few = rows.slice(0, 30 * 300);

  test('training leaves the index untrained, and works once there is room', async () => {
    const scarce = await loadWithMemory(4 << 20);
    const index = await scarce.lanewise.IvfIndex.create(options);
    const { bytesInUse } = scarce.memory.statistics;
    const tried = async () => {
      // Succeeding is undone, so that the next call begins where this one did.
      const fresh = await scarce.lanewise.IvfIndex.create(options);
      try {
        await fresh.train(few, { maxIterations: 1 });
      } finally {
        fresh.dispose();
      }
    };
    const calls = await starve(scarce, tried, (error) => expect(error).toMatchObject(exhausted));
    expect(calls).toBeGreaterThan(10);
    expect(scarce.memory.statistics.bytesInUse).toBe(bytesInUse);
    await index.build(few);
    expect(index.size).toBe(300);
  });

  test('adding and building leave the index as it was, and it answers as before', async () => {
    const scarce = await loadWithMemory(4 << 20);
    const index = await scarce.lanewise.IvfIndex.create(options);
    await index.build(few);
    const queries = rows.slice(0, 30 * 20);
    const answers = index.search(queries, { k: 3 });
    const ids = Array.from({ length: 900 }, (_, i) => 1000 + i);
    for (const call of ['add', 'build'] as const) {
      // Calls that find room, at first, are undone; those that find none must not change a byte.
      let saved: Uint8Array | undefined;
      const tried = async () => {
        await index[call](rows, { ids });
        index.remove(ids);
        saved = undefined;
      };
      const calls = await starve(scarce, tried, (error) => {
        expect(error).toMatchObject(exhausted);
        const bytes = index.toBytes();
        expect(sameBytes(bytes, saved ?? bytes)).toBe(true);
        saved = bytes;
      });
      expect(calls).toBeGreaterThan(5);
      expect(index.size).toBe(300);
      expect(index.search(queries, { k: 3 })).toEqual(answers);
    }
    expect(index.add(rows.slice(0, 30), { ids: [5000] })).toEqual(Int32Array.of(5000));
  });

  test('searching throws and holds nothing, and removing works without', async () => {
    const scarce = await loadWithMemory(4 << 20);
    const index = await scarce.lanewise.IvfIndex.create(options);
    await index.build(few);
    const expected = index.search(few, { k: 20, probes: 2 });
    const { bytesInUse } = scarce.memory.statistics;
    const tried = () => index.search(few, { k: 20, probes: 2 });
    const calls = await starve(scarce, tried, (error) => expect(error).toMatchObject(exhausted));
    expect(calls).toBeGreaterThan(10);
    expect(scarce.memory.statistics.bytesInUse).toBe(bytesInUse);
    expect(index.search(few, { k: 20, probes: 2 })).toEqual(expected);
  });

  test('loading throws and holds nothing', async () => {
    const scarce = await loadWithMemory(4 << 20);
    const index = await scarce.lanewise.IvfIndex.create(options);
    await index.build(few);
    const bytes = index.toBytes();
    index.dispose();
    const { bytesInUse } = scarce.memory.statistics;
    const tried = () => scarce.lanewise.IvfIndex.fromBytes(bytes).dispose();
    const calls = await starve(scarce, tried, (error) => expect(error).toMatchObject(exhausted));
    expect(calls).toBeGreaterThan(10);
    expect(scarce.memory.statistics.bytesInUse).toBe(bytesInUse);
  });
});
