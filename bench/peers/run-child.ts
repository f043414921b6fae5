import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { Result } from './exchange.ts';

const ROOT = join(import.meta.dirname, '../..');
/** Debian's own interpreter sees Debian's own packages; another one on the path may not. */
const PYTHON = '/usr/bin/python3';
const ONE_THREAD = { OPENBLAS_NUM_THREADS: '1', OMP_NUM_THREADS: '1', MKL_NUM_THREADS: '1' };

export interface Limits {
  /** The processor that every child is held to, where taskset is there to hold it. */
  readonly core: number;
  /** Seconds that a child may take. */
  readonly seconds: number;
}

export const LIMITS: Limits = { core: 0, seconds: 300 };

const canPin = spawnSync('taskset', ['--version']).status === 0;

/** The message of a JavaScript or Python exception in what a process wrote on stderr. */
function reasonIn(stderr: string): string {
  const lines = stderr.trim().split('\n');
  return (
    lines.find((line) => /^\s*(\w+ ?)*(Error|Exception)\b.*:/.test(line))?.trim() ?? lines[lines.length - 1]
  );
}

function parseResults(stdout: string): Result[] {
  // Some libraries print on stdout too.
  return stdout
    .split('\n')
    .filter((line) => line.startsWith('{"method"'))
    .map((line) => JSON.parse(line));
}

/** Runs one child to its end. One that fails gives what it measured before, and a result that says why it stopped. */
export function runChild(
  name: string,
  command: string,
  words: readonly string[],
  { core, seconds }: Limits,
): readonly Result[] {
  const pinned = canPin ? ['taskset', '-c', String(core), command, ...words] : [command, ...words];
  const { status, signal, stdout, stderr, error } = spawnSync(pinned[0], pinned.slice(1), {
    cwd: ROOT,
    encoding: 'utf8',
    env: { ...process.env, ...ONE_THREAD },
    timeout: seconds * 1_000,
    killSignal: 'SIGKILL',
  });
  const results = parseResults(stdout ?? '');
  if (status === 0) return results;
  const isLate = (error as NodeJS.ErrnoException | undefined)?.code === 'ETIMEDOUT';
  const why = isLate
    ? `more than ${seconds} s`
    : (error?.message ?? (stderr.trim() ? reasonIn(stderr) : `${signal}`));
  const isMissing = /ERR_MODULE_NOT_FOUND|bindings file|native build|failed to execute|ENOENT/.test(
    stderr + why,
  );
  return [...results, { method: name, problem: isMissing ? `not installed (${why})` : `failed: ${why}` }];
}

export function runLibrary(library: string, casePath: string, limits: Limits): readonly Result[] {
  const child = join(import.meta.dirname, 'child.ts');
  return runChild(library, process.execPath, ['--import', 'tsx', child, library, casePath], limits);
}

export function runPython(casePath: string, limits: Limits): readonly Result[] {
  return runPythonScript(join(import.meta.dirname, 'peers.py'), [casePath], limits);
}

export function runPythonScript(script: string, words: readonly string[], limits: Limits): readonly Result[] {
  return runChild('Python peers', PYTHON, [script, ...words], limits);
}
