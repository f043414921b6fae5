import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const EXECUTE = promisify(execFile);

/** The package as it would be published, in a folder of its own that goes with it. */
export interface Packed extends AsyncDisposable {
  readonly tarball: string;
  readonly files: readonly PackedFile[];
  readonly bytes: number;
  readonly unpackedBytes: number;
  /** A new folder with these files, where a user has installed the package and nothing else. */
  project(files: Readonly<Record<string, string>>): Promise<string>;
}

interface PackedFile {
  readonly path: string;
  readonly size: number;
}

/** What a program printed, both streams by itself. */
export interface Printed {
  readonly stdout: string;
  readonly stderr: string;
}

/** The environment of a user: nothing of the npm that runs the tests, none of its programs and settings, no colours. */
export function environment(folder: string): NodeJS.ProcessEnv {
  const outside = Object.entries(process.env).filter(
    ([name]) => !/^(npm_|node_|vitest|force_color)/i.test(name),
  );
  const path = process.env['PATH']!.split(delimiter).filter((entry) => !entry.includes('node_modules'));
  return {
    ...Object.fromEntries(outside),
    PATH: path.join(delimiter),
    npm_config_userconfig: join(folder, '.npmrc'),
    npm_config_cache: join(folder, '.npm'),
    npm_config_update_notifier: 'false',
    DENO_DIR: join(folder, '.deno'),
    DENO_NO_UPDATE_CHECK: '1',
    BUN_INSTALL_CACHE_DIR: join(folder, '.bun'),
    NO_COLOR: '1',
  };
}

/** Runs a program in a folder as a user would; rejects, with what it printed, where it fails. */
export async function run(program: string, args: readonly string[], folder: string): Promise<Printed> {
  try {
    return await EXECUTE(program, args, { cwd: folder, env: environment(folder), timeout: 100_000 });
  } catch (error) {
    const { stdout, stderr } = error as Partial<Printed>;
    throw new Error(`${program} ${args.join(' ')} failed:\n${stdout}\n${stderr}`, { cause: error });
  }
}

/** Packs what `npm run build` made. */
export async function pack(): Promise<Packed> {
  const home = await mkdtemp(join(tmpdir(), 'lanewise-'));
  const { stdout } = await run(
    'npm',
    ['pack', ROOT, '--ignore-scripts', '--json', '--pack-destination', home],
    home,
  );
  const [{ filename, files, size, unpackedSize }] = JSON.parse(stdout);
  const tarball = join(home, filename);
  let projects = 0;
  return {
    tarball,
    files,
    bytes: size,
    unpackedBytes: unpackedSize,
    async project(contents) {
      const folder = join(home, `project-${++projects}`);
      for (const [path, text] of Object.entries(contents)) {
        await mkdir(dirname(join(folder, path)), { recursive: true });
        await writeFile(join(folder, path), text);
      }
      await install(tarball, folder);
      return folder;
    },
    [Symbol.asyncDispose]: () => rm(home, { recursive: true, force: true }),
  };
}

/** Offline, with a cache that is empty: the package must need nothing but itself. */
async function install(tarball: string, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const { stderr } = await run('npm', ['install', tarball, '--offline', '--no-audit', '--no-fund'], folder);
  if (stderr) throw new Error(`npm install printed:\n${stderr}`);
}
