import { readdirSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { build, transform } from 'esbuild';
import lzma from 'lzma/src/lzma_worker.js';
import dts from 'rollup-plugin-dts';
import esbuild from 'rollup-plugin-esbuild';
import { minify as terser } from 'terser';

/** The kernels of each family, and its tiers, the fastest first. */
const KERNELS = {
  search: ['relaxed', 'simd'],
  sparse: ['simd'],
  recommend: ['simd'],
  sketch: ['simd'],
  edit: ['simd'],
};
/** Of an .lzma file: a byte for lc 3, lp 0, pb 2, four for the dictionary, eight for the size. */
const LZMA_HEADER = 13;
const LITERALS_BY_3_POSITIONS_BY_2 = (2 * 5 + 0) * 9 + 3;
/** The subpaths of the package: one a family, and the whole. They share chunks, and so the kernels and their memory. */
const ENTRIES = {
  index: 'src/index.ts',
  search: 'src/search/index.ts',
  cluster: 'src/cluster/index.ts',
  sparse: 'src/sparse/index.ts',
  text: 'src/text/index.ts',
  recommend: 'src/recommend/index.ts',
  sketch: 'src/sketch/index.ts',
  cache: 'src/cache/index.ts',
  cost: 'src/cost/index.ts',
  planner: 'src/planner/index.ts',
  evaluate: 'src/evaluate/index.ts',
  format: 'src/format/index.ts',
  store: 'src/store/index.ts',
  worker: 'src/worker/index.ts',
  'worker/serve': 'src/worker/serve.ts',
};

/** Serves the compiled kernels of each family as one LZMA stream, with the bytes of each tier, and what unpacks them. */
function kernelBytes() {
  const id = 'virtual:kernel-bytes';
  return {
    name: 'kernel-bytes',
    resolveId: (source) => (source === id ? `\0${id}` : null),
    load(resolved) {
      if (resolved !== `\0${id}`) return null;
      const families = Object.keys(KERNELS).map(packed);
      return [...families, `export const unpacker = '${readFileSync('dist/unpack.wasm', 'base64')}';`].join(
        '\n',
      );
    },
  };
}

function packed(family) {
  const tiers = KERNELS[family].map((tier) => readFileSync(`dist/families/${family}-${tier}.wasm`));
  const file = Buffer.from(lzma.LZMA.compress(Buffer.concat(tiers), 9));
  if (file[0] !== LITERALS_BY_3_POSITIONS_BY_2)
    throw new Error(`assembly/unpack.ts does not unpack ${file[0]}.`);
  const sizes = KERNELS[family].map((tier, i) => `${tier}: ${tiers[i].length}`).join(', ');
  return [
    `export const ${family} = '${file.toString('base64', LZMA_HEADER)}';`,
    `export const ${family}Bytes = { ${sizes} };`,
  ].join('\n');
}

/** `Symbol.dispose` is in the types of TypeScript, but in no default library: who imports the package need not name it. */
const libraries = {
  name: 'libraries',
  renderChunk: (declarations) => `/// <reference lib="esnext.disposable" />\n${declarations}`,
};
/** The one library that is bundled with the library: what keeps and evicts the entries of plain caches. */
const LRU_CACHE = resolve('node_modules/lru-cache');
const bundled = {
  name: 'bundled',
  resolveId: (id) => (id === 'lru-cache' ? resolve(LRU_CACHE, 'dist/esm/index.js') : null),
  transform: (code, id) => (id.startsWith(LRU_CACHE) ? { code: quiet(code), map: null } : null),
};

/** The library without what it does at load, for runtimes that have no clock or AbortController: all of ours have both. */
function quiet(code) {
  const replace = (text, pattern, by) => {
    if (!pattern.test(text)) throw new Error(`lru-cache has changed: ${pattern} is not in it.`);
    return text.replace(pattern, by);
  };
  const withoutClock = replace(code, /const defaultPerf = [\s\S]*?: Date;/, 'const defaultPerf = Date;');
  const withoutProcess = replace(withoutClock, /const PROCESS = [\s\S]*?: \{\}\);/, 'const PROCESS = {};');
  const withoutPolyfill = replace(
    withoutProcess,
    /let AC = globalThis\.AbortController;[\s\S]*?\n\}\n(?=\/\* c8 ignore stop)/,
    '',
  );
  return replace(withoutPolyfill, /\bAC\b/g, 'AbortController');
}

