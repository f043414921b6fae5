import type { CandidateName, ConstraintFailure, ConstraintName, PlanCandidate } from 'lanewise/planner';
import { formatFigure, formatRecall, formatSize } from '../numbers.ts';
import type { Answer } from './asked.ts';
import { figureText } from './figures.ts';

const TITLES: Readonly<Record<CandidateName, string>> = {
  flat: 'Flat, exact',
  'ivf-int8': 'IVF, int8',
  'ivf-pq4': 'IVF, pq4',
  'ivf-bits': 'IVF, bits',
  hnsw: 'HNSW',
  lsh: 'LSH',
  'ivf-pq4-compact': 'IVF, pq4 alone',
  'ivf-bits-compact': 'IVF, bits alone',
};
/** The colours of the measured curve, and of what it does not measure. */
const SERIES: Readonly<Record<CandidateName, number>> = {
  flat: 2,
  'ivf-int8': 3,
  'ivf-pq4': 4,
  'ivf-bits': 5,
  hnsw: 6,
  lsh: 7,
  'ivf-pq4-compact': 1,
  'ivf-bits-compact': 0,
};

const UNITS = {
  rows: 'rows',
  recall: '',
  cores: 'cores',
  queriesPerSecond: 'queries a second',
  updatesPerSecond: 'updates a second',
  budgetPerMonth: '$ a month',
} as const;

export function titleOf({ name }: Pick<PlanCandidate, 'name'>): string {
  return TITLES[name];
}

export function seriesOf({ name }: Pick<PlanCandidate, 'name'>): number {
  return SERIES[name];
}

/** "4 000 cells, 80 probes" */
export function optionsOf({ index, create, search }: PlanCandidate): string {
  const { cells, rescore, m, efConstruction, tables, bits } = create;
  const { probes, ef, probesPerTable } = search;
  const count = (value: number | undefined): string => figureText(value ?? 0);
  switch (index) {
    case 'flat':
      return 'nothing to tune';
    case 'ivf': {
      const kept = rescore === false ? ', codes only' : '';
      return `${count(cells)} cells, ${count(probes)} probes${kept}`;
    }
    case 'hnsw':
      return `m ${count(m)}, efConstruction ${count(efConstruction)}, ef ${count(ef)}`;
    case 'lsh':
      return `${count(tables)} tables × ${count(bits)} bits, ${count(probesPerTable)} probes a table`;
  }
}

/** What comes closest where nothing fits, and everything that stands in its way. */
export function obstacleOf({ nearest, contradiction }: Answer): string {
  if (contradiction !== undefined) return contradiction;
  if (!nearest) return '';
  const relax = nearest.relax.map((failure) => `${shortfallOf(failure)}${remedyOf(failure)}`);
  return `${TITLES[nearest.name]} comes closest. ${relax.join('; ')}.`;
}

/** "p99: 26.7 ms, allowed 10 ms" */
export function shortfallOf({ constraint, predicted, limit, unit }: ConstraintFailure): string {
  const isLeast = constraint === 'recall' || unit.endsWith('/s');
  return `${constraint}: ${amount(predicted, unit)}, ${isLeast ? 'wanted' : 'allowed'} ${amount(limit, unit)}`;
}

/** " (rows: 350 000 would fit)", or nothing where nothing would. */
export function remedyOf({ fits }: ConstraintFailure): string {
  if (!fits) return '';
  const { option, value } = fits;
  if (option === 'recall') return ` (${formatRecall(value)} would fit)`;
  return ` (${figureText(value, 3)} ${UNITS[option]} would fit)`;
}

function amount(value: number, unit: string): string {
  if (unit === 'bytes') return formatSize(value);
  if (unit === 'share') return formatRecall(value);
  if (unit === 'dollars/month') return `${formatFigure(value)} $ a month`;
  return `${formatFigure(value)} ${unit}`;
}

export type Column = 'recall' | 'memory' | 'p50' | 'p99' | 'rate';

/** Which column of the table a constraint is about. */
export const COLUMNS: Readonly<Partial<Record<ConstraintName, Column>>> = {
  recall: 'recall',
  memory: 'memory',
  'linear memory': 'memory',
  p50: 'p50',
  'p50 under load': 'p50',
  p99: 'p99',
  'p99 under load': 'p99',
  throughput: 'rate',
};

/**
 * Milliseconds as they are met: with waiting where queries are asked for, unless a core falls behind for ever, or the query
 * alone is what takes too long.
 */
export function latencyOf(candidate: PlanCandidate, percentile: 'p50' | 'p99', rate: number): number {
  const { load, prediction, failure } = candidate;
  const isAlone = rate === 0 || failure?.constraint === percentile;
  return (isAlone ? undefined : load[percentile]) ?? prediction[percentile];
}
