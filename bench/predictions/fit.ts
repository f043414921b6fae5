import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { Machine, PredictionRequest } from '../../src/planner/index.ts';
import type { Job } from '../../src/planner/parts/job.ts';
import { jobsOf } from '../../src/planner/predict.ts';
import type { Measured } from './measure.ts';

/** A job that was measured. */
interface Sample {
  readonly job: Job;
  readonly seconds: number;
  readonly text: string;
}

const ROUNDS = 4000;
/** Errors beyond this weigh no more than in proportion: one moment of a busy machine does not bend the fit. */
const USUAL_ERROR = 0.1;

/** Every kind of job in some measurements. */
export function samplesOf(measured: readonly Measured[]): Map<string, Sample[]> {
  const kinds = new Map<string, Sample[]>();
  const add = (job: Job, milliseconds: number, text: string): void => {
    const samples = kinds.get(job.kind) ?? [];
    kinds.set(job.kind, [...samples, { job, seconds: milliseconds / 1000, text }]);
  };
  for (const { configuration, p50, build, calledOn, builtOn } of measured) {
    const text = JSON.stringify(configuration);
    const on = (machine: Machine) => jobsOf({ ...configuration, machine } as PredictionRequest);
    add(on(calledOn).call, p50, text);
    const { build: job, repeated = 1 } = on(between(builtOn));
    if (job.kind !== on(calledOn).call.kind) add(job, build / repeated, text);
  }
  return kinds;
}

/** The geometric mean of rates. */
export function between(machines: readonly Machine[]): Machine {
  const mean = (values: readonly number[]): number =>
    Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
  const over = (rate: (machine: Machine) => number): number => mean(machines.map(rate));
  const first = machines[0]!;
  return {
    ...first,
    streaming: first.streaming.map(({ bytes }, i) => ({
      bytes,
      perSecond: over((m) => m.streaming[i]!.perSecond),
    })),
    gather: first.gather.map(({ bytes }, i) => ({ bytes, perSecond: over((m) => m.gather[i]!.perSecond) })),
    float32: over((m) => m.float32),
    int8: over((m) => m.int8),
    hash: over((m) => m.hash),
    call: over((m) => m.call),
    jitter: over((m) => m.jitter),
  };
}

/** Coefficients, none below 0, for which relative errors are least. */
export function fit(samples: readonly Sample[]): Record<string, number> {
  const names = [...new Set(samples.flatMap(({ job }) => Object.keys(job.parts)))];
  const rows = samples.map(({ job, seconds }) => names.map((name) => (job.parts[name] ?? 0) / seconds));
  const x = new Float64Array(names.length);
  let weights = rows.map(() => 1);
  for (let round = 0; round < ROUNDS; round++) {
    if (round % 200 === 199)
      weights = rows.map((row) => 1 / Math.max(USUAL_ERROR, Math.abs(dot(row, x) - 1)));
    for (let j = 0; j < x.length; j++) {
      let [above, below] = [0, 1e-30];
      rows.forEach((row, i) => {
        const rest = 1 - dot(row, x) + row[j]! * x[j]!;
        above += weights[i]! * row[j]! * rest;
        below += weights[i]! * row[j]! * row[j]!;
      });
      x[j] = Math.max(0, above / below);
    }
  }
  return Object.fromEntries(names.map((name, j) => [name, Number(x[j]!.toPrecision(4))]));
}

function dot(a: readonly number[], b: Float64Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
}

/** The 99th percentile over the median, in the middle of some measurements. */
function spreadOf(ratios: number[]): number {
  return Number(ratios.sort((a, b) => a - b)[ratios.length >> 1]!.toPrecision(3));
}

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { write: { type: 'string' } },
});
const measured = positionals.flatMap((path) =>
  readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Measured),
);
const fitted: Record<string, Record<string, Record<string, number>>> = {};
const spreads: Record<string, number> = {};
for (const tier of ['relaxed', 'simd']) {
  const ofTier = measured.filter(({ calledOn }) => calledOn.tier === tier);
  const ratios = new Map<string, number[]>();
  for (const { configuration, calledOn, p50, p99 } of ofTier) {
    const { kind } = jobsOf({ ...configuration, machine: calledOn } as PredictionRequest).call;
    ratios.set(kind, [...(ratios.get(kind) ?? []), p99 / p50]);
  }
  for (const [kind, values] of ratios) spreads[kind] ??= spreadOf(values);
  fitted[tier] = {};
  for (const [kind, samples] of samplesOf(ofTier)) {
    const coefficients = fit(samples);
    fitted[tier][kind] = Object.fromEntries(Object.entries(coefficients).filter(([, value]) => value > 1e-9));
    console.log(tier, kind, samples.length, JSON.stringify(coefficients));
    for (const { job, seconds, text } of samples) {
      const parts = Object.entries(job.parts).map(
        ([name, part]) => [name, part * coefficients[name]!] as const,
      );
      const predicted = parts.reduce((sum, [, part]) => sum + part, 0);
      const shares = parts
        .map(([name, part]) => [name, Math.round((100 * part) / predicted)] as const)
        .filter(([, share]) => share > 0)
        .map(([name, share]) => `${name} ${share}`)
        .join(' ');
      const error = `${(100 * (predicted / seconds - 1)).toFixed(0)} %`;
      console.log(
        error.padStart(7),
        (1000 * seconds).toPrecision(4).padStart(9),
        text.slice(9, -1),
        '|',
        shares,
      );
    }
  }
}
if (options.write) {
  writeFileSync(
    options.write,
    `import type { Tier } from '../host/kernels.ts';

/** Of one kind of job: what each of its parts takes beside the others, as a multiple of what it takes alone. */
export type Coefficients = Readonly<Record<string, number>>;

/** Fitted by \`bench/predictions/fit.ts\`. */
export const COEFFICIENTS: Readonly<Record<Tier, Readonly<Record<string, Coefficients>>>> = ${JSON.stringify(fitted)};

/** 99th percentile over median, of kinds of calls. */
export const SPREADS: Readonly<Record<string, number>> = ${JSON.stringify(spreads)};
`,
  );
}
