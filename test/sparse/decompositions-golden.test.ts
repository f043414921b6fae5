import { CsrMatrix, PCA, pageRank, powerIteration, Random, TruncatedSVD } from 'lanewise';
import { expect, test } from 'vitest';
import { GOLDEN } from '../golden/decompositions.ts';
import { eighths, sha256 } from '../golden/recipe.ts';

const nodes = 130;

async function makeMatrix(isPositive: boolean): Promise<CsrMatrix> {
  const random = new Random(5);
  const values = eighths(random, 900).map((value) => (isPositive ? Math.abs(value) : value));
  const index = () => Array.from(values, () => random.integer(nodes));
  return CsrMatrix.fromCoo({ rows: nodes, columns: nodes, rowIndex: index(), columnIndex: index(), values });
}

test('TruncatedSVD learns what every tier and version learns', async () => {
  using matrix = await makeMatrix(false);
  using svd = await TruncatedSVD.create({ components: 9, seed: 42 });
  const projected = await svd.fitTransform(matrix);
  expect(sha256(svd.components, bytes(svd.singularValues), projected)).toBe(GOLDEN.svd);
});

test('PCA learns what every tier and version learns', async () => {
  const vectors = eighths(new Random(6), 200 * 19);
  using pca = await PCA.create({ dimensions: 19, components: 6 });
  await pca.fit(vectors);
  const learned = [pca.components, bytes(pca.explainedVariance), pca.mean, pca.transform(vectors)];
  expect(sha256(...learned)).toBe(GOLDEN.pca);
});

test('ranks and eigenvectors are those of every tier and version', async () => {
  using matrix = await makeMatrix(true);
  const { ranks } = await pageRank(matrix);
  expect(sha256(bytes(ranks))).toBe(GOLDEN.pageRank);
  const { eigenvector } = await powerIteration(matrix);
  expect(sha256(bytes(eigenvector))).toBe(GOLDEN.powerIteration);
});

function bytes({ buffer }: Float64Array): Uint8Array {
  return new Uint8Array(buffer);
}
