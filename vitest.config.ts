import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig, type ViteUserConfig } from 'vitest/config';

const TIERS = ['simd', 'relaxed'];

// Node 20 knows the relaxed instructions behind a flag, and only its optimizing compiler has them right.
const relaxed = readFileSync('dist/kernels/relaxed.wasm');
const execArgv = WebAssembly.validate(relaxed) ? [] : ['--experimental-wasm-relaxed-simd', '--no-liftoff'];

const config: ViteUserConfig = defineConfig({
  resolve: { alias: { lanewise: fileURLToPath(new URL('src/index.ts', import.meta.url)) } },
  test: {
    testTimeout: 30_000,
    projects: [
      ...TIERS.map((tier) => ({
        extends: true as const,
        test: {
          name: tier,
          include: [
            'test/{host,vectors,search,cluster,sparse,text,recommend,evaluate,sketch,cache}/**/*.test.ts',
          ],
          setupFiles: ['test/tier.ts'],
          env: { LANEWISE_TIER: tier },
          pool: 'forks' as const,
          execArgv: [...execArgv, '--expose-gc'],
        },
      })),
      {
        extends: true as const,
        test: {
          name: 'once',
          include: ['test/{cost,planner,cli,format,store,worker,demo,package,docs}/**/*.test.ts'],
          pool: 'forks' as const,
        },
      },
    ],
  },
});

export default config;
