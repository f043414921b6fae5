import { finite } from '../cost/quantity.ts';
import type { CandidateName, Figures, KnownFigures } from './plan-candidates.ts';
import { type CandidateLoad, loadOf } from './plan-load.ts';
import { HOURS_A_MONTH, MOST_CORES, type PlannedRequest } from './plan-request.ts';
import { bytesText, numberText } from './plan-text.ts';

/** What a candidate may fail by, in the order in which it is looked at. */
export type ConstraintName =
  | 'recall'
  | 'memory'
  | 'linear memory'
  | 'p50'
  | 'p99'
  | 'throughput'
  | 'updates'
  | 'p50 under load'
  | 'p99 under load'
  | 'cost';

/** An option of the request, and a value with which a candidate would not fail by this constraint, all else left. */
export interface ConstraintFit {
  readonly option: 'rows' | 'recall' | 'cores' | 'queriesPerSecond' | 'updatesPerSecond' | 'budgetPerMonth';
  readonly value: number;
}

/** A constraint that a candidate does not satisfy. */
export interface ConstraintFailure {
  readonly constraint: ConstraintName;
  readonly limit: number;
  readonly predicted: number;
  /** Of both: 'bytes', 'ms', 'share', 'queries/s', 'updates/s', 'dollars/month'. */
  readonly unit: string;
  /** What would fit; undefined where nothing would. */
  readonly fits?: ConstraintFit;
  readonly message: string;
}

/** What of a candidate is held against the constraints. */
export type Assessed = Pick<Figures, 'recall' | 'prediction' | 'update'>;

/** A candidate at work. */
export interface Assessment {
  /** Cores that search a copy each: the fewest that carry the load, or all there are. */
  readonly cores: number;
  /** Of each core. */
  readonly load: CandidateLoad;
  /** Rows added a second that fit beside the queries. */
  readonly updatesPerSecond: number;
  /** Bytes of all copies. */
  readonly bytes: number;
  /** Dollars. */
  readonly perMonth: number;
}

/** What an index may take of the 4 GiB that one linear memory has: training and building need room beside the rows. */
const MOST_LINEAR_BYTES: number = 7 * 2 ** 29;

/** What a candidate takes with the load that is asked for, on as few cores as carry it. */
export function assess(figures: Assessed, request: PlannedRequest): Assessment {
  const cores = leastCores(figures, request, request.cores) ?? request.cores;
  const load = loadOn(cores, figures, request);
  const { update } = slowed(figures, request);
  const querying = load.utilization - (request.updatesPerSecond * update) / 1000;
  return {
    cores,
    load,
    updatesPerSecond: Math.max(0, ((1 - querying) * 1000) / update),
    bytes: cores * figures.prediction.bytes,
    perMonth: finite('cost', cores * HOURS_A_MONTH * request.dollarsPerHour),
  };
}

/** Times with the margin that is asked for. */
function slowed({ prediction, update }: Assessed, { margin }: PlannedRequest) {
  const { p50, p99, queriesPerSecond } = prediction;
  const slower = 1 + margin;
  return {
    query: {
      p50: p50 * slower,
      p99: finite('p99 with its margin', p99 * slower),
      queriesPerSecond: queriesPerSecond / slower,
    },
    update: finite('update with its margin', update * slower),
  };
}

function loadOn(cores: number, figures: Assessed, request: PlannedRequest): CandidateLoad {
  const { queriesPerSecond, updatesPerSecond } = request;
  return loadOf({
    queriesPerSecond: queriesPerSecond / cores,
    updatesPerSecond,
    ...slowed(figures, request),
  });
}

/** The fewest cores, up to `most`, that carry the load within the latencies; more cores never make it worse. */
function leastCores(figures: Assessed, request: PlannedRequest, most: number): number | undefined {
  const carries = (cores: number): boolean => {
    const { utilization, p50 = 0, p99 = 0 } = loadOn(cores, figures, request);
    const { latency } = request;
    return utilization < 1 && !(p50 > latency.p50!) && !(p99 > latency.p99!);
  };
  if (!carries(most)) return undefined;
  return bisect(0, most, (cores) => !carries(cores)) + 1;
}

