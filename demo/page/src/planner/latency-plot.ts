import type { PlanCandidate } from 'lanewise/planner';
import { byId, svg } from '../dom.ts';
import { LabelRoom } from '../map/labels.ts';
import { formatFigure, formatRecall, formatSize } from '../numbers.ts';
import { type Area, areaOf, drawAxes } from '../plot/chart.ts';
import { type Mark, Marks } from '../plot/marks.ts';
import { logScale, type Scale } from '../plot/scale.ts';
import { latencyOf, optionsOf, seriesOf, shortfallOf, titleOf } from './answer.ts';
import type { Answer, Curves, Growth } from './asked.ts';
import { figureText } from './figures.ts';
import type { Wish } from './wish.ts';

const LEAST_ROWS = 1e3;
const MOST_ROWS = 1e8;
/** What of its 4 GiB of linear memory the planner lets a copy of an index take. */
const LINEAR_BYTES = 3.5 * 2 ** 30;
/** From this many pixels on, curves are named in a margin of their own. */
const WIDE = 560;
const GUTTER = 104;
const LINE = 16;
const LABEL_SIZE = 12;
const LABEL_PIXELS = 6.7;

/** The latency that every candidate grows to with its rows, below the budget and within the memory. */
export class LatencyPlot {
  readonly #host = byId('plan-plot');
  readonly #marks = new Marks(this.#host);
  #shown: readonly [Answer, Wish] | undefined;
  #curves: Curves = {};

