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
        ? TIERS.map((tier) => `export const ${tier} = '${readFileSync(`dist/kernels/${tier}.wasm`, 'base64')}';`).join('\n')
        : null,
  };
}

const external = ['#kernels', /\.wasm\?module$/];
const code = { plugins: [kernelBytes(), esbuild({ target: 'es2022' })], external };
const types = { plugins: [dts()], external };

export default [
  { ...code, input: 'src/index.ts', output: { file: 'dist/index.js', format: 'es' } },
  { ...code, input: 'src/host/kernels/inline.ts', output: { file: 'dist/kernels/inline.js', format: 'es' } },
  { ...code, input: 'src/host/kernels/module.ts', output: { file: 'dist/kernels/module.js', format: 'es' } },
  { ...types, input: 'src/index.ts', output: { file: 'dist/index.d.ts', format: 'es' } },
  { ...types, input: 'src/host/kernels/inline.ts', output: { file: 'dist/kernels/inline.d.ts', format: 'es' } },
];
