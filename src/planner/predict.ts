import { finite } from '../cost/quantity.ts';
import { LanewiseError } from '../host/errors.ts';
import { bytesOf } from './bytes.ts';
import { COEFFICIENTS, SPREADS } from './coefficients.ts';
import { checkMachine } from './machine.ts';
import { hnswJobs } from './parts/hnsw.ts';
import { ivfJobs } from './parts/ivf.ts';
import type { Job, Jobs } from './parts/job.ts';
import { lshJobs } from './parts/lsh.ts';
import { countMinJobs, csrJobs, sgdJobs } from './parts/others.ts';
import { flatJobs } from './parts/vectors.ts';
import type { Prediction, PredictionRequest, PredictionTerm } from './prediction.ts';
import { Rates } from './rates.ts';

type JobsOf = {
  readonly [Index in PredictionRequest['index']]: (
    request: Extract<PredictionRequest, { index: Index }>,
    rates: Rates,
  ) => Jobs;
};

const JOBS: JobsOf = {
  flat: flatJobs,
  ivf: ivfJobs,
  hnsw: hnswJobs,
  lsh: lshJobs,
  csr: csrJobs,
  sgd: sgdJobs,
  'count-min': countMinJobs,
};

/**
 * What an index takes on a machine, before it is built. Times are sums of parts (what is read, multiplied, looked up), each as fast as the
 * machine was measured to do such work alone, times a constant of our kernels; bytes follow from layouts.
 *
 * How far predictions are off is measured: `npm run bench -- --predictions`. Queries and rows are taken to be alike and clustered as
 * embeddings are; what depends on that (nodes of a graph that are visited, rows that share a bucket) varies with data.
 *
 * @throws LanewiseError `INVALID_ARGUMENT` for a size that is none, naming it; `OVERFLOW`
 * @example
 * predict({ index: 'flat', rows: 1e6, dimensions: 96, machine: machineNamed('cloud-xeon-node24') }).p50; // milliseconds
 */
export function predict(request: PredictionRequest): Prediction {
  return { ...predictTimes(request), bytes: finite('bytes', bytesOf(request)) };
}

/** All but the bytes. */
export function predictTimes(request: PredictionRequest): Omit<Prediction, 'bytes'> {
  const machine = checkMachine(request?.machine);
  const jobs = jobsOf(request);
  const terms = termsOf(jobs.call, machine.tier);
  const p50 = finite('p50', total(terms));
  const build = finite('build', total(termsOf(jobs.build, machine.tier)) * (jobs.repeated ?? 1));
  return {
    build,
    p50,
    p99: finite('p99', p50 * (SPREADS[jobs.call.kind] ?? 1)),
    queriesPerSecond: finite('queriesPerSecond', (1000 * jobs.answers) / p50),
    terms: terms.sort((a, b) => b.milliseconds - a.milliseconds),
  };
}

/** @throws LanewiseError `INVALID_ARGUMENT` */
export function jobsOf(request: PredictionRequest): Jobs {
  const { options = {} } = request;
  if (typeof options !== 'object' || options === null) {
    const message = `options must be an object, such as { ef: 64 } for 'hnsw'; got ${String(options)}.`;
    throw new LanewiseError('INVALID_ARGUMENT', message, { expected: 'object', got: options });
  }
  const rates = new Rates(request.machine);
  const jobs = Object.hasOwn(JOBS, request.index) ? JOBS[request.index] : undefined;
  if (jobs) return (jobs as (request: PredictionRequest, rates: Rates) => Jobs)(request, rates);
  const known = Object.keys(JOBS);
  throw new LanewiseError(
    'INVALID_ARGUMENT',
    `There is no index '${String(request.index)}' to predict. Take one of: ${known.join(', ')}.`,
    { expected: known, got: request.index },
  );
}

function termsOf({ kind, parts }: Job, tier: keyof typeof COEFFICIENTS): PredictionTerm[] {
  const own = COEFFICIENTS[tier][kind] ?? {};
  const shared = COEFFICIENTS[tier][familyOf(kind)] ?? {};
  return Object.entries(parts).flatMap(([name, seconds]) => {
    const factor = own[name] ?? shared[name] ?? 0;
    return factor > 0 ? [{ name, milliseconds: 1000 * factor * seconds }] : [];
  });
}

/** What kinds whose names begin alike have in common. */
function familyOf(kind: string): string {
  return kind.slice(0, kind.indexOf('.'));
}

function total(terms: readonly PredictionTerm[]): number {
  return terms.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
}
