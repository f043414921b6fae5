import { type Interactions, ItemKnn, type ItemKnnOptions, type Progress } from 'lanewise';
import { expect, test, vi } from 'vitest';
import { Arena } from '../../src/host/arena.ts';
import { learnNeighbours } from '../../src/recommend/item-knn-fit.ts';
import { runtime } from '../../src/recommend/kernels.ts';
import { checkInteractions } from '../../src/vectors/interactions.ts';
import { errorOf } from '../host/error-of.ts';
import { type MadeEntries, makeEntries } from './knn-data.ts';

const bytesInUse = () => runtime().memory.statistics.bytesInUse;
const SMALL = makeEntries(20, 15, 0.3, 1);
/** Hundreds of lists that are full: takes some 100 ms. */
const LARGE = makeEntries(1500, 300, 0.3, 2);

async function fitted(data: MadeEntries = SMALL, options?: ItemKnnOptions): Promise<ItemKnn> {
  return (await ItemKnn.create(options)).fit(data);
}

test.each([
  [{ similarity: 'euclid' }],
  [{ neighbors: 0 }],
  [{ neighbors: 65_537 }],
  [{ neighbors: 2.5 }],
  [{ shrinkage: -1 }],
  [{ shrinkage: Number.NaN }],
  [{ shrinkage: Number.POSITIVE_INFINITY }],
  [{ minSupport: 0 }],
])('options %o are refused', async (options) => {
  await expect(ItemKnn.create(options as ItemKnnOptions)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
});

test('nothing is there before fit', async () => {
  using knn = await ItemKnn.create();
  expect([knn.isFitted, knn.userCount, knn.itemCount, knn.memoryUsage().total]).toEqual([false, 0, 0, 0]);
  for (const call of [
    () => knn.recommend(0),
    () => knn.recommend({ items: [] }),
    () => knn.similarItems(0),
    () => knn.predict([0], [0]),
    () => knn.toBytes(),
  ]) {
    expect(errorOf(call).code).toBe('UNTRAINED');
  }
});

test('users, items and ratings that are none are refused, and nothing stays allocated', async () => {
  using knn = await fitted();
  const before = bytesInUse();
  for (const [call, code] of [
    [() => knn.recommend(20), 'INVALID_ARGUMENT'],
    [() => knn.recommend(-1), 'INVALID_ARGUMENT'],
    [() => knn.recommend(Number.NaN), 'INVALID_ARGUMENT'],
    [() => knn.recommend(null as never), 'INVALID_ARGUMENT'],
    [() => knn.recommend({} as never), 'INVALID_ARGUMENT'],
    [() => knn.recommend({ items: [15] }), 'INVALID_ARGUMENT'],
    [() => knn.recommend({ items: [1, 2], ratings: [1] }), 'DIMENSION_MISMATCH'],
    [() => knn.recommend({ items: [1], ratings: [Number.NaN] }), 'INVALID_VALUE'],
    [() => knn.recommend(0, { k: 0 }), 'INVALID_ARGUMENT'],
    [() => knn.recommend(0, { exclude: [15] }), 'INVALID_ARGUMENT'],
    [() => knn.similarItems(15), 'INVALID_ARGUMENT'],
    [() => knn.predict([0, 1], [0]), 'DIMENSION_MISMATCH'],
    [() => knn.predict([20], [0]), 'INVALID_ARGUMENT'],
    [() => knn.predict([0], [15]), 'INVALID_ARGUMENT'],
    [() => knn.predict([0], [-1]), 'INVALID_ARGUMENT'],
  ] as const) {
    expect(errorOf(call).code, String(call)).toBe(code);
  }
  expect(knn.predict([], [])).toEqual(new Float32Array());
  expect(bytesInUse()).toBe(before);
});

test('a fit that is refused leaves what was learned, and no bytes', async () => {
  using knn = await fitted(SMALL, { similarity: 'pearson' });
  const before = [knn.toBytes(), bytesInUse()];
  for (const [wrong, code] of [
    [{ users: [], items: [], ratings: [] }, 'INVALID_ARGUMENT'],
    [{ users: [0, 1], items: [0, 1] }, 'INVALID_ARGUMENT'],
    [{ users: [0, 1], items: [0], ratings: [1, 2] }, 'DIMENSION_MISMATCH'],
    [{ users: [0], items: [0], ratings: [Number.NaN] }, 'INVALID_VALUE'],
    [{ users: [0], items: [2 ** 30], ratings: [1] }, 'MEMORY_EXHAUSTED'],
    [{ users: [2 ** 30], items: [0], ratings: [1] }, 'MEMORY_EXHAUSTED'],
  ] as const) {
    await expect(knn.fit(wrong)).rejects.toMatchObject({ code });
    expect([knn.toBytes(), bytesInUse()]).toEqual(before);
  }
});

test('progress rises to its total, which is the entries, and the event loop runs in between', async () => {
  using knn = await ItemKnn.create({ similarity: 'pearson' });
  const told: Progress[] = [];
  let turns = 0;
  let isOver = false;
  const count = () => {
    turns++;
    if (!isOver) setImmediate(count);
  };
  setImmediate(count);
  await knn.fit(LARGE, { onProgress: (progress) => void told.push(progress) });
  isOver = true;
  const pairs = new Set(LARGE.users.map((user, at) => user * LARGE.itemCount + LARGE.items[at]!));
  expect(turns).toBeGreaterThan(1);
  expect(told.at(-1)).toEqual({ done: pairs.size, total: pairs.size });
  expect(told.every(({ done }, i) => i === 0 || done > told[i - 1]!.done)).toBe(true);
});

test('a fit that is stopped, in the middle or at the very end, leaves what was learned, and no bytes', async () => {
  using knn = await fitted();
  const before = [knn.toBytes(), bytesInUse()];
  for (const isAtEnd of [false, true]) {
    const controller = new AbortController();
    const onProgress = ({ done, total }: Progress) => {
      if (!isAtEnd || done === total) controller.abort('enough');
    };
    await expect(knn.fit(LARGE, { signal: controller.signal, onProgress })).rejects.toBe('enough');
    expect([knn.toBytes(), bytesInUse()]).toEqual(before);
  }
});

test('entries that change while neighbours are learned from them do not change these', async () => {
  using expected = await fitted(LARGE, { similarity: 'pearson' });
  using knn = await ItemKnn.create({ similarity: 'pearson' });
  const users = Int32Array.from(LARGE.users);
  const items = Int32Array.from(LARGE.items);
  const ratings = Float32Array.from(LARGE.ratings);
  const fit = knn.fit({ ...LARGE, users, items, ratings });
  for (const array of [users, items]) array.fill(2 ** 31 - 1);
  ratings.fill(Number.NaN);
  await fit;
  expect(Buffer.compare(knn.toBytes(), expected.toBytes())).toBe(0);
});

test('more neighbours than there are other items take no more memory', async () => {
  const data = makeEntries(200, 40, 0.5, 3);
  const { memory } = runtime();
  const asked = vi.spyOn(memory, 'allocate');
  const sizesOf = async (neighbors: number) => {
    asked.mockClear();
    using _ = await fitted(data, { neighbors });
    return asked.mock.calls.flat();
  };
  try {
    expect(await sizesOf(65_536)).toEqual(await sizesOf(39));
  } finally {
    asked.mockRestore();
  }
});

test('learning pauses at items that nobody has, and between long lists', () => {
  const options = { isPearson: false, shrinkage: 0, minSupport: 1 };
  const pausesOf = (data: Interactions, neighbors: number) => {
    const arena = new Arena(runtime().memory);
    try {
      return [...learnNeighbours(runtime(), checkInteractions(data), { ...options, neighbors }, arena)]
        .length;
    } finally {
      arena.release();
    }
  };
  const least = pausesOf({ users: [0], items: [0] }, 1);
  // A call of the kernel ends after 2^20 items, so there is a second one; 2^16 lists of one are sorted at once, in 17 pieces.
  expect(pausesOf({ users: [0], items: [1_100_000] }, 1)).toBe(least + 1 + 16);
  // Of 300 lists of 299, 2^16 / 299 = 219.2 are sorted at once, so that there are two pieces.
  expect(pausesOf(LARGE, 300)).toBe(pausesOf(LARGE, 1) + 1);
});

test('disposing while it is fitted is an error that leaves no bytes', async () => {
  const before = bytesInUse();
  const knn = await ItemKnn.create();
  await expect(knn.fit(LARGE, { onProgress: () => knn.dispose() })).rejects.toMatchObject({
    code: 'DISPOSED',
  });
  expect(bytesInUse()).toBe(before);
});

test('fitting again and disposing give every byte back', async () => {
  const before = bytesInUse();
  const knn = await fitted();
  const held = bytesInUse() - before;
  expect(knn.memoryUsage()).toEqual({ total: held });
  knn.recommend(0);
  knn.predict([0], [0]);
  await knn.fit(SMALL);
  expect(bytesInUse() - before).toBe(held);
  knn.dispose();
  knn.dispose();
  expect(bytesInUse()).toBe(before);
  for (const call of [() => knn.recommend(0), () => knn.memoryUsage(), () => knn.toBytes()]) {
    expect(errorOf(call).code).toBe('DISPOSED');
  }
  await expect(knn.fit(SMALL)).rejects.toMatchObject({ code: 'DISPOSED' });
});
