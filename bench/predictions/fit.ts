// Fits the constants of predict() to what collect.ts has measured, prints how well they do, and writes them. Those that stand are of all
// files in measured/: two machines each in two runtimes. The measurements of one were not kept, and what the constants that were fitted to
// them alone predict stands for them, at a tenth of the weight.
//   node --import tsx bench/predictions/fit.ts bench/predictions/measured/*.jsonl [--write src/planner/coefficients.ts]
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { Machine, PredictionRequest } from '../../src/planner/index.ts';
import type { Job } from '../../src/planner/parts/job.ts';
import { jobsOf } from '../../src/planner/predict.ts';
import { between } from './machines.ts';
import type { Measured } from './measure.ts';

/** A job that was measured. */
interface Sample {
  readonly job: Job;
  readonly seconds: number;
  /** What its error counts for. */
  readonly weight: number;
  readonly text: string;
}

/** A line of a file: those of a machine that is to count for less bear a weight below 1. */
type Line = Measured & { readonly weight?: number };

/** Coefficients of parts, by the kind of the job or, where kinds share them, by what their names begin with. */
type Coefficients = Record<string, Record<string, number>>;

const TIERS = ['relaxed', 'simd'];
/** Parts that are the same work in every kind of a family. */
const SHARED: Readonly<Record<string, readonly string[]>> = {
  ivf: ['call', 'queries', 'ranking', 'tiles', 'cells'],
};
/** What has the same kernels in every tier is fitted to the measurements of all. */
const ALIKE: readonly Measured['configuration']['index'][] = ['csr', 'sgd', 'count-min'];
/** Kernel calls that one call is worth, which large jobs do not show: of a search, from least to most, and of others. */
const CALLS_A_SEARCH = [400, 1500] as const;
const LEAST_CALLS = 40;
const SEARCHES = ['flat', 'ivf', 'hnsw', 'lsh'];
/** What a scan for one query does all the time takes no less than it does at the peak of the machine. */
const ARITHMETIC = ['products', 'nibbles'];
const ROUNDS = 3000;
/** Errors beyond this weigh in proportion, not by their square: one moment of a busy machine does not bend the fit. */
const USUAL_ERROR = 0.1;
const DIGITS = 4;

/** The jobs of some measurements, those together that share coefficients. */
function samplesOf(measured: readonly Line[]): Map<string, Sample[]> {
  const groups = new Map<string, Sample[]>();
  const built = new Set<number>();
  const add = (job: Job, milliseconds: number, { configuration, weight = 1 }: Line): void => {
    const family = job.kind.slice(0, job.kind.indexOf('.'));
    const group = SHARED[family] && !job.kind.endsWith('.build') ? family : job.kind;
    const text = JSON.stringify(configuration);
    const sample = { job, seconds: milliseconds / 1000, weight, text };
    groups.set(group, [...(groups.get(group) ?? []), sample]);
  };
  for (const line of measured) {
    const { configuration, p50, build, calledOn, builtOn } = line;
    const on = (machine: Machine) => jobsOf({ ...configuration, machine } as PredictionRequest);
    const { call } = on(calledOn);
    add(call, p50, line);
    const { build: job, repeated = 1 } = on(between(builtOn));
    if (job.kind === call.kind || built.has(build)) continue;
    built.add(build); // once, though calls of several batches were timed
    add(job, build / repeated, line);
  }
  return groups;
}

/** What a part of a job is a coefficient of. */
function keyOf({ kind }: Job, name: string): string {
  const family = kind.slice(0, kind.indexOf('.'));
  const isShared = SHARED[family]?.includes(name) && !kind.endsWith('.build');
  return JSON.stringify([isShared ? family : kind, name]);
}

/** Between what a coefficient lies. */
function boundsOf(key: string): readonly [number, number] {
  const [kind, name] = JSON.parse(key) as [string, string];
  const isSearch = SEARCHES.includes(kind.split('.')[0]!);
  if (name === 'queries') return [0, CALLS_A_SEARCH[1]];
  if (kind === 'flat.single' && ARITHMETIC.includes(name)) return [1, Number.POSITIVE_INFINITY];
  if (name !== 'call' || kind.endsWith('.build')) return [0, Number.POSITIVE_INFINITY];
  return isSearch ? CALLS_A_SEARCH : [LEAST_CALLS, Number.POSITIVE_INFINITY];
}

