import { Bitmap, FlatIndex, HnswIndex, IvfIndex, LshIndex, MatrixFactorization } from 'lanewise';
import { describe, expect, test } from 'vitest';
import { runtime } from '../../src/recommend/kernels.ts';
import { errorOf } from '../host/error-of.ts';
import { columnsOf, dot, makeRatings, rowsOf, solveFloat64 } from '../reference/factorization.ts';

const FACTORS = 6;
const RATINGS = makeRatings(80, 70, 0.3, 17);
const bytesInUse = () => runtime().memory.statistics.bytesInUse;

async function fitted(biases = true, epochs = 30): Promise<MatrixFactorization> {
  const mf = await MatrixFactorization.create({ factors: FACTORS, epochs, biases, regularization: 0.05 });
  return mf.fit({ ...columnsOf(RATINGS), itemCount: 74 });
}

describe('a user who was not fitted', () => {
  const items = [3, 9, 27, 41, 44, 60, 69, 3];
  const ratings = [5, 1, 4.5, 2, 3, 4, 1.5, 4];

  test.each([true, false])(
    'is folded in as ridge regression in float64 has it (biases: %s)',
    async (biases) => {
      using mf = await fitted(biases);
      const rows = rowsOf(mf.itemFactors, FACTORS);
      const features = items.map((item) => (biases ? [...rows[item]!, 1] : rows[item]!));
      const rest = ratings.map((rating, i) => rating - mf.mean - mf.itemBiases[items[i]!]!);
      const n = features[0]!.length;
      const column = (k: number) => features.map((feature) => feature[k]!);
      const penalty = (k: number) => items.length * (k < FACTORS ? 0.05 : 0.02);
      const gram = Array.from({ length: n }, (_, i) =>
        Array.from({ length: n }, (_, j) => dot(column(i), column(j)) + (i === j ? penalty(i) : 0)),
      );
      const expected = solveFloat64(
        gram,
        Array.from({ length: n }, (_, i) => dot(column(i), rest)),
      );
      const { factors, bias } = mf.foldIn({ items, ratings });
      const found = biases ? [...factors, bias] : [...factors];
      expected.forEach((value, i) => {
        expect(Math.abs(found[i]! - value)).toBeLessThan(1e-5);
      });
      expect(biases || bias === 0).toBe(true);
    },
  );

  test('comes near to what the user who gave the same ratings has learned', async () => {
    using mf = await fitted(true, 400);
    const own = RATINGS.filter(({ user }) => user === 7);
    const folded = mf.foldIn(columnsOf(own));
    const exclude = own.map(({ item }) => item);
    const { ids, scores } = mf.recommend(folded, { k: 70, exclude });
    const found = [...ids].filter((id) => id >= 0);
    const expected = mf.predict(
      found.map(() => 7),
      found,
    );
    const apart = expected.map((value, i) => Math.abs(value - scores[i]!));
    expect(apart.reduce((sum, value) => sum + value, 0) / apart.length).toBeLessThan(0.05);
  });

  test('is folded in without a penalty, too, where ratings are fewer than factors', async () => {
    using mf = await MatrixFactorization.create({
      ...{ factors: FACTORS, epochs: 20, biases: false, regularization: 0 },
    });
    await mf.fit(columnsOf(RATINGS));
    const { factors } = mf.foldIn({ items: [3, 9], ratings: [5, 1] });
    const rows = rowsOf(mf.itemFactors, FACTORS);
    expect(dot([...factors], rows[3]!)).toBeCloseTo(5, 4);
    expect(dot([...factors], rows[9]!)).toBeCloseTo(1, 4);
  });

  test('and bad items or factors are refused', async () => {
    using mf = await fitted();
    const codeOf = (items: unknown, ratings: unknown) =>
      errorOf(() => mf.foldIn({ items, ratings } as { items: number[]; ratings: number[] })).code;
    expect(codeOf([74], [1])).toBe('INVALID_ARGUMENT');
    expect(codeOf([-1], [1])).toBe('INVALID_ARGUMENT');
    expect(codeOf([], [])).toBe('INVALID_ARGUMENT');
    expect(codeOf(undefined, [1])).toBe('INVALID_ARGUMENT');
    expect(codeOf([1, 2], [1])).toBe('DIMENSION_MISMATCH');
    expect(codeOf([1], [Number.NaN])).toBe('INVALID_VALUE');
    const factors = new Float32Array(FACTORS);
    expect(errorOf(() => mf.recommend({ factors: new Float32Array(5), bias: 0 })).code).toBe(
      'DIMENSION_MISMATCH',
    );
    expect(errorOf(() => mf.recommend({ factors: factors.fill(Number.NaN), bias: 0 })).code).toBe(
      'INVALID_VALUE',
    );
    expect(errorOf(() => mf.recommend({ factors: [] as never, bias: 0 })).code).toBe('DIMENSION_MISMATCH');
    expect(errorOf(() => mf.recommend(null as never)).code).toBe('INVALID_ARGUMENT');
  });
});

