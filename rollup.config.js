import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import dts from 'rollup-plugin-dts';
import esbuild from 'rollup-plugin-esbuild';

const TIERS = ['simd', 'relaxed'];
/** The subpaths of the package: one a family, and the whole. They share chunks, and so the kernels and their memory. */
const ENTRIES = {
  index: 'src/index.ts',
  search: 'src/search/index.ts',
  cluster: 'src/cluster/index.ts',
  cost: 'src/cost/index.ts',
  evaluate: 'src/evaluate/index.ts',
  format: 'src/format/index.ts',
};

/** Serves the compiled kernels as base64 strings, one export a tier, and ships the .wasm files beside the code. */
function kernelBytes() {
  const id = 'virtual:kernel-bytes';
  return {
    name: 'kernel-bytes',
    resolveId: (source) => (source === id ? `\0${id}` : null),
    load: (resolved) =>
      resolved === `\0${id}`
        ? TIERS.map(
            (tier) => `export const ${tier} = '${readFileSync(`dist/kernels/${tier}.wasm`, 'base64')}';`,
          ).join('\n')
        : null,
  };
}

/** `Symbol.dispose` is in the types of TypeScript, but in no default library: who imports the package need not name it. */
const libraries = '/// <reference lib="esnext.disposable" />';
const external = ['#kernels', /\.wasm\?module$/];
const readable = [kernelBytes(), esbuild({ target: 'es2022', minifyWhitespace: true, minifySyntax: true })];
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
    kernelBytes(),
    esbuild({ target: 'es2022', minify: true }),
  ],
});

const kernels = (name) => ({
  input: `src/host/kernels/${name}.ts`,
  output: { file: `dist/kernels/${name}.js`, format: 'es' },
  plugins: readable,
  external,
});

// The kernels come first: the types of the rest refer to theirs.
export default [
  kernels('inline'),
  kernels('module'),
  {
    input: 'src/host/kernels/inline.ts',
    output: { file: 'dist/kernels/inline.d.ts', format: 'es' },
    plugins: [dts()],
  },
  { input: ENTRIES, output: chunks, plugins: readable, external },
  {
    input: ENTRIES,
    output: { ...chunks, chunkFileNames: 'chunks/[name].d.ts', banner: libraries },
    plugins: [dts()],
    external,
  },
  alone('src/index.ts', 'dist/lanewise.min.js'),
];
