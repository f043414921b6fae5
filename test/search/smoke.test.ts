import { capabilities } from 'lanewise';
import { expect, test } from 'vitest';
import { GOLDEN } from '../golden/smoke.ts';
import { smoke } from '../runtimes/smoke.js';

test('the smoke of the runtimes gives its golden hashes in every tier', async () => {
  expect((await smoke()).hashes).toEqual(GOLDEN);
  expect(capabilities().tier).toBe(process.env['LANEWISE_TIER']);
});
