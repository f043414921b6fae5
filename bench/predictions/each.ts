import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Measured } from './measure.ts';
import type { Configuration } from './subject.ts';

const CHILD = fileURLToPath(new URL('child.ts', import.meta.url));

/** Measures configurations, a process for what is built once; what fails is told and left out. */
export async function* measureEach(
  configurations: readonly Configuration[],
  tier?: string,
): AsyncGenerator<Measured> {
  const groups = grouped(configurations);
  for (const [i, group] of groups.entries()) {
    const text = JSON.stringify(group);
    process.stderr.write(`${i + 1}/${groups.length} ${text}\n`);
    const args = [...process.execArgv, CHILD, text, ...(tier ? [tier] : [])];
    try {
      const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 2 ** 24 });
      yield* JSON.parse(stdout) as Measured[];
    } catch (error) {
      process.stderr.write(`  failed: ${(error as Error).message}\n`);
    }
  }
}

/** Configurations that differ by their batches alone, together. */
function grouped(configurations: readonly Configuration[]): Configuration[][] {
  const groups = new Map<string, Configuration[]>();
  for (const configuration of configurations) {
    const key = JSON.stringify({ ...configuration, batch: undefined });
    groups.set(key, [...(groups.get(key) ?? []), configuration]);
  }
  return [...groups.values()];
}
