import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isMissing, programs } from './installed.ts';
import { type Packed, pack, run } from './packed.ts';

const MODULES = fileURLToPath(new URL('../../node_modules/', import.meta.url));
const MANIFEST = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8'));
/** Every subpath with types, by the name that a user imports. */
const SUBPATHS = Object.entries<{ types?: string }>(MANIFEST.exports)
  .filter(([, target]) => target.types)
  .map(([subpath]) => subpath.replace('.', 'lanewise'));
const ESM = JSON.stringify({ private: true, type: 'module' });
const COMMONJS = JSON.stringify({ private: true });

/** Inner products of [1, 2, 3] with the unit vectors: the third is best. */
const SEARCH = `
  index.add([1, 0, 0, /**/ 0, 1, 0, /**/ 0, 0, 1]);
  const { ids, scores } = index.search([1, 2, 3], { k: 3 });
  console.log([...ids, ...scores].join(' '));`;
const ANSWER = { stdout: '2 1 0 3 2 1\n', stderr: '' };
const IMPORTED = `import { FlatIndex } from 'lanewise';
  const index = await FlatIndex.create({ dimensions: 3, metric: 'ip' });${SEARCH}`;
const REQUIRED = `const { FlatIndex } = require('lanewise');
  FlatIndex.create({ dimensions: 3, metric: 'ip' }).then((index) => {${SEARCH} });`;
/** All but the file of the package's worker, which serves as soon as it is loaded, and only in a worker. */
const MODULES_TO_LOAD = SUBPATHS.filter((name) => name !== 'lanewise/worker/thread.js');
const EVERY_IMPORT = MODULES_TO_LOAD.map((name, place) => `import * as names${place} from '${name}';`).join(
  '\n',
);
const EVERY_COUNT = MODULES_TO_LOAD.map((_, place) => `Object.keys(names${place}).length > 0`).join(' && ');

let packed: Packed;
beforeAll(async () => {
  packed = await pack();
});
afterAll(() => packed[Symbol.asyncDispose]());

const nodes = [programs.node20, programs.node22, programs.node24];

describe.each(nodes)('installed into an empty project, in $name', (node) => {
  describe.skipIf(isMissing(node))('', () => {
    test('a module imports it, and a search answers without a warning', async () => {
      const folder = await packed.project({ 'package.json': ESM, 'main.js': IMPORTED });
      expect(await run(node.path!, ['main.js'], folder)).toEqual(ANSWER);
    });

    test('a CommonJS file requires it, and a search answers without a warning', async () => {
      const folder = await packed.project({ 'package.json': COMMONJS, 'main.js': REQUIRED });
      expect(await run(node.path!, ['main.js'], folder)).toEqual(ANSWER);
    });

    test('every subpath loads, by import and by require', async () => {
      const folder = await packed.project({
        'package.json': ESM,
        'main.js': `${EVERY_IMPORT}\nconsole.log(${EVERY_COUNT});`,
        'main.cjs': `console.log(${JSON.stringify(MODULES_TO_LOAD)}.every((name) => Object.keys(require(name)).length > 0));`,
      });
      const loaded = { stdout: 'true\n', stderr: '' };
      expect(await run(node.path!, ['main.js'], folder)).toEqual(loaded);
      expect(await run(node.path!, ['main.cjs'], folder)).toEqual(loaded);
    });
  });
});

/** What a TypeScript project may look like; each checks the package's own declarations too. */
const KINDS = {
  'an ES module under nodenext': { manifest: ESM, options: { module: 'nodenext' } },
  'an ES module under node16': { manifest: ESM, options: { module: 'node16' } },
  'CommonJS under nodenext': { manifest: COMMONJS, options: { module: 'nodenext' } },
  'a bundler': { manifest: ESM, options: { module: 'esnext', moduleResolution: 'bundler' } },
  'Node without the types of a page': {
    manifest: ESM,
    options: { module: 'nodenext', lib: ['es2022'], types: ['node'], typeRoots: [`${MODULES}@types`] },
  },
};

