import { capabilities, FlatIndex } from 'lanewise';
import { expect, test } from 'vitest';

test('the tier of the project is the tier that runs', async () => {
  const index = await FlatIndex.create({ dimensions: 4 });
  index.add([1, 0, 0, 0, 0, 1, 0, 0]);
  expect(index.search([1, 0, 0, 0], { k: 1 }).ids).toEqual(Int32Array.of(0));
  expect(capabilities().tier).toBe(process.env['LANEWISE_TIER']);
});
