import { LanewiseError } from '../host/errors.ts';
import type { LongCallOptions } from '../host/progress.ts';
import { checkInteger, checkNumber, toVectors, type VectorInput } from '../vectors/input.ts';
import { init, runtime } from '../vectors/kernels.ts';
import { checkPlan } from './decision-matrix.ts';
import { checkMachine, type Machine } from './machine.ts';
import { describe, type Plan, type PlanCandidate } from './plan.ts';
import { type CandidateName, candidateNames, type Figures, figuresOf } from './plan-candidates.ts';
import { comparison, violations } from './plan-constraints.ts';
import { checkPlanRequest, type PlannedRequest } from './plan-request.ts';
import { measure, type VerifiedFigures } from './verify-measure.ts';
import { drawFilter, drawRows, heldOut } from './verify-sample.ts';

/** How a plan is verified. */
export interface VerifyOptions extends LongCallOptions {
  /** Which candidate. @default the best */
  readonly candidate?: CandidateName;
  /** Queries x dimensions, such as will come. @default up to 256 of the vectors, a tenth at most, held out of the index */
  readonly queries?: VectorInput;
  /** Rows that are indexed, drawn from the vectors. @default all that the plan asks for and linear memory has room for */
  readonly rows?: number;
  /** Draws the rows, the queries and the filter. @default 0 */
  readonly seed?: number;
  /** What predicts for the sample. @default the machine of the plan; `calibrate()` for the one that measures */
  readonly machine?: Machine;
  /** Spent on measuring latencies, at least. @default 1000 */
  readonly milliseconds?: number;
}

/** What was predicted, and what is so. */
export interface Verification {
  readonly name: CandidateName;
  /** Rows that were indexed, and queries that were asked. */
  readonly rows: number;
  readonly queries: number;
  /** What the index was created and searched with: the candidate's options for so many rows. */
  readonly create: PlanCandidate['create'];
  readonly search: PlanCandidate['search'];
  /** For the sample. */
  readonly predicted: VerifiedFigures;
  readonly measured: VerifiedFigures;
  /** How far what was predicted lies above (below, where negative) what was measured, as a share of that. */
  readonly errors: VerifiedFigures;
  /** Half of the 95 % confidence interval of the measured recall. */
  readonly recallError: number;
  /** What was measured, scaled to the rows of the plan by the ratio of the predictions for both. */
  readonly scaled: VerifiedFigures;
  /** Whether `scaled` satisfies every constraint of the plan's request. */
  readonly confirms: boolean;
  /** Why it does not: one sentence a constraint. */
  readonly reasons: readonly string[];
}

/** Half of a 95 % interval, in standard errors. */
const DEVIATIONS = 1.96;
/** The share of free linear memory that a sample may take: building needs room beside the rows. */
const SAMPLE_SHARE = 7 / 8;

/**
 * Builds an index of a plan on a sample of the vectors, measures it on this machine, and holds it against what was
 * predicted and what was asked.
 *
 * Recall is that against the answers of a `FlatIndex` (for `flat` itself: of scoring every row). Latencies are of one
 * query a call, on one thread without load. A request with a filter is measured with a random one of its selectivity.
 * Where the sample is smaller than the plan, what was measured is scaled; recall by the difference of what is expected
 * of both sizes. The load, the cores and the cost are computed from the scaled figures as `plan` does; recall is held
 * against what was asked with the benefit of its sampling error. Takes the time of building two indexes and a second.
 *
 * All memory is given back, also when it is aborted or throws. Progress counts hundredths.
 *
 * @param vectors rows x dimensions, row-major, such as will be indexed
 * @throws LanewiseError `INVALID_ARGUMENT`, `DIMENSION_MISMATCH`, `INVALID_VALUE`, `ZERO_VECTOR`, `MEMORY_EXHAUSTED`;
 *   `INFEASIBLE` where the plan has no best candidate and none is named; and the signal's reason
 * @example
 * const planned = plan({ rows: 1_000_000, dimensions: 96, recall: 0.95, latency: { p99: 100 } });
 * const { confirms, reasons, predicted, measured } = await verify(planned, vectors, { machine: await calibrate() });
 */
export async function verify(
  plan: Plan,
  vectors: VectorInput,
  options: VerifyOptions = {},
): Promise<Verification> {
  const asked = checkPlanRequest(checkPlan(plan).request);
  const name = chooseCandidate(plan, asked, checkOptions(options).candidate);
  const { machine = asked.machine, seed = 0, milliseconds = 1000 } = options;
  const request = { ...asked, machine: checkMachine(machine) };
  checkInteger('seed', seed, 0, 2 ** 31 - 1);
  checkNumber('milliseconds', milliseconds, 0, 1e6);
  const { dimensions, k, filterSelectivity } = request;
  const values = toVectors('vectors', vectors, dimensions);
  await init();
  const count = sampleRows(name, request, values.length / dimensions, options);
  const sampled = { ...request, rows: count };
  const figures = figuresOf(name, sampled)!;
  const candidate = describe(figures, sampled);
  const sample = drawRows(values, dimensions, { count, queries: options.queries, seed });
  const filter = drawFilter(count, { share: filterSelectivity, least: k, seed });
  const { measured, recalls } = await measure({ candidate, sample, filter, milliseconds }, options);
  const predicted = asMeasured(figures);
  const scaled = scale(measured, predicted, asMeasured(figuresOf(name, request)!));
  const recallError = samplingError(recalls);
  const held = { ...scaled, recall: Math.min(1, scaled.recall + recallError) };
  const broken = violations(asFigures(held), asked);
  const reasons = broken.map((violation) => {
    const how = count === request.rows ? 'measured' : 'measured and scaled';
    return `${name} does not keep to ${violation.constraint.name}: ${comparison(violation, how)}.`;
  });
  return {
    ...{ name, rows: count, queries: recalls.length, create: candidate.create, search: candidate.search },
    ...{ predicted, measured, errors: errorsOf(predicted, measured), recallError, scaled },
    ...{ confirms: reasons.length === 0, reasons },
  };
}

