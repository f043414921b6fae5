import { ImplicitALS, type ImplicitALSOptions, Random } from 'lanewise';
import { expect, test } from 'vitest';
import { equationsOf, lossOf, type RowEquations, solveDense } from '../reference/implicit-als.ts';
import { ITEMS, makePairs, USERS, weigh } from './implicit-als-data.ts';

const ALPHA = 3;
const data = makePairs(300, 1);
const entries = weigh(data, ALPHA);
/** What float32 rounds by, at most, as a share. */
const UNIT = 2 ** -24;

async function fitted(options: ImplicitALSOptions): Promise<ImplicitALS> {
  const als = await ImplicitALS.create({ alpha: ALPHA, factors: 11, ...options });
  return als.fit(data);
}

function userEquations(items: Float32Array, factors: number): RowEquations[] {
  return equationsOf(USERS, entries.users, entries.items, entries.weights, items, factors);
}

function itemEquations(users: Float32Array, factors: number): RowEquations[] {
  return equationsOf(ITEMS, entries.items, entries.users, entries.weights, users, factors);
}

/**
 * Rows solved in float32 differ from those solved exactly by the error of the sums over the penalty, which is the least that
 * an eigenvalue can be. Sums of m entries and of n pivots round each of their terms (m + 4 n) times at most, so that the
 * equations are those of a matrix, and a right side, that are wrong by that share of the sum of the magnitudes.
 */
function expectSolved(
  equations: readonly RowEquations[],
  solved: Float32Array,
  factors: number,
  penaltyOf: (row: RowEquations) => number,
): void {
  for (const [row, of] of equations.entries()) {
    const x = [...solved.subarray(row * factors, (row + 1) * factors)];
    if (of.count === 0) {
      expect(x).toEqual(new Array(factors).fill(0));
      continue;
    }
    const penalty = penaltyOf(of);
    const exact = solveDense(of.matrix, of.right, penalty);
    const trace = of.matrix.reduce((sum, values, i) => sum + values[i]!, factors * penalty);
    const magnitude = trace * norm(exact) + of.right.reduce((sum, value) => sum + Math.abs(value), 0);
    const tolerance = ((of.count + 4 * factors) * UNIT * magnitude) / penalty;
    expect(tolerance).toBeLessThan(0.05 * norm(exact)); // or it would say nothing
    expect(norm(exact.map((value, i) => value - x[i]!))).toBeLessThan(tolerance);
  }
}

function norm(values: readonly number[]): number {
  return Math.hypot(...values);
}

test.each([
  { solver: 'cholesky', factors: 1 },
  { solver: 'cholesky', factors: 11 },
  { solver: 'cholesky', factors: 16 },
  { solver: 'cholesky', factors: 37, scaledRegularization: false, regularization: 2 },
  { solver: 'conjugateGradient', factors: 11, steps: 40 },
  { solver: 'conjugateGradient', factors: 16, steps: 40, scaledRegularization: false, regularization: 2 },
] as const)(
  'each half of an iteration solves its rows as a dense float64 solver does: %o',
  async (options) => {
    const { factors } = options;
    const penaltyOf = ({ confidence }: RowEquations) =>
      'regularization' in options ? options.regularization : Math.fround(0.05 * confidence);
    using first = await fitted({ regularization: 0.05, ...options, iterations: 1 });
    using second = await fitted({ regularization: 0.05, ...options, iterations: 2 });
    expectSolved(itemEquations(first.userFactors, factors), first.itemFactors, factors, penaltyOf);
    expectSolved(userEquations(first.itemFactors, factors), second.userFactors, factors, penaltyOf);
    expectSolved(itemEquations(second.userFactors, factors), second.itemFactors, factors, penaltyOf);
  },
);

test('more users than pass over a tile at a time are summed as a few are', async () => {
  const random = new Random(3);
  const users = Array.from({ length: 700 }, (_, user) => user);
  const items = users.map(() => random.integer(3));
  using als = await ImplicitALS.create({
    ...{ factors: 5, iterations: 1, alpha: 2, regularization: 0.05 },
    solver: 'cholesky',
  });
  await als.fit({ users, items });
  const weights = users.map(() => 2);
  const equations = equationsOf(3, items, users, weights, als.userFactors, 5);
  expect(Math.min(...equations.map(({ count }) => count))).toBeGreaterThan(200);
  expectSolved(equations, als.itemFactors, 5, ({ confidence }) => Math.fround(0.05 * confidence));
});

