import { createSafetensors, MatrixFactorization, readSafetensors } from 'lanewise';
import { describe, expect, test } from 'vitest';
import { runtime } from '../../src/recommend/kernels.ts';
import { errorOf } from '../host/error-of.ts';
import { columnsOf, epochFloat64, makeRatings, predictFloat64, rowsOf } from '../reference/factorization.ts';

const FACTORS = 5;
const RATINGS = makeRatings(50, 40, 0.4, 27);
/** Two users and an item that are new, and some that are not; user 50 and item 41 have no ratings. */
const NEW = [
  { user: 3, item: 8, rating: 5 },
  { user: 51, item: 8, rating: 1 },
  { user: 51, item: 12, rating: 4 },
  { user: 52, item: 42, rating: 3 },
  { user: 3, item: 42, rating: 2 },
];

async function fitted(seed = 4, shuffle = true): Promise<MatrixFactorization> {
  const mf = await MatrixFactorization.create({ factors: FACTORS, epochs: 6, seed, shuffle });
  return mf.fit({ ...columnsOf(RATINGS), userCount: 50, itemCount: 40 });
}

const stateOf = (mf: MatrixFactorization) => [mf.toBytes(), runtime().memory.statistics.bytesInUse];

describe('partialFit', () => {
  test('takes in users and items that are new, and leaves all that have no new ratings', async () => {
    using mf = await fitted();
    const [users, items] = [rowsOf(mf.userFactors, FACTORS), rowsOf(mf.itemFactors, FACTORS)];
    const { userBiases, itemBiases, mean, losses } = mf;
    const { total } = mf.memoryUsage();
    await mf.partialFit(columnsOf(NEW), { epochs: 3 });
    expect([mf.userCount, mf.itemCount, mf.mean]).toEqual([53, 43, mean]);
    expect(mf.memoryUsage().total).toBeGreaterThan(total);
    expect(mf.losses.train.slice(0, 6)).toEqual(losses.train);
    expect(mf.losses.train.length).toBe(9);
    const [grownUsers, grownItems] = [rowsOf(mf.userFactors, FACTORS), rowsOf(mf.itemFactors, FACTORS)];
    users.forEach((row, user) => {
      if (user === 3) expect(grownUsers[user]).not.toEqual(row);
      else expect([grownUsers[user], mf.userBiases[user]]).toEqual([row, userBiases[user]]);
    });
    items.forEach((row, item) => {
      if (item === 8 || item === 12) expect(grownItems[item]).not.toEqual(row);
      else expect([grownItems[item], mf.itemBiases[item]]).toEqual([row, itemBiases[item]]);
    });
    expect(grownUsers[51]!.every((value) => value !== 0)).toBe(true);
    expect(grownItems[42]!.every((value) => value !== 0)).toBe(true);
    expect([...grownUsers[50]!, ...grownItems[41]!]).toEqual(Array(2 * FACTORS).fill(0));
    expect(mf.recommend(52, { k: 43 }).ids).toContain(42);
  });

  test('is the textbook loop over the new ratings, at the rates of the first epochs', async () => {
    using mf = await fitted(4, false);
    const known = NEW.filter(({ user, item }) => user < 50 && item < 40).concat(RATINGS.slice(0, 100));
    const expected = {
      ...{ users: rowsOf(mf.userFactors, FACTORS), items: rowsOf(mf.itemFactors, FACTORS), mean: mf.mean },
      ...{ userBiases: [...mf.userBiases], itemBiases: [...mf.itemBiases] },
    };
    for (const rate of [0.02, 0.02 / 1.05])
      epochFloat64(expected, known, { rate, penalty: 0.06, biasPenalty: 0.02, biases: true });
    await mf.partialFit(columnsOf(known), { epochs: 2 });
    for (let user = 0; user < 50; user++)
      expect(Math.abs(mf.predict(user, 8) - predictFloat64(expected, user, 8))).toBeLessThan(1e-4);
  });

  test('draws factors for those who had none when their first ratings come', async () => {
    using mf = await MatrixFactorization.create({ factors: FACTORS, epochs: 2 });
    await mf.fit({ users: [0, 2], items: [0, 2], ratings: [1, 5], userCount: 3, itemCount: 3 });
    await mf.partialFit({ users: [1], items: [1], ratings: [4] });
    expect(mf.userFactors.every((value) => value !== 0)).toBe(true);
    expect(mf.itemFactors.every((value) => value !== 0)).toBe(true);
    expect(mf.predict(1, 1)).toBeGreaterThan(mf.mean);
  });

  test('before fit learns from nothing', async () => {
    using mf = await MatrixFactorization.create({ factors: FACTORS, seed: 8 });
    await mf.partialFit(columnsOf(RATINGS), { epochs: 7 });
    using whole = await MatrixFactorization.create({ factors: FACTORS, seed: 8, epochs: 7 });
    await whole.fit(columnsOf(RATINGS));
    expect(mf.userFactors).toEqual(whole.userFactors);
    expect(mf.mean).toBe(whole.mean);
  });

  test('that is stopped before its first epoch, or diverges in it, leaves all as it was', async () => {
    using mf = await fitted();
    const before = stateOf(mf);
    await expect(mf.partialFit(columnsOf(NEW), { signal: AbortSignal.abort('no') })).rejects.toBe('no');
    const huge = { users: [0, 0, 60], items: [0, 1, 0], ratings: [3e38, -3e38, 3e38] };
    await expect(mf.partialFit(huge)).rejects.toMatchObject({ code: 'DIVERGED', got: 1 });
    expect(stateOf(mf)).toEqual(before);
  });
});