  constructor() {
    new ResizeObserver(() => this.#draw()).observe(this.#host);
  }

  show(answer: Answer, wish: Wish): void {
    this.#shown = [answer, wish];
    this.#draw();
  }

  /** Until others come, those that are not about the answer are faint. */
  showCurves(curves: Curves | undefined): void {
    this.#host.classList.toggle('is-stale', !curves);
    if (!curves) return;
    this.#curves = curves;
    this.#draw();
  }

  #draw(): void {
    if (!this.#shown) return;
    const [answer, wish] = this.#shown;
    const { candidates } = answer;
    const curves = candidates.map((candidate) => ({ candidate, points: this.#curves[candidate.name] ?? [] }));
    const whole = areaOf(this.#host);
    const isWide = whole.width >= WIDE;
    const area = isWide ? { ...whole, right: whole.right - GUTTER } : whole;
    const x = logScale([LEAST_ROWS, MOST_ROWS], [area.left, area.right]);
    const y = logScale(latencies(curves, wish), [area.bottom, area.top]);
    const chart = drawAxes(
      area,
      { scale: x, title: 'rows', format: short },
      { scale: y, title: 'p99 of a query, ms', format: short },
      'Predicted latency against rows',
    );
    chart.append(...limits(area, x, y, wish));
    for (const curve of curves) chart.append(...drawCurve(curve, wish, x, y));
    for (const { candidate } of curves) chart.append(...waitOf(candidate, wish, x, y));
    if (isWide) nameEnds(chart, area, curves, y);
    else nameCurves(chart, area, curves, x, y);
    this.#marks.show(
      chart,
      candidates.map((candidate) => markOf(candidate, answer, wish, x, y)),
    );
  }
}

type Curve = { readonly candidate: PlanCandidate; readonly points: readonly Growth[] };

function metOf(candidate: PlanCandidate, { queriesPerSecond }: Wish): number {
  return latencyOf(candidate, 'p99', queriesPerSecond);
}

/** Whole powers of ten, so that the axis rests while a slider moves. */
function latencies(curves: readonly Curve[], wish: Wish): [number, number] {
  const { p99 } = wish;
  const all = curves.flatMap(({ candidate, points }) => [
    metOf(candidate, wish),
    ...points.map((point) => point.p99),
  ]);
  const least = Math.min(p99 / 2, ...all);
  const most = Math.max(p99 * 2, ...all);
  return [10 ** Math.floor(Math.log10(least)), 10 ** Math.ceil(Math.log10(most))];
}

/** The budget, with what is beyond it shaded, and the rows that are asked about. */
function limits(area: Area, x: Scale, y: Scale, { p99, rows }: Wish): readonly SVGElement[] {
  const { left, right, top, bottom } = area;
  const [budget, asked] = [y.at(p99), x.at(rows)];
  const isRight = asked > (left + right) / 2;
  return [
    svg('rect', { class: 'beyond', x: left, y: top, width: right - left, height: Math.max(0, budget - top) }),
    svg('path', { class: 'limit-line', d: `M${left} ${budget}H${right}` }),
    svg('text', { class: 'limit-label', x: left + 8, y: budget - 6 }, `budget ${figureText(p99)} ms`),
    svg('path', { class: 'asked-line', d: `M${asked} ${top}V${bottom}` }),
    svg(
      'text',
      {
        class: 'limit-label',
        x: asked + (isRight ? -6 : 6),
        y: bottom - 8,
        'text-anchor': isRight ? 'end' : 'start',
      },
      `${short(rows)} rows`,
    ),
  ];
}

/** Solid as far as the memory goes, where it ends with a bar; dotted beyond. */
function drawCurve({ candidate, points }: Curve, wish: Wish, x: Scale, y: Scale): readonly SVGElement[] {
  const series = seriesOf(candidate);
  const memory = Math.min(LINEAR_BYTES, wish.memory / candidate.cores);
  const within = points.filter(({ bytes }) => bytes <= memory);
  const beyond = points.slice(within.length);
  const edge = edgeOf(within.at(-1), beyond[0], memory);
  const path = (all: readonly (Growth | undefined)[]): string =>
    all
      .filter((point) => point !== undefined)
      .map(({ rows, p99 }, i) => `${i === 0 ? 'M' : 'L'}${x.at(rows).toFixed(1)} ${y.at(p99).toFixed(1)}`)
      .join('');
  const end = edge && `M${x.at(edge.rows)} ${y.at(edge.p99) - 6}v12`;
  return [
    svg('path', { class: `curve-line stroke-${series}`, d: path([...within, edge]) }),
    svg('path', { class: `curve-line is-beyond stroke-${series}`, d: path([edge, ...beyond]) }),
    ...(end ? [svg('path', { class: `memory-end stroke-${series}`, d: end })] : []),
  ];
}

/** A stem from the curve, which is of a query alone, to what is met under load. */
function waitOf(candidate: PlanCandidate, wish: Wish, x: Scale, y: Scale): readonly SVGElement[] {
  const [alone, met] = [y.at(candidate.prediction.p99), y.at(metOf(candidate, wish))];
  if (alone - met < 3) return [];
  return [
    svg('path', {
      class: `wait-line stroke-${seriesOf(candidate)}`,
      d: `M${x.at(wish.rows)} ${alone}V${met}`,
    }),
  ];
}

/** Where the memory is full, between two points of a curve. */
function edgeOf(before: Growth | undefined, after: Growth | undefined, memory: number): Growth | undefined {
  if (!before || !after) return undefined;
  const share = Math.log(memory / before.bytes) / Math.log(after.bytes / before.bytes);
  const between = (a: number, b: number): number => a * (b / a) ** share;
  return { rows: between(before.rows, after.rows), p99: between(before.p99, after.p99), bytes: memory };
}

function markOf(candidate: PlanCandidate, { best }: Answer, wish: Wish, x: Scale, y: Scale): Mark {
  const { name, isFeasible, failure, recall, prediction, bytes, cores } = candidate;
  const met = metOf(candidate, wish);
  return {
    key: name,
    x: x.at(wish.rows),
    y: y.at(met),
    series: seriesOf(candidate),
    shape: isFeasible ? 'disc' : 'square',
    isApplied: name === best?.name,
    title: `${titleOf(candidate)}, ${optionsOf(candidate)}`,
    lines: [
      failure ? shortfallOf(failure) : name === best?.name ? 'chosen: the simplest that fits' : 'fits',
      `p99 ${formatFigure(met)} ms, ${formatFigure(prediction.p99)} alone; recall ${formatRecall(recall)}`,
      `${formatFigure(cores * prediction.queriesPerSecond)} queries/s, ${formatSize(bytes)}`,
    ],
  };
}

/** Every curve is named right of its end; names that would overlap are moved apart, with a line to their curve. */
function nameEnds(
  chart: SVGSVGElement,
  { right, top, bottom }: Area,
  curves: readonly Curve[],
  y: Scale,
): void {
  const ends = curves
    .filter(({ points }) => points.length > 0)
    .map(({ candidate, points }) => ({ candidate, end: y.at(points.at(-1)!.p99) }))
    .sort((a, b) => a.end - b.end);
  const places = apart(
    ends.map(({ end }) => end),
    [top + LINE / 2, bottom - LINE / 2],
  );
  ends.forEach(({ candidate, end }, i) => {
    const [series, at] = [seriesOf(candidate), places[i]!];
    chart.append(
      svg('path', { class: `leader stroke-${series}`, d: `M${right + 2} ${end}L${right + 12} ${at}` }),
      svg('text', { class: `series-label fill-${series}`, x: right + 16, y: at + 4 }, titleOf(candidate)),
    );
  });
}

/** Ascending places, moved as little as it takes to lie a line apart within the range. */
function apart(wanted: readonly number[], [least, most]: readonly [number, number]): readonly number[] {
  const places: number[] = [];
  for (const at of wanted) places.push(Math.max(at, (places.at(-1) ?? least - LINE) + LINE));
  let limit = most;
  for (let i = places.length - 1; i >= 0; i--) {
    places[i] = Math.min(places[i]!, limit);
    limit = places[i]! - LINE;
  }
  return places;
}

/** Every curve is named beside its end, where there is room, or else further along it. */
function nameCurves(chart: SVGSVGElement, area: Area, curves: readonly Curve[], x: Scale, y: Scale): void {
  const room = new LabelRoom(area.width, area.height);
  for (const { points } of curves) block(room, points, x, y);
  for (const text of chart.querySelectorAll('.limit-label')) {
    const [left, middle] = [Number(text.getAttribute('x')), Number(text.getAttribute('y')) - 4];
    const length = text.textContent!.length * LABEL_PIXELS;
    const start = text.getAttribute('text-anchor') === 'end' ? left - length : left;
    for (let part = start; part < start + length; part += 10) room.block({ x: part, y: middle }, 8);
  }
  for (const { candidate, points } of curves) {
    const title = titleOf(candidate);
    const width = title.length * LABEL_PIXELS;
    for (const { rows, p99 } of points.toReversed().slice(1)) {
      const at = { x: x.at(rows), y: y.at(p99) };
      const place = room.place({ at, gap: 8, size: LABEL_SIZE }, width, [1, 1.8]);
      if (!place) continue;
      chart.append(
        svg('text', { class: `series-label fill-${seriesOf(candidate)}`, x: place.x, y: place.y + 4 }, title),
      );
      break;
    }
  }
}

/** Keeps names off a curve. */
function block(room: LabelRoom, points: readonly Growth[], x: Scale, y: Scale): void {
  points.slice(1).forEach((point, i) => {
    const [from, to] = [points[i]!, point];
    const [left, right] = [x.at(from.rows), x.at(to.rows)];
    for (let at = left; at < right; at += 6) {
      const share = (at - left) / (right - left);
      room.block({ x: at, y: y.at(from.p99) * (1 - share) + y.at(to.p99) * share }, 2);
    }
  });
}

const UNITS = ['', 'k', 'M', 'G'];

/** 200k, 1M, 0.05 */
function short(value: number): string {
  const thousands = value < 1000 ? 0 : Math.floor(Math.log10(value * 1.0001) / 3);
  return `${Number((value / 1000 ** thousands).toPrecision(3))}${UNITS[thousands]}`;
}
