import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { expect, test } from 'vitest';

const read = (file: string) => readFileSync(new URL(`../../dist/${file}`, import.meta.url), 'utf8');

test('the near side names the file of the worker in the words that bundlers know, once, where it stands', () => {
  const code = read('worker.js');
  expect(code).toMatch(
    /new Worker\(new URL\((["'])\.\/worker\/thread\.js\1,\s*import\.meta\.url\),\s*\{\s*type:\s*(["'])module\2\s*\}\)/,
  );
  // Bundlers would take along a second copy for each further one.
  expect(code.match(/new URL\([^)]*import\.meta\.url/g)).toHaveLength(1);
});

test('the near side is below 3 kB and leads to no kernels, so that a page without a bundler can load it', async () => {
  const { outputFiles, metafile } = await build({
    entryPoints: ['dist/worker.js'],
    ...{ bundle: true, minify: true, write: false, format: 'esm', metafile: true },
  });
  expect(gzipSync(outputFiles[0]!.contents).length).toBeLessThan(3000);
  for (const { imports } of Object.values(metafile.inputs))
    for (const { original } of imports) expect(original).toMatch(/^\.\.?\//);
});

test("the worker's file stands alone: it imports nothing, and asks for no network", async () => {
  const { metafile } = await build({
    entryPoints: ['dist/worker/thread.js'],
    ...{ bundle: true, write: false, format: 'esm', metafile: true },
  });
  expect(Object.values(metafile.inputs).map(({ imports }) => imports)).toEqual([[]]);
  expect(/\bfetch\(|importScripts|\bBlob\b|SharedArrayBuffer\(/.exec(read('worker/thread.js'))).toBeNull();
});
