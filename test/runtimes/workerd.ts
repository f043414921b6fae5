import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { build } from 'esbuild';
import { programs } from './installed.ts';
import type { Server } from './server.ts';

/** Static files, and the name of the binding by which the worker fetches them. */
interface Assets {
  readonly binding: string;
  /** A folder, or the URL of a server. */
  readonly from: string;
}

export interface WorkerOptions {
  /** The module whose default export answers requests. */
  readonly entry: string;
  /** Conditions of imports, as the platform's own bundler sets them. @default workerd, worker, browser */
  readonly conditions?: readonly string[];
  /** Compatibility flags of the platform. */
  readonly flags?: readonly string[];
  /** Files that the worker may import as an ArrayBuffer, by name. */
  readonly data?: Readonly<Record<string, Uint8Array>>;
  readonly assets?: Assets;
  readonly compatibilityDate?: string;
}

export interface Worker extends Server {
  /** Of the process. */
  readonly pid: number;
  /** The JSON that the worker answers with. */
  get(path: string): Promise<unknown>;
  /** Processor time that the thread of the worker has taken, in milliseconds. */
  cpu(): Promise<number>;
}

/** Bundles a worker, with its `.wasm` imports as modules compiled by the platform, and serves it with workerd. */
export async function serveWorker({
  entry,
  conditions = ['workerd', 'worker', 'browser'],
  flags = [],
  data = {},
  assets,
  compatibilityDate = '2026-01-01',
}: WorkerOptions): Promise<Worker> {
  const folder = await mkdtemp(join(tmpdir(), 'lanewise-worker-'));
  await bundle(entry, folder, { conditions, external: Object.keys(data) });
  for (const [name, bytes] of Object.entries(data)) await writeFile(join(folder, name), bytes);
  await writeFile(
    join(folder, 'config.capnp'),
    configuration(await readdir(folder), { flags, assets, compatibilityDate }),
  );

  const server = spawn(programs.workerd.path!, ['serve', 'config.capnp', '--control-fd=3'], {
    cwd: folder,
    stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
  });
  const ended = once(server, 'exit');
  const port = await portOf(server.stdio[3] as Readable);
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    pid: server.pid!,
    async get(path) {
      const response = await fetch(url + path);
      if (!response.ok) throw new Error(`workerd answered ${response.status}: ${await response.text()}`);
      return await response.json();
    },
    cpu: () => cpuOf(server.pid!),
    async [Symbol.asyncDispose]() {
      server.kill();
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function bundle(
  entry: string,
  outdir: string,
  { conditions, external }: { conditions: readonly string[]; external: string[] },
): Promise<void> {
  await build({
    ...{ entryPoints: { worker: entry }, outdir, conditions: [...conditions], external },
    ...{ bundle: true, format: 'esm', logLevel: 'warning' },
    ...{ loader: { '.wasm': 'copy' }, assetNames: '[name]' },
  });
}

/** The first line on the control channel says where the server listens; no line says that it never will. */
async function portOf(control: Readable): Promise<number> {
  for await (const line of createInterface({ input: control })) {
    const { event, port } = JSON.parse(line);
    if (event === 'listen') return port;
  }
  throw new Error('workerd ended before it listened.');
}

function configuration(
  files: readonly string[],
  {
    flags,
    assets,
    compatibilityDate,
  }: {
    readonly flags: readonly string[];
    readonly assets: Assets | undefined;
    readonly compatibilityDate: string;
  },
): string {
  const modules = files.map((file) => {
    if (file.endsWith('.js')) return `(name = "${file}", esModule = embed "${file}")`;
    if (!file.endsWith('.wasm')) return `(name = "${file}", data = embed "${file}")`;
    // Bundlers leave the suffix on the import, or take it away.
    return ['', '?module'].map((suffix) => `(name = "${file}${suffix}", wasm = embed "${file}")`).join(', ');
  });
  // The worker comes first: the first module is the one that answers.
  const sorted = modules.sort((a, b) => Number(b.includes('worker.js')) - Number(a.includes('worker.js')));
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = (
    modules = [${sorted.join(', ')}],
    compatibilityDate = "${compatibilityDate}",
    compatibilityFlags = ${JSON.stringify(flags)},
    bindings = [${assets ? `(name = "${assets.binding}", service = "assets")` : ''}],
  ))${assets ? `, (name = "assets", ${serviceOf(assets)})` : ''}],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);`;
}

function serviceOf({ from }: Assets): string {
  if (!from.startsWith('http:')) return `disk = (path = ${JSON.stringify(from)})`;
  return `external = (address = "${new URL(from).host}", http = ())`;
}

/** The scheduler's own account of the thread that runs the worker, in nanoseconds; compiling elsewhere is not in it. */
async function cpuOf(pid: number): Promise<number> {
  return Number((await readFile(`/proc/${pid}/schedstat`, 'utf8')).split(' ')[0]) / 1e6;
}
