import type { Collection } from './collection.ts';
import { byId, html, svg } from './dom.ts';
import { LabelRoom } from './map/labels.ts';
import { formatBytes, formatCount, formatFigure } from './numbers.ts';
import { type Area, areaOf, drawAxes } from './plot/chart.ts';
import { type Mark, Marks } from './plot/marks.ts';
import { logScale, type Scale } from './plot/scale.ts';
import { tableOf } from './plot/table.ts';
import type { KernelPoint, Report, Roofs } from './work/protocol.ts';
import { subjectOf, WorkThread } from './worker.ts';

const MILLISECONDS = 60;
const FLOAT_SERIES = 6;
const INT_SERIES = 2;
/** Axes before anything is measured. */
const USUAL: Roofs = { memory: 10, cache: 20, cacheBytes: 0, float32: 40, int8: 200 };
const LABEL_SIZE = 12;
const LABEL_PIXELS = 6.7;

/** What this machine could do, and what the kernels do. */
export class RooflineCard {
  readonly #host = byId('roofline-plot');
  readonly #table = byId('roofline-table');
  readonly #status = byId('roofline-status');
  readonly #start = byId<HTMLButtonElement>('roofline-start');
  readonly #marks = new Marks(this.#host);
  readonly #onBusy: (isBusy: boolean) => void;
  #collection: Collection | undefined;
  #thread: WorkThread | undefined;
  #roofs: Roofs | undefined;
  #points: KernelPoint[] = [];

