import { capabilities, FlatIndex } from 'lanewise';
import { expect, test } from 'vitest';
import { errorOf } from '../host/error-of.ts';

const memory = () => capabilities().memory;

test('10 000 indexes, one after another, leave nothing behind and take no more memory than one', async () => {
  const cycle = async () => {
    using index = await FlatIndex.create({ dimensions: 3, metric: 'l2' });
    index.add([1, 2, 3, 4, 5, 6]);
    index.search([1, 2, 3, 4, 5, 6], { k: 1 });
    errorOf(() => index.add([1, 2, Number.NaN]));
  };
  await cycle();
  const before = memory();
  for (let i = 0; i < 10_000; i++) await cycle();
  expect(memory()).toEqual(before);
});

test('indexes that are saved and loaded a thousand times leave nothing behind', async () => {
  using index = await FlatIndex.create({ dimensions: 4, metric: 'ip' });
  index.add([1, 2, 3, 4]);
  const bytes = index.toBytes();
  const damaged = bytes.slice();
  damaged[damaged.length - 1]! ^= 1;
  const cycle = () => {
    using loaded = FlatIndex.fromBytes(bytes);
    loaded.toBytes();
    errorOf(() => FlatIndex.fromBytes(damaged));
  };
  cycle();
  const before = memory();
  for (let i = 0; i < 1000; i++) cycle();
  expect(memory()).toEqual(before);
});

test('many indexes of all sizes, disposed of in any order, make room for as many again', async () => {
  const fill = async () => {
    const indexes = [];
    for (let i = 0; i < 60; i++) {
      const dimensions = 1 + ((i * 37) % 300);
      const index = await FlatIndex.create({ dimensions, metric: 'ip' });
      index.add(new Float32Array(dimensions * (1 + ((i * 13) % 50))).fill(1));
      indexes.push(index);
    }
    for (let i = 0; i < 60; i++) indexes[(i * 23) % 60]!.dispose();
  };
  const { bytesInUse } = memory();
  await fill();
  const { bytesReserved } = memory();
  for (let round = 0; round < 10; round++) await fill();
  expect(memory()).toMatchObject({ bytesInUse, bytesReserved });
});

test('indexes that are dropped without dispose are reclaimed when they are collected', async () => {
  const { bytesInUse } = memory();
  const drop = async () => {
    for (let i = 0; i < 20; i++) (await FlatIndex.create({ dimensions: 2, metric: 'ip' })).add([1, 2]);
  };
  await drop();
  expect(memory().bytesInUse).toBeGreaterThan(bytesInUse);
  // Finalizers run in some later turn; two seconds are far more than they take.
  for (let attempt = 0; attempt < 100 && memory().bytesInUse > bytesInUse; attempt++) {
    globalThis.gc!();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  expect(memory().bytesInUse).toBe(bytesInUse);
});
