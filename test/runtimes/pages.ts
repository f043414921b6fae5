import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { savedIndex } from './saved-index.ts';
import { type Server, serve } from './server.ts';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const DIST = fileURLToPath(new URL('../../dist/', import.meta.url));
const SHARED = {
  '/smoke.js': `${HERE}smoke.js`,
  '/smoke-plan.js': `${HERE}smoke-plan.js`,
  '/smoke-rank.js': `${HERE}smoke-rank.js`,
  '/smoke-recommend.js': `${HERE}smoke-recommend.js`,
  '/smoke-sparse.js': `${HERE}smoke-sparse.js`,
  '/smoke-sketch.js': `${HERE}smoke-sketch.js`,
  '/smoke-strings.js': `${HERE}smoke-strings.js`,
  '/smoke-text.js': `${HERE}smoke-text.js`,
  '/ground.js': `${HERE}ground.js`,
  '/first-result.js': `${HERE}first-result.js`,
  '/refusals.js': `${HERE}refusals.js`,
};

/** Expressions for a tab on a page of `servePages`, each a promise of what its module found. */
export const EXPRESSIONS = {
  smoke: `import('/smoke.js').then(({ smoke }) => smoke())`,
  refusals: `import('/refusals.js').then(({ refusals }) => refusals())`,
  /** Kernels that the page fetches and compiles by itself. */
  selfHosted: `import('/lanewise.min.js').then(async ({ setup }) => {
    setup({ module: await WebAssembly.compileStreaming(fetch('/kernels/simd.wasm')), tier: 'simd' });
    return (await import('/smoke.js')).smoke();
  })`,
  firstResult: `Promise.all([import('/first-result.js'), fetch('/index.bin').then((file) => file.arrayBuffer())])
    .then(([{ firstResult }, bytes]) => firstResult(bytes, new Float32Array(100).fill(1)))`,
} as const;

/**
 * An empty page, and beside it the modules that every runtime runs. A page without a bundler has no way to resolve the
 * package by its name, so it is told what a user would write: the one file that stands alone.
 *
 * @param more further files, by their path on the server
 */
export async function servePages(
  headers: Readonly<Record<string, string>>,
  more: Readonly<Record<string, string>> = {},
): Promise<Server> {
  const index = await savedIndex();
  const files: Readonly<Record<string, string>> = { ...SHARED, ...more };
  return await serve({
    roots: [DIST],
    headers,
    handler: ({ url = '/' }, response) => {
      const file = files[url];
      if (url === '/')
        response.setHeader('Content-Type', 'text/html').end('<!doctype html><title>lanewise</title>');
      else if (url === '/index.bin') response.end(index.bytes);
      else if (file?.endsWith('.js')) {
        response.setHeader('Content-Type', 'text/javascript');
        response.end(readFileSync(file, 'utf8').replaceAll("'lanewise'", "'./lanewise.min.js'"));
      } else if (file) response.end(readFileSync(file));
      else return false;
      return true;
    },
  });
}
