import { type Axis, positionOf, ticksOf } from './axis.ts';

/** A curve through points in the units of the axes. */
export interface Line {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
  readonly isDashed?: boolean;
}

/** A dot with a name. */
export interface Mark {
  readonly name: string;
  readonly x: number;
  readonly y: number;
}

/** A line chart. */
export interface Chart {
  readonly title: string;
  /** What it shows, in a sentence for those who do not see it. */
  readonly description: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly lines: readonly Line[];
  readonly marks?: readonly Mark[];
}

/** A text beside what it names; `y` moves where another one stands. */
interface Label {
  readonly name: string;
  readonly x: number;
  y: number;
  readonly anchor: 'start' | 'end';
  readonly series: string;
}

/*
 *        LEFT           RIGHT
 *   TOP   +---------------+  names of lines
 *         |               |
 *   BOTTOM+---------------+
 *         labels of x
 */
const WIDTH = 760;
const HEIGHT = 440;
const [LEFT, RIGHT, TOP, BOTTOM] = [78, 580, 52, 384];
const LINE_HEIGHT = 15;
/** Pixels that a character takes, about: texts are not measured here. */
const CHARACTER = 7;

/** Told apart by colour-blind readers (Okabe and Ito, "Color universal design", 2008), on white and on black. */
const COLOURS = [
  ['#0072b2', '#56b4e9'],
  ['#d55e00', '#f0a35e'],
  ['#009e73', '#3fd0a4'],
  ['#a8518a', '#e6a5cc'],
  ['#8a6d00', '#e0c75a'],
  ['#555555', '#bbbbbb'],
] as const;

/** The chart as SVG: the same bytes for the same numbers, light or dark as the reader's system is. */
export function renderChart(chart: Chart): string {
  const at = {
    x: (value: number): number => positionOf(chart.x, value) * (RIGHT - LEFT) + LEFT,
    y: (value: number): number => BOTTOM - positionOf(chart.y, value) * (BOTTOM - TOP),
  };
  const texts = [...lineLabels(chart, at), ...markLabels(chart, at)].map(
    ({ name, x, y, anchor, series }) =>
      `<text class="${series} name" ${place(x, y, anchor)}>${escapeXml(name)}</text>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-labelledby="title description">`,
    `<title id="title">${escapeXml(chart.title)}</title>`,
    `<desc id="description">${escapeXml(chart.description)}</desc>`,
    `<style>${style()}</style>`,
    `<clipPath id="inside"><rect x="${LEFT}" y="${TOP}" width="${RIGHT - LEFT}" height="${BOTTOM - TOP}"/></clipPath>`,
    `<rect class="ground" width="${WIDTH}" height="${HEIGHT}"/>`,
    `<text class="title" x="${LEFT}" y="28">${escapeXml(chart.title)}</text>`,
    ...renderAxes(chart, at),
    '<g clip-path="url(#inside)">',
    ...chart.lines.map(({ points, isDashed }, i) => {
      const path = points.map(([x, y]) => `${round(at.x(x))} ${round(at.y(y))}`).join(' L');
      return `<path class="${seriesOf(i)}" d="M${path}"${isDashed ? ' stroke-dasharray="6 4"' : ''}/>`;
    }),
    '</g>',
    ...(chart.marks ?? []).map(
      ({ x, y }) => `<circle class="mark" cx="${round(at.x(x))}" cy="${round(at.y(y))}" r="4"/>`,
    ),
    ...texts,
    '</svg>\n',
  ].join('\n');
}

interface Positions {
  x(value: number): number;
  y(value: number): number;
}

function renderAxes({ x, y }: Chart, at: Positions): string[] {
  const columns = ticksOf(x).flatMap(({ value, text }) => [
    `<path class="grid" d="M${round(at.x(value))} ${TOP} V${BOTTOM}"/>`,
    `<text class="tick" ${place(at.x(value), BOTTOM + 18, 'middle')}>${escapeXml(text)}</text>`,
  ]);
  const rows = ticksOf(y).flatMap(({ value, text }) => [
    `<path class="grid" d="M${LEFT} ${round(at.y(value))} H${RIGHT}"/>`,
    `<text class="tick" ${place(LEFT - 8, at.y(value) + 4, 'end')}>${escapeXml(text)}</text>`,
  ]);
  const middle = (TOP + BOTTOM) / 2;
  return [
    ...columns,
    ...rows,
    `<text class="axis" ${place((LEFT + RIGHT) / 2, BOTTOM + 42, 'middle')}>${escapeXml(x.label)}</text>`,
    `<text class="axis" ${place(18, middle, 'middle')} transform="rotate(-90 18 ${middle})">${escapeXml(y.label)}</text>`,
  ];
}

