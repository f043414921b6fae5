import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { expect, test } from 'vitest';

const STORES = ['FileStore', 'OpfsStore', 'IndexedDbStore', 'HttpStore'];

async function bundle(names: readonly string[]): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: `export { ${names} } from './dist/store.js';`, resolveDir: '.' },
    ...{ bundle: true, minify: true, write: false, format: 'esm', target: 'es2022' },
  });
  return outputFiles[0]!.text;
}

test('stores bring no kernels: a page that only loads files compiles no WebAssembly', async () => {
  const code = await bundle([...STORES, 'manifestOf', 'openSafetensors', 'loadInStages']);
  expect(/WebAssembly|#kernels|from ?"|import\(/.exec(code)?.[0]).toBe(undefined);
});

test('a store brings no other: at most 4.5 kB of code, gzipped, and 8 kB for all', async () => {
  for (const name of STORES) expect(gzipSync(await bundle([name])).length, name).toBeLessThan(4500);
  expect(gzipSync(await bundle(STORES)).length).toBeLessThan(8000);
});