describe('an index of the items', () => {
  test.each([true, false])('finds what a scan finds, where it is exact (biases: %s)', async (biases) => {
    using mf = await fitted(biases);
    using flat = await mf.toIndex(FlatIndex);
    using ivf = await mf.toIndex(IvfIndex, { cells: 5 });
    expect([flat.size, flat.dimensions, flat.metric]).toEqual([74, FACTORS + (biases ? 1 : 0), 'ip']);
    const all = {
      search: (query: Float32Array, options: object) => ivf.search(query, { ...options, probes: 5 }),
    };
    for (let user = 0; user < 80; user++) {
      const exclude = RATINGS.filter((rating) => rating.user === user).map(({ item }) => item);
      const filter = Bitmap.where(new Array(74).fill(0), (_, item) => item % 4 !== user % 4);
      for (const options of [{ k: 5 }, { k: 5, exclude }, { k: 90, exclude, filter }, { k: 3, filter }]) {
        const scanned = mf.recommend(user, options);
        expect(mf.recommend(user, { ...options, index: flat })).toEqual(scanned);
        expect(mf.recommend(user, { ...options, index: all })).toEqual(scanned);
      }
    }
    const folded = mf.foldIn({ items: [1, 2], ratings: [5, 1] });
    expect(mf.recommend(folded, { index: flat })).toEqual(mf.recommend(folded));
  });

  test('may be approximate: most of what a graph finds is what a scan finds', async () => {
    using mf = await fitted();
    using hnsw = await mf.toIndex(HnswIndex, { m: 8, seed: 1 });
    let common = 0;
    for (let user = 0; user < 80; user++) {
      const expected = new Set(mf.recommend(user, { k: 10 }).ids);
      for (const id of mf.recommend(user, { k: 10, index: hnsw }).ids) if (expected.has(id)) common++;
    }
    expect(common / 800).toBeGreaterThan(0.9);
  });

  test('is searched with the vector of a user: its scores lack the mean and the bias of the user', async () => {
    using mf = await fitted();
    using index = await mf.toIndex(FlatIndex);
    const { ids, scores } = index.search(mf.userVector(5), { k: 4 });
    ids.forEach((id, i) => {
      expect(scores[i]! + mf.mean + mf.userBiases[5]!).toBeCloseTo(mf.predict(5, id), 4);
    });
    expect(mf.userVector(5).at(-1)).toBe(1);
  });

  test('that compares directions alone is refused, and what fails or is stopped leaves no bytes', async () => {
    using mf = await fitted();
    const before = bytesInUse();
    await expect(mf.toIndex(LshIndex, { tables: 2, bits: 4 })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
    await expect(mf.toIndex(FlatIndex, { signal: AbortSignal.abort('no') })).rejects.toBe('no');
    await expect(mf.toIndex(IvfIndex, { cells: 75 })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(bytesInUse()).toBe(before);
  });

  test('of other items is refused', async () => {
    using mf = await fitted();
    using other = await FlatIndex.create({ dimensions: FACTORS + 1, metric: 'ip' });
    other.add(new Float32Array(FACTORS + 1), { ids: [74] });
    expect(errorOf(() => mf.recommend(0, { index: other }))).toMatchObject({
      code: 'INVALID_ARGUMENT',
      got: 74,
    });
    using narrow = await FlatIndex.create({ dimensions: FACTORS, metric: 'ip' });
    expect(errorOf(() => mf.recommend(0, { index: narrow })).code).toBe('DIMENSION_MISMATCH');
  });

  test('may rank what is nearly equal in another order, as rounding does', async () => {
    using mf = await fitted();
    using flat = await mf.toIndex(FlatIndex);
    const search = (query: Float32Array, options: { k: number }) => {
      const { ids } = flat.search(query, options);
      [ids[4], ids[5]] = [ids[5]!, ids[4]!];
      return { ids };
    };
    expect(mf.recommend(4, { k: 5, index: { search } })).toEqual(mf.recommend(4, { k: 5 }));
  });

  test('need not heed a filter', async () => {
    using mf = await fitted();
    const index = { search: () => ({ ids: Int32Array.from({ length: 74 }, (_, i) => 73 - i) }) };
    const options = { k: 70, exclude: [1, 2, 3] };
    expect(mf.recommend(4, { ...options, index })).toEqual(mf.recommend(4, options));
  });
});
