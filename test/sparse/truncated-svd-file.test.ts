import { createSafetensors, readSafetensors, TruncatedSVD } from 'lanewise';
import { expect, test } from 'vitest';
import { runtime } from '../../src/sparse/kernels.ts';
import { errorOf } from '../host/error-of.ts';
import { makeSparse } from './svd-data.ts';

async function fitted() {
  const made = await makeSparse(40, 25, 0.3, 6);
  const svd = await TruncatedSVD.create({ components: 5, iterations: 3, oversamples: 4, seed: -2 });
  await svd.fit(made.matrix);
  return { ...made, svd, bytes: svd.toBytes() };
}

test('what was written is read with identical answers, and written the same again', async () => {
  const { svd, bytes, matrix } = await fitted();
  using read = TruncatedSVD.fromBytes(bytes);
  expect(read.isFitted).toBe(true);
  expect(read.componentCount).toBe(5);
  expect(read.components).toEqual(svd.components);
  expect(read.singularValues).toEqual(svd.singularValues);
  expect(read.explainedVariance).toEqual(svd.explainedVariance);
  expect(read.explainedVarianceRatio).toEqual(svd.explainedVarianceRatio);
  expect(read.transform(matrix)).toEqual(svd.transform(matrix));
  expect(read.memoryUsage()).toEqual(svd.memoryUsage());
  expect(read.toBytes()).toEqual(bytes);
  expect(TruncatedSVD.fromBytes(bytes.buffer).components).toEqual(svd.components);
  // It learns as the first one would.
  await Promise.all([read.fit(matrix), svd.fit(matrix)]);
  expect(read.components).toEqual(svd.components);
});

test('there is nothing to write before fit', async () => {
  using svd = await TruncatedSVD.create({ components: 5 });
  expect(errorOf(() => svd.toBytes()).code).toBe('UNTRAINED');
});

test('damaged and foreign bytes are refused, and leave none in memory', async () => {
  const { bytes } = await fitted();
  const before = runtime().memory.statistics.bytesInUse;
  const { tensors, metadata } = readSafetensors(bytes);
  for (const [name, { data }] of tensors) {
    const damaged = bytes.slice();
    damaged[data.byteOffset - bytes.byteOffset + 3]! ^= 1;
    expect(errorOf(() => TruncatedSVD.fromBytes(damaged)).code, name).toBe('FILE_CORRUPT');
  }
  for (const length of [0, 7, 100, bytes.length - 1]) {
    expect(errorOf(() => TruncatedSVD.fromBytes(bytes.slice(0, length))).code).toBe('FILE_TRUNCATED');
  }
  const rewritten = (changed: Record<string, string>) => {
    const specs = [...tensors].map(([name, { dtype, shape }]) => ({ name, dtype, shape }));
    const file = createSafetensors(specs, { ...metadata, ...changed });
    for (const [name, { data }] of tensors) file.view(name).set(data);
    return errorOf(() => TruncatedSVD.fromBytes(file.bytes)).code;
  };
  expect(rewritten({ estimator: 'FlatIndex' })).toBe('FILE_FORMAT');
  expect(rewritten({ version: '99' })).toBe('FILE_VERSION');
  for (const options of [
    '{}',
    '{"components":5,"columns":4,"iterations":3,"oversamples":4}',
    '{"components":6,"columns":25,"iterations":3,"oversamples":4}',
    '{"components":5,"columns":26,"iterations":3,"oversamples":4}',
    '{"components":5,"columns":25,"iterations":-3,"oversamples":4}',
  ]) {
    expect(rewritten({ options }), options).toBe('FILE_CORRUPT');
  }
  expect(errorOf(() => TruncatedSVD.fromBytes('bytes' as never)).code).toBe('INVALID_ARGUMENT');
  expect(runtime().memory.statistics.bytesInUse).toBe(before);
});
