import { expect, test } from 'vitest';
import { loadWithMemory } from '../host/scarce-memory.ts';

test('without memory for its rows a vectorizer throws, and is and holds what it was and held', async () => {
  const { lanewise, memory } = await loadWithMemory(4 << 20);
  const { HashingVectorizer, TfidfVectorizer } = lanewise;
  const vectorizer = await (await TfidfVectorizer.create()).fit(['wing flow']);
  const hashing = await HashingVectorizer.create();
  const texts = Array.from({ length: 500 }, (_, i) => `word${i} word${i + 1}`);
  const filler: number[] = [];
  for (let size = 1 << 20; size >= 512; size >>= 1) {
    try {
      for (;;) filler.push(memory.allocate(size));
    } catch {
      // less than that is left
    }
  }
  const { bytesInUse } = memory.statistics;
  const exhausted = expect.objectContaining({ code: 'MEMORY_EXHAUSTED' });
  await expect(vectorizer.fitTransform(texts)).rejects.toEqual(exhausted);
  await expect(hashing.fitTransform(texts)).rejects.toEqual(exhausted);
  expect(() => vectorizer.transform(texts)).toThrow(exhausted);
  expect(vectorizer.terms).toEqual(['flow', 'wing']);
  expect(memory.statistics.bytesInUse).toBe(bytesInUse);
  for (const address of filler) memory.free(address);
  using rows = await vectorizer.fitTransform(texts);
  expect([rows.rows, rows.columns]).toEqual([500, 501]);
});
