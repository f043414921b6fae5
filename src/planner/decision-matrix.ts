import type { Algorithm } from '../cost/complexity/algorithm.ts';
import { hnsw, ivf, ivfPq, knn, lsh } from '../cost/complexity/neighbours.ts';
import { LanewiseError } from '../host/errors.ts';
import { MOST_ROWS } from './effort.ts';
import type { Plan, PlanCandidate } from './plan.ts';
import { type CandidateName, figuresOf } from './plan-candidates.ts';
import type { PlannedRequest } from './plan-request.ts';
import type { Prediction } from './prediction.ts';

/** A table: plain strings and numbers, for whatever prints them. */
export interface DecisionMatrix {
  readonly columns: readonly string[];
  /** One a candidate, in the order of the plan; as many cells as there are columns. */
  readonly rows: readonly (readonly (string | number)[])[];
}

interface Traits {
  /** Of n rows x d dimensions: operations of training and of a query. */
  readonly complexity: Algorithm;
  /** What there is to do once it runs. */
  readonly upkeep: string;
}

/** Per call: module level stays free of reading what other modules hold. */
function traitsOf(name: CandidateName): Traits {
  switch (name) {
    case 'flat':
      return { complexity: knn, upkeep: 'none' };
    case 'ivf-int8':
      return { complexity: ivf, upkeep: 'retrain when the rows drift; tune probes' };
    case 'ivf-pq4':
    case 'ivf-bits':
      return { complexity: ivfPq, upkeep: 'retrain when the rows drift; tune probes and rescore' };
    case 'hnsw':
      return { complexity: hnsw, upkeep: 'compact or rebuild when many rows were removed; tune ef' };
    case 'lsh':
      return {
        complexity: lsh,
        upkeep: 'choose tables and bits anew when neighbours drift apart; tune probes',
      };
    default:
      return {
        complexity: ivfPq,
        upkeep: 'keep the rows elsewhere, to retrain when they drift; tune probes',
      };
  }
}

/** How much larger 'at scale' is. */
const SCALE = 10;
/** What there is no number for. */
const NONE = '-';

const COLUMNS: readonly string[] = [
  ...['candidate', 'training', 'inference', 'memory (bytes)', 'recall', 'p50 (ms)', 'p99 (ms)'],
  ...['p99 under load (ms)', 'memory at 10x rows (bytes)', 'p99 at 10x rows (ms)'],
  ...['dollars/month', 'dollars/million queries', 'upkeep', 'verdict'],
];

/**
 * A plan as a table to decide by: per candidate its complexity in training and in use, memory of all copies, recall,
 * latency of a query alone and under load, both at ten times the rows, cost, upkeep, and the verdict: 'best', 'feasible',
 * or the message of the first constraint that fails. Latency of a core that falls behind is '-'.
 *
 * @throws LanewiseError `INVALID_ARGUMENT` for what is no plan
 * @example
 * const { columns, rows } = decisionMatrix(plan({ rows: 200_000, dimensions: 256 }));
 * console.table(rows.map((row) => Object.fromEntries(row.map((cell, i) => [columns[i], cell]))));
 */
export function decisionMatrix(plan: Plan): DecisionMatrix {
  const { candidates } = checkPlan(plan);
  return { columns: COLUMNS, rows: candidates.map((candidate) => rowOf(candidate, plan)) };
}

/** @throws LanewiseError `INVALID_ARGUMENT` */
export function checkPlan(plan: Plan): Plan {
  if (Array.isArray(plan?.candidates) && plan.request) return plan;
  const message = `Give what plan() returned, or what it was saved as; got ${String(plan)}.`;
  throw new LanewiseError('INVALID_ARGUMENT', message, { got: plan });
}

function rowOf(candidate: PlanCandidate, { request, best }: Plan): (string | number)[] {
  const { name, bytes, recall, prediction, load, cost, cores, failure } = candidate;
  const { complexity, upkeep } = traitsOf(name);
  const scaled = scaledUp(name, request);
  const verdict = failure ? failure.message : name === best?.name ? 'best' : 'feasible';
  return [
    ...[name, complexity.training.text, complexity.prediction.text, bytes, recall],
    ...[prediction.p50, prediction.p99, load.p99 ?? NONE],
    ...(scaled ? [cores * scaled.bytes, scaled.p99] : [NONE, NONE]),
    ...[cost.perMonth, cost.perMillionQueries, upkeep, verdict],
  ];
}

/** The prediction at scale; undefined beyond what there is a model of. */
function scaledUp(name: CandidateName, request: PlannedRequest): Prediction | undefined {
  const rows = SCALE * request.rows;
  return rows > MOST_ROWS ? undefined : figuresOf(name, { ...request, rows })?.prediction;
}
