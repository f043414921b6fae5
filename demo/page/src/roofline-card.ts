import type { Collection } from './collection.ts';
import { byId, html, svg } from './dom.ts';
import { formatBytes, formatCount, formatFigure } from './numbers.ts';
import { type Area, areaOf, drawAxes } from './plot/chart.ts';
import { type Mark, Marks } from './plot/marks.ts';
import { logScale } from './plot/scale.ts';
import { tableOf } from './plot/table.ts';
import {
  drawRoofs,
  type Frame,
  legendOf,
  measuredRoofs,
  nameMarks,
  publishedRoof,
  type Roof,
} from './roofline/drawing.ts';
import {
  operationsOn,
  type PlacedOperation,
  type Published,
  publishedHardware,
} from './roofline/published.ts';
import type { KernelPoint, Report, Roofs } from './work/protocol.ts';
import { subjectOf, WorkThread } from './worker.ts';

const MILLISECONDS = 60;
const FLOAT_SERIES = 6;
const INT_SERIES = 2;
/** Axes before anything is measured. */
const USUAL: Roofs = { memory: 10, cache: 20, cacheBytes: 0, float32: 40, int8: 200 };
const OPERATION_SERIES = 7;
/** Its name in a link. */
const HARDWARE = 'hw';

/** What this machine could do and what the kernels do, beside what the maker of other hardware promises. */
export class RooflineCard {
  readonly #host = byId('roofline-plot');
  readonly #table = byId('roofline-table');
  readonly #status = byId('roofline-status');
  readonly #start = byId<HTMLButtonElement>('roofline-start');
  readonly #select = byId<HTMLSelectElement>('roofline-hardware');
  readonly #marks = new Marks(this.#host);
  readonly #published = publishedHardware();
  readonly #onBusy: (isBusy: boolean) => void;
  #collection: Collection | undefined;
  #thread: WorkThread | undefined;
  #roofs: Roofs | undefined;
  #points: KernelPoint[] = [];

  /** @param onBusy told when measuring begins and ends */
  constructor(onBusy: (isBusy: boolean) => void) {
    this.#onBusy = onBusy;
    this.#start.addEventListener('click', () => this.#measure());
    this.#select.append(...this.#published.map(({ key, label }) => html('option', { value: key }, label)));
    this.#restore();
    this.#select.addEventListener('change', () => {
      const url = new URL(location.href);
      if (this.#select.value) url.searchParams.set(HARDWARE, this.#select.value);
      else url.searchParams.delete(HARDWARE);
      history.replaceState(null, '', url);
      this.#draw();
    });
    addEventListener('popstate', () => this.#restore());
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
    this.#start.disabled = isLocked || !this.#collection;
  }

