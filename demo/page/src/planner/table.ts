import type { DecisionMatrix, PlanCandidate } from 'lanewise/planner';
import { html } from '../dom.ts';
import { formatFigure, formatRecall, formatSize } from '../numbers.ts';
import { tableOf } from '../plot/table.ts';
import { COLUMNS, type Column, latencyOf, optionsOf, remedyOf, shortfallOf, titleOf } from './answer.ts';
import type { Answer } from './asked.ts';
import type { Wish } from './wish.ts';

const HEAD = ['Index', 'Verdict', 'Recall', 'p50, ms', 'p99, ms', 'Queries/s', 'Memory'];

/** The candidates as they are ranked; the one that is chosen, and what fails of the others, are marked in words too. */
export function candidateTable({ candidates, best }: Answer, { queriesPerSecond }: Wish): HTMLElement {
  const table = tableOf(
    'Candidates, as they are ranked',
    HEAD,
    candidates.map((candidate) => {
      const { recall, cores, prediction, bytes, failure } = candidate;
      const failing = failure && COLUMNS[failure.constraint];
      const figure = (column: Column, text: string): HTMLElement =>
        html('span', { class: column === failing && 'is-failing' }, text);
      const latency = (percentile: 'p50' | 'p99'): string =>
        formatFigure(latencyOf(candidate, percentile, queriesPerSecond));
      return [
        html('span', {}, titleOf(candidate), html('small', {}, optionsOf(candidate))),
        verdictOf(candidate, candidate.name === best?.name),
        figure('recall', formatRecall(recall)),
        figure('p50', latency('p50')),
        figure('p99', latency('p99')),
        figure('rate', formatFigure(cores * prediction.queriesPerSecond)),
        figure('memory', formatSize(bytes)),
      ];
    }),
  );
  candidates.forEach(({ name, isFeasible }, i) => {
    const row = table.tBodies[0]!.rows[i]!;
    row.dataset['key'] = name;
    row.classList.toggle('is-winner', name === best?.name);
    row.classList.toggle('is-out', !isFeasible);
  });
  return table;
}

function verdictOf({ isFeasible, failure, cores }: PlanCandidate, isBest: boolean): HTMLElement {
  const [kind, mark] = isBest ? ['is-good', '★'] : isFeasible ? ['is-good', '✓'] : ['is-bad', '✕'];
  const copies = cores > 1 ? `, on ${cores} cores` : '';
  const text = failure
    ? shortfallOf(failure)
    : `${isBest ? 'chosen: the simplest that fits' : 'fits'}${copies}`;
  const remedy = failure ? [html('small', {}, remedyOf(failure).replace(/[()]/g, '').trim())] : [];
  return html(
    'span',
    { class: `verdict ${kind}` },
    html('span', { class: 'verdict-mark', 'aria-hidden': 'true' }, mark),
    html('span', {}, text, ...remedy),
  );
}

/** What there is to weigh, as the planner has it. */
export function matrixTable({ columns, rows }: DecisionMatrix): HTMLElement {
  const cell = (value: string | number, column: number): string =>
    typeof value === 'string'
      ? value
      : columns[column]!.includes('bytes')
        ? formatSize(value)
        : formatFigure(value);
  const head = columns.map((name) => name.replace(' (bytes)', ''));
  return tableOf(
    'The decision matrix',
    head,
    rows.map((row) => row.map(cell)),
  );
}
