import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';

/** Runs the tests of a file in a folder of their own, which goes with them. */
export function useOwnFolder(): void {
  const before = process.cwd();
  const folder = mkdtempSync(join(tmpdir(), 'lanewise-cli-'));
  beforeAll(() => process.chdir(folder));
  afterAll(() => {
    process.chdir(before);
    rmSync(folder, { recursive: true });
  });
}
