import { defineConfig, type ViteUserConfig } from 'vitest/config';

/** Tests of the built package in every runtime. One file at a time: some of them measure. */
const config: ViteUserConfig = defineConfig({
  test: {
    include: ['test/runtimes/**/*.test.ts'],
    pool: 'forks',
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});

export default config;