test('both solvers come to the same scores, where the gradient of the loss is 0', async () => {
  const options = { factors: 4, iterations: 400, regularization: 0.05, trackLosses: true };
  using exact = await fitted({ ...options, solver: 'cholesky' });
  using near = await fitted({ ...options, solver: 'conjugateGradient' });
  expect(near.losses.at(-1)! / exact.losses.at(-1)!).toBeCloseTo(1, 5);
  for (const als of [exact, near]) {
    const sides = [
      [userEquations(als.itemFactors, 4), als.userFactors],
      [itemEquations(als.userFactors, 4), als.itemFactors],
    ] as const;
    for (const [equations, factors] of sides) {
      for (const [row, { matrix, right, confidence, count }] of equations.entries()) {
        const x = [...factors.subarray(4 * row, 4 * row + 4)];
        if (count === 0) continue;
        const slope = right.map(
          (value, a) =>
            matrix[a]!.reduce((sum, entry, b) => sum + entry * x[b]!, 0.05 * confidence * x[a]!) - value,
        );
        // As a share of what cancels there: 1e-3 where the last steps of descent end.
        expect(norm(slope)).toBeLessThan(1e-3 * norm(right));
      }
    }
  }
  const users = Int32Array.from({ length: USERS * ITEMS }, (_, i) => Math.floor(i / ITEMS));
  const items = Int32Array.from({ length: USERS * ITEMS }, (_, i) => i % ITEMS);
  const [a, b] = [exact.predict(users, items), near.predict(users, items)];
  expect(Math.max(...a.map((score, i) => Math.abs(score - b[i]!)))).toBeLessThan(5e-3);
});

test('losses are those of all pairs, fall, and are there only when asked for', async () => {
  const penalties = (equations: RowEquations[]) => equations.map(({ confidence }) => 0.05 * confidence);
  using als = await fitted({ factors: 6, iterations: 4, regularization: 0.05, trackLosses: true });
  const { losses, userFactors, itemFactors } = als;
  const naive = lossOf(entries, userFactors, itemFactors, 6, {
    users: penalties(userEquations(itemFactors, 6)),
    items: penalties(itemEquations(userFactors, 6)),
  });
  expect(losses).toHaveLength(4);
  expect(losses[3]! / naive).toBeCloseTo(1, 5);
  expect(losses.every((loss, i) => i === 0 || loss < losses[i - 1]!)).toBe(true);
  using untracked = await fitted({ factors: 6, iterations: 4, regularization: 0.05 });
  expect([untracked.losses, untracked.userFactors]).toEqual([[], userFactors]);
});

test('entries may stand in any order; those of the same pair are summed, and ratings of 0 are none', async () => {
  const options = { factors: 5, iterations: 3, alpha: ALPHA };
  using als = await ImplicitALS.create(options);
  await als.fit(data);
  const order = data.users.map((_, i) => (i * 7) % data.users.length);
  const pick = (values: readonly number[]) => order.map((i) => values[i]!);
  using same = await ImplicitALS.create(options);
  // Ratings are eighths: so are their halves' halves, to the bit.
  await same.fit({
    users: [USERS - 1, ...pick(data.users), ...data.users],
    items: [0, ...pick(data.items), ...data.items],
    ratings: [
      0,
      ...pick(data.ratings).map((rating) => rating / 4),
      ...data.ratings.map((rating) => 0.75 * rating),
    ],
    userCount: USERS,
    itemCount: ITEMS,
  });
  expect(same.userFactors).toEqual(als.userFactors);
  expect(same.itemFactors).toEqual(als.itemFactors);
});

test('without ratings each entry counts 1', async () => {
  const { users, items } = data;
  using plain = await (await ImplicitALS.create({ factors: 5, iterations: 2 })).fit({ users, items });
  using rated = await (await ImplicitALS.create({ factors: 5, iterations: 2 })).fit({
    users,
    items,
    ratings: users.map(() => 1),
  });
  expect(rated.userFactors).toEqual(plain.userFactors);
  expect([plain.userCount, plain.itemCount]).toEqual([Math.max(...users) + 1, Math.max(...items) + 1]);
});

test('seeds decide; by default it is 0, with the options that are documented', async () => {
  const defaults: Required<ImplicitALSOptions> = {
    ...{ factors: 64, iterations: 15, alpha: 3, regularization: 0.008, scaledRegularization: true },
    solver: 'conjugateGradient',
    ...{ steps: 3, trackLosses: false, seed: 0 },
  };
  using plain = await (await ImplicitALS.create()).fit(data);
  using told = await (await ImplicitALS.create(defaults)).fit(data);
  using other = await (await ImplicitALS.create({ seed: 1 })).fit(data);
  expect(told.toBytes()).toEqual(plain.toBytes());
  expect(other.itemFactors).not.toEqual(plain.itemFactors);
});

test('equations that leave directions open, without a penalty, are solved without them', async () => {
  for (const solver of ['cholesky', 'conjugateGradient'] as const) {
    using als = await ImplicitALS.create({ ...{ factors: 12, iterations: 3, regularization: 0 }, solver });
    await als.fit({ users: [0, 0, 1, 2], items: [0, 1, 1, 2] });
    const scores = als.predict([0, 0, 1, 2, 1, 2], [0, 1, 1, 2, 0, 0]);
    for (const [i, expected] of [1, 1, 1, 1].entries()) expect(scores[i]!).toBeGreaterThan(expected / 2);
    expect(scores[5]!).toBeCloseTo(0, 2);
  }
});
