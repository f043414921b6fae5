import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin, type UserConfig } from 'vite';

const ROOT = fileURLToPath(new URL('.', import.meta.url));

/** Nothing but files of the page's own origin; and WebAssembly may be compiled. */
export const POLICY: string = [
  "default-src 'self'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "worker-src 'self'",
  "img-src 'self' data:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/** What the page is best served with: the policy, and isolation, which gives it a clock of 5 microseconds. */
export const HEADERS: Readonly<Record<string, string>> = {
  'Content-Security-Policy': POLICY,
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'X-Content-Type-Options': 'nosniff',
};

/** Writes the policy into the built page too, for servers that send none. Vite's dev mode needs what it forbids. */
const policyTag: Plugin = {
  name: 'policy-tag',
  apply: 'build',
  transformIndexHtml: () => [
    {
      tag: 'meta',
      attrs: { 'http-equiv': 'Content-Security-Policy', content: POLICY },
      injectTo: 'head-prepend',
    },
  ],
};

const config: UserConfig = defineConfig({
  root: ROOT,
  base: './',
  plugins: [policyTag],
  server: { fs: { allow: ['../..'] } },
  preview: { headers: { ...HEADERS } },
  worker: { format: 'es' },
  build: {
    outDir: fileURLToPath(new URL('../../dist/page', import.meta.url)),
    emptyOutDir: true,
    target: 'es2022',
    // They know light-dark(), by which the page has two themes.
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    // Data URLs are not files of the page's own origin.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});

export default config;
