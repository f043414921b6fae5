import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { ENTRIES } from './bundled.ts';

const licence = readFileSync('node_modules/lru-cache/LICENSE', 'utf8').trim();
/** What the library says when it is created without bounds: no other code does. */
const OF_THE_LIBRARY = 'At least one of max, maxSize, or ttl is required';

const files = readdirSync('dist', { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.js'))
  .map((file) => join('dist', file));

test('every published file with the code of lru-cache tells its licence in full, and no other does', () => {
  const holding = files.filter((file) => readFileSync(file, 'utf8').includes(OF_THE_LIBRARY));
  expect(holding).toContain(join('dist', 'lanewise.min.js'));
  expect(files.filter((file) => readFileSync(file, 'utf8').includes(licence))).toEqual(holding);
});

test('an app that bundles and minifies CachedIndex keeps the licence', async () => {
  const { outputFiles } = await build({
    stdin: { contents: `export { CachedIndex } from '${ENTRIES.get('./cache')}';`, resolveDir: '.' },
    ...{ bundle: true, minify: true, write: false, format: 'esm', logLevel: 'silent' },
  });
  const { text } = outputFiles[0]!;
  expect(text).toContain(OF_THE_LIBRARY);
  expect(text).toContain(licence);
});

test('declarations of types lead to no library', () => {
  const declarations = readdirSync('dist', { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.d.ts'),
  );
  expect(declarations.length).toBeGreaterThan(10);
  for (const file of declarations) {
    expect(readFileSync(join('dist', file), 'utf8')).not.toMatch(/LRUCache|from 'lru-cache'/);
  }
});
