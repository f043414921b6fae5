/**
 * An epoch of matrix factorization by stochastic gradient descent beside the same loop in C++, with vectors of 128 and of 512
 * bits, and beside the textbook's in Python: the same ratings, order and initial factors, one thread, in alternate rounds, since
 * a machine's speed drifts. ../README.md says how to install them.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { formatMilliseconds, formatNumber, renderTable } from '../../../demo/table.ts';
import { percentile } from '../../../src/evaluate/percentile.ts';
import { Random } from '../../../src/host/random.ts';
import { LIMITS, runChild, runPythonScript } from '../run-child.ts';

const [USERS, ITEMS, RATINGS, FACTORS] = [10_000, 5_000, 200_000, 64];
const WIDTHS = [128, 512];
/** What ours should be at least, as a share of a peer's speed. */
const WANTED: Readonly<Record<string, number>> = { 'C++, 128 bits': 0.9, 'C++, 512 bits': 0.6 };

/** What a child prints: milliseconds of an epoch, and the sum of the squared errors on the way. */
interface Timing {
  readonly method: string;
  readonly milliseconds: number;
  readonly error: number;
  readonly problem?: string;
}

const here = import.meta.dirname;
const { rounds, core } = new Command('node --import tsx bench/peers/recommend/main.ts')
  .option('--rounds <count>', 'times that every method has its turn', '5')
  .option('--core <number>', 'processor to hold every method to', '0')
  .parse()
  .opts<{ readonly rounds: string; readonly core: string }>();

const folder = mkdtempSync(join(tmpdir(), 'lanewise-recommend-'));
try {
  writeRatings();
  const limits = { ...LIMITS, core: Number(core) };
  const loops = WIDTHS.flatMap((bits) => compileLoop(bits));
  const timings: Timing[] = [];
  for (let round = 0; round < Number(rounds); round++) {
    process.stderr.write(`round ${round + 1} of ${rounds}\n`);
    timings.push(
      ...read(
        runChild('lanewise', process.execPath, ['--import', 'tsx', join(here, 'child.ts'), folder], limits),
      ),
    );
    for (const { name, program } of loops)
      timings.push(...read(runChild(name, program, [name, folder], limits)));
    // It takes seconds.
    if (round === 0) timings.push(...read(runPythonScript(join(here, 'textbook.py'), [folder], limits)));
  }
  print(timings);
} finally {
  rmSync(folder, { recursive: true });
}

/** Ratings in random order, 12 bytes each, and factors to begin with. */
function writeRatings(): void {
  const random = new Random(6);
  const words = new Uint32Array(3 * RATINGS);
  const floats = new Float32Array(words.buffer);
  for (let i = 0; i < RATINGS; i++) {
    words[3 * i] = random.integer(USERS);
    words[3 * i + 1] = random.integer(ITEMS);
    floats[3 * i + 2] = 1 + random.integer(5);
  }
  writeFileSync(join(folder, 'ratings'), words);
  for (const [name, rows] of [['users', USERS] as const, ['items', ITEMS] as const]) {
    writeFileSync(
      join(folder, name),
      Float32Array.from({ length: rows * FACTORS }, () => 0.1 * (random.uniform() - 0.5)),
    );
  }
}

/** The loop that a compiler makes, for this very processor; none where no compiler is installed. */
function compileLoop(bits: number): { name: string; program: string }[] {
  const program = join(folder, `loop-${bits}`);
  const flags = ['-O3', '-ffast-math', '-march=native', `-mprefer-vector-width=${bits}`, '-std=c++17'];
  const { status } = spawnSync('g++', [...flags, join(here, 'loop.cpp'), '-o', program]);
  if (status === 0) return [{ name: `C++, ${bits} bits`, program }];
  console.error(`C++, ${bits} bits: g++ is not installed`);
  return [];
}

function read(results: readonly unknown[]): Timing[] {
  return (results as Timing[]).filter(({ method, problem }) => {
    if (problem) console.error(`${method}: ${problem}`);
    return problem === undefined;
  });
}

function print(timings: readonly Timing[]): void {
  const median = (method: string): number =>
    percentile(
      timings
        .filter((timing) => timing.method === method)
        .map(({ milliseconds }) => milliseconds)
        .sort((a, b) => a - b),
      0.5,
    );
  const ours = median('lanewise');
  const rows = [...new Set(timings.map(({ method }) => method))].map((method) => {
    const ratio = median(method) / ours;
    const wanted = WANTED[method];
    const verdict = wanted === undefined ? '' : ratio >= wanted ? 'reached' : 'MISSED';
    const error = timings.find((timing) => timing.method === method)!.error;
    const of = method === 'lanewise' ? '' : `${formatNumber(ratio, 2)}x`;
    return [
      method,
      formatMilliseconds(median(method)),
      of,
      wanted ? `${wanted}x` : '',
      verdict,
      error.toFixed(0),
    ];
  });
  console.log(renderTable(['an epoch', 'takes', 'ours is', 'wanted', '', 'squared errors'], rows));
}
