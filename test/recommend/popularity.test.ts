import { Bitmap, createSafetensors, Popularity, type Progress, readSafetensors } from 'lanewise';
import { expect, test } from 'vitest';
import { runtime } from '../../src/recommend/kernels.ts';
import { errorOf } from '../host/error-of.ts';

const bytesInUse = () => runtime().memory.statistics.bytesInUse;
/** Entries per item: 1, 3, 0, 2, 0; ratings sum to 9, 3, 0, -4, 0. */
const DATA = {
  users: [0, 0, 1, 2, 1, 2],
  items: [1, 0, 1, 1, 3, 3],
  ratings: [1, 9, 1, 1, -2, -2],
  itemCount: 5,
};

async function fitted(options?: Parameters<typeof Popularity.create>[0]): Promise<Popularity> {
  return (await Popularity.create(options)).fit(DATA);
}

test('everybody is recommended the items with the most entries, the lower one first where they are equal', async () => {
  using popularity = await fitted();
  expect([popularity.userCount, popularity.itemCount, popularity.isFitted]).toEqual([3, 5, true]);
  const found = popularity.recommend(0, { k: 7 });
  expect([...found.ids]).toEqual([1, 3, 0, 2, 4, -1, -1]);
  expect([...found.scores]).toEqual([3, 2, 1, 0, 0, -Infinity, -Infinity]);
  expect(popularity.recommend(2, { k: 7 })).toEqual(found);
  expect(popularity.recommend(0).k).toBe(10);
});

test('by ratings, items count by the sum of them, or by entries where there are none', async () => {
  using popularity = await fitted({ by: 'ratings' });
  const { ids, scores } = popularity.recommend(1, { k: 5 });
  expect([[...ids], [...scores]]).toEqual([
    [0, 1, 2, 4, 3],
    [9, 3, 0, 0, -4],
  ]);
  await popularity.fit({ users: [0, 0, 1], items: [1, 0, 1] });
  expect([...popularity.recommend(1, { k: 2 }).scores]).toEqual([2, 1]);
});

test('items that are excluded or filtered out do not qualify', async () => {
  using popularity = await fitted();
  expect([...popularity.recommend(0, { k: 3, exclude: [1, 0] }).ids]).toEqual([3, 2, 4]);
  const filter = Bitmap.of([0, 1, 2, 9]);
  expect([...popularity.recommend(0, { k: 3, exclude: [1], filter }).ids]).toEqual([0, 2, -1]);
  expect([...popularity.recommend(0, { k: 2, exclude: [0, 1, 2, 3, 4] }).ids]).toEqual([-1, -1]);
});

test('the items most like one are the most popular others', async () => {
  using popularity = await fitted();
  expect([...popularity.similarItems(1, { k: 3 }).ids]).toEqual([3, 0, 2]);
  expect([...popularity.similarItems(1, { k: 3, exclude: [0] }).ids]).toEqual([3, 2, 4]);
});

test('users and items that are not known are refused, and so is everything before fit', async () => {
  using popularity = await Popularity.create();
  expect([popularity.isFitted, popularity.userCount, popularity.itemCount]).toEqual([false, 0, 0]);
  const calls = [() => popularity.recommend(0), () => popularity.similarItems(0), () => popularity.toBytes()];
  for (const call of calls) expect(errorOf(call).code).toBe('UNTRAINED');
  await popularity.fit(DATA);
  for (const user of [3, -1, 0.5, Number.NaN, undefined as never]) {
    expect(errorOf(() => popularity.recommend(user)).code).toBe('INVALID_ARGUMENT');
  }
  expect(errorOf(() => popularity.similarItems(5)).code).toBe('INVALID_ARGUMENT');
  expect(errorOf(() => popularity.recommend(0, { exclude: [5] })).code).toBe('INVALID_ARGUMENT');
  expect(errorOf(() => popularity.recommend(0, { k: 0 })).code).toBe('INVALID_ARGUMENT');
  const unknown = Popularity.create({ by: 'taste' as never });
  await expect(unknown).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
});

