import { checkCount, checkPositive, checkQuantity } from '../cost/quantity.ts';
import { LanewiseError } from '../host/errors.ts';
import { checkDimensions, checkInteger, checkNumber } from '../vectors/input.ts';
import { checkMetric, type Metric } from '../vectors/metric.ts';
import { MOST_ROWS } from './effort.ts';
import { checkMachine, type Machine } from './machine.ts';
import { machines } from './machines.ts';

/** How long a query may take, with the load that is asked for. Milliseconds. */
export interface LatencyLimits {
  /** Half of the queries take no longer. */
  readonly p50?: number;
  /** 99 of 100 queries take no longer. */
  readonly p99?: number;
}

/** What an index is to do, and what it may take. What is left out is no constraint. */
export interface PlanRequest {
  /** 1..1e9. */
  readonly rows: number;
  readonly dimensions: number;
  /** @default 'cosine' */
  readonly metric?: Metric;
  /** Results of a query. @default 10 */
  readonly k?: number;
  /** The share of the true k best rows that are to be found, above 0 and up to 1: 1 asks for exact answers. @default 0.95 */
  readonly recall?: number;
  readonly latency?: LatencyLimits;
  /** Queries that come, a second, one by one and at random. @default 0 */
  readonly queriesPerSecond?: number;
  /** Bytes that all copies of the index may take together. Each copy lies in one linear memory of 4 GiB, in any case. */
  readonly memory?: number;
  /** Rows that are added or replaced while it is searched, a second, one by one. @default 0 */
  readonly updatesPerSecond?: number;
  /** The share of the rows that the filter of a query lets through, above 0 and up to 1. @default 1, no filter */
  readonly filterSelectivity?: number;
  /** What one core with its memory costs an hour, in dollars. @default 0 */
  readonly dollarsPerHour?: number;
  /** What all cores may cost, dollars a month of 730 hours. */
  readonly budgetPerMonth?: number;
  /** Cores there are, at most: each that is used searches a copy of its own in a thread of its own. @default 1 */
  readonly cores?: number;
  /** How much longer a call may take than is predicted, as a share: 0.3 plans for 1.3 times the time. @default 0 */
  readonly margin?: number;
  /** What one core does, as `calibrate()` measures it or `machines` lists it. @default the first of `machines` */
  readonly machine?: Machine;
}

/** A request, checked and complete: what was left out is as it was taken. */
export interface PlannedRequest extends PlanRequest {
  readonly metric: Metric;
  readonly k: number;
  readonly recall: number;
  readonly latency: LatencyLimits;
  readonly queriesPerSecond: number;
  readonly updatesPerSecond: number;
  readonly filterSelectivity: number;
  readonly dollarsPerHour: number;
  readonly cores: number;
  readonly margin: number;
  readonly machine: Machine;
}

/** Hours of a month: 365 x 24 / 12. */
export const HOURS_A_MONTH = 730;
/** An id of 4 bytes and a score of 4 bytes. */
const RESULT_BYTES = 8;
export const MOST_CORES = 65_536;

/**
 * @throws LanewiseError `INVALID_ARGUMENT` for an option that is wrong by itself, `INFEASIBLE` for options that no index
 *   could satisfy together
 */
export function checkPlanRequest(request: PlanRequest): PlannedRequest {
  if (typeof request !== 'object' || request === null) {
    const message = `plan() takes an object with rows and dimensions, at least; got ${String(request)}.`;
    throw new LanewiseError('INVALID_ARGUMENT', message, { got: request });
  }
  const checked = checkOptions(request);
  checkTogether(checked);
  return checked;
}

