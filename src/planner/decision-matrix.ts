import { LanewiseError } from '../host/errors.ts';
import type { Candidate, Plan } from './plan.ts';
import { type CandidateName, figuresOf } from './plan-candidates.ts';

/** A table: plain strings and numbers, for whatever prints them. */
export interface DecisionMatrix {
  readonly columns: readonly string[];
  /** One a candidate, in the order of the plan; as many cells as there are columns. */
  readonly rows: readonly (readonly (string | number)[])[];
}

interface Traits {
  /** Operations, of n rows x d dimensions. */
  readonly training: string;
  readonly inference: string;
  /** What there is to do once it runs. */
  readonly upkeep: string;
}

const CELLS: Traits = {
  training: 'O(iterations * sample * cells * d + n * cells * d)',
  inference: 'O((cells + n * probes / cells) * d)',
  upkeep: 'retrain when the rows drift; tune probes',
};
const SKETCHES: Traits = { ...CELLS, upkeep: 'retrain when the rows drift; tune probes and rescore' };
const COMPACT: Traits = {
  ...CELLS,
  upkeep: 'keep the rows elsewhere: retraining needs them; tune probes',
};
const TRAITS: Readonly<Record<CandidateName, Traits>> = {
  flat: { training: 'none', inference: 'O(n * d)', upkeep: 'none' },
  'ivf-int8': CELLS,
  'ivf-pq4': SKETCHES,
  'ivf-bits': SKETCHES,
  hnsw: {
    training: 'O(n * efConstruction * log n * d)',
    inference: 'O(ef * log n * d)',
    upkeep: 'compact or rebuild when many rows were removed; tune ef',
  },
  lsh: {
    training: 'O(n * tables * bits * d)',
    inference: 'O(tables * bits * d + candidates * d)',
    upkeep: 'choose tables and bits anew when the angles of neighbours drift; tune probesPerTable',
  },
  'ivf-pq4-compact': COMPACT,
  'ivf-bits-compact': COMPACT,
};

/** How much larger 'at scale' is. */
const SCALE = 10;

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

function rowOf(candidate: Candidate, { request, best }: Plan): (string | number)[] {
  const { name, bytes, recall, prediction, load, cost, cores, failure } = candidate;
  const { training, inference, upkeep } = TRAITS[name];
  const scaled = figuresOf(name, { ...request, rows: SCALE * request.rows })!.prediction;
  const verdict = failure ? failure.message : name === best?.name ? 'best' : 'feasible';
  return [
    ...[name, training, inference, bytes, recall, prediction.p50, prediction.p99, load.p99 ?? '-'],
    ...[cores * scaled.bytes, scaled.p99, cost.perMonth, cost.perMillionQueries, upkeep, verdict],
  ];
}
