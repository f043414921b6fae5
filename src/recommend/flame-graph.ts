import { checkNumber } from '../vectors/input.ts';
import type { LatencySummary, ProfileReport, StageReport } from './profile-report.ts';
import { formatMilliseconds, formatPercent, printable, shorten } from './report-format.ts';

/** How a flame graph is drawn. */
export interface FlameOptions {
  /** Above the drawing, and its name for screen readers. @default 'Where requests spend their time' */
  readonly title?: string;
  /** Pixels, 0..100000; a drawing has 560 at least. @default 960 */
  readonly width?: number;
}

/** A stage as a rectangle. */
interface Bar {
  readonly stage: StageReport;
  /** Its name within what it is a part of. */
  readonly label: string;
  readonly x: number;
  readonly width: number;
  readonly colour: string;
}

/** Told apart by colour-blind readers (Okabe and Ito, "Color universal design", 2008). */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#b8860b', '#56b4e9'];
const STYLE =
  '.lanewise-profile{background:#fff;color:#1b1b1f;font-family:system-ui,sans-serif}' +
  '.lanewise-profile text{fill:currentColor}' +
  '@media(prefers-color-scheme:dark){.lanewise-profile{background:#1b1b1f;color:#ececf0}}';
const MOST_WIDTH = 100_000;
const MARGIN = 16;
const TITLE = 32;
const BAR = 40;
const LINE = 24;
const NAMES = 170;
const FIGURES = 170;

/** @see ProfileReport.toSVG */
export function drawFlame(report: ProfileReport, { title, width = 960 }: FlameOptions = {}): string {
  const name = title ?? 'Where requests spend their time';
  const inner = Math.max(checkNumber('width', width, 0, MOST_WIDTH), 560) - 2 * MARGIN;
  const bars = layOut(report.stages, inner);
  const depth = 1 + Math.max(0, ...bars.map(({ stage }) => stage.depth + 1));
  const ranges = TITLE + BAR * depth + LINE;
  const rows = rangesOf(report, bars);
  const size = [inner + 2 * MARGIN, ranges + LINE * (rows.length + 1) + 2 * MARGIN] as const;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" class="lanewise-profile" role="img" width="${size[0]}" height="${size[1]}" ` +
    `viewBox="${-MARGIN} ${-MARGIN} ${size[0]} ${size[1]}"><title>${escaped(name)}</title>` +
    `<desc>${escaped(describe(report))}</desc><style>${STYLE}</style>${text(name, 0, 0, inner, 16)}` +
    drawRequest(report, inner) +
    bars.map(drawBar).join('') +
    drawRanges(rows, ranges, inner) +
    '</svg>\n'
  );
}

/** Stages side by side over what they are a part of, as wide as their shares. */
function layOut(stages: readonly StageReport[], width: number): Bar[] {
  // At every depth: where the next one begins, how many pixels the whole has, and the colour of the last one.
  const next = [0];
  const scales = [width];
  const colours: string[] = [];
  const names: string[] = [];
  let families = 0;
  return stages.map((stage, i) => {
    const { name, depth, share } = stage;
    names[depth] = name;
    const label = depth === 0 ? name : name.slice(names[depth - 1]!.length + 1);
    const [x, wide] = [next[depth]!, share * scales[depth]!];
    next[depth] = x + wide;
    next[depth + 1] = x;
    // Parts that ran at the same time may take longer, all together, than the whole.
    const within = sharesWithin(stages, i);
    scales[depth + 1] = scales[depth]! * Math.min(1, within > 0 ? share / within : 1);
    colours[depth] = depth === 0 ? COLOURS[families++ % COLOURS.length]! : colours[depth - 1]!;
    return { stage, label, x, width: wide, colour: colours[depth] };
  });
}

function sharesWithin(stages: readonly StageReport[], of: number): number {
  const { depth } = stages[of]!;
  let sum = 0;
  for (let i = of + 1; i < stages.length && stages[i]!.depth > depth; i++)
    if (stages[i]!.depth === depth + 1) sum += stages[i]!.share;
  return sum;
}

