import { beforeAll, expect, test } from 'vitest';
import { loadWithMemory, type ScarcePackage, starve } from '../host/scarce-memory.ts';

let scarce: ScarcePackage;

beforeAll(async () => {
  scarce = await loadWithMemory(8 << 20);
});

test('a cache that finds no memory for an embedding is as it was, and goes on', async () => {
  const { SemanticCache } = scarce.lanewise;
  using cache = await SemanticCache.create<number>({ dimensions: 64, threshold: 0.9, maxBytes: 2 ** 24 });
  const embedding = (i: number): Float32Array => {
    const row = new Float32Array(64).fill(0.01);
    row[i % 64] = 1;
    row[(i * 7 + 1) % 64]! += 1 + i / 64;
    return row;
  };
  // Up to the end of a segment: the next embedding takes a new one.
  let i = 0;
  let key = cache.set(embedding(i++), 0);
  const { embeddings } = cache.memoryUsage();
  while (cache.memoryUsage().embeddings === embeddings) key = cache.set(embedding(i++), i);
  cache.delete(key!);
  expect(cache.memoryUsage().embeddings).toBe(embeddings);
  const before = [cache.statistics(), cache.memoryUsage()];
  const times = await starve(
    scarce,
    () => cache.delete(cache.set(embedding(i), i)!),
    (error) => {
      expect(error).toMatchObject({ code: 'MEMORY_EXHAUSTED' });
      expect([cache.statistics(), cache.memoryUsage()]).toEqual(before);
    },
  );
  expect(times).toBeGreaterThan(0);
  cache.set(embedding(i), i);
  expect(cache.get(embedding(i))?.value).toBe(i);
});

test('a value that was computed is told where there is no memory to keep it', async () => {
  const { SemanticCache } = scarce.lanewise;
  using cache = await SemanticCache.create<number>({ dimensions: 4096, threshold: 0.9, maxBytes: 2 ** 24 });
  const fillers: number[] = [];
  const value = await cache.getOrCompute(new Float32Array(4096).fill(1), () => {
    const { memory } = scarce;
    for (let size = 1 << 22; size >= 64; size >>= 1) {
      try {
        for (;;) fillers.push(memory.allocate(size));
      } catch {
        // no block of this size is left
      }
    }
    return 7;
  });
  for (const filler of fillers) scarce.memory.free(filler);
  expect(value).toBe(7);
  expect(cache.statistics()).toMatchObject({ refused: 1, entries: 0, misses: 1 });
  expect(await cache.getOrCompute(new Float32Array(4096).fill(1), () => 8)).toBe(8);
  expect(cache.size).toBe(1);
});
