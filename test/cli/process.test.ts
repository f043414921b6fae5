import { spawn, spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const PROGRAM = 'dist/cli.js';
const { version, bin } = JSON.parse(readFileSync('package.json', 'utf8'));
const environment = { ...process.env, FORCE_COLOR: undefined, NODE_OPTIONS: '' };

function run(...commandLine: string[]) {
  const options = { encoding: 'utf8', env: environment } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, [PROGRAM, ...commandLine], options);
  return { exitCode: status, stdout, stderr };
}

test('the built program prints its version, an answer, a no and a mistake, each with its exit code', () => {
  expect(bin).toEqual({ lanewise: PROGRAM });
  expect(run('--version')).toEqual({ exitCode: 0, stdout: `${version}\n`, stderr: '' });

  const fine = run('queue', '--rate', '80', '--service', '10');
  expect(fine.stdout).toContain('M/D/1');
  expect(fine).toMatchObject({ exitCode: 0, stderr: '' });
  expect(fine.stdout).not.toContain('\u001b');

  expect(run('queue', '--rate', '800', '--service', '10')).toMatchObject({ exitCode: 1, stdout: '' });
  expect(run('queue', '--rate', '-8')).toMatchObject({ exitCode: 2, stdout: '' });
});

test('starts with the line by which systems run it', () => {
  expect(readFileSync(PROGRAM, 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/);
});

test.skipIf(!existsSync('/dev/full'))('what cannot be printed is no success', () => {
  const full = openSync('/dev/full', 'w');
  const { status, stderr } = spawnSync(process.execPath, [PROGRAM, 'roofline', '--list'], {
    ...{ encoding: 'utf8', env: environment, stdio: ['ignore', full, 'pipe'] },
  });
  closeSync(full);
  expect(stderr).toMatch(/^lanewise: cannot print: .*ENOSPC.*\n$/);
  expect(status).toBe(2);
});

test('a reader that closes the pipe early is no error', async () => {
  const child = spawn(process.execPath, [PROGRAM, 'roofline', '--list', '--json'], { env: environment });
  let stderr = '';
  child.stderr.on('data', (bytes) => {
    stderr += bytes;
  });
  child.stdout.destroy();
  const exitCode = await new Promise((done) => child.on('close', done));
  expect([exitCode, stderr]).toEqual([0, '']);
});
