import { expect, test } from 'vitest';
import { runPage } from './pages.ts';

const PAGES = [
  'caching',
  'experiments',
  'planning',
  'recommend',
  'retrieval',
  'sparse',
  'spelling',
  'streams',
];

test.each(PAGES.map((page) => `docs/${page}.md`))(
  'the code of %s runs and prints what it says',
  async (page) => {
    const { printed, promised } = await runPage(page);
    expect(promised.length).toBeGreaterThan(5);
    expect(printed).toEqual(promised);
  },
);
