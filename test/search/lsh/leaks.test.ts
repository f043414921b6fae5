import { capabilities, LshIndex } from 'lanewise';
import { expect, test } from 'vitest';
import { errorOf } from '../../host/error-of.ts';

const memory = () => capabilities().memory;
const options = { dimensions: 3, tables: 2, bits: 4 };

test('four hundred indexes, one after another, leave nothing behind and take no more memory than one', async () => {
  const cycle = async () => {
    using index = await LshIndex.create(options);
    index.add([1, 2, 3, 4, 5, 6]);
    index.search([1, 2, 3, 4, 5, 6], { k: 1, probesPerTable: 5 });
    errorOf(() => index.add([1, 2, Number.NaN]));
    index.remove(0);
    index.compact();
    using loaded = LshIndex.fromBytes(index.toBytes());
    loaded.search([1, 2, 3]);
  };
  await cycle();
  const before = memory();
  for (let i = 0; i < 400; i++) await cycle();
  expect(memory()).toEqual(before);
});

test('searching and failing leave nothing behind', async () => {
  using index = await LshIndex.create(options);
  index.add(Float32Array.from({ length: 3 * 9000 }, (_, i) => 1 + (i % 11)));
  const { bytesInUse } = memory();
  index.search(new Float32Array(3 * 200).fill(1), { k: 50, probesPerTable: 9 });
  errorOf(() => index.search([1, 2, 3, 0, 0, 0]));
  errorOf(() => index.add(new Float32Array(3 * 20_000)));
  await expect(index.build(new Float32Array(3 * 20_000))).rejects.toMatchObject({ code: 'ZERO_VECTOR' });
  expect(memory().bytesInUse).toBe(bytesInUse);
});

test('an index that is dropped without dispose is reclaimed when it is collected', async () => {
  const { bytesInUse } = memory();
  const drop = async () => {
    for (let i = 0; i < 20; i++) (await LshIndex.create(options)).add([1, 2, 3]);
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
