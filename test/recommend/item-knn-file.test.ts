import { createSafetensors, ItemKnn, type ItemKnnOptions, readSafetensors } from 'lanewise';
import { expect, test } from 'vitest';
import { arrayTensor } from '../../src/format/file-tensors.ts';
import { writeIndexFile } from '../../src/format/index-file.ts';
import { runtime } from '../../src/recommend/kernels.ts';
import { errorOf } from '../host/error-of.ts';
import { makeEntries } from './knn-data.ts';

const DATA = makeEntries(20, 15, 0.3, 1);
const { ratings: _, ...UNRATED } = DATA;

async function fitted(
  options?: ItemKnnOptions,
  data: Parameters<ItemKnn['fit']>[0] = DATA,
): Promise<ItemKnn> {
  return (await ItemKnn.create(options)).fit(data);
}

test.each([
  [{}, DATA],
  [{}, UNRATED],
  [{ similarity: 'pearson', neighbors: 3, shrinkage: 2.5, minSupport: 2 }, DATA],
] as [ItemKnnOptions, typeof DATA][])(
  'what %o wrote is read with identical answers, and written the same again',
  async (options, data) => {
    using knn = await fitted(options, data);
    const bytes = knn.toBytes();
    using read = ItemKnn.fromBytes(bytes);
    expect([read.userCount, read.itemCount, read.isFitted]).toEqual([20, 15, true]);
    for (let user = 0; user < 20; user++) expect(read.recommend(user)).toEqual(knn.recommend(user));
    for (let item = 0; item < 15; item++) expect(read.similarItems(item)).toEqual(knn.similarItems(item));
    if (data === UNRATED) expect(errorOf(() => read.predict([0], [0])).code).toBe('INVALID_ARGUMENT');
    else expect(read.predict(DATA.users, DATA.items)).toEqual(knn.predict(DATA.users, DATA.items));
    expect(read.toBytes()).toEqual(bytes);
    using again = ItemKnn.fromBytes(bytes.buffer);
    expect(again.memoryUsage().total).toBeLessThanOrEqual(knn.memoryUsage().total);
    // It learns as the first one would.
    await read.fit(data);
    expect(read.toBytes()).toEqual(bytes);
  },
);

test('damaged and foreign bytes are refused, and leave none in memory', async () => {
  using knn = await fitted();
  const bytes = knn.toBytes();
  const before = runtime().memory.statistics.bytesInUse;
  const { tensors, metadata } = readSafetensors(bytes);
  for (const [name, { data }] of tensors) {
    const damaged = bytes.slice();
    damaged[data.byteOffset - bytes.byteOffset + 3]! ^= 1;
    expect(errorOf(() => ItemKnn.fromBytes(damaged)).code, name).toBe('FILE_CORRUPT');
  }
  for (const length of [0, 7, 100, bytes.length - 1]) {
    expect(errorOf(() => ItemKnn.fromBytes(bytes.slice(0, length))).code).toBe('FILE_TRUNCATED');
  }
  const rewritten = (changed: Record<string, string>) => {
    const specs = [...tensors].map(([name, { dtype, shape }]) => ({ name, dtype, shape }));
    const file = createSafetensors(specs, { ...metadata, ...changed });
    for (const [name, { data }] of tensors) file.view(name).set(data);
    return errorOf(() => ItemKnn.fromBytes(file.bytes)).code;
  };
  expect(rewritten({ estimator: 'Popularity' })).toBe('FILE_FORMAT');
  expect(rewritten({ version: '99' })).toBe('FILE_VERSION');
  const options = JSON.parse(metadata['options']!);
  for (const changed of [
    { userCount: 0 },
    { userCount: 21 },
    { itemCount: 2 ** 31 + 1 },
    { entries: options.entries + 1 },
    { links: -1 },
    { neighbors: 0 },
    { minSupport: 0 },
    { shrinkage: -1 },
    { shrinkage: null },
  ]) {
    expect(rewritten({ options: JSON.stringify({ ...options, ...changed }) }), JSON.stringify(changed)).toBe(
      'FILE_CORRUPT',
    );
  }
  expect(errorOf(() => ItemKnn.fromBytes('bytes' as never)).code).toBe('INVALID_ARGUMENT');
  expect(runtime().memory.statistics.bytesInUse).toBe(before);
});

/** Users 0 and 1 have items 0, 1 and 1, 2; items 0 and 1 are neighbours. */
const FORGED = {
  user_starts: Uint32Array.of(0, 2, 4),
  user_items: Int32Array.of(0, 1, 1, 2),
  ratings: Float32Array.of(1, 2, 3, 4),
  neighbor_starts: Uint32Array.of(0, 1, 3, 3),
  neighbors: Int32Array.of(1, 0, 2),
  similarities: Float32Array.of(0.5, 0.5, 0.25),
};

/** A file whose checksums are right, whatever it holds. */
function forge(changed: Partial<typeof FORGED>): Uint8Array {
  const options = {
    ...{ isPearson: false, neighbors: 9, shrinkage: 0, minSupport: 1, hasRatings: true },
    ...{ userCount: 2, itemCount: 3, entries: 4, links: 3 },
  };
  const tensors = Object.entries({ ...FORGED, ...changed }).map(([name, array]) => {
    const dtype = array instanceof Float32Array ? 'F32' : array instanceof Int32Array ? 'I32' : 'U32';
    return arrayTensor(runtime(), { name, dtype, shape: [array.length] }, array);
  });
  return writeIndexFile({ estimator: 'ItemKnn', options, nextId: 0, seed: 0 }, tensors);
}

test('a file that was forged with right checksums is refused where a number would lead out of bounds', async () => {
  using right = ItemKnn.fromBytes(forge({}));
  expect([...right.recommend(1, { k: 2 }).ids]).toEqual([0, 2]);
  const before = runtime().memory.statistics.bytesInUse;
  for (const changed of [
    { user_starts: Uint32Array.of(0, 2, 5) },
    { user_starts: Uint32Array.of(1, 2, 4) },
    { user_starts: Uint32Array.of(0, 4_000_000_000, 4) },
    { user_starts: Uint32Array.of(0, 5, 4) },
    { user_items: Int32Array.of(0, 1, 1, 3) },
    { user_items: Int32Array.of(0, -1, 1, 2) },
    { user_items: Int32Array.of(1, 1, 1, 2) },
    { user_items: Int32Array.of(1, 0, 1, 2) },
    { ratings: Float32Array.of(1, 2, Number.NaN, 4) },
    { neighbor_starts: Uint32Array.of(0, 3, 1, 3) },
    { neighbor_starts: Uint32Array.of(0, 1, 3, 2 ** 31) },
    { neighbors: Int32Array.of(3, 0, 2) },
    { neighbors: Int32Array.of(-1, 0, 2) },
    { neighbors: Int32Array.of(0, 0, 2) },
    { similarities: Float32Array.of(0, 0.5, 0.25) },
    { similarities: Float32Array.of(1.5, 0.5, 0.25) },
    { similarities: Float32Array.of(Number.NaN, 0.5, 0.25) },
    { similarities: Float32Array.of(0.5, 0.25, 0.5) },
  ]) {
    expect(errorOf(() => ItemKnn.fromBytes(forge(changed))).code, JSON.stringify(changed)).toBe(
      'FILE_CORRUPT',
    );
  }
  expect(runtime().memory.statistics.bytesInUse).toBe(before);
});