/** What the command line is made of, and what that needs: CommonJS, which esbuild turns into modules. */
const OF_THE_COMMAND_LINE = {
  commander: ['commander'],
  'cli-table3': [
    'cli-table3',
    'string-width',
    'strip-ansi',
    'ansi-regex',
    'is-fullwidth-code-point',
    'emoji-regex',
  ],
};
const prebundled = {
  name: 'prebundled',
  resolveId: (id) => (Object.hasOwn(OF_THE_COMMAND_LINE, id) ? `\0${id}` : null),
  async load(id) {
    if (!Object.hasOwn(OF_THE_COMMAND_LINE, id.slice(1))) return null;
    const { outputFiles } = await build({
      stdin: {
        contents: `import * as all from '${id.slice(1)}'; export * from '${id.slice(1)}'; export default all.default;`,
        resolveDir: '.',
      },
      ...{
        bundle: true,
        write: false,
        format: 'esm',
        platform: 'node',
        target: 'es2022',
        plugins: [required],
        logLevel: 'silent',
      },
    });
    return outputFiles[0].text;
  },
};
/** What CommonJS requires of Node becomes an import. No colours are drawn, and no other programs started. */
const required = {
  name: 'required',
  setup({ onResolve, onLoad }) {
    const ABSENT = /^(@colors\/colors\/safe|node:child_process)$/;
    onResolve({ filter: ABSENT }, ({ path }) => ({ path, namespace: 'absent' }));
    onLoad({ filter: ABSENT, namespace: 'absent' }, () => ({ contents: '' }));
    onResolve({ filter: /^node:/ }, ({ path, kind }) =>
      kind === 'require-call' ? { path, namespace: 'required' } : { path, external: true },
    );
    onLoad({ filter: /^node:/, namespace: 'required' }, ({ path }) => ({
      contents: `export * from '${path}'; export { default } from '${path}';`,
    }));
  },
};

/** A chunk that holds a library says whose it is, and on which terms. */
function licencesOf({ modules }) {
  const ids = Object.keys(modules);
  const names = ids.some((id) => id.startsWith(LRU_CACHE)) ? ['lru-cache'] : [];
  for (const [name, parts] of Object.entries(OF_THE_COMMAND_LINE))
    if (ids.includes(`\0${name}`)) names.push(...parts);
  return names.map(licenceOf).join('');
}

function licenceOf(name) {
  const folder = resolve('node_modules', name);
  const { version } = JSON.parse(readFileSync(resolve(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  return `/*! ${name} ${version}\n${readFileSync(resolve(folder, file), 'utf8').trim()}\n*/\n`;
}
const external = ['#kernels', /\.wasm\?module$/];
/** esbuild names private members best, terser folds code best: one after the other saves 5 % over either. */
const smallest = {
  name: 'smallest',
  async renderChunk(code, chunk) {
    const short = await transform(code, { target: 'es2022', format: 'esm', minify: true });
    // Functions that are moved to their one call would be made anew at each.
    const compress = { passes: 3, unsafe_arrows: true, reduce_funcs: false };
    const options = { module: true, ecma: 2022, compress };
    const shortest = await terser(short.code, options);
    const [, shebang = '', rest] = /^(#!.*\n)?([\s\S]*)/.exec(shortest.code);
    return shebang + licencesOf(chunk) + rest;
  },
};
const code = [kernelBytes(), bundled, esbuild({ target: 'es2022' }), smallest];
const chunks = {
  dir: 'dist',
  format: 'es',
  chunkFileNames: 'chunks/[name].js',
  hoistTransitiveImports: false,
  // A call at load, which no bundler could leave out with the namespaces that nobody uses.
  freeze: false,
};

/** A file that stands alone, for pages without a bundler: the kernels are in it, and nothing is left to resolve. */
const alone = (input, file) => ({
  input,
  output: { file, format: 'es', freeze: false },
  plugins: [
    {
      name: 'kernels-inside',
      resolveId: (id) => (id === '#kernels' ? resolve('src/host/kernels/inline.ts') : null),
    },
    ...code,
  ],
});

/** What stands in dist/ by itself: the command line imports it from there, and so adds nothing to it. */
const published = {
  name: 'published',
  resolveId(source, importer) {
    const file = importer && source.startsWith('.') ? resolve(dirname(importer), source) : '';
    const entry = Object.entries(ENTRIES).find(([, path]) => resolve(path) === file);
    // Rollup takes the folder of the input for that of the output.
    if (entry) return { id: resolve(`src/cli/${entry[0]}.js`), external: 'relative' };
    return null;
  },
};
/** The version in package.json, and nothing else of it. */
const manifest = {
  name: 'manifest',
  load: (id) =>
    id === resolve('package.json')
      ? `export const version = '${JSON.parse(readFileSync(id, 'utf8')).version}';`
      : null,
};

const kernels = (name) => ({
  input: `src/host/kernels/${name}.ts`,
  output: { file: `dist/kernels/${name}.js`, format: 'es' },
  plugins: code,
  external,
});

// The kernels come first: the types of the rest refer to theirs.
export default [
  kernels('inline'),
  kernels('module'),
  kernels('simd-module'),
  {
    input: 'src/host/kernels/inline.ts',
    output: { file: 'dist/kernels/inline.d.ts', format: 'es' },
    plugins: [dts()],
  },
  {
    ...{ input: ENTRIES, output: chunks, plugins: code, external },
    // Else an entry that only hands them on imports the kernels for nothing, of which esbuild warns.
    treeshake: { moduleSideEffects: 'no-external' },
  },
  {
    input: { ...ENTRIES, 'worker/thread': 'src/worker/thread.ts' },
    output: { ...chunks, chunkFileNames: 'chunks/[name].d.ts' },
    plugins: [dts(), libraries],
    external,
  },
  {
    input: { cli: 'src/cli/index.ts' },
    output: { ...chunks, chunkFileNames: 'cli/[name].js' },
    plugins: [published, manifest, prebundled, ...code],
    external: /^node:/,
  },
  alone('src/index.ts', 'dist/lanewise.min.js'),
  // Import maps do not reach into workers, and a worker's file has to work as it is served.
  alone('src/worker/thread.ts', 'dist/worker/thread.js'),
];
