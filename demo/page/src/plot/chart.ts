import { svg } from '../dom.ts';
import type { Scale } from './scale.ts';

const MARGIN = { left: 52, right: 14, top: 26, bottom: 44 };
const LEAST_HEIGHT = 320;
const MOST_HEIGHT = 420;
const SHAPE = 0.66;

/** The pixels that a chart has for its values. */
export interface Area {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** The area of a chart that fills the width of its host. */
export function areaOf(host: HTMLElement): Area {
  const width = Math.max(280, host.clientWidth);
  const height = Math.round(Math.min(MOST_HEIGHT, Math.max(LEAST_HEIGHT, SHAPE * width)));
  const { left, right, top, bottom } = MARGIN;
  return { width, height, left, right: width - right, top, bottom: height - bottom };
}

export interface Axis {
  readonly scale: Scale;
  readonly title: string;
  readonly format: (value: number) => string;
}

/** An SVG of that size with grid, ticks and titles, for values to be drawn into. */
export function drawAxes(area: Area, x: Axis, y: Axis, label: string): SVGSVGElement {
  const { width, height, left, right, top, bottom } = area;
  const chart = svg('svg', {
    viewBox: `0 0 ${width} ${height}`,
    width,
    height,
    role: 'group',
    'aria-label': label,
  });
  for (const tick of x.scale.ticks) {
    const at = x.scale.at(tick);
    chart.append(
      svg('line', { class: 'grid-line', x1: at, x2: at, y1: top, y2: bottom }),
      svg('text', { x: at, y: bottom + 18, 'text-anchor': 'middle' }, x.format(tick)),
    );
  }
  for (const tick of y.scale.ticks) {
    const at = y.scale.at(tick);
    chart.append(
      svg('line', { class: 'grid-line', x1: left, x2: right, y1: at, y2: at }),
      svg('text', { x: left - 8, y: at + 4, 'text-anchor': 'end' }, y.format(tick)),
    );
  }
  chart.append(
    svg('path', { class: 'frame', d: `M${left} ${top}V${bottom}H${right}` }),
    svg('text', { class: 'axis-title', x: 4, y: 13 }, y.title),
    svg('text', { class: 'axis-title', x: right, y: height - 6, 'text-anchor': 'end' }, x.title),
  );
  return chart;
}
