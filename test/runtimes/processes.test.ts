import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { GOLDEN } from '../golden/smoke.ts';
import { isMissing, type Program, programs } from './installed.ts';
import type { SmokeReport } from './smoke.js';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** Everything that can be imported by name: no kernels, and no file that only a worker runs. */
const MODULES = Object.keys(JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8')).exports)
  .filter((subpath) => !/\.(wasm|json)$|thread\.js$/.test(subpath))
  .map((subpath) => subpath.replace('.', 'lanewise'));

interface Process {
  readonly program: Program;
  readonly tier: 'simd' | 'relaxed';
  /** What comes before the file to run. */
  readonly run?: readonly string[];
  /** What importing by a computed name takes. */
  readonly dynamic?: readonly string[];
}

const running: Program = { name: `Node ${process.version}`, path: process.execPath, install: '' };
const hasRelaxed = WebAssembly.validate(readFileSync(`${ROOT}dist/kernels/relaxed.wasm`));

const DENO = ['run', '--no-prompt', '--node-modules-dir=manual'];

const PROCESSES: readonly Process[] = [
  { program: running, tier: hasRelaxed ? 'relaxed' : 'simd' },
  { program: programs.node20, tier: 'simd' },
  { program: programs.node22, tier: 'relaxed' },
  { program: programs.node24, tier: 'relaxed' },
  { program: programs.deno, tier: 'relaxed', run: DENO, dynamic: ['--allow-read'] },
  { program: programs.bun, tier: 'relaxed', run: ['run'] },
];

/** What a program prints. The settings of the Node that runs the tests are not its own. */
async function execute({ path }: Program, args: readonly string[]): Promise<string> {
  const { NODE_OPTIONS: _, ...env } = process.env;
  return (await promisify(execFile)(path!, args, { cwd: HERE, env })).stdout;
}

describe.each(PROCESSES)('$program.name', ({ program, tier, run = [], dynamic = [] }) => {
  const missing = isMissing(program);

  test.skipIf(missing)('gives the golden hashes', async () => {
    const report = JSON.parse(await execute(program, [...run, 'print-report.js'])) as SmokeReport;
    console.log(`${program.name}: ${JSON.stringify(report.capabilities)}`);
    expect(report.hashes).toEqual(GOLDEN);
    expect(report.capabilities).toMatchObject({ tier, threads: true });
    expect(report.inflates).toBe(true);
  });

  test.skipIf(missing)('imports every subpath, and one file that is the whole', async () => {
    const names = JSON.parse(await execute(program, [...run, ...dynamic, 'print-names.js', ...MODULES]));
    expect(Object.keys(names)).toEqual(MODULES);
    for (const module of MODULES) expect(names[module]).not.toEqual([]);
    expect(names['lanewise/lanewise.min.js']).toEqual(names['lanewise']);
  });

  test.skipIf(missing)('gives require() the package that import gives', async () => {
    const stdout = await execute(program, [...run, ...dynamic, 'print-required.cjs', ...MODULES]);
    const { names, ...required } = JSON.parse(stdout);
    expect(required).toEqual({ nearest: 1, isOnePackage: true });
    for (const module of MODULES) expect(names[module]).not.toEqual([]);
  });
});
