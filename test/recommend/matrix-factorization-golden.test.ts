import { MatrixFactorization } from 'lanewise';
import { expect, test } from 'vitest';
import { GOLDEN } from '../golden/factorization.ts';
import { sha256 } from '../golden/recipe.ts';
import { columnsOf, makeRatings } from '../reference/factorization.ts';

test('factors are those of every tier, runtime and version, and so are files', async () => {
  const ratings = makeRatings(90, 70, 0.4, 42);
  using mf = await MatrixFactorization.create({ factors: 13, seed: 42 });
  await mf.fit(columnsOf(ratings), { validation: columnsOf(ratings.slice(0, 50)) });
  const learned = [mf.userFactors, mf.itemFactors, mf.userBiases, mf.itemBiases];
  await mf.partialFit({ users: [90, 3], items: [4, 70], ratings: [5, 1.5] });
  learned.push(mf.userFactors, mf.itemFactors, mf.userBiases, mf.itemBiases);
  expect(sha256(...learned)).toBe(GOLDEN.learned);
  expect(sha256(mf.toBytes())).toBe(GOLDEN.file);
});
