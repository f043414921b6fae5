import { describe, expect, test } from 'vitest';
import { loadWithMemory, type ScarcePackage, starve } from '../host/scarce-memory.ts';
import { makeEntries } from './knn-data.ts';

const DATA = makeEntries(40, 30, 0.4, 1);
const LARGER = makeEntries(60, 50, 0.5, 2);

type Lanewise = ScarcePackage['lanewise'];

const CASES = [
  ...(['cholesky', 'conjugateGradient'] as const).map((solver) => ({
    name: `ImplicitALS, ${solver}`,
    create: ({ ImplicitALS }: Lanewise) => ImplicitALS.create({ factors: 9, iterations: 2, solver }),
    load: ({ ImplicitALS }: Lanewise, bytes: Uint8Array) => ImplicitALS.fromBytes(bytes),
  })),
  ...(['cosine', 'pearson'] as const).map((similarity) => ({
    name: `ItemKnn, ${similarity}`,
    create: ({ ItemKnn }: Lanewise) => ItemKnn.create({ similarity, neighbors: 9 }),
    load: ({ ItemKnn }: Lanewise, bytes: Uint8Array) => ItemKnn.fromBytes(bytes),
  })),
  {
    name: 'Popularity',
    create: ({ Popularity }: Lanewise) => Popularity.create(),
    load: ({ Popularity }: Lanewise, bytes: Uint8Array) => Popularity.fromBytes(bytes),
  },
];

describe.each(CASES)('$name', ({ create, load }) => {
  test('a call that finds no memory, wherever on its way, leaves what was learned, and no bytes', async () => {
    const scarce = await loadWithMemory(1 << 20);
    using model = await create(scarce.lanewise);
    await model.fit(DATA);
    model.similarItems(0); // what it keeps from the first call on is there
    const bytes = model.toBytes();
    const state = () => [model.toBytes(), model.itemCount, scarce.memory.statistics.bytesInUse];
    for (const call of [
      () => model.fit(LARGER),
      () => model.recommend(3, { k: 20 }),
      () => model.similarItems(3),
      () => load(scarce.lanewise, bytes).dispose(),
    ]) {
      const checked = async () => {
        const before = [state(), model.recommend(3)];
        try {
          await call();
        } catch (error) {
          expect([state(), model.recommend(3)]).toEqual(before);
          throw error;
        }
      };
      const check = (error: unknown) => expect(error).toMatchObject({ code: 'MEMORY_EXHAUSTED' });
      expect(await starve(scarce, checked, check), String(call)).toBeGreaterThan(0);
    }
  });
});

test('folding in without memory keeps no more than it tells of', async () => {
  const scarce = await loadWithMemory(1 << 20);
  const { ImplicitALS } = scarce.lanewise;
  using als = await (await ImplicitALS.create({ factors: 30, iterations: 1 })).fit(DATA);
  const bytes = als.toBytes();
  const inUse = () => scarce.memory.statistics.bytesInUse;
  const { bytesInUse } = scarce.memory.statistics;
  const fold = () => {
    const before = inUse();
    using loaded = ImplicitALS.fromBytes(bytes);
    try {
      loaded.foldIn({ items: [1, 2] });
    } finally {
      expect(inUse() - before).toBe(loaded.memoryUsage().total);
    }
  };
  const check = (error: unknown) => expect(error).toMatchObject({ code: 'MEMORY_EXHAUSTED' });
  expect(await starve(scarce, fold, check)).toBeGreaterThan(0);
  expect(inUse()).toBe(bytesInUse);
});
