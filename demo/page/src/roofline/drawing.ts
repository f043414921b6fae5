import { html, svg } from '../dom.ts';
import { LabelRoom } from '../map/labels.ts';
import { formatBytes, formatFigure } from '../numbers.ts';
import type { Area } from '../plot/chart.ts';
import type { Mark } from '../plot/marks.ts';
import type { Scale } from '../plot/scale.ts';
import type { Roofs } from '../work/protocol.ts';
import type { Published } from './published.ts';

const LABEL_SIZE = 12;
const LABEL_PIXELS = 6.7;

/** The pixels of the chart, and its two scales. */
export interface Frame {
  readonly area: Area;
  readonly x: Scale;
  readonly y: Scale;
}

/** A slope by a bandwidth, and flat roofs above it. */
export interface Roof {
  /** GB/s. */
  readonly bandwidth: number;
  /** 10^9 operations a second where the slope ends. */
  readonly top: number;
  readonly name: string;
  /** Said in the legend. */
  readonly text: string;
  readonly peaks: readonly { readonly rate: number; readonly text: string }[];
}

/** The roofs of this machine: memory, and the nearer cache. */
export function measuredRoofs(roofs: Roofs): readonly Roof[] {
  return [
    {
      bandwidth: roofs.cache,
      top: roofs.int8,
      name: 'is-secondary',
      text: `this machine, cache (${formatBytes(roofs.cacheBytes)}): ${formatFigure(roofs.cache)} GB/s`,
      peaks: [
        { rate: roofs.int8, text: `8-bit, ${formatFigure(roofs.int8)} Gop/s` },
        { rate: roofs.float32, text: `float32, ${formatFigure(roofs.float32)} GFLOP/s` },
      ],
    },
    {
      bandwidth: roofs.memory,
      top: roofs.int8,
      name: 'is-measured',
      text: `this machine, memory: ${formatFigure(roofs.memory)} GB/s`,
      peaks: [],
    },
  ];
}

export function publishedRoof({ label, peak, bandwidth, format }: Published): Roof {
  return {
    bandwidth,
    top: peak,
    name: 'is-published',
    text: `${label}, memory: ${formatFigure(bandwidth)} GB/s`,
    peaks: [{ rate: peak, text: `${label}: ${format}, ${formatFigure(peak / 1000)} TFLOP/s` }],
  };
}

/** Lines of the roofs, clipped to the area, with their peaks named above them. */
export function drawRoofs(chart: SVGSVGElement, { area, x, y }: Frame, roofs: readonly Roof[]): void {
  const { left, right, top, bottom } = area;
  const window = svg('rect', { x: left, y: top, width: right - left, height: bottom - top });
  chart.prepend(svg('clipPath', { id: 'roofline-area' }, window));
  const low = y.ticks[0]! / 100;
  for (const { bandwidth, top: highest, name, peaks } of roofs) {
    const d = `M${x.at(low / bandwidth)} ${y.at(low)}L${x.at(highest / bandwidth)} ${y.at(highest)}`;
    const clip = { 'clip-path': 'url(#roofline-area)' };
    chart.append(svg('path', { class: `roof-line ${name}`, d, ...clip }));
    for (const { rate, text } of peaks) {
      const flat = name === 'is-secondary' ? 'is-measured' : name;
      const from = Math.max(left, x.at(rate / bandwidth));
      const label = { class: `roof-label ${flat}`, x: right - 2, y: y.at(rate) - 6, 'text-anchor': 'end' };
      chart.append(
        svg('path', { class: `roof-line ${flat}`, d: `M${from} ${y.at(rate)}H${right}`, ...clip }),
        svg('text', label, text),
      );
    }
  }
}

/** What the slopes are, under the chart. */
export function legendOf(roofs: readonly Roof[]): HTMLElement {
  const items = roofs.map(({ name, text }) => {
    const line = svg('line', { class: `roof-line ${name}`, x1: 1, x2: 25, y1: 6, y2: 6 });
    const swatch = svg('svg', { class: 'swatch', viewBox: '0 0 26 12', 'aria-hidden': 'true' }, line);
    return html('li', {}, swatch, text);
  });
  return html('ul', { class: 'legend', 'aria-label': 'Roofs' }, ...items);
}

/** Names beside the points where there is room. */
export function nameMarks(chart: SVGSVGElement, { area }: Frame, marks: readonly Mark[]): void {
  const room = new LabelRoom(area.width, area.height);
  for (const text of chart.querySelectorAll('.roof-label')) {
    const [x, y] = [Number(text.getAttribute('x')), Number(text.getAttribute('y'))];
    const start = x - (text.textContent?.length ?? 0) * LABEL_PIXELS;
    for (let part = start; part < x; part += 10) room.block({ x: part, y: y - 4 }, 8);
  }
  for (const mark of marks) room.block(mark, 7);
  for (const mark of marks) {
    const width = mark.title.length * LABEL_PIXELS;
    const place = room.place({ at: mark, gap: 11, size: LABEL_SIZE }, width, [1, 1.8]);
    if (!place) continue;
    const { x, y } = place;
    chart.append(svg('text', { class: `series-label fill-${mark.series}`, x, y: y + 4 }, mark.title));
  }
}
