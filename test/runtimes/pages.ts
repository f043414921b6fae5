import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { savedIndex } from './saved-index.ts';
import { type Server, serve } from './server.ts';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const DIST = fileURLToPath(new URL('../../dist/', import.meta.url));
const SHARED = ['/smoke.js', '/first-result.js', '/refusals.js'];

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
 */
export async function servePages(headers: Readonly<Record<string, string>>): Promise<Server> {
  const index = await savedIndex();
  return await serve({
    roots: [DIST],
    headers,
    handler: ({ url = '/' }, response) => {
      if (url === '/')
        response.setHeader('Content-Type', 'text/html').end('<!doctype html><title>lanewise</title>');
      else if (url === '/index.bin') response.end(index.bytes);
      else if (SHARED.includes(url)) {
        const code = readFileSync(HERE + basename(url), 'utf8');
        response.setHeader('Content-Type', 'text/javascript');
        response.end(code.replaceAll("'lanewise'", "'./lanewise.min.js'"));
      } else return false;
      return true;
    },
  });
}