describe('a saved file', () => {
  test('has identical answers, is written the same again, and learns on as the first would', async () => {
    using mf = await fitted(-3);
    await mf.fit(columnsOf(RATINGS), { validation: columnsOf(NEW.slice(0, 1)) });
    const bytes = mf.toBytes();
    using read = MatrixFactorization.fromBytes(bytes);
    expect(read.toBytes()).toEqual(bytes);
    expect(read.memoryUsage()).toEqual(mf.memoryUsage());
    expect([read.losses, read.mean, read.userCount]).toEqual([mf.losses, mf.mean, 50]);
    expect(read.recommend(9)).toEqual(mf.recommend(9));
    expect(read.similarItems(9)).toEqual(mf.similarItems(9));
    const unaligned = new Uint8Array(bytes.length + 1).subarray(1);
    unaligned.set(bytes);
    using again = MatrixFactorization.fromBytes(unaligned);
    expect(again.userFactors).toEqual(mf.userFactors);
    for (const each of [mf, read]) await each.partialFit(columnsOf(NEW), { epochs: 2 });
    expect(read.toBytes()).toEqual(mf.toBytes());
    for (const each of [mf, read]) await each.fit(columnsOf(RATINGS));
    expect(read.toBytes()).toEqual(mf.toBytes());
  });

  test('without biases has none', async () => {
    using mf = await MatrixFactorization.create({
      factors: 2,
      biases: false,
      epochs: 2,
      schedule: 'constant',
    });
    await mf.fit(columnsOf(RATINGS));
    const bytes = mf.toBytes();
    expect([...readSafetensors(bytes).tensors.keys()].sort()).toEqual(['items', 'trainLosses', 'users']);
    using read = MatrixFactorization.fromBytes(bytes.buffer);
    expect(read.predict([3], [4])).toEqual(mf.predict([3], [4]));
  });

  test('that is damaged or foreign is refused, and leaves no bytes', async () => {
    using mf = await fitted();
    const bytes = mf.toBytes();
    const before = runtime().memory.statistics.bytesInUse;
    const { tensors, metadata } = readSafetensors(bytes);
    const codeOf = (file: unknown) => errorOf(() => MatrixFactorization.fromBytes(file as Uint8Array)).code;
    for (const [name, { data }] of tensors) {
      const damaged = bytes.slice();
      damaged[data.byteOffset - bytes.byteOffset + 2]! ^= 1;
      expect(codeOf(damaged), name).toBe('FILE_CORRUPT');
    }
    for (const length of [0, 7, 100, bytes.length - 1])
      expect(codeOf(bytes.slice(0, length))).toBe('FILE_TRUNCATED');
    const rewritten = (changed: Record<string, string>) => {
      const specs = [...tensors].map(([name, { dtype, shape }]) => ({ name, dtype, shape }));
      const file = createSafetensors(specs, { ...metadata, ...changed });
      for (const [name, { data }] of tensors) file.view(name).set(data);
      return codeOf(file.bytes);
    };
    expect(rewritten({ estimator: 'FlatIndex' })).toBe('FILE_FORMAT');
    expect(rewritten({ version: '99' })).toBe('FILE_VERSION');
    const options = JSON.parse(metadata['options']!);
    for (const changed of [
      { userCount: 2 ** 31 },
      { userCount: 51 },
      { itemCount: 0 },
      { factors: 1024 },
      { factors: 6 },
      { biases: false, userCount: 49 },
      { mean: null },
      { mean: 1e300 },
      { schedule: 'none' },
      { epochs: -1 },
    ]) {
      const text = JSON.stringify({ ...options, ...changed });
      expect(rewritten({ options: text }), text).toBe('FILE_CORRUPT');
    }
    expect(codeOf('bytes')).toBe('INVALID_ARGUMENT');
    expect(runtime().memory.statistics.bytesInUse).toBe(before);
  });

  test('that holds what is not finite is refused, whatever its checksums say', async () => {
    const endless = await fitted();
    const before = runtime().memory.statistics.bytesInUse;
    // Written by the estimator itself, so that the checksums are right: its memory is altered first.
    const { f32 } = runtime().memory;
    const [value] = endless.userFactors;
    f32[f32.indexOf(value!)] = Number.NaN;
    const file = endless.toBytes();
    expect(errorOf(() => MatrixFactorization.fromBytes(file)).code).toBe('FILE_CORRUPT');
    expect(runtime().memory.statistics.bytesInUse).toBe(before);
    endless.dispose();
  });
});
