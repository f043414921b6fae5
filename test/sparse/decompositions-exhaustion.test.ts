import { expect, test } from 'vitest';
import { loadWithMemory, starve } from '../host/scarce-memory.ts';

const exhausted = { name: 'LanewiseError', code: 'MEMORY_EXHAUSTED' };

test('a call that finds no memory, wherever on its way, leaves what was learned before, and no bytes', async () => {
  const scarce = await loadWithMemory(3 << 20);
  const { lanewise, memory } = scarce;
  const indices = Array.from({ length: 2000 }, (_, i) => (i * i * 7 + i) % 300);
  const matrix = await lanewise.CsrMatrix.fromCoo({
    rows: 300,
    columns: 300,
    rowIndex: indices.map((_, i) => i % 300),
    columnIndex: indices,
    values: indices.map((_, i) => 1 + (i % 11)),
  });
  const svd = await lanewise.TruncatedSVD.create({ components: 20, iterations: 1 });
  const pca = await lanewise.PCA.create({ dimensions: 40, components: 10 });
  const vectors = Float32Array.from({ length: 40 * 300 }, (_, i) => (i * i) % 17);
  await svd.fit(matrix);
  await pca.fit(vectors);
  const projected = svd.transform(matrix);
  const reduced = pca.transform(vectors);
  const learned = [svd.components, pca.components];
  const { bytesInUse } = memory.statistics;
  for (const call of [
    () => svd.fit(matrix),
    () => svd.transform(matrix),
    () => pca.fit(vectors),
    () => pca.transform(vectors),
    () => pca.inverseTransform(reduced),
    () => lanewise.pageRank(matrix),
    () => lanewise.powerIteration(matrix, { maxIterations: 3 }),
  ]) {
    const calls = await starve(scarce, call, (error) => expect(error).toMatchObject(exhausted));
    expect(calls).toBeGreaterThan(5);
    expect(memory.statistics.bytesInUse).toBe(bytesInUse);
  }
  expect([svd.components, pca.components]).toEqual(learned);
  expect([svd.transform(matrix), pca.transform(vectors)]).toEqual([projected, reduced]);
});
