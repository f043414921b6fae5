import { readFileSync } from 'node:fs';
import dts from 'rollup-plugin-dts';
import esbuild from 'rollup-plugin-esbuild';

const TIERS = ['simd', 'relaxed'];

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

const external = ['#kernels', /\.wasm\?module$/];
const code = {
  plugins: [kernelBytes(), esbuild({ target: 'es2022', minifyWhitespace: true, minifySyntax: true })],
  external,
};
const types = { plugins: [dts()], external };

const entry = (name, kind) => ({
  ...(kind === 'types' ? types : code),
  input: `src/${name === 'index' ? name : `host/${name}`}.ts`,
  output: { file: `dist/${name}${kind === 'types' ? '.d.ts' : '.js'}`, format: 'es' },
});

// The kernels come first: the types of the rest refer to theirs.
export default [
  entry('kernels/inline', 'code'),
  entry('kernels/inline', 'types'),
  entry('kernels/module', 'code'),
  entry('index', 'code'),
  entry('index', 'types'),
];
