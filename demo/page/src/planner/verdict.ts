import type { PlanCandidate } from 'lanewise/planner';
import { html } from '../dom.ts';
import { formatFigure, formatRecall, formatSize } from '../numbers.ts';
import { latencyOf, obstacleOf, optionsOf, titleOf } from './answer.ts';
import type { Answer } from './asked.ts';
import { figureText } from './figures.ts';
import type { Wish } from './wish.ts';

/** What is chosen, and how near it comes to every limit. */
export function showVerdict(host: HTMLElement, gauges: HTMLElement, answer: Answer, wish: Wish): void {
  const { best } = answer;
  host.classList.toggle('is-bad', !best);
  host.replaceChildren(
    html('p', { class: 'plan-name' }, best ? titleOf(best) : 'Nothing fits'),
    html('p', { class: 'plan-options' }, best ? optionsOf(best) : ''),
    html('p', { class: 'plan-why' }, best ? reasonOf(answer) : obstacleOf(answer)),
  );
  gauges.replaceChildren(...(best ? gaugesOf(best, wish) : []));
  gauges.hidden = !best;
}

/** The same in a sentence, for those who hear it. */
export function spoken(answer: Answer, wish: Wish): string {
  const { best } = answer;
  if (!best) return `Nothing fits. ${obstacleOf(answer)}`;
  const p99 = latencyOf(best, 'p99', wish.queriesPerSecond);
  return (
    `${titleOf(best)}, ${optionsOf(best)}: recall ${formatRecall(best.recall)}, ` +
    `p99 ${formatFigure(p99)} milliseconds, ${formatSize(best.bytes)}; ${reasonOf(answer)}.`
  );
}

function reasonOf({ candidates, best }: Answer): string {
  const fitting = candidates.filter(({ isFeasible }) => isFeasible).length;
  const cores = best && best.cores > 1 ? ` on ${best.cores} cores, a copy each` : '';
  const reason =
    fitting === 1 ? `the only one of ${candidates.length} that fits` : `the simplest of ${fitting} that fit`;
  return `${reason}${cores}`;
}

function gaugesOf(best: PlanCandidate, wish: Wish): readonly HTMLElement[] {
  const { recall, spread, bytes, cores, prediction, cost } = best;
  const { queriesPerSecond: asked, budgetPerMonth } = wish;
  const p99 = latencyOf(best, 'p99', asked);
  const rate = cores * prediction.queriesPerSecond;
  return [
    gauge('p99', `${formatFigure(p99)} ms`, `of ${figureText(wish.p99)}`, p99 / wish.p99),
    gauge('Memory', formatSize(bytes), `of ${formatSize(wish.memory)}`, bytes / wish.memory),
    gauge('Recall', formatRecall(recall), spread > 0 ? `± ${formatRecall(spread)}` : '', recall),
    cost.perMonth > 0
      ? gauge(
          'A month',
          `${formatFigure(cost.perMonth)} $`,
          budgetPerMonth > 0 ? `of ${figureText(budgetPerMonth)}` : '',
          budgetPerMonth > 0 ? cost.perMonth / budgetPerMonth : 0,
        )
      : gauge('Queries/s', formatFigure(rate), asked > 0 ? `asked ${figureText(asked)}` : '', asked / rate),
  ];
}

/** A figure, its limit, and a bar of how much of the limit it takes. */
function gauge(name: string, value: string, limit: string, share: number): HTMLElement {
  const bar = html('span', { class: 'gauge-bar', 'aria-hidden': 'true' });
  bar.style.setProperty('--share', `${100 * Math.min(1, share)}%`);
  return html(
    'div',
    { class: 'gauge' },
    html('dt', {}, name),
    html('dd', {}, value, html('small', {}, limit), bar),
  );
}
