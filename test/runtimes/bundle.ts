import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import esbuild from 'esbuild';
import { type Plugin, rollup } from 'rollup';
import { build as buildByVite, createLogger } from 'vite';
import webpack from 'webpack';

/** Bundles the app in a folder into another; rejects where the bundler has so much as a warning. */
export type Bundle = (app: string, output: string) => Promise<void>;

export const bundlers: Readonly<Record<string, Bundle>> = {
  async vite(app, output) {
    const logger = createLogger('warn');
    logger.warn = logger.error = refuse;
    await buildByVite({
      ...{ root: app, configFile: false, logLevel: 'warn', customLogger: logger },
      build: { outDir: output, emptyOutDir: true },
    });
  },

  async webpack(app, output) {
    const compiler = webpack({
      ...{ mode: 'production', context: app, entry: './main.js' },
      output: { path: output, filename: 'main.js' },
    })!;
    const stats = await new Promise<webpack.Stats>((done, failed) =>
      compiler.run((error, result) => (error ? failed(error) : done(result!))),
    );
    if (stats.hasErrors() || stats.hasWarnings()) refuse(stats.toString('errors-warnings'));
    // A classic script: webpack asks the script's own element where its other files are.
    await writePage(app, output, '<script defer src="./main.js"></script>');
  },

  async rollup(app, output) {
    const onwarn = ({ message }: { message: string }): never => refuse(message);
    const bundle = await rollup({ input: join(app, 'main.js'), plugins: [nodeResolution()], onwarn });
    await bundle.write({ dir: output, format: 'es' });
    await writePage(app, output);
  },

  async esbuild(app, output) {
    const { warnings } = await esbuild.build({
      ...{ absWorkingDir: app, entryPoints: ['main.js'], outdir: output, logLevel: 'silent' },
      ...{ bundle: true, minify: true, format: 'esm' },
    });
    if (warnings.length > 0) refuse(JSON.stringify(warnings));
    await writePage(app, output);
  },
};

function refuse(message: string): never {
  throw new Error(message);
}

const SCRIPT = '<script type="module" src="./main.js"></script>';

async function writePage(app: string, output: string, script: string = SCRIPT): Promise<void> {
  const page = await readFile(join(app, 'index.html'), 'utf8');
  await writeFile(join(output, 'index.html'), page.replace(SCRIPT, script));
}

/** What `@rollup/plugin-node-resolve` does: `exports` and `imports` of packages as Node reads them. */
export function nodeResolution(): Plugin {
  return {
    name: 'node-resolution',
    resolveId: (source, importer) =>
      importer === undefined || source.startsWith('.') ? null : createRequire(importer).resolve(source),
  };
}
