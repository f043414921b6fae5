import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const ROOT = new URL('../../', import.meta.url).pathname;

/** A project of a user, in a folder of its own. */
export interface Project extends AsyncDisposable {
  readonly folder: string;
}

/** Where programs are looked for, but for those of packages: as-pect brings an npm of the year 2020. */
const PATH = process.env['PATH']!.split(delimiter)
  .filter((folder) => !folder.includes('node_modules'))
  .join(delimiter);

/** An empty project in which the package is installed as npm would publish it. The package must be built. */
export async function createProject(): Promise<Project> {
  const folder = await mkdtemp(join(tmpdir(), 'lanewise-project-'));
  const installed = join(folder, 'node_modules/lanewise');
  await mkdir(installed, { recursive: true });
  const pack = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder];
  const { stdout } = await run('npm', pack, { cwd: ROOT, env: { ...process.env, PATH } });
  const tarball = join(folder, JSON.parse(stdout)[0].filename);
  await run('tar', ['-xzf', tarball, '-C', installed, '--strip-components=1']);
  await rm(tarball);
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
}
