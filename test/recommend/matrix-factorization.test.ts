import { Bitmap, MatrixFactorization, type MatrixFactorizationOptions } from 'lanewise';
import { describe, expect, test } from 'vitest';
import {
  columnsOf,
  dot,
  epochFloat64,
  type Factorization,
  makeFactors,
  makeRatings,
  predictFloat64,
  type Rating,
  rowsOf,
} from '../reference/factorization.ts';

const USERS = 40;
const ITEMS = 30;
const RATINGS = makeRatings(USERS, ITEMS, 0.4, 1);

async function fit(options: MatrixFactorizationOptions = {}, ratings: readonly Rating[] = RATINGS) {
  const mf = await MatrixFactorization.create({ factors: 7, ...options });
  return mf.fit({ ...columnsOf(ratings), userCount: USERS, itemCount: ITEMS });
}

/** What an estimator holds, in float64. */
function modelOf(mf: MatrixFactorization, factors = 7): Factorization {
  return {
    users: rowsOf(mf.userFactors, factors),
    items: rowsOf(mf.itemFactors, factors),
    userBiases: [...mf.userBiases],
    itemBiases: [...mf.itemBiases],
    mean: mf.mean,
  };
}

/** Items by float64 predictions, best first, of those that qualify. */
function rank(model: Factorization, user: number, qualifies: (item: number) => boolean = () => true) {
  return model.items
    .map((_, item) => ({ item, score: predictFloat64(model, user, item) }))
    .filter(({ item }) => qualifies(item))
    .sort((a, b) => b.score - a.score);
}

function furthest(got: Float32Array, expected: readonly (readonly number[])[]): number {
  return Math.max(...expected.flat().map((value, i) => Math.abs(value - got[i]!)));
}

describe.each([1, 3, 4, 16, 64])('with %i factors', (factors) => {
  const users = makeFactors(USERS, factors, 0.6, 2);
  const items = makeFactors(ITEMS, factors, 0.6, 3);

  test.each([false, true])(
    'an epoch is the textbook loop in float64 within 1e-4 (biases: %s)',
    async (biases) => {
      const options = {
        factors,
        biases,
        epochs: 1,
        shuffle: false,
        learningRate: 0.03,
        regularization: 0.05,
      };
      using mf = await MatrixFactorization.create({ ...options, biasRegularization: 0.01 });
      await mf.fit(columnsOf(RATINGS), { initial: { users, items } });
      const mean = biases ? RATINGS.reduce((sum, { rating }) => sum + rating, 0) / RATINGS.length : 0;
      const expected = {
        users: rowsOf(users, factors),
        items: rowsOf(items, factors),
        userBiases: new Array<number>(USERS).fill(0),
        itemBiases: new Array<number>(ITEMS).fill(0),
        mean,
      };
      const loss = epochFloat64(expected, RATINGS, { rate: 0.03, penalty: 0.05, biasPenalty: 0.01, biases });
      expect(furthest(mf.userFactors, expected.users)).toBeLessThan(1e-4);
      expect(furthest(mf.itemFactors, expected.items)).toBeLessThan(1e-4);
      expect(furthest(mf.userBiases, [expected.userBiases])).toBeLessThan(1e-4);
      expect(furthest(mf.itemBiases, [expected.itemBiases])).toBeLessThan(1e-4);
      expect(Math.abs(mf.mean - mean)).toBeLessThan(1e-6);
      expect(Math.abs(mf.losses.train[0]! - loss)).toBeLessThan(1e-4);
      // The start was far from the end, so that the agreement means something.
      expect(furthest(users, expected.users)).toBeGreaterThan(0.05);
    },
  );
});

