import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { type Plugin, rollup } from 'rollup';

const { exports } = JSON.parse(readFileSync('package.json', 'utf8'));
/** The file of every subpath that an app with a bundler imports, by its name: '.', './search' and so on. */
export const ENTRIES: ReadonlyMap<string, string> = new Map(
  Object.entries<{ types?: string; default: string }>(exports)
    .filter(([subpath, { types }]) => types && !subpath.endsWith('.js'))
    .map(([subpath, target]) => [subpath, resolve(target.default)]),
);
export const FAMILIES: readonly string[] = [...ENTRIES.keys()].filter((subpath) => subpath !== '.');

type Names = ReadonlyMap<string, unknown>;

async function load(file: string): Promise<Names> {
  return new Map(Object.entries(await import(file)));
}

const entries = new Map(
  await Promise.all([...ENTRIES].map(async ([subpath, file]) => [subpath, await load(file)] as const)),
);
const chunkFiles = readdirSync('dist/chunks').filter((file) => file.endsWith('.js'));
const files = [...ENTRIES.values(), ...chunkFiles.map((file) => resolve('dist/chunks', file))];
const loaded = new Map(await Promise.all(files.map(async (file) => [file, await load(file)] as const)));

/** What one subpath alone exports, beside `.`: its estimators and functions. */
export function membersOf(subpath: string): readonly string[] {
  const others = FAMILIES.filter((other) => other !== subpath).map((other) => entries.get(other)!);
  return [...entries.get(subpath)!.keys()].filter((name) => !others.some((names) => names.has(name)));
}

const members: Names = new Map(
  FAMILIES.flatMap((subpath) => membersOf(subpath).map((name) => [name, entries.get(subpath)!.get(name)])),
);

export interface Bundled {
  readonly text: string;
  /** The members, of any family, that are in it. */
  readonly members: readonly string[];
  /** Characters in it of the kernels. */
  readonly kernels: number;
}

/** Bundles the text of a module as Rollup does, with or without telling it that the package has no side effects. */
export async function bundle(entry: string, isToldOfNoSideEffects = true): Promise<Bundled> {
  const bundled = await rollup({
    ...{ input: 'entry', logLevel: 'silent', plugins: [entryOf(entry)] },
    treeshake: { moduleSideEffects: (id) => id === 'entry' || !isToldOfNoSideEffects },
  });
  const { code, modules } = (await bundled.generate({})).output[0];
  const held = new Set<unknown>();
  let kernels = 0;
  for (const [file, { renderedExports, renderedLength }] of Object.entries(modules)) {
    for (const name of renderedExports) held.add(loaded.get(file)?.get(name));
    if (file.includes('/dist/kernels/')) kernels += renderedLength;
  }
  const isHeld = ([, value]: readonly [string, unknown]): boolean => held.has(value);
  return { text: code.trim(), members: [...members].filter(isHeld).map(([name]) => name), kernels };
}

function entryOf(text: string): Plugin {
  return {
    name: 'entry',
    resolveId(source, importer) {
      if (source === 'entry') return source;
      return source.startsWith('#') ? createRequire(importer!).resolve(source) : null;
    },
    load: (id) => (id === 'entry' ? text : null),
  };
}