/** Coefficients, none below 0, for which relative errors are least: coordinate descent, with weights that tame outliers. */
function fit(samples: readonly Sample[]): Map<string, number> {
  const keys = [
    ...new Set(samples.flatMap(({ job }) => Object.keys(job.parts).map((name) => keyOf(job, name)))),
  ];
  const columns = keys.map((key) =>
    samples.map(({ job, seconds }) => {
      const name = Object.keys(job.parts).find((part) => keyOf(job, part) === key);
      return name === undefined ? 0 : job.parts[name]! / seconds;
    }),
  );
  const bounds = keys.map(boundsOf);
  const x = keys.map(() => 0);
  const rest = samples.map(() => 1);
  let weights = samples.map(({ weight }) => weight);
  for (let round = 1; round <= ROUNDS; round++) {
    if (round % 100 === 0)
      weights = rest.map((error, i) => samples[i]!.weight / Math.max(USUAL_ERROR, Math.abs(error)));
    for (const [j, column] of columns.entries()) {
      let [above, below] = [0, 1e-300];
      for (let i = 0; i < rest.length; i++) {
        above += weights[i]! * column[i]! * (rest[i]! + column[i]! * x[j]!);
        below += weights[i]! * column[i]! * column[i]!;
      }
      const [least, most] = bounds[j]!;
      const next = Math.min(most, Math.max(least, above / below));
      for (let i = 0; i < rest.length; i++) rest[i]! += column[i]! * (x[j]! - next);
      x[j] = next;
    }
  }
  return new Map(keys.map((key, j) => [key, x[j]!]));
}

function report(samples: readonly Sample[], found: ReadonlyMap<string, number>): void {
  for (const { job, seconds, text } of samples) {
    const parts = Object.entries(job.parts).map(
      ([name, part]) => [name, part * found.get(keyOf(job, name))!] as const,
    );
    const predicted = parts.reduce((sum, [, part]) => sum + part, 0);
    const shares = parts
      .map(([name, part]) => [name, Math.round((100 * part) / predicted)] as const)
      .filter(([, share]) => share > 0)
      .map(([name, share]) => `${name} ${share}`)
      .join(' ');
    const error = `${Math.round(100 * (predicted / seconds - 1))} %`.padStart(7);
    console.log(
      error,
      (1000 * seconds).toPrecision(4).padStart(9),
      'ms',
      job.kind,
      text.slice(9, -1),
      '|',
      shares,
    );
  }
}

/** The 99th percentile over the median, in the middle of the full-weight measurements of each kind. */
function spreadsOf(measured: readonly Line[]): Record<string, number> {
  const ratios = new Map<string, number[]>();
  for (const { configuration, calledOn, p50, p99, weight } of measured) {
    if (weight !== undefined) continue;
    const { kind } = jobsOf({ ...configuration, machine: calledOn } as PredictionRequest).call;
    ratios.set(kind, [...(ratios.get(kind) ?? []), p99 / p50]);
  }
  const middle = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1]!;
  return Object.fromEntries(
    [...ratios].map(([kind, values]) => [kind, Number(middle(values).toPrecision(3))]),
  );
}

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { write: { type: 'string' } },
});
const measured = positionals.flatMap((path) =>
  readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line),
);
const fitted: Record<string, Coefficients> = {};
for (const tier of TIERS) {
  const coefficients: Coefficients = {};
  fitted[tier] = coefficients;
  const telling = measured.filter(
    ({ calledOn, configuration }) => calledOn.tier === tier || ALIKE.includes(configuration.index),
  );
  for (const samples of samplesOf(telling).values()) {
    const found = fit(samples);
    report(samples, found);
    for (const [key, value] of found) {
      const [kind, name] = JSON.parse(key) as [string, string];
      coefficients[kind] ??= {};
      if (value > 1e-6) coefficients[kind][name] = Number(value.toPrecision(DIGITS));
    }
  }
}
if (options.write) {
  writeFileSync(
    options.write,
    `import type { Tier } from '../host/kernels.ts';

/** What each part of a job takes beside the others, as a multiple of what it takes alone. */
type Coefficients = Readonly<Record<string, number>>;

/** By the kind of a job, or by what the names of kinds begin with that share them; as \`bench/predictions/fit.ts\` found them. */
export const COEFFICIENTS: Readonly<Record<Tier, Readonly<Record<string, Coefficients>>>> = ${JSON.stringify(fitted)};

/** 99th percentile over median, of kinds of calls. */
export const SPREADS: Readonly<Record<string, number>> = ${JSON.stringify(spreadsOf(measured))};
`,
  );
}
