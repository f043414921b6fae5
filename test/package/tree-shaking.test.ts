import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type BuildOptions, build } from 'esbuild';
import { rollup } from 'rollup';
import { expect, test } from 'vitest';
import webpack from 'webpack';

const { exports } = JSON.parse(readFileSync('package.json', 'utf8'));
/** The file of every subpath that an app with a bundler imports, by its name: '.', './search' and so on. */
const ENTRIES = new Map(
  Object.entries<{ types?: string; default: string }>(exports)
    .filter(([subpath, { types }]) => types && !subpath.endsWith('.js'))
    .map(([subpath, target]) => [subpath, target.default]),
);
const FAMILIES = [...ENTRIES.keys()].filter((subpath) => subpath !== '.');

interface Bundled {
  readonly text: string;
  /** Bytes in it of the kernels. */
  readonly kernelBytes: number;
}

/** A bundle that imports a name from a subpath and hands it on. */
async function bundle(
  names: string,
  subpath = '.',
  options: Pick<BuildOptions, 'minify' | 'external'> = {},
): Promise<Bundled> {
  const { outputFiles, metafile } = await build({
    stdin: {
      contents: `export ${names === '*' ? names : `{ ${names} }`} from '${ENTRIES.get(subpath)}';`,
      resolveDir: '.',
    },
    ...options,
    ...{ bundle: true, write: false, format: 'esm', metafile: true, logLevel: 'silent' },
  });
  const [{ inputs }] = Object.values(metafile.outputs) as [(typeof metafile.outputs)[string]];
  const kernels = Object.entries(inputs).filter(([path]) => path.startsWith('dist/kernels/'));
  return {
    text: outputFiles[0]!.text,
    kernelBytes: kernels.reduce((bytes, [, { bytesInOutput }]) => bytes + bytesInOutput, 0),
  };
}

/** What a subpath exports beside what every subpath does: its estimators and functions. */
async function membersOf(subpath: string): Promise<readonly string[]> {
  const named = await Promise.all(
    FAMILIES.map(async (other) => Object.keys(await import(resolve(ENTRIES.get(other)!)))),
  );
  return named[FAMILIES.indexOf(subpath)]!.filter(
    (name) => named.filter((names) => names.includes(name)).length === 1,
  );
}

const members = new Map(
  await Promise.all(FAMILIES.map(async (subpath) => [subpath, await membersOf(subpath)] as const)),
);
const everyMember = [...members.values()].flat();

/** The members, of any family, that a bundle declares. */
function declared({ text }: Bundled): readonly string[] {
  return everyMember.filter((name) =>
    new RegExp(`^(async )?(class|function\\*?|var|let|const) ${name}\\b`, 'm').test(text),
  );
}

/** What members need of other members; everything else stays out of a bundle that imports one. */
const INDEX = ['Bitmap', 'createSafetensors', 'readSafetensors'];
const NEEDS: Readonly<Record<string, readonly string[]>> = {
  FlatIndex: INDEX,
  IvfIndex: INDEX,
  HnswIndex: INDEX,
  LshIndex: INDEX,
  ProductQuantizer: ['createSafetensors', 'readSafetensors'],
  tune: ['Bitmap', 'percentile', 'recall'],
  compare: ['Bitmap', 'percentile', 'recall'],
  writeSafetensors: ['createSafetensors'],
};

test.each(FAMILIES)(
  'a bundle that imports one name of %s holds no other than those it needs',
  async (subpath) => {
    expect(members.get(subpath)!.length).toBeGreaterThan(0);
    for (const name of members.get(subpath)!) {
      const held = declared(await bundle(name, subpath));
      expect(held, name).toContain(name);
      const needed = [name, ...(NEEDS[name] ?? [])];
      expect(
        held.filter((other) => !needed.includes(other)),
        name,
      ).toEqual([]);
    }
  },
);

test.each(FAMILIES)('a name costs as much from the whole package as from %s', async (subpath) => {
  for (const name of members.get(subpath)!) {
    expect((await bundle(name)).text.length, name).toBe((await bundle(name, subpath)).text.length);
  }
});

test('bundles of readers, of metrics and of the error class hold no kernels; those of an index do', async () => {
  for (const subpath of ['./format', './evaluate']) {
    expect((await bundle('*', subpath)).kernelBytes, subpath).toBe(0);
  }
  expect((await bundle('LanewiseError')).kernelBytes).toBe(0);
  expect((await bundle('FlatIndex')).kernelBytes).toBeGreaterThan(20_000);
});

test('a bundle that imports one index takes at most 20 kB of code, gzipped, beside the kernels', async () => {
  const { text } = await bundle('FlatIndex', './search', { minify: true, external: ['#kernels'] });
  expect(gzipSync(text).length).toBeLessThan(20_000);
});

test.each([...ENTRIES.keys()])('a bundle of `import` alone of %s is empty', async (subpath) => {
  const entry = `import ${JSON.stringify(resolve(ENTRIES.get(subpath)!))};`;
  expect((await bundle('', subpath)).text.trim().slice(0, 200)).toBe('');
  // Rollup is not told that the package is free of side effects: it finds one, the backstop of dispose().
  expect(await bundledByRollup(entry)).toMatch(/^(new FinalizationRegistry\(\w+=>\w+\.release\(\)\);)?$/);
  expect(await bundledByWebpack(entry)).toBe('');
});

async function bundledByRollup(entry: string): Promise<string> {
  const bundled = await rollup({
    logLevel: 'silent',
    ...{
      input: 'entry',
      external: ['#kernels'],
      treeshake: { moduleSideEffects: (id) => id !== '#kernels' },
    },
    plugins: [
      {
        name: 'entry',
        resolveId: (id) => (id === 'entry' ? id : null),
        load: (id) => (id === 'entry' ? entry : null),
      },
    ],
  });
  return (await bundled.generate({})).output[0].code.trim();
}

async function bundledByWebpack(entry: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'lanewise-'));
  const compiler = webpack({
    ...{ mode: 'production', entry: `data:text/javascript,${encodeURIComponent(entry)}` },
    output: { path: folder, filename: 'main.js' },
  })!;
  try {
    const stats = await new Promise<webpack.Stats>((done, failed) =>
      compiler.run((error, result) => (error ? failed(error) : done(result!))),
    );
    expect(stats.toJson({ all: false, errors: true }).errors).toEqual([]);
    return readFileSync(join(folder, 'main.js'), 'utf8');
  } finally {
    rmSync(folder, { recursive: true });
  }
}
