import {
  catalogueCoverage,
  evaluateRankings,
  evaluateRecommender,
  leaveOneOut,
  meanAbsoluteError,
  Popularity,
  type Progress,
  rootMeanSquaredError,
} from 'lanewise';
import { expect, test } from 'vitest';
import { errorOf } from '../host/error-of.ts';

/** Recommends items 0, 1, 2, ... but those excluded, and remembers what it was asked. */
function counting(itemCount: number) {
  const asked: { user: number; k: number; exclude: number[] }[] = [];
  return {
    asked,
    recommend(user: number, { k, exclude }: { readonly k: number; readonly exclude: Int32Array }) {
      asked.push({ user, k, exclude: [...exclude] });
      const ids = Array.from({ length: itemCount }, (_, item) => item).filter(
        (item) => !exclude.includes(item),
      );
      return { ids: Array.from({ length: k }, (_, i) => ids[i] ?? -1) };
    },
  };
}

/** User 0 has 0, 2, 2 and wants 3 and 5; user 1 has 1 and wants 1; user 2 has nothing and wants 4; user 3 wants nothing. */
const TRAIN = { users: [0, 0, 0, 1, 3], items: [2, 0, 2, 1, 3], userCount: 4, itemCount: 6 };
const TEST = { users: [2, 0, 0, 1], items: [4, 5, 3, 1], ratings: [5, 1, 4, 5], userCount: 4, itemCount: 6 };
const SPLIT = { train: TRAIN, test: TEST };

test('each user of the test is recommended k items, without those of train, and metrics are their means', async () => {
  const recommender = counting(6);
  const report = await evaluateRecommender(recommender, SPLIT, { k: 3 });
  // Item 1 of user 1 cannot be recommended, so there is nothing to tell of that user.
  expect(recommender.asked).toEqual([
    { user: 0, k: 3, exclude: [0, 2] },
    { user: 2, k: 3, exclude: [] },
  ]);
  expect([...report.users]).toEqual([0, 2]);
  const rankings = [
    [1, 3, 4],
    [0, 1, 2],
  ];
  const { users: _, coverage, ...rest } = report;
  expect(rest).toEqual(evaluateRankings(rankings, [[3, 5], [4]], { k: 3 }));
  expect(report.recall.mean).toBe((1 / 2 + 0) / 2);
  expect(report.reciprocalRank.mean).toBe((1 / 2 + 0) / 2);
  expect(coverage).toBe(5 / 6);
});

test('without excluding, items of train may be recommended and count', async () => {
  const recommender = counting(6);
  const report = await evaluateRecommender(recommender, SPLIT, { k: 2, excludeKnown: false });
  expect(recommender.asked.map(({ exclude }) => exclude)).toEqual([[], [], []]);
  expect([...report.hitRate.perQuery]).toEqual([0, 1, 0]);
});

test('ratings below what is relevant tell of no liking', async () => {
  const report = await evaluateRecommender(counting(6), SPLIT, { k: 2, relevantFrom: 4 });
  expect([...report.users]).toEqual([0, 2]);
  expect(report.recall.perQuery).toEqual(Float64Array.of(1, 0));
  const strict = evaluateRecommender(counting(6), SPLIT, { relevantFrom: 6 });
  await expect(strict).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  const unrated = { train: TRAIN, test: { users: [0], items: [1] } };
  const needing = evaluateRecommender(counting(6), unrated, { relevantFrom: 4 });
  await expect(needing).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
});

test('a recommender of this package is evaluated as it is', async () => {
  const users = [0, 0, 0, 1, 1, 1, 2, 2, 2];
  const items = [0, 1, 2, 0, 1, 3, 0, 1, 2];
  const split = leaveOneOut({ users, items }, { timestamps: [3, 1, 2, 2, 1, 3, 1, 2, 3] });
  // Left out: 0, 3 and 2. Entries that stay: item 0 twice, 1 thrice, 2 once, 3 never.
  using popularity = await Popularity.create();
  await popularity.fit(split.train);
  const { hitRate, coverage, k } = await evaluateRecommender(popularity, split, { k: 1 });
  // Users 0, 1 and 2 have 1 and 2, 0 and 1, 0 and 1 left: they are given 0, 2 and 2.
  expect([...hitRate.perQuery]).toEqual([1, 0, 1]);
  expect([coverage, k]).toEqual([2 / 4, 1]);
});

test('a user with very many items is evaluated in linear time', async () => {
  const items = Int32Array.from({ length: 200_000 }, (_, item) => item);
  const users = new Int32Array(items.length);
  const split = { train: { users, items }, test: { users, items: items.map((item) => 2 * item) } };
  const asked: number[] = [];
  const recommend = (user: number, { exclude }: { readonly exclude: Int32Array }) => {
    asked.push(user, exclude.length);
    return { ids: [200_000, 200_001] };
  };
  const start = performance.now();
  const { recall } = await evaluateRecommender({ recommend }, split, { k: 2 });
  // Each with each would be 4 x 10^10 comparisons: a quarter of a minute at the very least.
  expect(performance.now() - start).toBeLessThan(8000);
  expect(asked).toEqual([0, 200_000]);
  // Half of what is in the test is known, of which item 0 is a part; 200 000 is one of 100 000 that are not.
  expect(recall.mean).toBe(1 / 100_000);
});

