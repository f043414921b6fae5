import { createSafetensors, ImplicitALS, readSafetensors } from 'lanewise';
import { expect, test } from 'vitest';
import { runtime } from '../../src/recommend/kernels.ts';
import { errorOf } from '../host/error-of.ts';
import { makePairs } from './implicit-als-data.ts';

const data = makePairs(200, 5);

async function fitted(): Promise<ImplicitALS> {
  const als = await ImplicitALS.create({
    factors: 5,
    iterations: 3,
    seed: -7,
    alpha: 2.5,
    trackLosses: true,
  });
  return als.fit(data);
}

test('what was written is read with identical answers, and written the same again', async () => {
  using als = await fitted();
  const bytes = als.toBytes();
  using read = ImplicitALS.fromBytes(bytes);
  expect([read.isFitted, read.userCount, read.itemCount, read.factorCount]).toEqual([true, 41, 29, 5]);
  expect([read.iterations, read.losses]).toEqual([3, als.losses]);
  expect(read.userFactors).toEqual(als.userFactors);
  expect(read.recommend(3)).toEqual(als.recommend(3));
  expect(read.similarItems(3)).toEqual(als.similarItems(3));
  expect(read.foldIn({ items: [3, 4] })).toEqual(als.foldIn({ items: [3, 4] }));
  expect(read.memoryUsage()).toEqual(als.memoryUsage());
  expect(read.toBytes()).toEqual(bytes);
  using again = ImplicitALS.fromBytes(bytes.buffer);
  await Promise.all([again.fit(data), als.fit(data)]);
  expect(again.toBytes()).toEqual(als.toBytes());
});

test('losses are in the file only where there are any', async () => {
  using als = await (await ImplicitALS.create({ factors: 5, iterations: 1 })).fit(data);
  const bytes = als.toBytes();
  expect([...readSafetensors(bytes).tensors.keys()].sort()).toEqual(['items', 'users']);
  using read = ImplicitALS.fromBytes(bytes);
  expect(read.losses).toEqual([]);
});

test('damaged and foreign bytes are refused, and leave none in memory', async () => {
  using als = await fitted();
  const bytes = als.toBytes();
  const before = runtime().memory.statistics.bytesInUse;
  const { tensors, metadata } = readSafetensors(bytes);
  for (const [name, { data: values }] of tensors) {
    const damaged = bytes.slice();
    damaged[values.byteOffset - bytes.byteOffset + 3]! ^= 1;
    expect(errorOf(() => ImplicitALS.fromBytes(damaged)).code, name).toBe('FILE_CORRUPT');
  }
  for (const length of [0, 7, 100, bytes.length - 1])
    expect(errorOf(() => ImplicitALS.fromBytes(bytes.slice(0, length))).code).toBe('FILE_TRUNCATED');
  const rewritten = (changed: Record<string, string>) => {
    const specs = [...tensors].map(([name, { dtype, shape }]) => ({ name, dtype, shape }));
    const file = createSafetensors(specs, { ...metadata, ...changed });
    for (const [name, { data: values }] of tensors) file.view(name).set(values);
    return errorOf(() => ImplicitALS.fromBytes(file.bytes)).code;
  };
  expect(rewritten({ estimator: 'MatrixFactorization' })).toBe('FILE_FORMAT');
  expect(rewritten({ version: '99' })).toBe('FILE_VERSION');
  const options = JSON.parse(metadata['options']!);
  for (const changed of [
    { factors: 6 },
    { factors: 0 },
    { alpha: -1 },
    { alpha: '3' },
    { solver: 'newton' },
    { regularization: null },
    { userCount: 40 },
    { itemCount: 2 ** 31 },
    { usedItems: 30 },
    { learnedIterations: 2 },
    { learnedIterations: 0 },
  ]) {
    const file = rewritten({ options: JSON.stringify({ ...options, ...changed }) });
    expect(file, JSON.stringify(changed)).toBe('FILE_CORRUPT');
  }
  expect(errorOf(() => ImplicitALS.fromBytes('bytes' as never)).code).toBe('INVALID_ARGUMENT');
  expect(runtime().memory.statistics.bytesInUse).toBe(before);
});