test.each([
  ['constant', [0.05, 0.05, 0.05, 0.05]],
  ['inverse', [0.05, 0.05 / 1.25, 0.05 / 1.5, 0.05 / 1.75]],
  ['exponential', [0.05, 0.05 * 0.75, 0.05 * 0.75 ** 2, 0.05 * 0.75 ** 3]],
] as const)('the %s schedule gives each epoch its rate', async (schedule, rates) => {
  const users = makeFactors(USERS, 5, 0.5, 4);
  const items = makeFactors(ITEMS, 5, 0.5, 5);
  const shape = { factors: 5, epochs: 4, biases: false, shuffle: false, regularization: 0.1 };
  using mf = await MatrixFactorization.create({ ...shape, learningRate: 0.05, schedule, decay: 0.25 });
  await mf.fit(columnsOf(RATINGS), { initial: { users, items } });
  const zeros = { userBiases: new Array(USERS).fill(0), itemBiases: new Array(ITEMS).fill(0), mean: 0 };
  const expected = { users: rowsOf(users, 5), items: rowsOf(items, 5), ...zeros };
  rates.forEach((rate, epoch) => {
    const loss = epochFloat64(expected, RATINGS, { rate, penalty: 0.1, biasPenalty: 0, biases: false });
    expect(Math.abs(mf.losses.train[epoch]! - loss)).toBeLessThan(1e-5);
  });
  expect(furthest(mf.itemFactors, expected.items)).toBeLessThan(1e-4);
});

test('ratings that were held out are predicted better than by biases alone', async () => {
  const isHeldOut = (_: Rating, i: number) => i % 10 === 3;
  const held = columnsOf(RATINGS.filter(isHeldOut));
  const learned = RATINGS.filter((rating, i) => !isHeldOut(rating, i));
  const errorOf = (mf: MatrixFactorization) =>
    Math.hypot(...mf.predict(held.users, held.items).map((value, i) => value - held.ratings[i]!));
  using mf = await fit({ epochs: 60, regularization: 0.02 }, learned);
  using biasesAlone = await fit({ epochs: 60, initialDeviation: 0 }, learned);
  expect(biasesAlone.userFactors.every((value) => value === 0)).toBe(true);
  expect(errorOf(mf)).toBeLessThan(0.9 * errorOf(biasesAlone));
  const { train } = mf.losses;
  expect(train.length).toBe(60);
  expect(train.at(-1)).toBeLessThan(0.8 * train[0]!);
});

test('the same seed gives the same factors, and another others', async () => {
  using a = await fit({ seed: 5 });
  using b = await fit({ seed: 5 });
  using c = await fit({ seed: 6 });
  expect(b.userFactors).toEqual(a.userFactors);
  expect(b.losses).toEqual(a.losses);
  expect(c.userFactors).not.toEqual(a.userFactors);
});

test('factors are drawn about 0, with the deviation that was asked for', async () => {
  using mf = await fit({ factors: 64, learningRate: 0, regularization: 0, initialDeviation: 0.3, epochs: 1 });
  const values = mf.userFactors;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
  // 2560 numbers: the mean deviates by .3 / 50, the deviation by less.
  expect(Math.abs(mean)).toBeLessThan(0.03);
  expect(Math.abs(deviation - 0.3)).toBeLessThan(0.03);
});

test('orders are new in every epoch, unless the order given is kept', async () => {
  const options = { epochs: 1, schedule: 'constant' } as const;
  using shuffled = await fit(options);
  using ordered = await fit({ ...options, shuffle: false });
  using reversed = await fit({ ...options, shuffle: false }, [...RATINGS].reverse());
  expect(shuffled.userFactors).not.toEqual(ordered.userFactors);
  expect(reversed.userFactors).not.toEqual(ordered.userFactors);
});

test('predictions are the mean, the biases and the product of the factors', async () => {
  for (const biases of [true, false]) {
    using mf = await fit({ biases });
    const model = modelOf(mf);
    const users = Array.from({ length: 90 }, (_, i) => (7 * i) % USERS);
    const items = Array.from({ length: 90 }, (_, i) => (11 * i) % ITEMS);
    const predicted = mf.predict(users, items);
    users.forEach((user, i) => {
      expect(Math.abs(predicted[i]! - predictFloat64(model, user, items[i]!))).toBeLessThan(1e-5);
      expect(mf.predict(user, items[i]!)).toBe(predicted[i]);
    });
    expect(mf.predict([], []).length).toBe(0);
    if (!biases)
      expect([mf.mean, ...mf.userBiases, ...mf.itemBiases].every((value) => value === 0)).toBe(true);
  }
});