  /** @param onBusy told when measuring begins and ends */
  constructor(onBusy: (isBusy: boolean) => void) {
    this.#onBusy = onBusy;
    this.#start.addEventListener('click', () => this.#measure());
    new ResizeObserver(() => this.#draw()).observe(this.#host);
  }

  /** Is about another collection from now on. */
  open(collection: Collection): void {
    this.#roofs = undefined;
    this.#points = [];
    this.#end();
    this.#collection = collection;
    this.#start.disabled = false;
    this.#status.textContent = '';
    this.#draw();
  }

  /** Measuring waits while something else is measured. */
  lock(isLocked: boolean): void {
    this.#start.disabled = isLocked;
  }

  #measure(): void {
    if (!this.#collection) return;
    this.#end();
    this.#points = [];
    this.#start.disabled = true;
    this.#onBusy(true);
    this.#status.textContent = 'Measuring…';
    const job = {
      kind: 'roofline',
      subject: subjectOf(this.#collection),
      milliseconds: MILLISECONDS,
    } as const;
    this.#thread = new WorkThread(job, (report) => this.#take(report));
  }

  #take(report: Report): void {
    if (report.kind === 'roofs') this.#roofs = report.roofs;
    if (report.kind === 'kernel') this.#points.push(report.point);
    if (report.kind === 'failed') this.#status.textContent = report.message;
    if (report.kind === 'done') this.#status.textContent = 'Measured on one thread, medians.';
    if (report.kind === 'done' || report.kind === 'failed') this.#end();
    this.#draw();
  }

  #end(): void {
    if (this.#thread) this.#onBusy(false);
    this.#thread?.end();
    this.#thread = undefined;
    this.#start.disabled = false;
    this.#start.textContent = this.#points.length > 0 ? 'Measure again' : 'Measure';
  }

  #draw(): void {
    const area = areaOf(this.#host);
    const roofs = this.#roofs ?? USUAL;
    const x = logScale(intensities(this.#points, roofs), [area.left, area.right]);
    const y = logScale(rates(this.#points, roofs), [area.bottom, area.top]);
    const chart = drawAxes(
      area,
      { scale: x, title: 'operations a byte', format: shortFigure },
      { scale: y, title: '10⁹ operations a second', format: shortFigure },
      'Roofline: operations a second against operations a byte',
    );
    if (this.#roofs) drawRoofs(chart, area, x, y, this.#roofs);
    else chart.append(emptyText(area, 'Measured in a few seconds.'));
    const marks = this.#points.map((point) => markOf(point, x, y, roofs));
    label(chart, area, marks);
    this.#marks.show(chart, marks);
    this.#fillTable(roofs);
  }

  #fillTable(roofs: Roofs): void {
    if (!this.#roofs) {
      this.#table.replaceChildren(html('p', { class: 'hint' }, 'Nothing is measured yet.'));
      return;
    }
    const limits = tableOf(
      'The roofs',
      ['Roof', 'Measured'],
      [
        ['Reading memory', `${formatFigure(roofs.memory)} GB/s`],
        [`Reading ${formatBytes(roofs.cacheBytes)} again and again`, `${formatFigure(roofs.cache)} GB/s`],
        ['float32', `${formatFigure(roofs.float32)} GFLOP/s`],
        ['8-bit integers', `${formatFigure(roofs.int8)} Gop/s, ${formatFigure(roofs.int8 / 2)} GMAC/s`],
      ],
    );
    const kernels = tableOf(
      'The kernels',
      ['Kernel', 'Mop', 'MB', 'op/byte', 'ms', 'Gop/s', 'of its roof'],
      this.#points.map((point) => [
        html('span', {}, point.name, html('small', {}, point.arithmetic)),
        formatFigure(point.operations / 1e6),
        formatFigure(point.bytes / 1e6),
        formatFigure(intensityOf(point)),
        formatFigure(point.milliseconds),
        formatFigure(rateOf(point)),
        shareOfRoof(point, roofs),
      ]),
    );
    this.#table.replaceChildren(limits, kernels);
  }
}

function intensityOf({ operations, bytes }: KernelPoint): number {
  return operations / bytes;
}

/** 10^9 operations a second. */
function rateOf({ operations, milliseconds }: KernelPoint): number {
  return operations / milliseconds / 1e6;
}

/** What the roofs allow at that intensity, where the data come from the cache. */
function roofOf(point: KernelPoint, roofs: Roofs): number {
  return Math.min(Math.max(roofs.cache, roofs.memory) * intensityOf(point), roofs[point.unit]);
}

function shareOfRoof(point: KernelPoint, roofs: Roofs): string {
  return `${Math.round((100 * rateOf(point)) / roofOf(point, roofs))} %`;
}

function intensities(points: readonly KernelPoint[], { memory, int8 }: Roofs): [number, number] {
  const all = points.map(intensityOf);
  return [Math.min(0.2, ...all) / 1.3, Math.max((4 * int8) / memory, ...all.map((value) => value * 5))];
}

function rates(points: readonly KernelPoint[], { memory, int8 }: Roofs): [number, number] {
  const all = points.map(rateOf);
  return [Math.min(0.2 * memory, ...all) / 1.5, Math.max(int8, ...all) * 1.6];
}

function drawRoofs(chart: SVGSVGElement, area: Area, x: Scale, y: Scale, roofs: Roofs): void {
  const peaks = [
    { rate: roofs.int8, text: `8-bit, ${formatFigure(roofs.int8)} Gop/s` },
    { rate: roofs.float32, text: `float32, ${formatFigure(roofs.float32)} GFLOP/s` },
  ];
  const slopes = [
    { bandwidth: roofs.memory, text: `memory, ${formatFigure(roofs.memory)} GB/s`, name: '' },
    {
      bandwidth: roofs.cache,
      text: `cache (${formatBytes(roofs.cacheBytes)}), ${formatFigure(roofs.cache)} GB/s`,
      name: ' is-secondary',
    },
  ];
  const low = y.ticks[0]! / 10;
  for (const { bandwidth, name } of slopes) {
    const [start, end] = [low / bandwidth, roofs.int8 / bandwidth];
    const line = svg('path', {
      class: `roof-line${name}`,
      d: `M${x.at(start)} ${y.at(low)}L${x.at(end)} ${y.at(roofs.int8)}`,
      'clip-path': 'url(#roofline-area)',
    });
    chart.append(line);
  }
  chart.prepend(
    svg(
      'clipPath',
      { id: 'roofline-area' },
      svg('rect', {
        x: area.left,
        y: area.top,
        width: area.right - area.left,
        height: area.bottom - area.top,
      }),
    ),
  );
  for (const { rate, text } of peaks) {
    const from = x.at(rate / Math.max(roofs.cache, roofs.memory));
    chart.append(
      svg('path', { class: 'roof-line', d: `M${from} ${y.at(rate)}H${area.right}` }),
      svg('text', { class: 'roof-label', x: area.right - 2, y: y.at(rate) - 6, 'text-anchor': 'end' }, text),
    );
  }
  const legend = slopes.map(({ text, name }, i) => [
    svg('line', {
      class: `roof-line${name}`,
      x1: area.left + 12,
      x2: area.left + 34,
      y1: area.top + 14 + 18 * i,
      y2: area.top + 14 + 18 * i,
    }),
    svg('text', { class: 'roof-label', x: area.left + 40, y: area.top + 18 + 18 * i }, text),
  ]);
  chart.append(...legend.flat());
}

function markOf(point: KernelPoint, x: Scale, y: Scale, roofs: Roofs): Mark {
  return {
    key: point.name,
    x: x.at(intensityOf(point)),
    y: y.at(rateOf(point)),
    series: point.unit === 'float32' ? FLOAT_SERIES : INT_SERIES,
    isSquare: point.unit === 'float32',
    title: point.name,
    lines: [
      `${formatFigure(rateOf(point))} Gop/s, ${shareOfRoof(point, roofs)} of its roof`,
      `${formatFigure(intensityOf(point))} operations a byte, ${formatFigure(point.milliseconds)} ms`,
      `${formatCount(point.operations)} operations, ${formatCount(point.bytes)} bytes: ${point.arithmetic}`,
    ],
  };
}

/** Names beside the points where there is room. */
function label(chart: SVGSVGElement, { width, height }: Area, marks: readonly Mark[]): void {
  const room = new LabelRoom(width, height);
  for (const text of chart.querySelectorAll('.roof-label')) {
    const [x, y] = [Number(text.getAttribute('x')), Number(text.getAttribute('y'))];
    const length = (text.textContent?.length ?? 0) * LABEL_PIXELS;
    const start = text.getAttribute('text-anchor') === 'end' ? x - length : x;
    for (let part = start; part < start + length; part += 10) room.block({ x: part, y: y - 4 }, 8);
  }
  for (const mark of marks) room.block(mark, 7);
  for (const mark of marks) {
    const place = room.place(
      { at: mark, gap: 11, size: LABEL_SIZE },
      mark.title.length * LABEL_PIXELS,
      [1, 1.8],
    );
    if (!place) continue;
    const text = svg(
      'text',
      { class: `series-label fill-${mark.series}`, x: place.x, y: place.y + 4 },
      mark.title,
    );
    chart.append(text);
  }
}

function emptyText({ left, right, top, bottom }: Area, text: string): SVGTextElement {
  return svg(
    'text',
    { class: 'empty', x: (left + right) / 2, y: (top + bottom) / 2, 'text-anchor': 'middle' },
    text,
  );
}

function shortFigure(value: number): string {
  return String(Number(value.toPrecision(2)));
}
