import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { EdgeVM } from '@edge-runtime/vm';
import { build, type Plugin } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { snippet } from '../docs/snippets.ts';
import { openChromium, openFirefox } from './browsers.ts';
import { isMissing, type Program, programs } from './installed.ts';
import { createProject, type Project } from './project.ts';
import { STRICT_POLICY, serve } from './server.ts';
import { serveWorker } from './workerd.ts';

const run = promisify(execFile);
// The rows are (1, 0, 0) and (0, 1, 0), the query (1, 0.1, 0): the first row is the nearer one.
const NEAREST = /^Int32Array\(1\) \[ 0,? \]\n$/;

let project: Project;
const inProject = (path: string): string => join(project.folder, path);

beforeAll(async () => {
  project = await createProject();
  await mkdir(inProject('static'));
  await writeFile(inProject('package.json'), '{ "type": "module", "dependencies": { "lanewise": "*" } }');
  await writeFile(inProject('node.js'), snippet('Node'));
  // It writes the index that all others read.
  await run(process.execPath, ['node.js'], { cwd: project.folder });
  await writeFile(inProject('static/index.safetensors'), await readFile(inProject('index.safetensors')));
});

afterAll(() => project?.[Symbol.asyncDispose]());

/** What a program prints of a script of the project. */
async function printed(program: Program, parameters: readonly string[]): Promise<string> {
  const env = { ...process.env, NO_COLOR: '1', DENO_NO_UPDATE_CHECK: '1' };
  return (await run(program.path!, parameters, { cwd: project.folder, env })).stdout;
}

for (const node of [programs.node20, programs.node22, programs.node24]) {
  test.skipIf(isMissing(node))(`the snippets for Node run in ${node.name}`, async () => {
    await writeFile(inProject('required.cjs'), snippet('Node, by `require`'));
    for (const script of ['node.js', 'required.cjs']) expect(await printed(node, [script])).toMatch(NEAREST);
  });
}

test.skipIf(isMissing(programs.deno))('the snippets for Node and for Deno run in Deno', async () => {
  const deno = ['run', '--no-prompt', '--node-modules-dir=manual'];
  await writeFile(inProject('deno.js'), snippet('Deno'));
  expect(await printed(programs.deno, [...deno, '--allow-read=.', '--allow-write=.', 'node.js'])).toMatch(
    NEAREST,
  );
  expect(await printed(programs.deno, [...deno, '--allow-read=.', 'deno.js'])).toMatch(NEAREST);
});

test.skipIf(isMissing(programs.bun))('the snippets for Node and for Bun run in Bun', async () => {
  await writeFile(inProject('bun.js'), snippet('Bun'));
  for (const script of ['node.js', 'bun.js'])
    expect(await printed(programs.bun, ['run', script])).toMatch(NEAREST);
});

test.skipIf(isMissing(programs.workerd))('the snippet for Cloudflare Workers runs in workerd', async () => {
  await writeFile(inProject('worker.js'), snippet('Cloudflare Workers'));
  await using worker = await serveWorker({
    entry: inProject('worker.js'),
    assets: { binding: 'ASSETS', from: inProject('static') },
  });
  // The second request finds what the first has loaded.
  for (let request = 0; request < 2; request++) expect(await (await fetch(worker.url)).json()).toEqual([0]);
});

/** What Next.js makes of such an import: a module compiled beforehand, under a global name. */
const compiledModules: Plugin = {
  name: 'compiled-modules',
  setup(bundler) {
    bundler.onResolve({ filter: /\.wasm\?module$/ }, ({ path }) => ({ path, namespace: 'compiled' }));
    bundler.onLoad({ filter: /.*/, namespace: 'compiled' }, () => ({
      contents: 'export default globalThis.compiledKernels;',
    }));
  },
};

test('the snippet for edge routes runs in the edge runtime', async () => {
  await writeFile(inProject('route.js'), snippet('Next.js and Vercel, edge routes'));
  const { outputFiles } = await build({
    entryPoints: [inProject('route.js')],
    ...{ bundle: true, write: false, format: 'iife', globalName: 'route' },
    conditions: ['edge-light', 'worker', 'browser'],
    plugins: [compiledModules],
  });
  const bytes = await readFile(inProject('node_modules/lanewise/dist/kernels/simd.wasm'));
  const compiledKernels = await WebAssembly.compile(bytes);
  const edge = new EdgeVM({ extend: (context) => Object.assign(context, { compiledKernels }) });
  await using server = await serve({ roots: [inProject('static')] });
  edge.evaluate(outputFiles[0]!.text);
  expect(edge.evaluate('route.runtime')).toBe('edge');
  const answer = await edge.evaluate(
    `route.GET(new Request('${server.url}/search')).then((response) => response.json())`,
  );
  expect(answer).toEqual([0]);
});

for (const [program, open] of [
  [programs.chromium, openChromium],
  [programs.firefox, openFirefox],
] as const) {
  describe.skipIf(isMissing(program))(`a page in ${program.name}`, () => {
    /** The text of a page once it has an answer; what went wrong, if it has none. */
    async function textOf(url: string): Promise<unknown> {
      await using browser = await open();
      const tab = await browser.open();
      await tab.goto(url);
      return await tab.evaluate(`new Promise((resolve) => {
        const look = () => document.body.innerText.includes('Nearest') ? resolve(document.body.innerText) : setTimeout(look, 20);
        look();
        setTimeout(() => resolve('no answer: ' + document.body.innerHTML), 20_000);
      })`);
    }

    test('runs the snippet for a bundler, under a strict policy', async () => {
      await writeFile(inProject('app.js'), snippet('A page, with a bundler'));
      await build({
        entryPoints: [inProject('app.js')],
        ...{ bundle: true, format: 'esm', outfile: inProject('static/app.js') },
      });
      const page = '<!doctype html><body><script type="module" src="app.js"></script></body>';
      await writeFile(inProject('static/bundled.html'), page);
      await using server = await serve({ roots: [inProject('static')], headers: STRICT_POLICY });
      expect(await textOf(`${server.url}/bundled.html`)).toBe('Nearest: 0');
    });

    test('runs the snippet without a bundler', async () => {
      const page = `<!doctype html><body>${snippet('A page, without a bundler')}</body>`;
      await writeFile(inProject('static/plain.html'), page);
      await using server = await serve({ roots: [inProject('static'), project.folder] });
      expect(await textOf(`${server.url}/plain.html`)).toBe('Nearest: 0');
    });
  });
}
