import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import Table from 'cli-table3';
import { Command } from 'commander';
import { percentile, type Tier } from 'lanewise';
import { openChromium, openFirefox } from '../../test/runtimes/browsers.ts';
import { isMissing, type Program, programs } from '../../test/runtimes/installed.ts';
import { openWebkit } from '../../test/runtimes/webkit.ts';
import type { Figure } from '../harness.ts';
import { figureTable } from '../report.ts';
import { browserHost, type Host, processHost, workerHost } from './hosts.ts';

const { node20, node22, node24, deno, bun, workerd, chromium, firefox, webkit } = programs;
const DENO = ['run', '--allow-read', '--node-modules-dir=manual'];
const FIRST = 'first result';
const YARDSTICK = 'Node 24';

interface Row {
  readonly name: string;
  readonly program: Program;
  readonly host: () => Host;
  readonly tier?: Tier;
}

const ROWS: readonly Row[] = [
  { name: YARDSTICK, program: node24, host: () => processHost(node24.path!) },
  { name: 'Node 24, simd', program: node24, host: () => processHost(node24.path!), tier: 'simd' },
  { name: 'Node 22', program: node22, host: () => processHost(node22.path!) },
  { name: 'Node 20', program: node20, host: () => processHost(node20.path!) },
  { name: 'Deno', program: deno, host: () => processHost(deno.path!, DENO) },
  { name: 'Bun', program: bun, host: () => processHost(bun.path!, ['run']) },
  { name: 'workerd', program: workerd, host: workerHost },
  { name: 'Chromium', program: chromium, host: () => browserHost(openChromium) },
  { name: 'Firefox', program: firefox, host: () => browserHost(openFirefox) },
  { name: 'WebKitGTK', program: webkit, host: () => browserHost(openWebkit) },
];

const { rounds, quick, filter } = new Command('bench:runtimes')
  .description('Measures the same jobs in every runtime that is installed; the best of rounds in turn.')
  .option('--rounds <number>', 'how often every runtime has its turn', Number, 3)
  .option('--filter <text>', 'only runtimes whose name contains this, and the yardstick', '')
  .option('--quick', 'one round of few samples: whether it runs, not how fast', false)
  .parse()
  .opts<{ rounds: number; quick: boolean; filter: string }>();

/** Milliseconds of every round, by runtime and job. */
const all = new Map<string, { tier: Tier; times: Map<string, number[]> }>();
const rows = ROWS.filter(
  ({ name, program }) => (name === YARDSTICK || name.includes(filter)) && !isMissing(program),
);
for (let round = 0; round < (quick ? 1 : rounds); round++) for (const row of rows) await takeTurn(row);

async function takeTurn({ name, host, tier }: Row): Promise<void> {
  process.stderr.write(`${name} ...\n`);
  const { measure, firstResult } = host();
  const measured = await measure({ samples: quick ? 1 : 9, ...(tier && { tier }) });
  const entry = all.get(name) ?? { tier: measured.tier, times: new Map() };
  all.set(name, entry);
  const keep = (job: string, milliseconds: number): void => {
    entry.times.set(job, [...(entry.times.get(job) ?? []), milliseconds]);
  };
  for (const [job, milliseconds] of Object.entries(measured.times)) keep(job, milliseconds);
  // A tier is chosen once the package is imported: the first result is that of what a runtime takes by itself.
  if (!tier) for (let i = 0; i < (quick ? 1 : 3); i++) keep(FIRST, await firstResult());
}

/** The best round of a job, for whatever else the machine does can only slow it; but the usual one of a cold start. */
function timeOf(name: string, job: string): number | undefined {
  const times = all.get(name)?.times.get(job);
  if (!times) return undefined;
  const sorted = [...times].sort((a, b) => a - b);
  return job === FIRST ? percentile(sorted, 0.5) : sorted[0];
}

/** How fast a runtime does a job, by how fast the yardstick does it. */
function rate(name: string, job: string): number {
  return timeOf(YARDSTICK, job)! / timeOf(name, job)!;
}

const jobs = [...all.get(YARDSTICK)!.times.keys()];
const kernels = jobs.filter((job) => job !== FIRST);
const names = [...all.keys()];

/** Rows of Markdown, to be pasted into docs/runtimes.md. */
const MARKDOWN = {
  ...{ top: '', 'top-mid': '', 'top-left': '', 'top-right': '' },
  ...{ bottom: '', 'bottom-mid': '', 'bottom-left': '', 'bottom-right': '' },
  ...{ mid: '', 'mid-mid': '', 'left-mid': '', 'right-mid': '' },
  ...{ left: '|', right: '|', middle: '|' },
};
const head = ['runtime', 'tier', ...jobs, `of ${YARDSTICK}`];
const table = new Table({ head, chars: MARKDOWN, style: { head: [], border: [] } });
table.push(head.map((_, column) => (column < 2 ? '---' : '--:')));
for (const name of names) {
  const cells = jobs.map((job) => shown(timeOf(name, job)));
  const mean = Math.exp(kernels.reduce((sum, job) => sum + Math.log(rate(name, job)), 0) / kernels.length);
  table.push([name, all.get(name)!.tier, ...cells, mean.toFixed(2)]);
}

function shown(milliseconds: number | undefined): string {
  if (milliseconds === undefined) return '';
  return milliseconds < 100 ? milliseconds.toPrecision(3) : milliseconds.toFixed(0);
}

const figures: Figure[] = [
  ...kernels.map((job) => ({
    job,
    text: `rate in Chromium by rate in ${YARDSTICK}`,
    name: 'Chromium',
    atLeast: 0.8,
  })),
  { job: FIRST, text: 'ms in Node 24', name: YARDSTICK, atMost: 50 },
  { job: FIRST, text: 'ms in Chromium', name: 'Chromium', atMost: 50 },
  { job: FIRST, text: 'ms of processor time in workerd', name: 'workerd', atMost: 10 },
]
  .filter(({ name }) => all.has(name))
  .map(({ name, ...figure }) => ({
    ...figure,
    ratio: 'atLeast' in figure ? rate(name, figure.job) : timeOf(name, figure.job)!,
  }));

console.log(`Milliseconds on ${cpus()[0]?.model}; 40 000 GloVe words x 100, cosine, k = 10.`);
console.log(table.toString());
console.log(quick ? 'Quick run: too few samples for the figures to mean anything.' : figureTable(figures));
const folder = fileURLToPath(new URL('../results/', import.meta.url));
mkdirSync(folder, { recursive: true });
const times = names.map((name) => ({
  name,
  tier: all.get(name)!.tier,
  milliseconds: Object.fromEntries(jobs.map((job) => [job, timeOf(name, job)])),
}));
writeFileSync(`${folder}runtimes.json`, `${JSON.stringify({ times, figures }, null, 2)}\n`);