test('the best items are those of a float64 ranking, their scores the predictions to the bit', async () => {
  using mf = await fit();
  const model = modelOf(mf);
  for (let user = 0; user < USERS; user++) {
    const exclude = RATINGS.filter((rating) => rating.user === user).map(({ item }) => item);
    const filter = Bitmap.where(model.items, (_, item) => item % 3 !== user % 3);
    const { ids, scores, k } = mf.recommend(user, { k: 5, exclude, filter });
    const expected = rank(model, user, (item) => filter.has(item) && !exclude.includes(item)).slice(0, 5);
    const found = [...ids].filter((id) => id >= 0);
    expect(k).toBe(5);
    expect(found).toEqual(expected.map(({ item }) => item));
    expect([...scores.subarray(0, found.length)]).toEqual([
      ...mf.predict(
        found.map(() => user),
        found,
      ),
    ]);
  }
});

test('a k beyond the catalogue is padded with -1, and where all items are excluded there is nothing else', async () => {
  using mf = await fit();
  const { ids, scores } = mf.recommend(3, { k: ITEMS + 4 });
  expect([...ids].sort((a, b) => a - b)).toEqual([-1, -1, -1, -1, ...Array(ITEMS).keys()]);
  expect([...ids.subarray(ITEMS)]).toEqual([-1, -1, -1, -1]);
  expect([...scores.subarray(ITEMS)]).toEqual(Array(4).fill(Number.NEGATIVE_INFINITY));
  const none = mf.recommend(3, { k: 2, exclude: [...Array(ITEMS).keys()] });
  expect([...none.ids]).toEqual([-1, -1]);
  expect([...mf.recommend(3, { k: 2, filter: new Bitmap() }).ids]).toEqual([-1, -1]);
});

test('similar items are those of the largest cosines, without the item itself', async () => {
  using mf = await fit();
  const { items } = modelOf(mf);
  const cosine = (a: number[], b: number[]) => dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
  for (let item = 0; item < ITEMS; item++) {
    const exclude = [(item + 1) % ITEMS];
    const expected = items
      .map((row, other) => ({ other, score: cosine(row, items[item]!) }))
      .filter(({ other }) => other !== item && !exclude.includes(other))
      .sort((a, b) => b.score - a.score)
      .slice(0, 6);
    const { ids, scores } = mf.similarItems(item, { k: 6, exclude });
    expect([...ids]).toEqual(expected.map(({ other }) => other));
    expect(furthest(scores, [expected.map(({ score }) => score)])).toBeLessThan(1e-6);
  }
  expect([...mf.similarItems(2, { k: ITEMS, exclude: [5] }).ids].filter((id) => id < 0).length).toBe(2);
});

test('users and items without ratings have factors of 0: such users get the items of largest bias', async () => {
  const ratings = RATINGS.filter(({ user, item }) => user !== 11 && item !== 4);
  using mf = await fit({}, ratings);
  const model = modelOf(mf);
  expect(model.users[11]).toEqual(Array(7).fill(0));
  expect(model.items[4]).toEqual(Array(7).fill(0));
  expect([mf.userBiases[11], mf.itemBiases[4]]).toEqual([0, 0]);
  expect(model.users[12]!.every((value) => value !== 0)).toBe(true);
  const byBias = [...mf.itemBiases.keys()].sort((a, b) => mf.itemBiases[b]! - mf.itemBiases[a]! || a - b);
  expect([...mf.recommend(11, { k: ITEMS }).ids]).toEqual(byBias);
  expect(mf.predict(11, 4)).toBe(mf.mean);
  // Nothing is similar to what has no direction, and that to nothing.
  expect([...mf.similarItems(4, { k: 3 }).ids]).toEqual([-1, -1, -1]);
  expect([...mf.similarItems(0, { k: ITEMS }).ids]).not.toContain(4);
});