/** The largest integer from `holds` to `fails` - 1 for which `isHeld`, which holds at `holds` and not at `fails`. */
function bisect(holds: number, fails: number, isHeld: (value: number) => boolean): number {
  let [low, high] = [holds, fails];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (isHeld(middle)) low = middle;
    else high = middle;
  }
  return low;
}

interface Constraint {
  readonly name: ConstraintName;
  readonly unit: string;
  /** What is predicted, and what is allowed; undefined where nothing is asked. */
  readonly values: (
    figures: Assessed,
    request: PlannedRequest,
    assessment: Assessment,
  ) => readonly [predicted: number, limit: number | undefined];
  /** Whether the limit is a least value. @default false */
  readonly isLeast?: boolean;
  readonly fit: 'rows' | 'recall' | 'cores' | 'updates' | 'budget';
}

/** In the order in which they are looked at. */
const CONSTRAINTS: readonly Constraint[] = [
  {
    ...{ name: 'recall', unit: 'share', isLeast: true, fit: 'recall' },
    values: (figures, request) => [figures.recall, request.recall],
  },
  {
    ...{ name: 'memory', unit: 'bytes', fit: 'rows' },
    values: (_, request, { bytes }) => [bytes, request.memory],
  },
  {
    ...{ name: 'linear memory', unit: 'bytes', fit: 'rows' },
    values: ({ prediction }) => [prediction.bytes, MOST_LINEAR_BYTES],
  },
  {
    ...{ name: 'p50', unit: 'ms', fit: 'rows' },
    values: (figures, request) => [slowed(figures, request).query.p50, request.latency.p50],
  },
  {
    ...{ name: 'p99', unit: 'ms', fit: 'rows' },
    values: (figures, request) => [slowed(figures, request).query.p99, request.latency.p99],
  },
  {
    ...{ name: 'throughput', unit: 'queries/s', isLeast: true, fit: 'cores' },
    values: (figures, request, { cores }) => [
      cores * slowed(figures, request).query.queriesPerSecond,
      beyond(request.queriesPerSecond),
    ],
  },
  {
    ...{ name: 'updates', unit: 'updates/s', isLeast: true, fit: 'updates' },
    values: (_, request, { updatesPerSecond }) => [updatesPerSecond, beyond(request.updatesPerSecond)],
  },
  {
    ...{ name: 'p50 under load', unit: 'ms', fit: 'cores' },
    values: (_, request, { load }) => [load.p50 ?? 0, request.latency.p50],
  },
  {
    ...{ name: 'p99 under load', unit: 'ms', fit: 'cores' },
    values: (_, request, { load }) => [load.p99 ?? 0, request.latency.p99],
  },
  {
    ...{ name: 'cost', unit: 'dollars/month', fit: 'budget' },
    values: (_, request, { perMonth }) => [perMonth, request.budgetPerMonth],
  },
];

/** What is asked of a rate: that it is exceeded, since a core that is busy all the time falls behind. */
function beyond(rate: number): number | undefined {
  return rate > 0 ? rate : undefined;
}

/** A constraint that does not hold, before anyone asks what would fit. */
export interface Violation {
  readonly constraint: Constraint;
  readonly predicted: number;
  readonly limit: number;
  /** How far from holding: 1 just fails, 2 by twice. */
  readonly excess: number;
}

