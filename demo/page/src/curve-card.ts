import { type ApplyChoice, chosenFrom, nameOf } from './choice.ts';
import type { Collection } from './collection.ts';
import { byId, html, messageOf, svg } from './dom.ts';
import { formatFigure, formatRecall } from './numbers.ts';
import { areaOf, drawAxes } from './plot/chart.ts';
import { type Mark, Marks } from './plot/marks.ts';
import { logScale, recallScale, type Scale } from './plot/scale.ts';
import { tableOf } from './plot/table.ts';
import type { CurvePoint, Report } from './work/protocol.ts';
import { subjectOf, WorkThread } from './worker.ts';

const K = 10;
/** Every method keeps its colour, however many are measured. */
const SERIES = ['loop', 'scan', 'certified', 'ivf', 'ivf-pq4', 'ivf-bits', 'hnsw', 'lsh'];
const BUDGETS = ['20', '60', '200', '600'];

/** Recall against queries a second, as it is measured; a point that is chosen is what the box searches with. */
export class CurveCard {
  readonly #host = byId('curve-plot');
  readonly #table = byId('curve-table');
  readonly #status = byId('curve-status');
  readonly #bar = byId<HTMLProgressElement>('curve-bar');
  readonly #start = byId<HTMLButtonElement>('curve-start');
  readonly #cancel = byId<HTMLButtonElement>('curve-cancel');
  readonly #budget = byId<HTMLSelectElement>('curve-budget');
  readonly #marks = new Marks(this.#host, (key) => this.#choose(key));
  readonly #onChoose: ApplyChoice;
  readonly #onBusy: (isBusy: boolean) => void;
  #collection: Collection | undefined;
  #thread: WorkThread | undefined;
  #points: CurvePoint[] = [];
  /** The key of the point that is searched with, and of the one that is on its way. */
  #applied: string | undefined;
  #wanted: CurvePoint | undefined;

