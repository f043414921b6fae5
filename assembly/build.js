// Compiles the kernels: the families together, for platforms that compile modules ahead of time, and each by itself, for
// the JavaScript that carries them. What needs no relaxed instruction is built once.
import { main } from 'assemblyscript/asc';

const MODULES = [
  { root: 'index', tier: 'simd', file: 'kernels/simd' },
  { root: 'index', tier: 'relaxed', file: 'kernels/relaxed' },
  { root: 'families/edit', tier: 'simd', file: 'families/edit-simd' },
  { root: 'families/search', tier: 'simd', file: 'families/search-simd' },
  { root: 'families/search', tier: 'relaxed', file: 'families/search-relaxed' },
  { root: 'families/recommend', tier: 'simd', file: 'families/recommend-simd' },
  { root: 'families/sketch', tier: 'simd', file: 'families/sketch-simd' },
  { root: 'families/sparse', tier: 'simd', file: 'families/sparse-simd' },
  { root: 'unpack', tier: 'small', file: 'unpack' },
];

for (const { root, tier, file } of MODULES) {
  const { error, stderr } = await main([
    ...[`assembly/${root}.ts`, '--target', tier],
    ...['--outFile', `dist/${file}.wasm`],
  ]);
  if (!error) continue;
  console.error(stderr.toString());
  throw error;
}
