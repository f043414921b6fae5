import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { pack, run } from '../runtimes/packed.ts';
import { snippet, snippets } from './snippets.ts';

test('the snippets for Node save an index, load it, and print the row nearest to the query', async () => {
  await using packed = await pack();
  const folder = await packed.project({
    'module.mjs': snippet('Node'),
    'script.cjs': snippet('Node, by `require`'),
    'thread.mjs': snippet('A thread of its own'),
  });
  // The second reads what the first has written. (1, 0.1, 0) is nearer to (1, 0, 0) than to (0, 1, 0).
  for (const file of ['module.mjs', 'script.cjs', 'thread.mjs'])
    expect(await run(process.execPath, [file], folder)).toEqual({
      stdout: 'Int32Array(1) [ 0 ]\n',
      stderr: '',
    });
}, 60_000);

test('every snippet of the README is short and is run by some test', () => {
  const tests = ['use-it-in.test.ts', '../runtimes/readme.test.ts'].map((path) =>
    readFileSync(new URL(path, import.meta.url), 'utf8'),
  );
  expect(snippets.length).toBeGreaterThanOrEqual(8);
  for (const { title, code } of snippets) {
    expect(code.split('\n').filter(Boolean).length, title).toBeLessThanOrEqual(10);
    expect(
      tests.some((text) => text.includes(`'${title}'`)),
      title,
    ).toBe(true);
  }
});
