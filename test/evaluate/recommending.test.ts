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
