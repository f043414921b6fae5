import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import esbuild from 'esbuild';
import { type Plugin, rollup } from 'rollup';
import { build as buildByVite, createLogger } from 'vite';
import webpack from 'webpack';

/** A page of the app, named by its HTML file, with the modules that its bundle is made of. */
export interface Page {
  readonly html: string;
  /** The script of the page. */
  readonly script: string;
  /** Files by their name without suffix, for bundlers that are told of workers: they do not find them. */
  readonly workers: Readonly<Record<string, string>>;
}

export const MAIN: Page = { html: 'index.html', script: 'main.js', workers: {} };

/** Bundles a page of the app in a folder into another; rejects where the bundler has so much as a warning. */
export type Bundle = (app: string, output: string, page?: Page) => Promise<void>;

export const bundlers: Readonly<Record<string, Bundle>> = {
  async Vite(app, output, { html } = MAIN) {
    const logger = createLogger('warn');
    logger.warn = refuse;
    await buildByVite({
      ...{ root: app, configFile: false, logLevel: 'warn', customLogger: logger },
      build: { outDir: output, emptyOutDir: true, rollupOptions: { input: join(app, html) } },
    });
  },

  async webpack(app, output, { html, script } = MAIN) {
    const compiler = webpack({
      ...{ mode: 'production', context: app, entry: `./${script}` },
      output: { path: output, filename: script },
    })!;
    const stats = await new Promise<webpack.Stats>((done, failed) =>
      compiler.run((error, result) => (error ? failed(error) : done(result!))),
    );
    if (stats.hasErrors() || stats.hasWarnings()) refuse(stats.toString('errors-warnings'));
    // A classic script: webpack asks the script's own element where its other files are.
    await copyPage(app, output, html, (page) => page.replace('type="module"', 'defer'));
  },

  async Rollup(app, output, { html, script, workers } = MAIN) {
    const bundled = await rollup({
      input: { [script.replace('.js', '')]: `./${script}`, ...workers },
      plugins: [nodeResolution(app)],
      onwarn: ({ message }) => refuse(message),
    });
    await bundled.write({ dir: output, format: 'es' });
    await copyPage(app, output, html);
  },

  async esbuild(app, output, { html, script, workers } = MAIN) {
    const { warnings } = await esbuild.build({
      ...{ absWorkingDir: app, outdir: output, logLevel: 'silent' },
      entryPoints: { [script.replace('.js', '')]: `./${script}`, ...workers },
      ...{ bundle: true, minify: true, format: 'esm' },
    });
    if (warnings.length > 0) refuse(JSON.stringify(warnings));
    await copyPage(app, output, html);
  },
};

function refuse(message: string): never {
  throw new Error(message);
}

async function copyPage(
  app: string,
  output: string,
  html: string,
  change = (page: string): string => page,
): Promise<void> {
  await writeFile(join(output, html), change(await readFile(join(app, html), 'utf8')));
}

/** What `@rollup/plugin-node-resolve` does: `exports` and `imports` of packages as Node reads them. */
function nodeResolution(app: string): Plugin {
  return {
    name: 'node-resolution',
    resolveId: (source, importer = join(app, 'index.html')) => createRequire(importer).resolve(source),
  };
}
