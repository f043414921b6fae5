import { BloomFilter, capabilities, HyperLogLog } from 'lanewise';
import { describe, expect, test } from 'vitest';
import { errorOf } from '../host/error-of.ts';
import { loadWithMemory, type ScarcePackage, starve } from '../host/scarce-memory.ts';

const memory = () => capabilities().memory;
type Lanewise = Pick<ScarcePackage['lanewise'], 'HyperLogLog' | 'BloomFilter'>;

const CASES = [
  {
    name: 'HyperLogLog',
    create: ({ HyperLogLog }: Lanewise) => HyperLogLog.create({ precision: 12 }),
    load: ({ HyperLogLog }: Lanewise, bytes: Uint8Array) => HyperLogLog.fromBytes(bytes),
  },
  {
    name: 'BloomFilter',
    create: ({ BloomFilter }: Lanewise) => BloomFilter.create({ capacity: 5000 }),
    load: ({ BloomFilter }: Lanewise, bytes: Uint8Array) => BloomFilter.fromBytes(bytes),
  },
];

describe.each(CASES)('$name', ({ create, load }) => {
  test('lives of every kind leave nothing behind, not even what sketches share', async () => {
    const live = async () => {
      using sketch = await create({ HyperLogLog, BloomFilter });
      sketch.add(['ada', 'x'.repeat(100_000)]).add(Uint32Array.of(1, 2, 3));
      errorOf(() => sketch.add(['a', 5] as never));
      using clone = sketch.clone();
      (clone as BloomFilter).merge(sketch as BloomFilter).estimate();
      const bytes = clone.toBytes();
      using loaded = load({ HyperLogLog, BloomFilter }, bytes);
      bytes[bytes.length - 2]! ^= 1;
      errorOf(() => load({ HyperLogLog, BloomFilter }, bytes));
      loaded.dispose();
    };
    const empty = memory().bytesInUse;
    await live();
    const before = memory();
    expect(before.bytesInUse).toBe(empty);
    for (let i = 0; i < 200; i++) await live();
    expect(memory()).toEqual(before);
  });

  test('two hundred at once share one workspace, and each holds what it tells of', async () => {
    const before = memory().bytesInUse;
    const sketches = await Promise.all(
      Array.from({ length: 200 }, () => create({ HyperLogLog, BloomFilter })),
    );
    const total = sketches.reduce((sum, sketch) => sum + sketch.memoryUsage().total, 0);
    const shared = memory().bytesInUse - before - total;
    expect(shared).toBeGreaterThan(0);
    expect(shared).toBeLessThan(120_000);
    for (const sketch of sketches.slice(1)) sketch.dispose();
    // The last one still works in it.
    sketches[0]!.add(['a', 'b']);
    expect(Math.round(sketches[0]!.estimate())).toBe(2);
    sketches[0]!.dispose();
    expect(memory().bytesInUse).toBe(before);
  });

  test('what is dropped without dispose is reclaimed when it is collected', async () => {
    const { bytesInUse } = memory();
    for (let i = 0; i < 10; i++) (await create({ HyperLogLog, BloomFilter })).add('a');
    expect(memory().bytesInUse).toBeGreaterThan(bytesInUse);
    // Finalizers run in some later turn; two seconds are far more than they take.
    for (let attempt = 0; attempt < 100 && memory().bytesInUse > bytesInUse; attempt++) {
      globalThis.gc!();
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(memory().bytesInUse).toBe(bytesInUse);
  });

  test('a call that finds no memory, wherever on its way, leaves the sketch as it was, and no bytes', async () => {
    const scarce = await loadWithMemory(1 << 20);
    using sketch = (await create(scarce.lanewise)).add(['ada', 'grace']);
    const bytes = sketch.toBytes();
    for (const call of [
      () => sketch.add(['a', 'b', 'x'.repeat(30_000)]),
      () => sketch.add([new Uint8Array(3), new Uint8Array(70_000)]),
      () => sketch.clone().dispose(),
      () => load(scarce.lanewise, bytes).dispose(),
      async () => (await create(scarce.lanewise)).dispose(),
    ]) {
      const checked = async () => {
        const before = [sketch.estimate(), scarce.memory.statistics.bytesInUse];
        try {
          await call();
          sketch.clear();
          sketch.add(['ada', 'grace']);
        } catch (error) {
          expect([sketch.estimate(), scarce.memory.statistics.bytesInUse]).toEqual(before);
          throw error;
        }
      };
      const check = (error: unknown) => expect(error).toMatchObject({ code: 'MEMORY_EXHAUSTED' });
      expect(await starve(scarce, checked, check), String(call)).toBeGreaterThan(0);
    }
    expect(sketch.toBytes()).toEqual(bytes);
  });

  test('the first sketch finds no memory for what all share, and the next one finds it again', async () => {
    const scarce = await loadWithMemory(1 << 20);
    const { bytesInUse } = scarce.memory.statistics;
    const call = async () => (await create(scarce.lanewise)).dispose();
    const check = (error: unknown) => {
      expect(error).toMatchObject({ code: 'MEMORY_EXHAUSTED' });
    };
    expect(await starve(scarce, call, check)).toBeGreaterThan(0);
    expect(scarce.memory.statistics.bytesInUse).toBe(bytesInUse);
    using sketch = (await create(scarce.lanewise)).add(['ada']);
    expect(Math.round(sketch.estimate())).toBe(1);
  });

  test('sketches go on after linear memory has grown', async () => {
    using sketch = await create({ HyperLogLog, BloomFilter });
    sketch.add(['ada']);
    using large = await BloomFilter.create({ capacity: 2e7 });
    expect(large.memoryUsage().total).toBeGreaterThan(2e7);
    sketch.add(['ada', 'grace']).add(Uint32Array.of(1, 2, 3));
    expect(Math.round(sketch.estimate())).toBe(5);
  });
});

test('a filter that no memory can hold is refused, and leaves none taken', async () => {
  const before = memory().bytesInUse;
  await expect(BloomFilter.create({ capacity: 2 ** 32 - 1, falsePositiveRate: 1e-6 })).rejects.toMatchObject({
    code: 'MEMORY_EXHAUSTED',
  });
  expect(memory().bytesInUse).toBe(before);
});
