import { expect, test } from 'vitest';
import { runPage } from './pages.ts';

test.each([
  'docs/caching.md',
  'docs/experiments.md',
  'docs/recommend.md',
  'docs/retrieval.md',
  'docs/sparse.md',
])('the code of %s runs and prints what it says', async (page) => {
  const { printed, promised } = await runPage(page);
  expect(promised.length).toBeGreaterThan(5);
  expect(printed).toEqual(promised);
});
