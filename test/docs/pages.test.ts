import { expect, test } from 'vitest';
import { runPage } from './pages.ts';

test.each(['docs/sparse.md', 'docs/retrieval.md'])(
  'the code of %s runs and prints what it says',
  async (page) => {
    const { printed, promised } = await runPage(page);
    expect(promised.length).toBeGreaterThan(5);
    expect(printed).toEqual(promised);
  },
);
