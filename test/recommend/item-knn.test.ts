import fc from 'fast-check';
import { Bitmap, ItemKnn, type ItemKnnOptions } from 'lanewise';
import { describe, expect, test } from 'vitest';
import { errorOf } from '../host/error-of.ts';
import {
  type NaiveOptions,
  naiveNeighbours,
  naivePrediction,
  naiveScores,
  toRatings,
} from '../reference/neighbours.ts';
import { type MadeEntries, makeEntries } from './knn-data.ts';

async function fitted(data: Parameters<ItemKnn['fit']>[0], options?: ItemKnnOptions): Promise<ItemKnn> {
  return (await ItemKnn.create(options)).fit(data);
}

/** Items that qualify, and their scores. */
function toMap({ ids, scores }: { ids: Int32Array; scores: Float32Array }): Map<number, number> {
  const found = [...ids].filter((id) => id >= 0);
  return new Map(found.map((id, i) => [id, scores[i]!]));
}

function expectClose(got: ReadonlyMap<number, number>, expected: ReadonlyMap<number, number>): void {
  expect([...got.keys()].sort((a, b) => a - b)).toEqual([...expected.keys()].sort((a, b) => a - b));
  for (const [id, value] of expected) {
    expect(Math.abs(got.get(id)! - value)).toBeLessThanOrEqual(1e-5 * (1 + Math.abs(value)));
  }
}

/** Holds similar items, recommendations and predictions against the definitions. */
async function check(
  data: MadeEntries,
  options: NaiveOptions & { readonly neighbors: number },
): Promise<void> {
  using knn = await fitted(data, { shrinkage: 0, ...options });
  const { userCount, itemCount } = data;
  const ratings = toRatings(data, userCount);
  const k = itemCount;
  // Its own lists, which may take another of what ties but for rounding, are what it recommends by.
  const lists = Array.from({ length: itemCount }, (_, item) => toMap(knn.similarItems(item, { k })));
  for (let item = 0; item < itemCount; item++) {
    const expected = naiveNeighbours(ratings, itemCount, item, options);
    const sorted = (values: Iterable<number>) => [...values].sort((a, b) => b - a);
    const [got, wanted] = [sorted(lists[item]!.values()), sorted(expected.values())];
    expect(got.length).toBe(wanted.length);
    got.forEach((value, i) => void expect(Math.abs(value - wanted[i]!)).toBeLessThan(1e-6));
    const every = naiveNeighbours(ratings, itemCount, item, { ...options, neighbors: itemCount });
    for (const [id, value] of lists[item]!)
      expect(Math.abs(value - (every.get(id) ?? -1))).toBeLessThan(1e-6);
  }
  for (let user = 0; user < userCount; user++) {
    const scores = naiveScores(ratings[user]!, lists);
    const expected = new Map<number, number>();
    for (const [item, score] of scores.entries()) if (score !== undefined) expected.set(item, score);
    expectClose(toMap(knn.recommend(user, { k })), expected);
  }
  const users = Array.from({ length: userCount * itemCount }, (_, at) => Math.floor(at / itemCount));
  const items = users.map((_, at) => at % itemCount);
  const predictions = knn.predict(users, items);
  users.forEach((user, at) => {
    const expected = naivePrediction(ratings, ratings[user]!, items[at]!, lists[items[at]!]!);
    expect(Math.abs(predictions[at]! - expected)).toBeLessThan(1e-5);
  });
}

describe.each(['cosine', 'pearson'] as const)('%s agrees with its definition', (similarity) => {
  test.each([
    [{ neighbors: 40, shrinkage: 0, minSupport: 1 }],
    [{ neighbors: 5, shrinkage: 0, minSupport: 1 }],
    [{ neighbors: 7, shrinkage: 12.5, minSupport: 3 }],
    [{ neighbors: 1, shrinkage: 100, minSupport: 1 }],
  ])('with %o', async (options) => {
    await check(makeEntries(50, 30, 0.2, 1), { similarity, ...options });
  });

  test('whatever the entries', async () => {
    const entries = fc.array(fc.tuple(fc.nat(6), fc.nat(7), fc.integer({ min: -4, max: 9 })), {
      minLength: 1,
      maxLength: 40,
    });
    await fc.assert(
      fc.asyncProperty(entries, fc.integer({ min: 1, max: 9 }), async (triples, neighbors) => {
        const data = {
          users: triples.map(([user]) => user),
          items: triples.map(([, item]) => item),
          ratings: triples.map(([, , rating]) => rating / 2),
          userCount: 8,
          itemCount: 9,
        };
        await check(data, { similarity, neighbors });
      }),
      { seed: 5, numRuns: 60 },
    );
  });
});

test('similarities worked by hand', async () => {
  // Users 0..2 rate item 0: 5 3 -, item 1: 4 2 1, item 2: - 1 5.
  const data = { users: [0, 1, 0, 1, 2, 1, 2], items: [0, 0, 1, 1, 1, 2, 2], ratings: [5, 3, 4, 2, 1, 1, 5] };
  using cosine = await fitted(data);
  // (5x4 + 3x2) / sqrt(34 x 21), 3x1 / sqrt(34 x 26)
  const { ids, scores } = cosine.similarItems(0, { k: 3 });
  expect([...ids]).toEqual([1, 2, -1]);
  expect(scores[0]).toBe(Math.fround(26 / (Math.sqrt(34) * Math.sqrt(21))));
  expect(scores[1]).toBe(Math.fround(3 / (Math.sqrt(34) * Math.sqrt(26))));
  using pearson = await fitted(data, { similarity: 'pearson', shrinkage: 2 });
  // 0 and 1 fall together over two users: 1 x 2 / (2 + 2). 1 and 2 fall against each other; 0 and 2 share one user.
  expect(toMap(pearson.similarItems(0))).toEqual(new Map([[1, 0.5]]));
  expect(toMap(pearson.similarItems(2)).size).toBe(0);
  // Means of 0 and 1: 4 and 7/3. User 0 has 1 at 4: 4 + (4 - 7/3).
  expect(pearson.predict(0, 0)).toBe(Math.fround(4 + (4 - Math.fround(7 / 3))));
});