test('what is recommended must be an array of at most k known items', async () => {
  const of = (ids: unknown) => ({ recommend: () => ({ ids }) as never });
  for (const [recommender, code] of [
    [of([0, 1, 2, 3]), 'INVALID_ARGUMENT'],
    [of(undefined), 'INVALID_ARGUMENT'],
    [of('012'), 'INVALID_ARGUMENT'],
    [of([0.5]), 'INVALID_ARGUMENT'],
    [of([-1, 0]), 'INVALID_ARGUMENT'],
    [of([6]), 'INVALID_ARGUMENT'],
    [of([1, 1]), 'DUPLICATE_ID'],
    [{ recommend: () => undefined as never }, 'INVALID_ARGUMENT'],
    [{ recommend: async () => ({ ids: [0] }) } as never, 'INVALID_ARGUMENT'],
  ] as const) {
    await expect(evaluateRecommender(recommender, SPLIT, { k: 3 })).rejects.toMatchObject({ code });
  }
  const { recall } = await evaluateRecommender(of([3]), SPLIT, { k: 3 });
  expect([...recall.perQuery]).toEqual([0.5, 0]);
});

test('users of numbers beyond arrays are refused before memory is asked for', async () => {
  const far = { users: [2 ** 31 - 1], items: [1] };
  const refused = { code: 'MEMORY_EXHAUSTED' };
  await expect(evaluateRecommender(counting(6), { train: far, test: TEST })).rejects.toMatchObject(refused);
  await expect(evaluateRecommender(counting(6), { train: TRAIN, test: far })).rejects.toMatchObject(refused);
});

test('progress counts users, and a signal stops it', async () => {
  const told: Progress[] = [];
  await evaluateRecommender(counting(6), SPLIT, { onProgress: (progress) => void told.push(progress) });
  expect(told.at(-1)).toEqual({ done: 4, total: 4 });
  const stopped = evaluateRecommender(counting(6), SPLIT, { signal: AbortSignal.abort('enough') });
  await expect(stopped).rejects.toBe('enough');
});

test('a test that is empty, or holds nothing new, is refused, and so is what a recommender knows beyond the items', async () => {
  const refused = (split: unknown, options = {}, recommender = counting(6)) =>
    expect(evaluateRecommender(recommender, split as never, options)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
  await refused({ train: TRAIN, test: { users: [], items: [] } });
  await refused({ train: TRAIN, test: { users: [1], items: [1] } });
  await refused({ train: TRAIN });
  await refused(undefined);
  await refused(SPLIT, { k: 0 });
  await refused(SPLIT, { relevantFrom: Number.NaN });
  await refused(SPLIT, { k: 10 }, counting(9));
});

test('errors of predictions are those of the definitions', () => {
  // Differences 1, -2, 2: squares 1, 4, 4.
  expect(rootMeanSquaredError([2, 1, 5], [1, 3, 3])).toBe(Math.sqrt(9 / 3));
  expect(meanAbsoluteError(Float32Array.of(2, 1, 5), [1, 3, 3])).toBe(5 / 3);
  expect([rootMeanSquaredError([4], [4]), meanAbsoluteError([4], [4])]).toEqual([0, 0]);
});

test.each([rootMeanSquaredError, meanAbsoluteError])('%o refuses what cannot be compared', (metric) => {
  expect(errorOf(() => metric([], [])).code).toBe('INVALID_ARGUMENT');
  expect(errorOf(() => metric([1], [1, 2])).code).toBe('DIMENSION_MISMATCH');
  expect(errorOf(() => metric([Number.NaN], [1])).code).toBe('INVALID_VALUE');
  expect(errorOf(() => metric([1], [Number.POSITIVE_INFINITY])).code).toBe('INVALID_VALUE');
  expect(errorOf(() => metric(undefined as never, [1])).code).toBe('INVALID_ARGUMENT');
  expect(errorOf(() => metric([1], undefined as never)).code).toBe('INVALID_ARGUMENT');
});

test('coverage is the share of the items that are named, empty places aside', () => {
  expect(catalogueCoverage(Int32Array.of(3, 1, 3, -1), 4)).toBe(0.5);
  expect(catalogueCoverage([], 4)).toBe(0);
  expect(errorOf(() => catalogueCoverage([4], 4)).code).toBe('INVALID_ARGUMENT');
  expect(errorOf(() => catalogueCoverage([1], 0)).code).toBe('INVALID_ARGUMENT');
});
