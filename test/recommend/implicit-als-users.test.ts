import { Bitmap, FlatIndex, HnswIndex, ImplicitALS, Popularity, Random } from 'lanewise';
import { beforeAll, expect, test } from 'vitest';
import { equationsOf, solveDense } from '../reference/implicit-als.ts';
import { ITEMS, makePairs, USERS } from './implicit-als-data.ts';

const FACTORS = 7;
const data = makePairs(300, 4);
let als: ImplicitALS;

beforeAll(async () => {
  als = await ImplicitALS.create({ factors: FACTORS, iterations: 8, regularization: 0.05 });
  await als.fit(data);
});

/** The items by their scores in float64, best first. */
function ranked(user: ArrayLike<number>): number[] {
  const items = als.itemFactors;
  const score = (item: number) =>
    Array.from(user).reduce((sum, x, i) => sum + x * items[item * FACTORS + i]!, 0);
  return Array.from({ length: ITEMS }, (_, item) => item).sort((a, b) => score(b) - score(a) || a - b);
}

test('users are recommended the items of the largest products, less those that do not qualify', () => {
  for (let user = 0; user < USERS - 1; user++) {
    const { ids, scores } = als.recommend(user, { k: 5 });
    const expected = ranked(als.userVector(user));
    expect([...ids]).toEqual(expected.slice(0, 5));
    expect([...scores]).toEqual([...als.predict(new Int32Array(5).fill(user), ids)]);
    const exclude = expected.slice(1, 3);
    const filter = Bitmap.of(expected.slice(0, 6));
    const rest = [expected[0]!, ...expected.slice(3, 6), -1, -1];
    expect([...als.recommend(user, { k: 6, exclude, filter }).ids]).toEqual(rest);
  }
  expect(als.predict(3, 4)).toBe(als.predict([3], [4])[0]);
});

test('whoever has no entries has no preferences, and what has none is preferred by nobody', () => {
  expect(als.userVector(USERS - 1)).toEqual(new Float32Array(FACTORS));
  expect([...als.recommend(USERS - 1, { k: 3 }).ids]).toEqual([0, 1, 2]);
  expect(als.predict(0, ITEMS - 1)).toBe(0);
  expect([...als.similarItems(ITEMS - 1, { k: 1 }).ids]).toEqual([-1]);
});

test('an index of the items finds what scoring all of them finds', async () => {
  using flat = await als.toIndex(FlatIndex);
  using graph = await als.toIndex(HnswIndex, { m: 8 });
  expect([flat.size, flat.dimensions, flat.metric]).toEqual([ITEMS, FACTORS, 'ip']);
  for (let user = 0; user < 5; user++) {
    const wanted = { k: 4, exclude: [3, 5] };
    const found = als.recommend(user, wanted);
    expect(als.recommend(user, { ...wanted, index: flat })).toEqual(found);
    expect(als.recommend(user, { ...wanted, index: graph })).toEqual(found);
  }
});

test('similar items are those of the largest cosines', () => {
  const rows = als.itemFactors;
  const row = (item: number) => [...rows.subarray(item * FACTORS, (item + 1) * FACTORS)];
  const dot = (a: number[], b: number[]) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
  const cosine = (a: number[], b: number[]) => dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
  const others = Array.from({ length: ITEMS - 1 }, (_, item) => item).filter((item) => item !== 2);
  const expected = others.sort((a, b) => cosine(row(b), row(2)) - cosine(row(a), row(2)));
  const { ids, scores } = als.similarItems(2, { k: 4 });
  expect([...ids]).toEqual(expected.slice(0, 4));
  scores.forEach((score, i) => void expect(score).toBeCloseTo(cosine(row(expected[i]!), row(2)), 5));
});

test('who is folded in has the factors that minimise the loss with the items as they are', () => {
  // Item 4 twice, 2.5 in all; a rating of 0 is none. By default alpha is 3.
  const { factors, bias } = als.foldIn({ items: [9, 4, 1, 4, 6], ratings: [1, 0.5, 3, 2, 0] });
  const known = [...new Set(data.items)];
  const others = [1, 4, 9, ...known.filter((item) => ![1, 4, 9].includes(item))];
  const weights = [9, 7.5, 3, ...others.slice(3).map(() => 0)];
  const [row] = equationsOf(
    1,
    others.map(() => 0),
    others,
    weights,
    als.itemFactors,
    FACTORS,
  );
  const exact = solveDense(row!.matrix, right(others.slice(0, 3), weights), 0.05 * row!.confidence);
  expect(bias).toBe(0);
  factors.forEach((factor, i) => void expect(factor).toBeCloseTo(exact[i]!, 4));
  expect(Math.hypot(...exact)).toBeGreaterThan(0.1);
  expect([...als.recommend({ factors, bias }, { k: ITEMS }).ids]).toEqual(ranked(factors));
});

function right(items: number[], weights: number[]): number[] {
  const rows = als.itemFactors;
  return Array.from({ length: FACTORS }, (_, f) =>
    items.reduce((sum, item, i) => sum + (1 + weights[i]!) * rows[item * FACTORS + f]!, 0),
  );
}

test('when fit has settled, a user who is folded in with his own entries is who he was', async () => {
  for (const solver of ['cholesky', 'conjugateGradient'] as const) {
    using settled = await ImplicitALS.create({
      ...{ factors: 4, iterations: 300, regularization: 0.05 },
      solver,
    });
    await settled.fit(data);
    for (const user of [0, 1, 2]) {
      const own = data.users.flatMap((other, i) => (other === user ? [i] : []));
      const { factors } = settled.foldIn({
        items: own.map((i) => data.items[i]!),
        ratings: own.map((i) => data.ratings[i]!),
      });
      settled.userVector(user).forEach((factor, i) => void expect(factors[i]!).toBeCloseTo(factor, 2));
    }
  }
});

test('held-out items of two tastes are found far better than by popularity', async () => {
  // Users of even numbers take even items, the others odd ones; the last of each is held out.
  const random = new Random(9);
  const users: number[] = [];
  const items: number[] = [];
  const held: number[] = [];
  for (let user = 0; user < 120; user++) {
    const taken = new Set<number>();
    while (taken.size < 9) taken.add(2 * random.integer(20) + (user % 2));
    const [last, ...rest] = taken;
    held.push(last!);
    for (const item of rest) {
      users.push(user);
      items.push(item);
    }
  }
  const interactions = { users, items, itemCount: 40 };
  using model = await (await ImplicitALS.create({ factors: 2 })).fit(interactions);
  using popularity = await (await Popularity.create()).fit(interactions);
  const hits = (of: ImplicitALS | Popularity) =>
    held.filter((item, user) => {
      const exclude = items.filter((_, i) => users[i] === user);
      return of.recommend(user, { k: 12, exclude }).ids.includes(item);
    }).length;
  // Twelve items are left of a taste, and 32 of all: all are found, or some 12 of 32.
  expect(hits(model)).toBeGreaterThan(115);
  expect(hits(popularity)).toBeLessThan(80);
});
