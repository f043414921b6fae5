import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { transform } from 'esbuild';
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
/** The one library that is bundled: what keeps and evicts the entries of plain caches. */
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

/** A chunk that holds the library says whose it is, and on which terms. */
function licenceOf({ modules }) {
  if (!Object.keys(modules).some((id) => id.startsWith(LRU_CACHE))) return '';
  const { version } = JSON.parse(readFileSync(resolve(LRU_CACHE, 'package.json'), 'utf8'));
  return `/*! lru-cache ${version}\n${readFileSync(resolve(LRU_CACHE, 'LICENSE'), 'utf8').trim()}\n*/\n`;
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
    return licenceOf(chunk) + shortest.code;
  },
};
const code = [kernelBytes(), bundled, esbuild({ target: 'es2022' }), smallest];
const chunks = {
  dir: 'dist',
  format: 'es',
  chunkFileNames: 'chunks/[name].js',
  hoistTransitiveImports: false,
};

/** A file that stands alone, for pages without a bundler: the kernels are in it, and nothing is left to resolve. */
const alone = (input, file) => ({
  input,
  output: { file, format: 'es' },
  plugins: [
    {
      name: 'kernels-inside',
      resolveId: (id) => (id === '#kernels' ? resolve('src/host/kernels/inline.ts') : null),
    },
    ...code,
  ],
});

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
  alone('src/index.ts', 'dist/lanewise.min.js'),
  // Import maps do not reach into workers, and a worker's file has to work as it is served.
  alone('src/worker/thread.ts', 'dist/worker/thread.js'),
];
