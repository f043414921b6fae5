/**
 * Sparse products and decompositions beside SciPy, scikit-learn and a loop in C++: the same matrices, one thread, in
 * alternate rounds, since a machine's speed drifts. ../README.md says how to install them.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { formatMilliseconds, formatNumber, renderTable } from '../../../demo/table.ts';
import { LIMITS, runChild, runPythonScript } from '../run-child.ts';
import { prepareMatrices } from './matrices.ts';

const { percentile }: typeof import('lanewise') = await import(
  new URL('../../../dist/index.js', import.meta.url).href
);

interface Options {
  readonly data?: string;
  readonly rounds: string;
  readonly core: string;
}

/** What a child prints, a line a job: milliseconds of a median run. */
interface Timing {
  readonly method: string;
  readonly job: string;
  readonly milliseconds: number;
}

/** What ours should be at least, as a share of a peer's speed. */
const WANTED: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  'SciPy matvec': { random: 1.3, 'wiki-Vote': 1.1, debian_depends: 1.1, reuters_tfidf: 1.1 },
  'C++ matvec': { random: 0.85 },
  'SciPy matmat 32': { random: 1.5 },
  'scikit-learn TruncatedSVD 128': { reuters_tfidf: 1 },
};

const here = import.meta.dirname;
const { data, rounds, core } = new Command('node --import tsx bench/peers/sparse/main.ts')
  .addOption(new Option('--data <folder>', 'folder of the .mtx files').env('LANEWISE_DATA'))
  .option('--rounds <count>', 'times that every method has its turn', '5')
  .option('--core <number>', 'processor to hold every method to', '0')
  .parse()
  .opts<Options>();

const folder = mkdtempSync(join(tmpdir(), 'lanewise-sparse-'));
try {
  const matrices = await prepareMatrices(folder, data);
  const limits = { ...LIMITS, core: Number(core) };
  const loop = compileLoop(folder);
  const timings: Timing[] = [];
  for (let round = 0; round < Number(rounds); round++) {
    process.stderr.write(`round ${round + 1} of ${rounds}\n`);
    const child = join(here, 'child.ts');
    timings.push(
      ...read(runChild('lanewise', process.execPath, ['--import', 'tsx', child, ...matrices], limits)),
    );
    timings.push(...read(runPythonScript(join(here, 'peers.py'), matrices, limits)));
    if (loop) timings.push(...read(runChild('C++', loop, matrices, limits)));
  }
  print(timings);
} finally {
  rmSync(folder, { recursive: true });
}

function read(results: readonly unknown[]): Timing[] {
  return (results as (Timing & { problem?: string })[]).filter(({ method, problem }) => {
    if (problem) console.error(`${method}: ${problem}`);
    return problem === undefined;
  });
}

/** The loop that a compiler makes of ten lines, for this very processor; undefined where no compiler is installed. */
function compileLoop(folder: string): string | undefined {
  const program = join(folder, 'loop');
  const { status } = spawnSync('g++', [
    '-O3',
    '-march=native',
    '-std=c++17',
    join(here, 'loop.cpp'),
    '-o',
    program,
  ]);
  if (status === 0) return program;
  console.error('C++: g++ is not installed');
  return undefined;
}

function print(timings: readonly Timing[]): void {
  const median = (method: string, job: string): number | undefined => {
    const found = timings.filter((timing) => timing.method === method && timing.job === job);
    if (found.length === 0) return undefined;
    return percentile(
      found.map(({ milliseconds }) => milliseconds).sort((a, b) => a - b),
      0.5,
    );
  };
  const rows = [...new Set(timings.map(({ job }) => job))].flatMap((job) => {
    const ours = median('lanewise', job);
    if (ours === undefined) return [];
    const [matrix, ...kind] = job.split(': ');
    return ['SciPy', 'C++', 'scikit-learn'].flatMap((peer) => {
      const theirs = median(peer, job);
      if (theirs === undefined) return [];
      const wanted = WANTED[`${peer} ${kind.join(' ')}`]?.[matrix!];
      const ratio = theirs / ours;
      const verdict = wanted === undefined ? '' : ratio >= wanted ? 'reached' : 'MISSED';
      return [
        [
          job,
          formatMilliseconds(ours),
          peer,
          formatMilliseconds(theirs),
          `${formatNumber(ratio, 2)}x`,
          wanted === undefined ? '' : `${wanted}x`,
          verdict,
        ],
      ];
    });
  });
  console.log(renderTable(['job', 'lanewise', 'peer', 'theirs', 'ratio', 'wanted', ''], rows));
}
