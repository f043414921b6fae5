import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { expect, test } from 'vitest';

/** Gzipped bytes of a bundle that imports some names from the package, without the kernels. */
async function bundledBytes(names: string): Promise<number> {
  const { outputFiles } = await build({
    stdin: { contents: `export { ${names} } from './dist/index.js';`, resolveDir: '.' },
    ...{ bundle: true, minify: true, write: false, format: 'esm', external: ['#kernels'] },
  });
  return gzipSync(outputFiles[0]!.contents).length;
}

test('a bundle that imports one index holds no other: at most 20 kB of code beside the kernels', async () => {
  const all = await bundledBytes('FlatIndex, IvfIndex, HnswIndex, LshIndex, KMeans, ProductQuantizer, tune');
  expect(await bundledBytes('FlatIndex')).toBeLessThan(20_000);
  expect(await bundledBytes('HnswIndex')).toBeLessThan(0.75 * all);
});
