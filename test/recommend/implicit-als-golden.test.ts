import { ImplicitALS } from 'lanewise';
import { expect, test } from 'vitest';
import { GOLDEN } from '../golden/implicit-als.ts';
import { sha256 } from '../golden/recipe.ts';
import { makePairs } from './implicit-als-data.ts';

test.each(['cholesky', 'conjugateGradient'] as const)(
  'ImplicitALS learns what every tier and version learns, by %s',
  async (solver) => {
    using als = await ImplicitALS.create({ factors: 21, iterations: 4, seed: 42, trackLosses: true, solver });
    await als.fit(makePairs(500, 42));
    expect(sha256(als.toBytes())).toBe(GOLDEN[solver]);
  },
);