/** Names of lines on the right, at the heights where these end, moved apart where they would overlap. */
function lineLabels({ lines }: Chart, at: Positions): Label[] {
  const labels = lines.map(({ name, points }, i): Label => {
    const end = at.y(points.at(-1)![1]) + 4;
    return {
      name,
      x: RIGHT + 8,
      y: Math.min(Math.max(end, TOP + 4), BOTTOM),
      anchor: 'start',
      series: seriesOf(i),
    };
  });
  const byHeight = labels.toSorted((a, b) => a.y - b.y);
  for (let i = 1; i < byHeight.length; i++)
    byHeight[i]!.y = Math.max(byHeight[i]!.y, byHeight[i - 1]!.y + LINE_HEIGHT);
  return labels;
}

/** Names of dots above them, to the left, where curves that rise leave room; below, to the right, where there is none. */
function markLabels({ marks = [] }: Chart, at: Positions): Label[] {
  const placed: Label[] = [];
  for (const { name, x, y } of marks.toSorted((a, b) => a.y - b.y || b.x - a.x)) {
    const isLeft = at.x(x) - CHARACTER * name.length > LEFT;
    const side = isLeft ? -1 : 1;
    const label: Label = {
      ...{ name, x: at.x(x) + 7 * side, y: at.y(y) + (isLeft ? -7 : 16) },
      ...({ anchor: isLeft ? 'end' : 'start', series: 'mark' } as const),
    };
    while (placed.some((other) => overlap(label, other))) label.y += (side * LINE_HEIGHT) / 2;
    placed.push(label);
  }
  return placed;
}

function overlap(a: Label, b: Label): boolean {
  const [[startA, endA], [startB, endB]] = [extentOf(a), extentOf(b)];
  return Math.abs(a.y - b.y) < LINE_HEIGHT - 1 && startA < endB && startB < endA;
}

function extentOf({ x, name, anchor }: Label): readonly [start: number, end: number] {
  const width = CHARACTER * name.length;
  return anchor === 'start' ? [x, x + width] : [x - width, x];
}

function place(x: number, y: number, anchor: 'start' | 'middle' | 'end'): string {
  return `x="${round(x)}" y="${round(y)}"${anchor === 'start' ? '' : ` text-anchor="${anchor}"`}`;
}

function seriesOf(line: number): string {
  return `line-${line % COLOURS.length}`;
}

function style(): string {
  const series = (shade: 0 | 1): string =>
    COLOURS.map((pair, i) => `path.line-${i}{stroke:${pair[shade]}}text.line-${i}{fill:${pair[shade]}}`).join(
      '',
    );
  return (
    'text{font:12px system-ui,sans-serif}path{fill:none;stroke-width:2}.name{paint-order:stroke;stroke:#fff;stroke-width:3}' +
    '.title{font-size:16px;font-weight:600}.tick{font-size:11px}.ground{fill:#fff}.title,.axis,.mark{fill:#222}' +
    `.tick{fill:#555}path.grid{stroke:#e4e4e4;stroke-width:1}${series(0)}` +
    '@media(prefers-color-scheme:dark){.ground{fill:#16181c}.name{stroke:#16181c}.title,.axis,.mark{fill:#eee}.tick{fill:#aaa}' +
    `path.grid{stroke:#33373d}${series(1)}}`
  );
}

/** Hundredths of a pixel. */
function round(value: number): number {
  return Math.round(100 * value) / 100;
}

const ENTITIES: Readonly<Record<string, string>> = {
  ...{ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' },
};

/** Text that stays text in XML, whatever it holds; characters that XML 1.0 forbids are replaced. */
export function escapeXml(text: string): string {
  return text
    .replace(/[&<>"']/g, (character) => ENTITIES[character]!)
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd');
}
