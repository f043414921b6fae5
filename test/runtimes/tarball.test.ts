import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseAst } from 'vite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Packed, pack } from './packed.ts';

let packed: Packed;
let root: string;
let paths: readonly string[];
beforeAll(async () => {
  packed = await pack();
  root = join(await packed.project({}), 'node_modules/lanewise');
  paths = packed.files.map(({ path }) => path);
});
afterAll(() => packed[Symbol.asyncDispose]());

const read = (path: string): Promise<string> => readFile(join(root, path), 'utf8');
const scripts = (): readonly string[] => paths.filter((path) => path.endsWith('.js'));
/** Whether a file is of the command line, which alone knows Node. */
const isOfProgram = (path: string): boolean => path === 'dist/cli.js' || path.startsWith('dist/cli/');
/** Names and addresses stand in licences, which no one fetches. */
const withoutLicences = (text: string): string => text.replace(/\/\*![\s\S]*?\*\//g, '');

/** What stands in the files that match, as `path: match` lines. */
async function found(files: readonly string[], pattern: RegExp): Promise<readonly string[]> {
  const lines: string[] = [];
  for (const path of files) {
    const match = pattern.exec(withoutLicences(await read(path)));
    if (match) lines.push(`${path}: ${match[0]}`);
  }
  return lines;
}

/** The targets that the conditions of an entry of `exports` or `imports` lead to. */
function targets(entry: unknown): readonly string[] {
  return typeof entry === 'string' ? [entry] : Object.values(entry as object).flatMap(targets);
}

interface Node {
  readonly type: string;
  readonly static?: boolean;
  readonly source?: { readonly value?: string } | null;
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value;
}

/** The nodes of a syntax tree whose type matches. */
function nodes(tree: unknown, type: RegExp): readonly Node[] {
  if (typeof tree !== 'object' || tree === null) return [];
  const inside = Object.values(tree).flatMap((child) => nodes(child, type));
  return isNode(tree) && type.test(tree.type) ? [tree, ...inside] : inside;
}

/**
 * For `JSON.stringify`: leaves of a module what runs when it loads, which is no function but one called in place, and no name
 * of a member.
 */
function withoutWhatWaitsToBeCalled(
  this: { readonly computed?: boolean },
  key: string,
  value: unknown,
): unknown {
  if (key === 'key' && !this.computed) return undefined;
  if (typeof value === 'bigint') return String(value);
  if (!isNode(value) || key === 'callee') return value;
  const waits = /Function/.test(value.type) || (value.type === 'PropertyDefinition' && !value.static);
  return waits ? undefined : value;
}

test('holds scripts, declarations, kernels and four documents: no source, map or test', () => {
  const documents = ['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json'];
  expect(paths.filter((path) => !path.startsWith('dist/')).sort()).toEqual(documents);
  const built = paths.filter((path) => path.startsWith('dist/'));
  expect(built.filter((path) => !/(\.js|\.d\.ts|\/kernels\/(simd|relaxed)\.wasm)$/.test(path))).toEqual([]);
});

test('takes at most 800 kB to fetch and 2.25 MB on disk', () => {
  expect(packed.bytes).toBeLessThan(800_000);
  expect(packed.unpackedBytes).toBeLessThan(2_250_000);
});

test('every target of exports, imports, bin, unpkg and jsdelivr is in it', async () => {
  const { exports, imports, bin, unpkg, jsdelivr } = JSON.parse(await read('package.json'));
  const named = [...[exports, imports, bin].flatMap(targets), unpkg, jsdelivr].map((path) =>
    path.replace('*', 'simd'),
  );
  expect(named.length).toBeGreaterThan(10);
  expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([]);
});

test('every import leads to a file of the package; none is of a dependency, nor of Node but of the command line', async () => {
  const { imports, dependencies, peerDependencies } = JSON.parse(await read('package.json'));
  expect([dependencies, peerDependencies]).toEqual([undefined, undefined]);
  const astray: string[] = [];
  for (const path of scripts()) {
    for (const { source } of nodes(parseAst(await read(path)), /^(Import|Export)/)) {
      if (!source) continue;
      const target = join(root, dirname(path), source.value!.replace('?module', ''));
      if (isOfProgram(path) && source.value!.startsWith('node:')) continue;
      const leads = source.value! in imports || (source.value!.startsWith('.') && existsSync(target));
      if (!leads) astray.push(`${path}: ${source.value}`);
    }
  }
  expect(astray).toEqual([]);
});

test('the one file for pages without a bundler imports nothing', async () => {
  const { body } = parseAst(await read('dist/lanewise.min.js'));
  expect(body.map(({ type }) => type).filter((type) => type.startsWith('Import'))).toEqual([]);
});

test('no script makes code out of text, or a URL out of bytes', async () => {
  const forbidden = /\beval\s*\(|\bFunction\s*\(|["'`](data|blob):|createObjectURL|document\.write/;
  expect(await found(scripts(), forbidden)).toEqual([]);
});

test('no script names a machine, a source map or an address to fetch from', async () => {
  const files = paths.filter((path) => /\.(js|d\.ts)$/.test(path));
  expect(await found(files, /sourceMappingURL|file:\/\/|["'`(\s]\/(home|root|tmp|work|Users)\//)).toEqual([]);
  expect(await found(scripts(), /https?:\/\/(?!www\.w3\.org)/)).toEqual([]);
});

test('no module awaits while it loads, and no import starts a request, a thread or a compilation', async () => {
  // A program runs as soon as it is loaded.
  for (const path of scripts().filter((script) => script !== 'dist/cli.js')) {
    const code = JSON.stringify(parseAst(await read(path)).body, withoutWhatWaitsToBeCalled);
    expect(code, path).not.toMatch(/"AwaitExpression"|"await":true/);
    expect(code, path).not.toMatch(
      /"name":"(fetch|Worker|WebAssembly|XMLHttpRequest|WebSocket|importScripts)"/,
    );
  }
});