/** The constraints that do not hold, in order. */
export function violations(figures: Assessed, request: PlannedRequest): Violation[] {
  const assessment = assess(figures, request);
  const found: Violation[] = [];
  for (const constraint of CONSTRAINTS) {
    const [predicted, limit] = constraint.values(figures, request, assessment);
    // What is too slow alone is too slow under load as well, which tells nothing more.
    const isTold = found.some(({ constraint: { name } }) => constraint.name === `${name} under load`);
    if (limit === undefined || isTold) continue;
    const { isLeast, unit } = constraint;
    const isRate = unit.endsWith('/s');
    const isHeld = isLeast ? (isRate ? predicted > limit : predicted >= limit) : predicted <= limit;
    const excess = Math.min(Number.MAX_VALUE, isLeast ? limit / predicted : predicted / limit);
    if (!isHeld) found.push({ constraint, predicted, limit, excess });
  }
  return found;
}

/** What fails, what would fit, and how to say so. */
export function explain(
  violation: Violation,
  name: CandidateName,
  request: PlannedRequest,
  known: KnownFigures,
): ConstraintFailure {
  const { constraint, predicted, limit } = violation;
  const { name: failed, unit } = constraint;
  const fits = fitOf(violation, name, request, known);
  const remedy = fits
    ? `${fits.option}: ${numberText(fits.value)} would fit`
    : 'nothing would fit that is changed alone';
  const message = `${name} fails by ${failed}: ${comparison(violation, 'predicted')}; ${remedy}.`;
  return { constraint: failed, limit, predicted, unit, ...(fits && { fits }), message };
}

/** Both values of a constraint: '120 ms predicted, at most 100 ms allowed'. */
export function comparison({ constraint, predicted, limit }: Violation, how: string): string {
  const show = (value: number): string =>
    constraint.unit === 'bytes' ? bytesText(value) : `${numberText(value)} ${constraint.unit}`;
  const relation = constraint.isLeast ? 'at least' : 'at most';
  const asked = constraint.name === 'linear memory' ? 'fit one linear memory' : 'asked';
  return `${show(predicted)} ${how}, ${relation} ${show(limit)} ${asked}`;
}

function fitOf(
  violation: Violation,
  name: CandidateName,
  request: PlannedRequest,
  known: KnownFigures,
): ConstraintFit | undefined {
  const { constraint, predicted } = violation;
  switch (constraint.fit) {
    case 'recall':
      return { option: 'recall', value: predicted };
    case 'rows':
      return rowsThatFit(violation, name, request, known);
    case 'updates':
      return predicted > 0 ? { option: 'updatesPerSecond', value: 0.99 * predicted } : undefined;
    case 'budget':
      return { option: 'budgetPerMonth', value: predicted };
    default: {
      const cores = leastCores(known.of(name, request.rows)!, request, MOST_CORES);
      return cores === undefined ? undefined : { option: 'cores', value: cores };
    }
  }
}

/** Looks in some steps, and not quite up to the limit: what is predicted is no more certain. */
const MOST_STEPS = 12;
const BELOW_LIMIT = 0.02;
const LEAST_SHARE = 0.25;

function rowsThatFit(
  { constraint, predicted, limit }: Violation,
  name: CandidateName,
  request: PlannedRequest,
  known: KnownFigures,
): ConstraintFit | undefined {
  const least = Math.ceil(request.k / request.filterSelectivity);
  let { rows } = request;
  let ratio = limit / predicted;
  for (let step = 0; step < MOST_STEPS && rows > least; step++) {
    // Most that is constrained grows with the rows; what hardly does is approached in ever longer steps.
    const share = Math.max(LEAST_SHARE, 1 - BELOW_LIMIT * 2 ** step);
    rows = Math.max(least, threeDigits(share * ratio * rows));
    const fewer = { ...request, rows };
    const figures = known.of(name, rows);
    if (!figures) return undefined;
    const [value] = constraint.values(figures, fewer, assess(figures, fewer));
    if (value <= limit) return { option: 'rows', value: rows };
    ratio = limit / value;
  }
  return undefined;
}

/** The number without what follows its third digit. */
function threeDigits(value: number): number {
  let unit = 1;
  while (value / unit >= 1000) unit *= 10;
  return Math.floor(value / unit) * unit;
}