  /** @param onBusy told when measuring begins and ends */
  constructor(onChoose: ApplyChoice, onBusy: (isBusy: boolean) => void) {
    this.#onChoose = onChoose;
    this.#onBusy = onBusy;
    const budget = new URL(location.href).searchParams.get('budget');
    if (budget !== null && BUDGETS.includes(budget)) this.#budget.value = budget;
    this.#start.addEventListener('click', () => this.#measure());
    this.#cancel.addEventListener('click', () => this.#thread?.post({ kind: 'stop' }));
    new ResizeObserver(() => this.#draw()).observe(this.#host);
  }

  /** Is about another collection from now on. */
  open(collection: Collection): void {
    this.#thread?.end();
    this.#thread = undefined;
    this.#collection = collection;
    this.#points = [];
    this.#applied = undefined;
    this.#status.textContent = '';
    this.#setMeasuring(false);
    this.#draw();
  }

  /** Measuring waits while something else is measured. */
  lock(isLocked: boolean): void {
    this.#start.disabled = isLocked || !this.#collection;
  }

  /** The search box went back to exact search. */
  release(): void {
    this.#applied = undefined;
    if (!this.#start.disabled) this.#status.textContent = '';
    this.#draw();
  }

  #measure(): void {
    if (!this.#collection) return;
    this.#thread?.end();
    this.#points = [];
    this.#setMeasuring(true);
    const milliseconds = Number(this.#budget.value);
    this.#thread = new WorkThread(
      { kind: 'curve', subject: subjectOf(this.#collection), milliseconds, k: K },
      (report) => this.#take(report),
    );
    this.#draw();
  }

  #setMeasuring(isMeasuring: boolean): void {
    this.#start.disabled = isMeasuring;
    this.#start.textContent = this.#points.length > 0 ? 'Measure again' : 'Measure this machine';
    this.#cancel.hidden = !isMeasuring;
    this.#bar.hidden = !isMeasuring;
    this.#budget.disabled = isMeasuring;
    this.#onBusy(isMeasuring);
  }

  #take(report: Report): void {
    switch (report.kind) {
      case 'point':
        this.#points.push(report.point);
        this.#draw();
        break;
      case 'progress':
        this.#bar.value = report.done;
        this.#status.textContent = report.text;
        break;
      case 'index':
        this.#apply(report);
        break;
      case 'done':
        this.#setMeasuring(false);
        this.#status.textContent = `${this.#points.length} points. Choose one to search with it.`;
        break;
      case 'failed':
        this.#setMeasuring(false);
        this.#status.textContent = report.message;
        break;
    }
  }

  #choose(key: string): void {
    const point = this.#points.find((point) => keyOf(point) === key);
    if (!point || !this.#collection) return;
    this.#wanted = point;
    if (point.isExact) this.#apply(undefined);
    else this.#thread?.post({ kind: 'index', method: point.method });
  }

  #apply(report: Extract<Report, { kind: 'index' }> | undefined): void {
    const point = this.#wanted;
    if (!point || !this.#collection || (report && report.method !== point.method)) return;
    try {
      this.#onChoose(chosenFrom(point, this.#collection, report));
      this.#applied = keyOf(point);
      this.#status.textContent = `The box searches with ${nameOf(point)} now.`;
    } catch (error) {
      this.#status.textContent = messageOf(error);
    }
    this.#draw();
  }

  #draw(): void {
    const area = areaOf(this.#host);
    const recalls = this.#points.map(({ recall }) => recall);
    const rates = this.#points.map(({ rate }) => rate);
    const [slowest, fastest] = [Math.min(...rates, 1000), Math.max(...rates, 10_000)];
    const x = recallScale(Math.max(0, Math.min(0.5, ...recalls) - 0.05), [area.left + 4, area.right - 12]);
    const y = logScale([slowest / 1.6, fastest * 1.6], [area.bottom, area.top]);
    const chart = drawAxes(
      area,
      { scale: x, title: `recall@${K}, stretched towards 1`, format: formatRecall },
      { scale: y, title: 'queries a second', format: shortCount },
      'Recall against queries a second',
    );
    if (this.#points.length === 0) {
      const text =
        this.#start.disabled && this.#collection ? 'Building…' : 'Every index, at several efforts.';
      chart.append(
        svg(
          'text',
          {
            class: 'empty',
            x: (area.left + area.right) / 2,
            y: (area.top + area.bottom) / 2,
            'text-anchor': 'middle',
          },
          text,
        ),
      );
    }
    const methods = [...new Set(this.#points.map(({ method }) => method))];
    chart.append(...methods.map((method) => lineOf(this.#points, method, x, y)));
    this.#marks.show(
      chart,
      this.#points.map((point) => this.#markOf(point, x, y)),
    );
    this.#host.append(legendOf(this.#points));
    this.#fillTable();
  }

  #markOf(point: CurvePoint, x: Scale, y: Scale): Mark {
    return {
      key: keyOf(point),
      x: x.at(point.recall),
      y: y.at(point.rate),
      series: seriesOf(point),
      shape: point.isExact ? 'square' : 'disc',
      isApplied: keyOf(point) === this.#applied,
      title: nameOf(point),
      lines: [
        `recall ${formatRecall(point.recall)}, ${formatFigure(point.rate)} queries/s`,
        `${formatFigure(1000 / point.rate)} ms a query, p95 ${formatFigure(point.p95)} ms`,
      ],
    };
  }

  #fillTable(): void {
    if (this.#points.length === 0) {
      this.#table.replaceChildren(html('p', { class: 'hint' }, 'Nothing is measured yet.'));
      return;
    }
    const rows = this.#points.map((point) => {
      const use = html(
        'button',
        { type: 'button', class: 'small', 'aria-label': `Search with ${nameOf(point)}` },
        'Use',
      );
      use.addEventListener('click', () => this.#choose(keyOf(point)));
      return [
        nameOf(point),
        formatRecall(point.recall),
        formatFigure(point.rate),
        formatFigure(1000 / point.rate),
        formatFigure(point.p95),
        use,
      ];
    });
    const head = ['Method', `Recall@${K}`, 'Queries/s', 'Mean ms', 'p95 ms', 'Search with it'];
    this.#table.replaceChildren(tableOf('Recall and speed of every method', head, rows));
  }
}

function keyOf({ method, effort }: CurvePoint): string {
  return `${method} ${JSON.stringify(effort)}`;
}

function seriesOf({ method }: CurvePoint): number {
  return Math.max(0, SERIES.indexOf(method));
}

function lineOf(points: readonly CurvePoint[], method: string, x: Scale, y: Scale): SVGElement {
  const own = points.filter((point) => point.method === method);
  const d = own.map(({ recall, rate }, i) => `${i === 0 ? 'M' : 'L'}${x.at(recall)} ${y.at(rate)}`).join('');
  return svg('path', { class: `curve-line stroke-${seriesOf(own[0]!)}`, d });
}

function legendOf(points: readonly CurvePoint[]): HTMLElement {
  const first = new Map(points.toReversed().map((point) => [point.title, point]));
  const items = [...first].toReversed().map(([title, point]) => {
    const shape = { class: `fill-${seriesOf(point)}`, ...(point.isExact ? SQUARE : DISC) };
    const mark = svg(point.isExact ? 'rect' : 'circle', shape);
    return html('li', {}, svg('svg', { viewBox: '0 0 12 12', 'aria-hidden': 'true' }, mark), title);
  });
  return html('ul', { class: 'legend', 'aria-label': 'Methods' }, ...items);
}

const SQUARE = { x: 1, y: 1, width: 10, height: 10 };
const DISC = { cx: 6, cy: 6, r: 5 };

function shortCount(value: number): string {
  return value >= 1000 ? `${value / 1000}k` : String(value);
}
