import { IvfIndex, Random } from 'lanewise';
import { describe, expect, test } from 'vitest';
import { GOLDEN } from '../golden/ivf.ts';
import { eighths, sha256 } from '../golden/recipe.ts';

describe.each(GOLDEN)('$rows rows of $dimensions dimensions under $metric in $cells cells', (golden) => {
  const { metric, codes, dimensions, rows, cells } = golden;

  async function goldenIndex() {
    const random = new Random(dimensions);
    const index = await IvfIndex.create({ dimensions, metric, cells, codes });
    await index.build(eighths(random, rows * dimensions), { seed: 42, rowsPerCell: 40 });
    index.remove(Int32Array.from({ length: rows >> 3 }, (_, i) => 8 * i));
    return { index, queries: eighths(random, 9 * dimensions) };
  }

  const answersOf = (index: IvfIndex, queries: Float32Array) => {
    const { ids, scores, probed } = index.search(queries, { k: 20, probes: 3, stats: true });
    return sha256(ids, scores, probed!);
  };

  test('answer as they did, and are saved to the bytes that were written, in every tier and version', async () => {
    const { index, queries } = await goldenIndex();
    const bytes = index.toBytes();
    const found = [answersOf(index, queries), bytes.length, sha256(bytes)];
    expect(found).toEqual([golden.answers, golden.fileBytes, golden.file]);
    using loaded = IvfIndex.fromBytes(bytes);
    expect(answersOf(loaded, queries)).toBe(golden.answers);
    expect(sha256(loaded.toBytes())).toBe(golden.file);
    index.dispose();
  });
});
