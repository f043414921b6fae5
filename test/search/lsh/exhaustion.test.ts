import { beforeEach, describe, expect, test, vi } from 'vitest';
import { makeRows } from '../../reference/data.ts';
import { sameBytes } from '../answers.ts';

// 100 dimensions: a segment of 4096 rows takes some 2.1 MB, its links and heads 32 bytes a row and 2^14 each.
const MAXIMUM_BYTES = 6 << 20;
const rows = makeRows({ distribution: 'bell', metric: 'cosine', dimensions: 100, size: 4000 }, 1);
const queries = rows.slice(0, 300);

/** The package as it is before anything was loaded. Its errors are matched by code: their class is another one too. */
let lanewise: typeof import('lanewise');

beforeEach(async () => {
  vi.resetModules();
  lanewise = await import('lanewise');
  lanewise.setup({ tier: process.env['LANEWISE_TIER'] as 'simd', maximumBytes: MAXIMUM_BYTES });
});

const exhausted = expect.objectContaining({ name: 'LanewiseError', code: 'MEMORY_EXHAUSTED' });

// Few tables fit beside two segments, so that the third segment is refused; with many, the links or heads of the second are.
describe.each([
  [4, 12],
  [16, 18],
  [40, 18],
])('an index of %i tables of %i bits that finds no memory for more rows', (tables, bits) => {
  /** An index that holds as many times 1000 rows as fit. */
  async function fullIndex() {
    const index = await lanewise.LshIndex.create({ dimensions: 100, tables, bits });
    try {
      for (let calls = 0; calls < 20; calls++) index.add(rows.subarray(0, 100_000));
    } catch (error) {
      expect(error).toEqual(exhausted);
      return index;
    }
    throw new Error('Everything fitted.');
  }

  test('holds what it held, and answers, changes and saves as before', async () => {
    const index = await fullIndex();
    expect(index.size).toBeGreaterThanOrEqual(4000);
    const { bytesInUse } = lanewise.capabilities().memory;
    const before = {
      bytes: index.toBytes(),
      answers: index.search(queries, { k: 3 }),
      usage: index.memoryUsage(),
    };
    expect(() => index.add(rows)).toThrow(exhausted);
    await expect(index.build(rows)).rejects.toEqual(exhausted);
    expect(sameBytes(index.toBytes(), before.bytes)).toBe(true);
    expect(index.search(queries, { k: 3 })).toEqual(before.answers);
    expect(index.memoryUsage()).toEqual(before.usage);
    expect(lanewise.capabilities().memory.bytesInUse).toBe(bytesInUse);
  });

  test('takes rows once others have gone', async () => {
    const index = await fullIndex();
    index.remove(Int32Array.from({ length: index.size - 10 }, (_, i) => i));
    index.compact();
    expect(index.add(rows.subarray(0, 100_000)).length).toBe(1000);
    expect(index.search(rows.slice(0, 100), { k: 1 }).candidates[0]).toBeGreaterThanOrEqual(1);
  });

  test('refuses a file that does not fit, and holds nothing of it', async () => {
    const index = await fullIndex();
    const bytes = index.toBytes();
    const { size } = index;
    let bytesInUse = 0;
    const load = () => {
      bytesInUse = lanewise.capabilities().memory.bytesInUse;
      return lanewise.LshIndex.fromBytes(bytes);
    };
    const held = [index];
    expect(() => {
      for (;;) held.push(load());
    }).toThrow(exhausted);
    expect(lanewise.capabilities().memory.bytesInUse).toBe(bytesInUse);
    for (const each of held) each.dispose();
    expect(load().size).toBe(size);
  });

  test('refuses a search whose probes do not fit, and answers those that do', async () => {
    const index = await fullIndex();
    const ballast = await lanewise.LshIndex.create({ dimensions: 100, tables: 1, bits: 1 });
    expect(() => {
      for (;;) ballast.add(rows.subarray(0, 100_000));
    }).toThrow(exhausted);
    const { bytesInUse } = lanewise.capabilities().memory;
    // 65 536 probes a table at 12 bytes.
    if (bits === 18) expect(() => index.search(queries, { probesPerTable: 65_536 })).toThrow(exhausted);
    expect(lanewise.capabilities().memory.bytesInUse).toBe(bytesInUse);
    expect(index.search(rows.slice(0, 100), { k: 1 }).ids[0]).toBeGreaterThanOrEqual(0);
  });
});

test('an index whose hyperplanes do not fit is not created, and leaves nothing behind', async () => {
  await lanewise.init();
  const { bytesInUse } = lanewise.capabilities().memory;
  await expect(lanewise.LshIndex.create({ dimensions: 65_536, tables: 12, bits: 18 })).rejects.toEqual(
    exhausted,
  );
  expect(lanewise.capabilities().memory.bytesInUse).toBe(bytesInUse);
});
