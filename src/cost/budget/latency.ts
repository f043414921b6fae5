import { LanewiseError } from '../../host/errors.ts';
import { entriesOf } from '../options.ts';
import { checkCount, checkPositive, checkQuantity, finite } from '../quantity.ts';

/** So that 60 / .06 is 1000 whatever rounding made of it. */
const ROUNDING = 1e-9;

/** A latency budget, and what is fixed in it. */
export interface LatencyShareOptions {
  /** Milliseconds that a request may take. */
  readonly total: number;
  /** Milliseconds of each stage that takes as long whatever the number of candidates, by name. */
  readonly fixed: Readonly<Record<string, number>>;
  /** Milliseconds a candidate takes; given, as many as fit are counted. */
  readonly perCandidate?: number;
}

/** Part of a latency budget. */
export interface LatencyShare {
  readonly name: string;
  readonly milliseconds: number;
  /** Of the total, 0..1. */
  readonly share: number;
}

/** Where a latency budget goes. */
export interface LatencyShares {
  /** Milliseconds of all fixed stages. */
  readonly fixed: number;
  /** What they leave, milliseconds. */
  readonly remaining: number;
  /** As many as fit into what remains; 0 where nothing does, or where `perCandidate` is not given. */
  readonly candidates: number;
  /** In the order given, then `candidates` and `unused`; the shares add up to 1. */
  readonly stages: LatencyShare[];
}

/** Candidates that have to fit. */
export interface CandidateBudget {
  /** Milliseconds that a request may take. */
  readonly total: number;
  /** Milliseconds that pass whatever the number of candidates: one sum, or one of each stage. */
  readonly fixed: number | readonly number[];
  /** Milliseconds a candidate takes. */
  readonly perCandidate: number;
}

/** Rows in cells. */
export interface CellOptions {
  readonly rows: number;
  /** How many a cell is to hold on average. */
  readonly rowsPerCell: number;
}

/**
 * How many candidates fit into a latency budget: (total - fixed) / perCandidate, rounded down; 0 where the fixed costs leave
 * nothing. All in milliseconds; source: arithmetic. Figures of a running pipeline come from `Profiler` of lanewise/recommend.
 *
 * @throws LanewiseError `INVALID_ARGUMENT`; `INFEASIBLE` where the fixed costs exceed the budget: the message tells by how much
 * @example budget.candidates({ total: 100, fixed: [0.1, 5, 10], perCandidate: 0.05 }); // 84.9 / .05 = 1698
 */
export function candidates(options: CandidateBudget): number {
  const total = checkPositive('total', options?.total);
  const fixed = (Array.isArray(options.fixed) ? options.fixed : [options.fixed]) as readonly number[];
  let sum = 0;
  for (const part of fixed) sum += checkQuantity('fixed', part);
  return fitting(remainder(total, sum), checkPositive('perCandidate', options.perCandidate));
}

/**
 * Where a latency budget goes, stage by stage, in milliseconds, and the candidates that fit into the rest. Source: arithmetic.
 *
 * @throws LanewiseError `INVALID_ARGUMENT`; `INFEASIBLE` where the fixed stages exceed the budget: the message tells by how much
 */
export function latency(options: LatencyShareOptions): LatencyShares {
  const total = checkPositive('total', options?.total);
  const stages = entriesOf('fixed', options.fixed).map(([name, value]) => {
    const milliseconds = checkQuantity(`fixed.${name}`, value);
    return { name, milliseconds, share: milliseconds / total };
  });
  const fixed = stages.reduce((sum, stage) => sum + stage.milliseconds, 0);
  const remaining = remainder(total, fixed);
  const each = options.perCandidate === undefined ? 0 : checkPositive('perCandidate', options.perCandidate);
  const count = each > 0 ? fitting(remaining, each) : 0;
  const used = Math.min(remaining, count * each);
  const put = (name: string, milliseconds: number): number =>
    stages.push({ name, milliseconds, share: milliseconds / total });
  if (each > 0) put('candidates', used);
  put('unused', remaining - used);
  return { fixed, remaining, candidates: count, stages };
}

function remainder(total: number, fixed: number): number {
  const missing = finite('the fixed costs', fixed) - total;
  if (missing > total * ROUNDING) {
    throw new LanewiseError(
      'INFEASIBLE',
      `The fixed costs are ${fixed} ms, ${missing} ms more than the budget of ${total} ms. Allow more, or make a stage faster.`,
      { expected: fixed, got: total },
    );
  }
  return Math.max(0, -missing);
}

function fitting(remaining: number, perCandidate: number): number {
  return finite('candidates', Math.floor(remaining / perCandidate + ROUNDING));
}

/**
 * Cells of an inverted file whose lists hold `rowsPerCell` rows on average: rows / rowsPerCell, rounded up. Source: arithmetic.
 *
 * @throws LanewiseError `INVALID_ARGUMENT` unless both are integers above 0
 * @example budget.cells({ rows: 1_000_000, rowsPerCell: 5000 }); // 200
 */
export function cells(options: CellOptions): number {
  return Math.ceil(checkCount('rows', options?.rows) / checkCount('rowsPerCell', options.rowsPerCell));
}
