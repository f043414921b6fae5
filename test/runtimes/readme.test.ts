import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EdgeVM } from '@edge-runtime/vm';
import { build, type Plugin } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { snippet } from '../docs/snippets.ts';
import { type Browser, openChromium, openFirefox } from './browsers.ts';
import { bundlers, type Page } from './bundle.ts';
import { isMissing, type Program, programs } from './installed.ts';
import { type Packed, pack, run } from './packed.ts';
import { type ServeOptions, STRICT_POLICY, serve } from './server.ts';
import { serveWorker } from './workerd.ts';

// The rows are (1, 0, 0) and (0, 1, 0), the query (1, 0.1, 0): the first row is the nearer one.
const PRINTED = /^Int32Array\(1\) \[ 0,? \]\n$/;
const SHOWN = 'Nearest: 0';
const PAGE = '<!doctype html><body><script type="module" src="./main.js"></script></body>';
const MAIN: Page = { html: 'index.html', script: 'main.js', workers: {} };

let packed: Packed;
let folder: string;
const inProject = (path: string): string => join(folder, path);

beforeAll(async () => {
  packed = await pack();
  folder = await packed.project({
    'package.json': '{ "private": true, "type": "module" }',
    'node.js': snippet('Node'),
    'required.cjs': snippet('Node, by `require`'),
    'deno.js': snippet('Deno'),
    'bun.js': snippet('Bun'),
    'thread.js': snippet('A thread of its own'),
    'worker.js': snippet('Cloudflare Workers'),
    'route.js': snippet('Next.js and Vercel, edge routes'),
    'app/main.js': snippet('A page, with a bundler'),
    'app/index.html': PAGE,
    // What the snippet prints is shown, for the test to read.
    'threaded/main.js': `console.log = (ids) => document.body.append(\`Nearest: \${ids}\`);
      ${snippet('A thread of its own')}`,
    'threaded/index.html': PAGE,
    'static/plain.html': `<!doctype html><body>${snippet('A page, without a bundler')}</body>`,
  });
  // It writes the index that the others read.
  await run(process.execPath, ['node.js'], folder);
  await writeFile(inProject('static/index.safetensors'), await readFile(inProject('index.safetensors')));
});

afterAll(() => packed?.[Symbol.asyncDispose]());

async function printed(program: Program, parameters: readonly string[]): Promise<string> {
  return (await run(program.path!, parameters, folder)).stdout;
}

for (const node of [programs.node20, programs.node22, programs.node24]) {
  test.skipIf(isMissing(node))(`the snippets for Node run in ${node.name}`, async () => {
    for (const script of ['node.js', 'required.cjs', 'thread.js'])
      expect(await printed(node, [script])).toMatch(PRINTED);
  });
}

test.skipIf(isMissing(programs.deno))('the snippets for Deno, Node and threads run in Deno', async () => {
  const deno = ['run', '--no-prompt', '--allow-read', '--allow-write=index.safetensors'];
  for (const script of ['deno.js', 'node.js', 'thread.js'])
    expect(await printed(programs.deno, [...deno, script])).toMatch(PRINTED);
});

test.skipIf(isMissing(programs.bun))('the snippets for Bun, Node and threads run in Bun', async () => {
  for (const script of ['bun.js', 'node.js', 'thread.js'])
    expect(await printed(programs.bun, ['run', script])).toMatch(PRINTED);
});

test.skipIf(isMissing(programs.workerd))('the snippet for Cloudflare Workers runs in workerd', async () => {
  await using worker = await serveWorker({
    entry: inProject('worker.js'),
    assets: { binding: 'ASSETS', from: inProject('static') },
  });
  // The second request finds what the first has loaded.
  for (let request = 0; request < 2; request++) expect(await worker.get('/')).toEqual([0]);
});

/** What Next.js makes of such an import: a module compiled beforehand, under a global name. */
const compiledModules: Plugin = {
  name: 'compiled-modules',
  setup(bundler) {
    bundler.onResolve({ filter: /\.wasm\?module$/ }, ({ path }) => ({ path, namespace: 'compiled' }));
    bundler.onLoad({ filter: /.*/, namespace: 'compiled' }, ({ path }) => ({
      contents: `export default globalThis['${path}'];`,
    }));
  },
};

test('the snippet for edge routes runs in the edge runtime', async () => {
  const { outputFiles } = await build({
    entryPoints: [inProject('route.js')],
    ...{ bundle: true, write: false, format: 'iife', globalName: 'route' },
    conditions: ['edge-light', 'worker', 'browser'],
    plugins: [compiledModules],
  });
  const bytes = await readFile(inProject('node_modules/lanewise/dist/kernels/simd.wasm'));
  const modules = { './simd.wasm?module': await WebAssembly.compile(bytes) };
  const edge = new EdgeVM({ extend: (context) => Object.assign(context, modules) });
  await using server = await serve({ roots: [inProject('static')] });
  edge.evaluate(outputFiles[0]!.text);
  expect(edge.evaluate('route.runtime')).toBe('edge');
  const answer = await edge.evaluate(
    `route.GET(new Request('${server.url}/search')).then((response) => response.json())`,
  );
  expect(answer).toEqual([0]);
});

describe('a page', () => {
  /** Which bundlers are tried on which app: the README names those that take the file of a thread along. */
  const bundles = [
    ...Object.keys(bundlers).map((bundler) => ({ app: 'app', bundler })),
    ...['Vite', 'webpack'].map((bundler) => ({ app: 'threaded', bundler })),
  ];
  const outputOf = ({ app, bundler }: (typeof bundles)[0]) => inProject(`${app}/built/${bundler}`);

  beforeAll(async () => {
    for (const bundle of bundles)
      await bundlers[bundle.bundler]!(inProject(bundle.app), outputOf(bundle), MAIN);
  });

  for (const [program, open] of [
    [programs.chromium, openChromium],
    [programs.firefox, openFirefox],
  ] as const) {
    describe.skipIf(isMissing(program))(`in ${program.name}`, () => {
      let browser: Browser;

      beforeAll(async () => {
        browser = await open();
      });

      afterAll(() => browser?.[Symbol.asyncDispose]());

      /** The text that a page of these folders shows at last. */
      async function shown(path: string, options: ServeOptions): Promise<unknown> {
        await using server = await serve(options);
        const tab = await browser.open();
        await tab.goto(server.url + path);
        return await tab.evaluate(`new Promise((resolve) => {
          const look = () => document.body.innerText && resolve(document.body.innerText);
          new MutationObserver(look).observe(document.body, { childList: true });
          setTimeout(() => resolve('nothing'), 20_000);
          look();
        })`);
      }

      test.each(bundles)('runs the $app that $bundler bundles, under a strict policy', async (bundle) => {
        const roots = [outputOf(bundle), inProject('static')];
        expect(await shown('/', { roots, headers: STRICT_POLICY })).toBe(SHOWN);
      });

      test('runs the snippet without a bundler', async () => {
        expect(await shown('/plain.html', { roots: [inProject('static'), folder] })).toBe(SHOWN);
      });
    });
  }
});
