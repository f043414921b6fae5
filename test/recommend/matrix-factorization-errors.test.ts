import { MatrixFactorization } from 'lanewise';
import { expect, test } from 'vitest';
import { runtime } from '../../src/recommend/kernels.ts';
import { errorOf } from '../host/error-of.ts';
import { columnsOf, makeFactors, makeRatings } from '../reference/factorization.ts';

const RATINGS = columnsOf(makeRatings(12, 9, 0.6, 2));
const SOME = { users: [0, 1], items: [1, 0], ratings: [3, 4] };

async function fitted(): Promise<MatrixFactorization> {
  const mf = await MatrixFactorization.create({ factors: 3, epochs: 4 });
  return mf.fit({ ...RATINGS, userCount: 12, itemCount: 9 });
}

const stateOf = (mf: MatrixFactorization) => [mf.toBytes(), runtime().memory.statistics.bytesInUse];

test.each([
  { factors: 0 },
  { factors: 1025 },
  { factors: 2.5 },
  { epochs: 0 },
  { learningRate: Number.NaN },
  { learningRate: -0.1 },
  { regularization: Number.POSITIVE_INFINITY },
  { biasRegularization: '1' },
  { biases: 1 },
  { schedule: 'cosine' },
  { decay: 1.5 },
  { initialDeviation: -1 },
  { shuffle: 'yes' },
  { patience: 0 },
  { seed: 0.5 },
])('the options %o are refused', async (options) => {
  await expect(MatrixFactorization.create(options as object)).rejects.toMatchObject({
    name: 'LanewiseError',
    code: 'INVALID_ARGUMENT',
  });
});

test.each([
  ['no entries', { users: [], items: [], ratings: [] }, 'INVALID_ARGUMENT'],
  ['no ratings', { users: [1], items: [1] }, 'INVALID_ARGUMENT'],
  ['no arrays', undefined, 'INVALID_ARGUMENT'],
  ['a negative user', { users: [0, -1], items: [1, 0], ratings: [3, 4] }, 'INVALID_ARGUMENT'],
  ['a negative item', { ...SOME, items: [1, -5] }, 'INVALID_ARGUMENT'],
  ['an item that is no integer', { ...SOME, items: [1, 0.5] }, 'INVALID_ARGUMENT'],
  ['a user beyond their count', { ...SOME, userCount: 1 }, 'INVALID_ARGUMENT'],
  ['an item beyond their count', { ...SOME, itemCount: 1 }, 'INVALID_ARGUMENT'],
  ['too few ratings', { ...SOME, ratings: [3] }, 'DIMENSION_MISMATCH'],
  ['too few items', { ...SOME, items: [3] }, 'DIMENSION_MISMATCH'],
  ['a rating of NaN', { ...SOME, ratings: [3, Number.NaN] }, 'INVALID_VALUE'],
  ['a rating beyond float32', { ...SOME, ratings: [3, 1e39] }, 'INVALID_VALUE'],
] as const)('learning from %s is refused and leaves all as it was', async (_, interactions, code) => {
  using mf = await fitted();
  const before = stateOf(mf);
  const input = interactions as Parameters<typeof mf.fit>[0];
  await expect(mf.fit(input)).rejects.toMatchObject({ name: 'LanewiseError', code });
  await expect(mf.partialFit(input)).rejects.toMatchObject({ code });
  if (input) await expect(mf.fit(SOME, { validation: input })).rejects.toMatchObject({ code });
  expect(stateOf(mf)).toEqual(before);
});

test('factors to begin with that are too few, or not finite, are refused and leave all as it was', async () => {
  using mf = await fitted();
  const before = stateOf(mf);
  const users = makeFactors(2, 3, 1, 1);
  const items = makeFactors(2, 3, 1, 2);
  const whole = { users, items };
  for (const [initial, code] of [
    [{ users: users.subarray(3), items }, 'DIMENSION_MISMATCH'],
    [{ users, items: makeFactors(3, 3, 1, 1) }, 'DIMENSION_MISMATCH'],
    [{ users, items: items.map((value, i) => value / (i - 4)) }, 'INVALID_VALUE'],
    [{ users }, 'INVALID_ARGUMENT'],
  ] as const) {
    await expect(mf.fit(SOME, { initial: initial as typeof whole })).rejects.toMatchObject({
      code,
    });
  }
  await expect(mf.partialFit(SOME, { epochs: 0 })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  expect(stateOf(mf)).toEqual(before);
  await mf.fit(SOME, { initial: { users: [...users], items: [...items] } });
  expect(mf.userCount).toBe(2);
});

test('users and items that are not known are refused, wherever they stand', async () => {
  using mf = await fitted();
  const before = stateOf(mf);
  for (const call of [
    () => mf.predict(12, 0),
    () => mf.predict(0, 9),
    () => mf.predict([0, 12], [0, 0]),
    () => mf.predict([0, 0], [0, 9]),
    () => mf.predict([0, -1], [0, 0]),
    () => mf.predict(Number.NaN, 0),
    () => mf.predict('0' as never, [0]),
    () => mf.recommend(12),
    () => mf.recommend(-1),
    () => mf.recommend(1.5),
    () => mf.recommend(0, { k: 0 }),
    () => mf.recommend(0, { exclude: [9] }),
    () => mf.recommend(0, { exclude: [-1] }),
    () => mf.recommend(0, { filter: [1] as never }),
    () => mf.similarItems(9),
    () => mf.similarItems(-1),
    () => mf.similarItems(0, { exclude: [9] }),
    () => mf.userVector(12),
  ]) {
    expect(errorOf(call).code, String(call)).toBe('INVALID_ARGUMENT');
  }
  expect(errorOf(() => mf.predict([0, 1], [0])).code).toBe('DIMENSION_MISMATCH');
  expect(stateOf(mf)).toEqual(before);
});

test('before fit there is nothing, and after dispose() nothing more', async () => {
  const { FlatIndex } = await import('lanewise');
  const mf = await MatrixFactorization.create();
  const calls = [
    () => mf.userFactors,
    () => mf.itemFactors,
    () => mf.userBiases,
    () => mf.itemBiases,
    () => mf.mean,
    () => mf.losses,
    () => mf.predict(0, 0),
    () => mf.recommend(0),
    () => mf.similarItems(0),
    () => mf.userVector(0),
    () => mf.foldIn({ items: [0], ratings: [1] }),
    () => mf.toBytes(),
  ];
  expect([mf.isFitted, mf.userCount, mf.itemCount, mf.memoryUsage().total]).toEqual([false, 0, 0, 0]);
  for (const call of calls) expect(errorOf(call).code, String(call)).toBe('UNTRAINED');
  await expect(mf.toIndex(FlatIndex)).rejects.toMatchObject({ code: 'UNTRAINED' });
  await mf.fit(RATINGS);
  mf[Symbol.dispose]();
  for (const call of [...calls, () => mf.memoryUsage()])
    expect(errorOf(call).code, String(call)).toBe('DISPOSED');
  await expect(mf.fit(RATINGS)).rejects.toMatchObject({ code: 'DISPOSED' });
  await expect(mf.partialFit(RATINGS)).rejects.toMatchObject({ code: 'DISPOSED' });
});