  /** Chooses the hardware that the link names; another name chooses none. */
  #restore(): void {
    const name = new URL(location.href).searchParams.get(HARDWARE);
    this.#select.value = this.#published.find(({ key }) => key === name)?.key ?? '';
    this.#draw();
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
    const published = this.#published.find(({ key }) => key === this.#select.value);
    const operations = this.#operations(published);
    const all = [
      ...(this.#roofs || !published ? measuredRoofs(roofs) : []),
      ...(published ? [publishedRoof(published)] : []),
    ];
    const places = [
      ...this.#points.map((point) => [intensityOf(point), rateOf(point)] as const),
      ...operations.map(({ traffic, rate }) => [traffic.intensity, rate] as const),
    ];
    const x = logScale(intensities(places, all), [area.left, area.right]);
    const y = logScale(rates(places, all), [area.bottom, area.top]);
    const frame = { area, x, y };
    const chart = drawAxes(
      area,
      { scale: x, title: 'operations a byte', format: shortFigure },
      { scale: y, title: '10⁹ operations a second', format: shortFigure },
      'Roofline: operations a second against operations a byte',
    );
    if (this.#roofs || published) drawRoofs(chart, frame, all);
    else chart.append(emptyText(area, 'Measured in a few seconds.'));
    const marks = [
      ...this.#points.map((point) => markOf(point, frame, roofs)),
      ...operations.map((operation) => operationMark(operation, frame)),
    ];
    nameMarks(chart, frame, marks);
    this.#marks.show(chart, marks);
    if (this.#roofs || published) this.#host.append(legendOf(all));
    this.#fillTable(roofs, published);
  }

  /** Those that compute anything, on the hardware that is chosen. */
  #operations(published: Published | undefined): readonly PlacedOperation[] {
    return published ? operationsOn(published).filter(({ rate }) => rate > 0) : [];
  }

  #fillTable(roofs: Roofs, published: Published | undefined): void {
    const tables = [
      ...(this.#roofs ? [roofTable(roofs), kernelTable(this.#points, roofs)] : []),
      ...(published ? [operationTable(published), sourceOf(published)] : []),
    ];
    if (tables.length > 0) this.#table.replaceChildren(...tables);
    else this.#table.replaceChildren(html('p', { class: 'hint' }, 'Nothing is measured or chosen yet.'));
  }
}

function roofTable(roofs: Roofs): HTMLElement {
  return tableOf(
    'The roofs of this machine',
    ['Roof', 'Measured'],
    [
      ['Reading memory', `${formatFigure(roofs.memory)} GB/s`],
      [`Reading ${formatBytes(roofs.cacheBytes)} again and again`, `${formatFigure(roofs.cache)} GB/s`],
      ['float32', `${formatFigure(roofs.float32)} GFLOP/s`],
      ['8-bit integers', `${formatFigure(roofs.int8)} Gop/s, ${formatFigure(roofs.int8 / 2)} GMAC/s`],
    ],
  );
}

function kernelTable(points: readonly KernelPoint[], roofs: Roofs): HTMLElement {
  return tableOf(
    'The kernels',
    ['Kernel', 'Mop', 'MB', 'op/byte', 'ms', 'Gop/s', 'of its roof'],
    points.map((point) => [
      html('span', {}, point.name, html('small', {}, point.arithmetic)),
      formatFigure(point.operations / 1e6),
      formatFigure(point.bytes / 1e6),
      formatFigure(intensityOf(point)),
      formatFigure(point.milliseconds),
      formatFigure(rateOf(point)),
      shareOfRoof(point, roofs),
    ]),
  );
}

function operationTable(published: Published): HTMLElement {
  return tableOf(
    `Operations on ${published.label}`,
    [
      `On ${published.label}`,
      'GFLOP',
      'MB',
      'FLOP/byte',
      'Held by',
      'TFLOP/s',
      'of the peak',
      'at least, ms',
    ],
    operationsOn(published).map(({ name, traffic, rate, bound, share, time }) => [
      name,
      formatFigure(traffic.flops / 1e9),
      formatFigure(traffic.bytes / 1e6),
      formatFigure(traffic.intensity),
      bound === 'memory' ? 'memory' : 'computing',
      formatFigure(rate / 1000),
      `${formatFigure(100 * share)} %`,
      formatFigure(time),
    ]),
  );
}

function sourceOf({ label, peak, bandwidth, format, source, date }: Published): HTMLElement {
  const roofs = `${formatFigure(peak / 1000)} TFLOP/s in ${format}, ${formatFigure(bandwidth)} GB/s`;
  return html(
    'p',
    { class: 'hint' },
    `${label}: ${roofs}. Source: ${source}, ${date}. No program reaches both.`,
  );
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

type Place = readonly [intensity: number, rate: number];

function intensities(places: readonly Place[], roofs: readonly Roof[]): [number, number] {
  const all = places.map(([intensity]) => intensity);
  const ridges = roofs.map(({ bandwidth, top }) => (4 * top) / bandwidth);
  return [Math.min(0.2, ...all) / 1.3, Math.max(...ridges, ...all.map((value) => value * 5))];
}

function rates(places: readonly Place[], roofs: readonly Roof[]): [number, number] {
  const all = places.map(([, rate]) => rate);
  const low = roofs.map(({ bandwidth }) => 0.2 * bandwidth);
  return [Math.min(...low, ...all) / 1.5, Math.max(...roofs.map(({ top }) => top), ...all) * 1.6];
}

function markOf(point: KernelPoint, { x, y }: Frame, roofs: Roofs): Mark {
  return {
    key: point.name,
    x: x.at(intensityOf(point)),
    y: y.at(rateOf(point)),
    series: point.unit === 'float32' ? FLOAT_SERIES : INT_SERIES,
    shape: point.unit === 'float32' ? 'square' : 'disc',
    title: point.name,
    lines: [
      `${formatFigure(rateOf(point))} Gop/s, ${shareOfRoof(point, roofs)} of its roof`,
      `${formatFigure(intensityOf(point))} operations a byte, ${formatFigure(point.milliseconds)} ms`,
      `${formatCount(point.operations)} operations, ${formatCount(point.bytes)} bytes: ${point.arithmetic}`,
    ],
  };
}

function operationMark({ name, traffic, rate, bound, share, time }: PlacedOperation, { x, y }: Frame): Mark {
  return {
    key: `operation ${name}`,
    x: x.at(traffic.intensity),
    y: y.at(rate),
    series: OPERATION_SERIES,
    shape: 'diamond',
    title: name,
    lines: [
      `at most ${formatFigure(rate / 1000)} TFLOP/s, ${formatFigure(100 * share)} % of the peak`,
      `held back by ${bound === 'memory' ? 'memory' : 'computing'}, at ${formatFigure(traffic.intensity)} FLOP a byte`,
      `${formatCount(traffic.flops)} FLOP, ${formatCount(traffic.bytes)} bytes: ${formatFigure(time)} ms at the least`,
    ],
  };
}

function emptyText({ left, right, top, bottom }: Area, text: string): SVGTextElement {
  return svg(
    'text',
    { class: 'empty', x: (left + right) / 2, y: (top + bottom) / 2, 'text-anchor': 'middle' },
    text,
  );
}

function shortFigure(value: number): string {
  const figure = Number(value.toPrecision(2));
  return figure >= 1000 ? `${figure / 1000}k` : String(figure);
}