function checkOptions(options: VerifyOptions): VerifyOptions {
  if (typeof options === 'object' && options !== null) return options;
  const message = `The options of verify() must be an object like { rows: 10000 }; got ${String(options)}.`;
  throw new LanewiseError('INVALID_ARGUMENT', message, { got: options });
}

function chooseCandidate(
  { candidates, best }: Plan,
  asked: PlannedRequest,
  wanted: CandidateName | undefined = best?.name,
): CandidateName {
  const names = candidateNames(asked).filter((name) =>
    candidates.some((candidate) => candidate?.name === name),
  );
  const listed = names.join(', ');
  if (wanted === undefined) {
    const message = `This plan has no feasible candidate to verify. Name one of: ${listed}.`;
    throw new LanewiseError('INFEASIBLE', message, { expected: names });
  }
  if (names.includes(wanted)) return wanted;
  const message = `This plan has no candidate '${String(wanted)}'. Take one of: ${listed}.`;
  throw new LanewiseError('INVALID_ARGUMENT', message, { expected: names, got: wanted });
}

/** How many rows are indexed. @throws LanewiseError `INVALID_ARGUMENT` where there are too few */
function sampleRows(
  name: CandidateName,
  request: PlannedRequest,
  vectors: number,
  { rows, queries }: VerifyOptions,
): number {
  const least = Math.ceil(request.k / request.filterSelectivity);
  const most = vectors - (queries ? 0 : heldOut(vectors));
  if (most < least) {
    const message =
      `k = ${request.k} of the rows that pass take at least ${least} rows to index; got ${Math.max(0, most)}, without ` +
      'those held out as queries. Give more vectors.';
    throw new LanewiseError('INVALID_ARGUMENT', message, { expected: least, got: most });
  }
  if (rows !== undefined) return checkInteger('rows', rows, least, most);
  const { maximumBytes, bytesInUse } = runtime().memory.statistics;
  const room = SAMPLE_SHARE * (maximumBytes - bytesInUse);
  const bytes = (count: number): number => {
    const sampled = { ...request, rows: count };
    // The truth takes a flat index, before the other one is built.
    const both = [figuresOf('flat', sampled)!, figuresOf(name, sampled)!];
    return Math.max(...both.map(({ prediction }) => prediction.bytes));
  };
  let count = Math.min(most, request.rows);
  while (count > least && bytes(count) > room) count = Math.max(least, Math.floor(count / 1.25));
  return count;
}

function asMeasured({ prediction, recall, update }: Figures): VerifiedFigures {
  const { build, p50, p99, queriesPerSecond, bytes } = prediction;
  return { build, p50, p99, queriesPerSecond, bytes, recall, update };
}

function asFigures({
  recall,
  update,
  ...prediction
}: VerifiedFigures): Pick<Figures, 'recall' | 'prediction' | 'update'> {
  return { recall, update, prediction: { ...prediction, terms: [] } };
}

function scale(measured: VerifiedFigures, sample: VerifiedFigures, whole: VerifiedFigures): VerifiedFigures {
  const ratio = (name: keyof VerifiedFigures): number => (measured[name] * whole[name]) / sample[name];
  const recall = Math.min(1, Math.max(0, measured.recall + whole.recall - sample.recall));
  return {
    build: ratio('build'),
    p50: ratio('p50'),
    p99: ratio('p99'),
    queriesPerSecond: ratio('queriesPerSecond'),
    bytes: ratio('bytes'),
    recall,
    update: ratio('update'),
  };
}

function errorsOf(predicted: VerifiedFigures, measured: VerifiedFigures): VerifiedFigures {
  const error = (name: keyof VerifiedFigures): number =>
    measured[name] > 0 ? predicted[name] / measured[name] - 1 : 0;
  return {
    build: error('build'),
    p50: error('p50'),
    p99: error('p99'),
    queriesPerSecond: error('queriesPerSecond'),
    bytes: error('bytes'),
    recall: error('recall'),
    update: error('update'),
  };
}

/** Of the mean over the queries. */
function samplingError(recalls: Float64Array): number {
  const count = recalls.length;
  const mean = recalls.reduce((sum, value) => sum + value, 0) / count;
  const squares = recalls.reduce((sum, value) => sum + (value - mean) * (value - mean), 0);
  return count > 1 ? DEVIATIONS * Math.sqrt(squares / (count - 1) / count) : 0;
}
