import { FlatIndex, Random } from 'lanewise';
import { describe, expect, test } from 'vitest';
import { GOLDEN } from '../golden/flat.ts';
import { eighths, sha256 } from '../golden/recipe.ts';

describe.each(GOLDEN)('$rows rows of $dimensions dimensions under $metric', (golden) => {
  const { metric, dimensions, rows } = golden;

  async function goldenIndex() {
    const random = new Random(dimensions);
    const index = await FlatIndex.create({ dimensions, metric });
    index.add(eighths(random, rows * dimensions));
    index.remove(Int32Array.from({ length: rows >> 3 }, (_, i) => 8 * i));
    return { index, queries: eighths(random, 9 * dimensions) };
  }

  test.each(['certified', 'scan'] as const)(
    'answer (%s) as they did in every tier and version',
    async (exact) => {
      const { index, queries } = await goldenIndex();
      const batch = index.search(queries, { k: 20, exact });
      const one = index.search(queries.slice(0, dimensions), { k: 20, exact });
      expect(sha256(batch.ids, batch.scores)).toBe(golden.answers);
      expect(one.ids).toEqual(batch.ids.slice(0, 20));
      index.dispose();
    },
  );

  test('are saved to the bytes that every tier and version writes, and are read from them', async () => {
    const { index, queries } = await goldenIndex();
    const bytes = index.toBytes();
    expect([bytes.length, sha256(bytes)]).toEqual([golden.fileBytes, golden.file]);
    using loaded = FlatIndex.fromBytes(bytes);
    const { ids, scores } = loaded.search(queries, { k: 20 });
    expect(sha256(ids, scores)).toBe(golden.answers);
    index.dispose();
  });
});
