import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');

export interface DemoRun {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the demo as `npm start` does, without a terminal. */
export function runDemo(...options: readonly string[]): DemoRun {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--import', 'tsx', 'demo/main.ts', ...options],
    // Tests in colour would hide that the demo itself writes none.
    { cwd: ROOT, encoding: 'utf8', env: { ...process.env, FORCE_COLOR: undefined, NODE_OPTIONS: '' } },
  );
  return { exitCode: status, stdout, stderr };
}
