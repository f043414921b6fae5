import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { EdgeVM } from '@edge-runtime/vm';
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { GOLDEN } from '../golden/smoke.ts';
import type { SmokeReport } from './smoke.js';

/** A script for an edge runtime: each `.wasm?module` import is a global that the platform sets, as Next.js does it. */
async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('smoke.js', import.meta.url))],
    ...{
      bundle: true,
      write: false,
      format: 'iife',
      globalName: 'bundle',
      conditions: ['edge-light', 'worker'],
    },
    plugins: [
      {
        name: 'compiled-modules',
        setup(plugins) {
          plugins.onResolve({ filter: /\.wasm\?module$/ }, ({ path }) => ({ path, namespace: 'compiled' }));
          plugins.onLoad({ filter: /.*/, namespace: 'compiled' }, ({ path }) => ({
            contents: `export default globalThis['${path}'];`,
          }));
        },
      },
    ],
  });
  return outputFiles[0]!.text;
}

test('the edge runtime gives the golden hashes, from a module that the platform compiled', async () => {
  const module = await WebAssembly.compile(
    readFileSync(new URL('../../dist/kernels/simd.wasm', import.meta.url)),
  );
  const edge = new EdgeVM({ extend: (context) => Object.assign(context, { './simd.wasm?module': module }) });
  edge.evaluate(await bundle());
  const report: SmokeReport = await edge.evaluate('bundle.smoke()');
  console.log(`edge-runtime: ${JSON.stringify(report.capabilities)}`);
  expect(report.hashes).toEqual(GOLDEN);
  expect(report.capabilities).toMatchObject({ tier: 'simd', threads: false });
  expect(report.inflates).toBe(false); // it has no DecompressionStream
});