const TYPED = `import { FlatIndex, type SearchResult } from 'lanewise/search';
  import { readNpy } from 'lanewise/format';
  export async function nearest(file: Uint8Array, query: Float32Array): Promise<SearchResult> {
    const index = await FlatIndex.create({ dimensions: query.length, metric: 'ip' });
    const { data } = readNpy(file);
    if (data instanceof Float32Array) index.add(data);
    const ids: Int32Array = index.search(query, { k: 3 }).ids;
    // @ts-expect-error: declarations that did not resolve would accept this
    index.search(query, { k: 'three' });
    return { ...index.search(query, { k: 3 }), ids };
  }`;
const COMPILED = `import { FlatIndex } from 'lanewise';
  FlatIndex.create({ dimensions: 3, metric: 'ip' }).then((index) => {${SEARCH} });
  declare const console: { log(line: string): void };`;

describe.each(Object.entries(KINDS))(
  'compiled by tsc in a project for %s',
  (_kind, { manifest, options }) => {
    test('the types of every subpath resolve and are checked, and what is compiled runs', async () => {
      const strict = { strict: true, skipLibCheck: false, target: 'es2022', types: [], ...options };
      const folder = await packed.project({
        'package.json': manifest,
        'tsconfig.json': JSON.stringify({ compilerOptions: { ...strict, noEmitOnError: true } }),
        'main.ts': `export {};\n${COMPILED}`,
        'typed.ts': TYPED,
        'every.ts': `import 'lanewise/worker/thread.js';\n${EVERY_IMPORT}\nexport const all: boolean = ${EVERY_COUNT};`,
      });
      const compiled = await run(process.execPath, [`${MODULES}typescript/bin/tsc`], folder);
      expect(compiled).toEqual({ stdout: '', stderr: '' });
      expect(await run(process.execPath, ['main.js'], folder)).toEqual(ANSWER);
    });
  },
);

describe.skipIf(isMissing(programs.deno))('installed into an empty project, in Deno', () => {
  test('a program imports it, is checked by its types, and needs no permission', async () => {
    const folder = await packed.project({ 'package.json': ESM, 'main.ts': IMPORTED, 'typed.ts': TYPED });
    expect(await run(programs.deno.path!, ['run', '--no-prompt', 'main.ts'], folder)).toEqual(ANSWER);
    await run(programs.deno.path!, ['check', 'main.ts', 'typed.ts'], folder);
  });
});

describe.skipIf(isMissing(programs.bun))('installed into an empty project, in Bun', () => {
  test('`bun add` takes the tarball, and a program imports it', async () => {
    const folder = await packed.project({ 'package.json': ESM, 'main.ts': IMPORTED });
    await run(programs.bun.path!, ['add', packed.tarball], folder);
    expect(await run(programs.bun.path!, ['run', 'main.ts'], folder)).toEqual(ANSWER);
  });

  test('a CommonJS file requires it', async () => {
    const folder = await packed.project({ 'package.json': COMMONJS, 'main.cjs': REQUIRED });
    expect(await run(programs.bun.path!, ['run', 'main.cjs'], folder)).toEqual(ANSWER);
  });
});

describe.each(['esm', 'cjs'] as const)('bundled for Node by esbuild as %s', (format) => {
  test('one file answers without the package', async () => {
    const folder = await packed.project({ 'package.json': COMMONJS, 'main.js': REQUIRED });
    const output = format === 'esm' ? 'main.mjs' : 'main.cjs';
    const { warnings } = await build({
      ...{ absWorkingDir: folder, entryPoints: ['main.js'], outfile: output },
      ...{ bundle: true, platform: 'node', format },
    });
    expect(warnings).toEqual([]);
    await rm(join(folder, 'node_modules'), { recursive: true });
    expect(await run(process.execPath, [output], folder)).toEqual(ANSWER);
  });
});

describe('installed into an empty project, by Vite', () => {
  test('`vite build` succeeds without a configuration and without a warning', async () => {
    const folder = await packed.project({
      'package.json': ESM,
      'index.html': '<!doctype html><script type="module" src="./main.js"></script>',
      'main.js': IMPORTED,
    });
    const { stderr, stdout } = await run(process.execPath, [`${MODULES}vite/bin/vite.js`, 'build'], folder);
    expect(stderr).toBe('');
    expect(stdout).not.toMatch(/warn|\(!\)/i);
  });
});