function drawRequest({ requests, total, overhead }: ProfileReport, width: number): string {
  const calls = requests.requests;
  const mean = calls > 0 ? [`${formatMilliseconds(total / calls)} ms in the mean`] : [];
  const rest = calls > 0 ? [`${formatPercent(overhead.share)} outside of stages`] : [];
  return rectangle(
    0,
    0,
    width,
    'currentColor',
    calls > 0 ? 'request' : total > 0 ? 'all stages' : 'nothing was measured',
    [...mean, ...rest],
  );
}

function drawBar({ stage, label, x, width, colour }: Bar): string {
  const { depth, share, mean, bound } = stage;
  const gain = Number.isFinite(bound) ? `at most ${bound.toFixed(2)}x to gain` : 'all there is to gain';
  const figures = [formatPercent(share), `${formatMilliseconds(mean)} ms`, gain];
  return rectangle(x, depth + 1, width, colour, label, figures);
}

function rectangle(
  x: number,
  row: number,
  width: number,
  colour: string,
  name: string,
  figures: readonly string[],
): string {
  const y = TITLE + BAR * row;
  const within = width - 8;
  return (
    `<g><title>${escaped([name, ...figures].join(', '))}</title>` +
    `<rect x="${x.toFixed(1)}" y="${y}" width="${Math.max(0.5, width - 1).toFixed(1)}" height="${BAR - 2}" rx="2" ` +
    `fill="${colour}" fill-opacity="${colour === 'currentColor' ? 0.12 : 0.4}"/>` +
    text(name, x + 4, y + 2, within, 13) +
    text(figures.join(' · '), x + 4, y + 19, within, 11) +
    '</g>'
  );
}

interface Range extends LatencySummary {
  readonly label: string;
  readonly colour: string;
}

function rangesOf({ requests }: ProfileReport, bars: readonly Bar[]): Range[] {
  const rows = bars.map(({ stage, colour }) => ({ ...stage, label: stage.name, colour }));
  return [{ ...requests, label: 'request', colour: 'currentColor' }, ...rows].filter(
    (row) => row.requests > 0,
  );
}

/** A line from the median to the 99th percentile of each, with a mark at the 95th too, all on one scale from 0. */
function drawRanges(rows: readonly Range[], top: number, width: number): string {
  const most = Math.max(...rows.map(({ p99 }) => p99), Number.MIN_VALUE);
  const room = width - NAMES - FIGURES - 16;
  const at = (value: number): string => (NAMES + (room * value) / most).toFixed(1);
  const heading = rows.length > 0 ? text('p50 | p95 | p99, ms', width - FIGURES, top, FIGURES, 11) : '';
  return rows.reduce((drawn, { label, colour, p50, p95, p99 }, i) => {
    const y = top + LINE * (i + 1);
    const middle = y + LINE / 2 - 2;
    const mark = (value: number): string => `M${at(value)} ${middle - 5}v10`;
    const figures = [p50, p95, p99].map(formatMilliseconds).join(' | ');
    return (
      `${drawn}<path d="M${at(0)} ${middle}H${NAMES + room}" stroke="currentColor" stroke-opacity=".15"/>` +
      `<path d="M${at(p50)} ${middle}H${at(p99)}${mark(p50)}${mark(p95)}${mark(p99)}" stroke="${colour}" stroke-width="3" fill="none"/>` +
      text(label, 0, y + 2, NAMES - 8, 12) +
      text(figures, width - FIGURES, y + 2, FIGURES, 12)
    );
  }, heading);
}

/** A label in a frame of its own, which clips what is longer than its letters let expect. */
function text(content: string, x: number, y: number, width: number, size: number): string {
  const shown = shorten(printable(content), Math.floor(width / (0.58 * size)));
  if (shown === '') return '';
  return (
    `<svg x="${x.toFixed(1)}" y="${y}" width="${width.toFixed(1)}" height="${size + 6}">` +
    `<text y="${size}" font-size="${size}">${escaped(shown)}</text></svg>`
  );
}

function describe({ stages, bottleneck }: ProfileReport): string {
  const shares = stages.map(({ name, share }) => `${name} ${formatPercent(share)}`).join(', ');
  return `${shares || 'Nothing was measured'}.${bottleneck ? ` The most is to be gained in ${bottleneck}.` : ''}`;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escaped(content: string): string {
  return printable(content).replace(/[&<>"]/g, (character) => ENTITIES[character]!);
}
