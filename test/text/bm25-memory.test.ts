import { Bm25Index, capabilities } from 'lanewise';
import { describe, expect, test, vi } from 'vitest';
import { errorOf } from '../host/error-of.ts';
import { starve } from '../host/scarce-memory.ts';
import { sameBytes } from '../search/answers.ts';

const inUse = () => capabilities().memory.bytesInUse;
const many = Array.from({ length: 5000 }, (_, i) => `many${i}`).join(' ');
const texts = (count: number, from = 0) =>
  Array.from({ length: count }, (_, i) => `shared word${(from + i) % 97} own${100_000 + from + i}`);

describe('memory', () => {
  test('is reported as it is held, and given back', async () => {
    await Bm25Index.create();
    const before = inUse();
    const index = await Bm25Index.create();
    index.add(texts(3000));
    const { total, postings, terms, ids } = index.memoryUsage();
    expect(postings).toBe(inUse() - before);
    expect(total).toBe(postings + terms + ids);
    index.dispose();
    expect(inUse()).toBe(before);
  });

  test('is left by no search, no failure, no file', async () => {
    using index = await Bm25Index.create();
    index.add(texts(500));
    const bytes = index.toBytes();
    const damaged = bytes.slice();
    damaged[damaged.length - 1]! ^= 1;
    const cycle = () => {
      using loaded = Bm25Index.fromBytes(bytes);
      loaded.search(['shared', 'own100003'], { k: 400 });
      errorOf(() => loaded.add(['x', 'y'], { ids: [7, 7] }));
      errorOf(() => Bm25Index.fromBytes(damaged));
    };
    cycle();
    const before = capabilities().memory;
    for (let i = 0; i < 100; i++) cycle();
    expect(capabilities().memory).toEqual(before);
  });

  test('does not grow while documents of ever new words come and go', async () => {
    using index = await Bm25Index.create();
    const ids = Array.from({ length: 600 }, (_, i) => i);
    const round = (number: number) => index.update(ids, texts(600, 600 * number));
    let most = 0;
    for (let i = 0; i < 40; i++) {
      round(i);
      if (i < 10) most = Math.max(most, index.memoryUsage().total);
      else expect(index.memoryUsage().total).toBeLessThanOrEqual(most);
    }
    index.remove(ids);
    expect([index.size, index.terms, index.averageLength]).toEqual([0, 0, 0]);
  });

  test('is not that of the texts whose words it keeps', async () => {
    using index = await Bm25Index.create();
    const held = () => {
      globalThis.gc!();
      return process.memoryUsage().heapUsed;
    };
    const before = held();
    for (let i = 0; i < 100; i++) index.add([`aratherlongword${i} ${`common${i % 3} `.repeat(20_000)}`]);
    // 16 MB of texts, 103 words.
    expect(held() - before).toBeLessThan(4e6);
  });

  test('of an index that is dropped without dispose is reclaimed', async () => {
    const before = inUse();
    await (async () => (await Bm25Index.create()).add(texts(10)))();
    for (let attempt = 0; attempt < 100 && inUse() > before; attempt++) {
      globalThis.gc!();
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(inUse()).toBeLessThanOrEqual(before);
  });
});

test('a call that finds no memory throws MEMORY_EXHAUSTED, and the index is as it was', async () => {
  vi.resetModules();
  const text = await import('../../src/text/index.ts');
  text.setup({ maximumBytes: 4 << 20 });
  await text.init();
  const { memory } = (await import('../../src/sparse/kernels.ts')).runtime();
  const scarce = { lanewise: undefined as never, memory };
  const index = await text.Bm25Index.create();
  index.add(texts(1500));
  index.remove(Array.from({ length: 100 }, (_, i) => 3 * i));
  const file = index.toBytes();
  const answers = index.search(['shared', 'own100700 word5'], { k: 1000 });
  const held = memory.statistics.bytesInUse;
  const expectUnchanged = (error: unknown) => {
    expect(error).toMatchObject({ name: 'LanewiseError', code: 'MEMORY_EXHAUSTED' });
    expect(memory.statistics.bytesInUse).toBe(held);
  };
  const expectSame = () => {
    expect(memory.statistics.bytesInUse).toBe(held);
    expect(sameBytes(index.toBytes(), file)).toBe(true);
    expect(index.search(['shared', 'own100700 word5'], { k: 1000 })).toEqual(answers);
  };
  for (const call of [
    () => index.search('shared', { k: 1000 }),
    () => index.toBytes(),
    () => text.Bm25Index.fromBytes(file).dispose(),
  ]) {
    expect(await starve(scarce, call, expectUnchanged)).toBeGreaterThan(0);
    expectSame();
  }
  // What would change the index is tried with too little memory only.
  for (const left of [0, 256, 1024, 4096, 16_384]) {
    const filler: number[] = [];
    const { maximumBytes } = memory.statistics;
    for (let size = 1 << 20; size >= 64; size >>= 1) {
      while (memory.statistics.bytesInUse + size <= maximumBytes - 1024 - left) {
        try {
          filler.push(memory.allocate(size));
        } catch {
          break;
        }
      }
    }
    const errors = [
      ...[() => index.add(texts(2000, 5000)), () => index.update(Int32Array.of(1, 2), [many, many])],
      () => index.compact(),
    ].map((call) => {
      try {
        return call();
      } catch (error) {
        return error;
      }
    });
    for (const address of filler) memory.free(address);
    for (const error of errors) expectUnchanged(error);
    expectSame();
  }
});