test('without ratings each entry counts 1, once a pair', async () => {
  const data = { users: [0, 0, 0, 1, 1], items: [0, 1, 0, 1, 2] };
  using knn = await fitted(data);
  using rated = await fitted({ ...data, ratings: [1, 1, 1, 1, 1] });
  // Users of both over the root of users of each: 1 / sqrt(1 x 2)
  expect(toMap(knn.similarItems(0))).toEqual(new Map([[1, Math.fround(Math.SQRT1_2)]]));
  expect(knn.recommend(0)).toEqual(rated.recommend(0));
  expect(errorOf(() => knn.predict([0], [0])).code).toBe('INVALID_ARGUMENT');
});

test('a user who rates an item again means the last rating', async () => {
  using twice = await fitted({ users: [0, 0, 0, 1, 1], items: [0, 1, 0, 0, 1], ratings: [1, 3, 5, 2, 4] });
  using once = await fitted({ users: [0, 0, 1, 1], items: [0, 1, 0, 1], ratings: [5, 3, 2, 4] });
  expect(twice.toBytes()).toEqual(once.toBytes());
});

test('the order of the entries changes nothing', async () => {
  const data = { users: [0, 0, 1, 1, 2, 2, 0], items: [0, 1, 0, 1, 1, 2, 2], ratings: [5, 3, 2, 4, 1, 5, 2] };
  const reversed = Object.fromEntries(
    Object.entries(data).map(([name, values]) => [name, [...values].reverse()]),
  );
  for (const similarity of ['cosine', 'pearson'] as const) {
    using knn = await fitted(data, { similarity });
    using other = await fitted(reversed as typeof data, { similarity });
    expect(other.toBytes()).toEqual(knn.toBytes());
  }
});

test('what somebody has is answered as a known user with the same row is', async () => {
  const data = makeEntries(40, 25, 0.2, 3);
  using knn = await fitted(data);
  toRatings(data, 40).forEach((row, user) => {
    const given = { items: [...row.keys()], ratings: [...row.values()] };
    expect(knn.recommend(given, { k: 25 })).toEqual(knn.recommend(user, { k: 25 }));
  });
  expect(knn.recommend({ items: [3, 5, 3], ratings: [1, 2, 4] })).toEqual(
    knn.recommend({ items: [5, 3], ratings: [2, 4] }),
  );
  expect(knn.recommend({ items: [3] })).toEqual(knn.similarItems(3));
});

test('items that are excluded or filtered out do not qualify, nor do those near to nothing that a user has', async () => {
  using knn = await fitted({ users: [0, 0, 0, 1, 2], items: [0, 1, 2, 3, 1], userCount: 4, itemCount: 6 });
  const all = knn.recommend(0, { k: 6 });
  expect([...all.ids]).toEqual([0, 2, 1, -1, -1, -1]);
  expect([...all.scores.subarray(3)]).toEqual([-Infinity, -Infinity, -Infinity]);
  expect([...knn.recommend(0, { k: 3, exclude: [2, 4] }).ids]).toEqual([0, 1, -1]);
  expect([...knn.recommend(0, { k: 2, filter: Bitmap.of([1, 3]) }).ids]).toEqual([1, -1]);
  expect([...knn.similarItems(0, { k: 2, exclude: [2] }).ids]).toEqual([1, -1]);
  expect([...knn.recommend(0, { k: 2, exclude: [0, 1, 2] }).ids]).toEqual([-1, -1]);
});

test('users without entries, users alone with their item, and no items at all are near to nothing', async () => {
  using knn = await fitted({
    users: [0, 0, 1],
    items: [0, 1, 2],
    ratings: [4, 2, 3],
    userCount: 4,
    itemCount: 5,
  });
  for (const user of [1, 3, { items: [] }]) expect([...knn.recommend(user, { k: 2 }).ids]).toEqual([-1, -1]);
  // The mean of the item; of one that nobody rated, of all: (4 + 2 + 3) / 3.
  expect([...knn.predict([3, 3, 1], [0, 4, 1])]).toEqual([4, 3, 2]);
});

test('items that everybody rates the same correlate with none, whatever rounding leaves of their variance', async () => {
  const users = Array.from({ length: 777 }, (_, user) => user);
  const constants = Array.from({ length: 12 }, (_, i) => (i + 1) / 30);
  const data = {
    users: constants.flatMap(() => users),
    items: constants.flatMap((_, item) => users.map(() => item)),
    ratings: constants.flatMap((rating) => users.map(() => rating)),
  };
  using knn = await fitted(data, { similarity: 'pearson' });
  for (const item of constants.keys()) expect([...knn.similarItems(item, { k: 1 }).ids]).toEqual([-1]);
});
