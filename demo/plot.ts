import { COLOURS, drawSvg, ticksBetween } from './drawing.ts';

/** One way to search, measured. */
export interface Point {
  readonly method: string;
  readonly recall: number;
  /** Queries a second. */
  readonly rate: number;
}

/** What is drawn: a curve for every method with several points, a dot for one with a single point. */
export interface Figure {
  readonly title: string;
  readonly subtitle: string;
  readonly k: number;
  readonly points: readonly Point[];
}

const WIDTH = 620;
const HEIGHT = 400;
/** Distance between two labels at least. */
const LINE_HEIGHT = 15;
/** Curves are drawn from this recall on: nobody searches for less. */
const LEAST_RECALL = 0.8;

interface Label {
  readonly method: string;
  /** Pixels from the top. */
  y: number;
}

/** Labels at the heights where the methods end, on the right, moved apart where they would overlap. */
function placeLabels(points: readonly Point[], heightOf: (rate: number) => number): Label[] {
  const last = new Map<string, Point>();
  for (const point of points) {
    const known = last.get(point.method);
    if (!known || point.recall > known.recall || (point.recall === known.recall && point.rate > known.rate))
      last.set(point.method, point);
  }
  const labels = [...last.values()].map(({ method, rate }) => ({ method, y: heightOf(rate) }));
  labels.sort((a, b) => a.y - b.y);
  for (let i = 1; i < labels.length; i++) labels[i].y = Math.max(labels[i].y, labels[i - 1].y + LINE_HEIGHT);
  const excess = Math.max(0, (labels.at(-1)?.y ?? 0) - HEIGHT);
  for (let i = labels.length - 1, most = HEIGHT; i >= 0 && excess > 0; i--, most -= LINE_HEIGHT)
    labels[i].y = Math.min(labels[i].y, most);
  return labels;
}

/** The figure as SVG. */
export async function drawFigure({ title, subtitle, k, points }: Figure): Promise<string> {
  const shown = points.filter(({ recall }) => recall >= LEAST_RECALL);
  const rates = shown.map(({ rate }) => rate);
  const [low, high] = [Math.min(...rates) / 1.5, Math.max(...rates) * 1.5];
  const heightOf = (rate: number): number => HEIGHT * (1 - Math.log(rate / low) / Math.log(high / low));
  const methods = [...new Set(shown.map(({ method }) => method))];
  const color = {
    field: 'method',
    type: 'nominal',
    legend: null,
    scale: { domain: methods, range: COLOURS },
  } as const;
  return drawSvg({
    width: WIDTH,
    height: HEIGHT,
    title: { text: title, subtitle, anchor: 'start', offset: 14 },
    layer: [
      {
        data: { values: shown },
        encoding: {
          x: {
            field: 'recall',
            type: 'quantitative',
            title: `recall@${k} (share of the true ${k} nearest that are found)`,
            scale: { domain: [LEAST_RECALL, 1], nice: false },
            axis: { format: '.2f', tickCount: 8 },
          },
          y: {
            field: 'rate',
            type: 'quantitative',
            title: 'queries a second (logarithmic)',
            scale: { type: 'log', domain: [low, high], nice: false },
            axis: { format: ',', values: ticksBetween(low, high) },
          },
          color,
        },
        layer: [
          { mark: { type: 'line', strokeWidth: 2 }, encoding: { order: { field: 'recall' } } },
          { mark: { type: 'point', filled: true, size: 36, opacity: 1 } },
        ],
      },
      {
        data: { values: placeLabels(shown, heightOf) },
        mark: { type: 'text', align: 'left', baseline: 'middle', fontSize: 12, x: WIDTH + 12 },
        encoding: { y: { field: 'y', type: 'quantitative', scale: null }, text: { field: 'method' }, color },
      },
    ],
  });
}