function checkOptions({
  metric = 'cosine',
  k = 10,
  recall = 0.95,
  latency = {},
  queriesPerSecond = 0,
  updatesPerSecond = 0,
  filterSelectivity = 1,
  dollarsPerHour = 0,
  cores = 1,
  margin = 0,
  machine = Object.values(machines)[0]!,
  ...request
}: PlanRequest): PlannedRequest {
  const { memory, budgetPerMonth } = request;
  const rows = checkInteger('rows', request.rows, 1, MOST_ROWS);
  checkCount('k', k);
  if (k > rows) {
    const message = `k must be at most the ${rows} rows that there are; got ${k}.`;
    throw new LanewiseError('INVALID_ARGUMENT', message, { expected: rows, got: k });
  }
  return {
    rows,
    dimensions: checkDimensions(request.dimensions),
    metric: checkMetric(metric),
    k,
    recall: checkNumber('recall', recall, Number.MIN_VALUE, 1),
    latency: checkLatency(latency),
    queriesPerSecond: checkQuantity('queriesPerSecond', queriesPerSecond),
    updatesPerSecond: checkQuantity('updatesPerSecond', updatesPerSecond),
    filterSelectivity: checkNumber('filterSelectivity', filterSelectivity, Number.MIN_VALUE, 1),
    dollarsPerHour: checkQuantity('dollarsPerHour', dollarsPerHour),
    cores: checkInteger('cores', cores, 1, MOST_CORES),
    margin: checkQuantity('margin', margin),
    machine: checkMachine(machine),
    ...(memory !== undefined && { memory: checkPositive('memory', memory) }),
    ...(budgetPerMonth !== undefined && { budgetPerMonth: checkQuantity('budgetPerMonth', budgetPerMonth) }),
  };
}

function checkLatency(latency: LatencyLimits): LatencyLimits {
  if (typeof latency !== 'object' || latency === null) {
    const message = `latency must be an object like { p99: 100 }, in milliseconds; got ${String(latency)}.`;
    throw new LanewiseError('INVALID_ARGUMENT', message, { got: latency });
  }
  const { p50, p99 } = latency;
  return {
    ...(p50 !== undefined && { p50: checkPositive('latency.p50', p50) }),
    ...(p99 !== undefined && { p99: checkPositive('latency.p99', p99) }),
  };
}

/** @throws LanewiseError `INFEASIBLE` naming the options that contradict each other */
function checkTogether(request: PlannedRequest): void {
  const { rows, k, latency, memory, filterSelectivity, budgetPerMonth, dollarsPerHour } = request;
  const { p50, p99 } = latency;
  if (p50 !== undefined && p99 !== undefined && p50 > p99) {
    throw contradiction(
      `latency.p50 ${p50} ms is above latency.p99 ${p99} ms`,
      'Half of the queries cannot be allowed longer than 99 of 100: lower p50 or raise p99',
      p99,
      p50,
    );
  }
  const passing = filterSelectivity * rows;
  if (passing < k) {
    throw contradiction(
      `filterSelectivity ${filterSelectivity} lets ${passing} of ${rows} rows through, fewer than k = ${k}`,
      `Ask for k up to ${Math.floor(passing)}, or for a filterSelectivity from ${k / rows} on`,
      k / rows,
      filterSelectivity,
    );
  }
  if (memory !== undefined && memory < k * RESULT_BYTES) {
    throw contradiction(
      `memory of ${memory} bytes does not hold the k = ${k} results of one query`,
      `These alone take ${k * RESULT_BYTES} bytes`,
      k * RESULT_BYTES,
      memory,
    );
  }
  const call = 1000 * request.machine.call;
  const least = Math.min(p50 ?? Number.MAX_VALUE, p99 ?? Number.MAX_VALUE);
  if (least < call) {
    throw contradiction(
      `a latency of ${least} ms is below the ${call} ms of one empty call on the machine '${request.machine.name}'`,
      'Allow more, or take another machine',
      call,
      least,
    );
  }
  const most = request.cores / request.machine.call;
  if (request.queriesPerSecond >= most) {
    throw contradiction(
      `queriesPerSecond ${request.queriesPerSecond} on ${request.cores} cores leaves each query less than one empty call`,
      `These cores make ${Math.floor(most)} calls a second: allow more cores, or ask in batches`,
      most,
      request.queriesPerSecond,
    );
  }
  const core = HOURS_A_MONTH * dollarsPerHour;
  if (budgetPerMonth !== undefined && budgetPerMonth < core) {
    throw contradiction(
      `budgetPerMonth ${budgetPerMonth} is below the ${core} dollars that one core costs at dollarsPerHour ${dollarsPerHour}`,
      `Allow ${core}, or take a cheaper machine`,
      core,
      budgetPerMonth,
    );
  }
}

function contradiction(what: string, remedy: string, expected: number, got: number): LanewiseError {
  const message = `No index can do this: ${what}. ${remedy}.`;
  return new LanewiseError('INFEASIBLE', message, { expected, got });
}
