import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { build } from 'esbuild';
import { programs } from './installed.ts';
import type { Server } from './server.ts';

export interface WorkerOptions {
  /** The worker's module. It is bundled as wrangler bundles: the same conditions, `.wasm` files beside the code. */
  readonly main: string;
  readonly compatibilityDate?: string;
  /** A folder of static files, and the name of the binding that fetches them. */
  readonly assets?: { readonly directory: string; readonly binding: string };
}

export interface Worker extends Server {
  /** Of the workerd process. */
  readonly pid: number;
}

/** Runs a worker in workerd, on a free port of this machine. */
export async function serveWorker(options: WorkerOptions): Promise<Worker> {
  const folder = await mkdtemp(join(tmpdir(), 'lanewise-workerd-'));
  try {
    const config = join(folder, 'config.capnp');
    await writeFile(config, configOf(await bundle(options.main, folder), options));
    const { port, process } = await start(config);
    return {
      url: `http://127.0.0.1:${port}`,
      pid: process.pid!,
      async [Symbol.asyncDispose]() {
        const ended = once(process, 'exit');
        if (process.exitCode === null && process.kill()) await ended;
        await rm(folder, { recursive: true });
      },
    };
  } catch (error) {
    await rm(folder, { recursive: true });
    throw error;
  }
}

/** The files of the bundle by name, the worker's first. */
async function bundle(main: string, outdir: string): Promise<readonly string[]> {
  const { metafile } = await build({
    entryPoints: { worker: main },
    ...{ bundle: true, format: 'esm', target: 'es2022', outdir, metafile: true },
    conditions: ['workerd', 'worker', 'browser'],
    loader: { '.wasm': 'copy' },
    logLevel: 'silent',
  });
  return Object.keys(metafile.outputs)
    .map((path) => basename(path))
    .sort((name) => (name === 'worker.js' ? -1 : 1));
}

/** Text in Cap'n Proto's schema language, whose strings are JSON's as far as paths need. */
function configOf(files: readonly string[], { compatibilityDate, assets }: WorkerOptions): string {
  const text = JSON.stringify;
  const modules = files.map((name) =>
    // Imported as './name.wasm?module', and found by that very name.
    name.endsWith('.wasm')
      ? `(name = ${text(`${name}?module`)}, wasm = embed ${text(name)})`
      : `(name = ${text(name)}, esModule = embed ${text(name)})`,
  );
  const binding = assets && `(name = ${text(assets.binding)}, service = "assets")`;
  const disk = assets && `, (name = "assets", disk = (path = ${text(assets.directory)}))`;
  return `using Workerd = import "/workerd/workerd.capnp";
const worker :Workerd.Worker = (
  modules = [${modules.join(', ')}],
  compatibilityDate = ${text(compatibilityDate ?? '2026-11-01')},
  bindings = [${binding ?? ''}],
);
const config :Workerd.Config = (
  services = [(name = "worker", worker = .worker)${disk ?? ''}],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "worker")],
);
`;
}

/** Resolves when workerd says on which port it listens; rejects with what it prints when it ends before that. */
async function start(config: string): Promise<{ port: number; process: ChildProcess }> {
  const process = spawn(programs.workerd.path!, ['serve', config, 'config', '--control-fd=3'], {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  });
  let errors = '';
  process.stderr!.on('data', (chunk) => {
    errors += chunk;
  });
  for await (const line of createInterface({ input: process.stdio[3] as Readable })) {
    const { event, port } = JSON.parse(line);
    if (event === 'listen') return { port, process };
  }
  throw new Error(`workerd ended before it listened: ${errors}`);
}