test('a fit that is refused, stopped or finds no room leaves what was learned, and no bytes', async () => {
  using popularity = await fitted({ by: 'ratings' });
  const before = [popularity.recommend(0), bytesInUse()];
  const unchanged = () => expect([popularity.recommend(0), bytesInUse()]).toEqual(before);
  const signal = AbortSignal.abort('enough');
  await expect(popularity.fit({ users: [1], items: [1] }, { signal })).rejects.toBe('enough');
  unchanged();
  for (const [wrong, code] of [
    [{ users: [], items: [] }, 'INVALID_ARGUMENT'],
    [{ users: [0, 1], items: [0] }, 'DIMENSION_MISMATCH'],
    [{ users: [0], items: [0], ratings: [Number.NaN] }, 'INVALID_VALUE'],
    [{ users: [0, 1], items: [0, 0], ratings: [3e38, 3e38] }, 'INVALID_VALUE'],
    [{ users: [0], items: [2 ** 31 - 1] }, 'MEMORY_EXHAUSTED'],
  ] as const) {
    await expect(popularity.fit(wrong)).rejects.toMatchObject({ code });
    unchanged();
  }
});

test('ratings that change while they are summed do not change the sums', async () => {
  using popularity = await Popularity.create({ by: 'ratings' });
  const ids = new Int32Array(300_000); // more than one piece
  const ratings = new Float32Array(ids.length).fill(1);
  const fit = popularity.fit({ users: ids, items: ids, ratings });
  ratings.fill(Number.NaN);
  await fit;
  expect(popularity.recommend(0, { k: 1 }).scores[0]).toBe(300_000);
});

test('progress counts the entries', async () => {
  using popularity = await Popularity.create();
  const told: Progress[] = [];
  const ids = new Int32Array(300_000);
  await popularity.fit({ users: ids, items: ids }, { onProgress: (progress) => void told.push(progress) });
  expect(told.at(-1)).toEqual({ done: 300_000, total: 300_000 });
  expect(popularity.recommend(0, { k: 1 }).scores[0]).toBe(300_000);
});

test('what was written is read with identical answers, and written the same again', async () => {
  for (const by of ['entries', 'ratings'] as const) {
    using popularity = await fitted({ by });
    const bytes = popularity.toBytes();
    using read = Popularity.fromBytes(bytes);
    expect([read.userCount, read.itemCount]).toEqual([3, 5]);
    expect(read.recommend(0)).toEqual(popularity.recommend(0));
    expect(read.memoryUsage()).toEqual(popularity.memoryUsage());
    expect(read.toBytes()).toEqual(bytes);
    await read.fit(DATA);
    expect(read.toBytes()).toEqual(bytes);
  }
});

test('damaged and foreign bytes are refused, and leave none in memory', async () => {
  using popularity = await fitted();
  const bytes = popularity.toBytes();
  const { tensors, metadata } = readSafetensors(bytes);
  const { data } = tensors.get('scores')!;
  const before = bytesInUse();
  const damaged = bytes.slice();
  damaged[data.byteOffset - bytes.byteOffset + 3]! ^= 1;
  expect(errorOf(() => Popularity.fromBytes(damaged)).code).toBe('FILE_CORRUPT');
  expect(errorOf(() => Popularity.fromBytes(bytes.slice(0, bytes.length - 1))).code).toBe('FILE_TRUNCATED');
  for (const [changed, code] of [
    [{ estimator: 'FlatIndex' }, 'FILE_FORMAT'],
    [{ options: '{}' }, 'FILE_CORRUPT'],
    [{ options: '{"by":2,"userCount":3,"itemCount":5}' }, 'FILE_CORRUPT'],
    [{ options: '{"by":0,"userCount":0,"itemCount":5}' }, 'FILE_CORRUPT'],
    [{ options: '{"by":0,"userCount":3,"itemCount":2147483648}' }, 'FILE_CORRUPT'],
  ] as const) {
    const file = createSafetensors([{ name: 'scores', dtype: 'F32', shape: [5] }], {
      ...metadata,
      ...changed,
    });
    file.view('scores').set(data);
    expect(errorOf(() => Popularity.fromBytes(file.bytes)).code).toBe(code);
  }
  expect(bytesInUse()).toBe(before);
});

test('fitting again and disposing give every byte back', async () => {
  const before = bytesInUse();
  const popularity = await fitted();
  const held = bytesInUse() - before;
  expect(popularity.memoryUsage()).toEqual({ total: held });
  await popularity.fit(DATA);
  expect(bytesInUse() - before).toBe(held);
  popularity.dispose();
  popularity.dispose();
  expect(bytesInUse()).toBe(before);
  expect(errorOf(() => popularity.recommend(0)).code).toBe('DISPOSED');
  expect(errorOf(() => popularity.memoryUsage()).code).toBe('DISPOSED');
  await expect(popularity.fit(DATA)).rejects.toMatchObject({ code: 'DISPOSED' });
});
