import type { TopLevelSpec } from 'vega-lite';
import { COLOURS, drawSvg, ticksBetween } from '../demo/drawing.ts';
import { formatNumber } from '../demo/table.ts';
import { crossover, type DensityPoint, TEXTBOOK } from './cases/sparse.ts';

const WIDTH = 620;
const HEIGHT = 400;
const GREY = '#555';

/** What dense rows take more of than a sparse matrix, or less. */
interface Comparison {
  readonly name: string;
  readonly colour: string;
  readonly ratioOf: (point: DensityPoint) => number;
  readonly textbook: number;
  /** What a ratio says of the sparse matrix. */
  readonly says: string;
  /** What dense and sparse are where the ratio is 1, and where beside that place it is said: the two are close together. */
  readonly even: string;
  readonly evenBeside: { readonly align: 'left' | 'right'; readonly dx: number; readonly dy: number };
}

const COMPARISONS: readonly Comparison[] = [
  {
    name: 'bytes',
    colour: COLOURS[0],
    ratioOf: ({ denseBytes, sparseBytes }) => denseBytes / sparseBytes,
    textbook: TEXTBOOK.bytes,
    says: 'fewer bytes',
    even: 'equally large',
    evenBeside: { align: 'left', dx: 10, dy: -24 },
  },
  {
    name: 'time',
    colour: COLOURS[1],
    ratioOf: ({ dense, sparse }) => dense / sparse,
    textbook: TEXTBOOK.time,
    says: 'as fast',
    even: 'equally fast',
    evenBeside: { align: 'right', dx: -12, dy: 16 },
  },
];

/** How many times the bytes and the time of a sparse matrix dense rows take, against the share of nonzeros, as SVG. */
export function drawCrossover(points: readonly DensityPoint[], subtitle: string): Promise<string> {
  const encoding = encodingOf(points);
  return drawSvg({
    width: WIDTH,
    height: HEIGHT,
    title: { text: 'What a sparse matrix saves', subtitle, anchor: 'start', offset: 14 },
    layer: [
      {
        data: { values: [{ ratio: 1 }] },
        encoding: { y: encoding.y },
        layer: [
          { mark: { type: 'rule', color: GREY, strokeWidth: 1.5 } },
          {
            mark: { type: 'text', x: 8, dy: 12, align: 'left', color: GREY, fontSize: 12 },
            encoding: { text: { value: 'below this line, dense rows take less' } },
          },
        ],
      },
      {
        data: { values: [{ density: TEXTBOOK.density }] },
        encoding: { x: encoding.x },
        mark: { type: 'rule', color: '#999', strokeDash: [2, 3] },
      },
      ...COMPARISONS.flatMap((comparison, place) => layersOf(comparison, place, points, encoding)),
    ],
  });
}

type Layers = Extract<TopLevelSpec, { layer: unknown }>['layer'];
type Encoding = ReturnType<typeof encodingOf>;

function encodingOf(points: readonly DensityPoint[]) {
  const densities = points.map(({ density }) => density);
  const ratios = COMPARISONS.flatMap(({ ratioOf }) => points.map(ratioOf));
  return {
    x: logarithmic('density', 'share of nonzeros', "format(100 * datum.value, '~r') + ' %'", [
      Math.min(...densities),
      Math.max(...densities),
    ]),
    y: logarithmic('ratio', 'dense over sparse', "format(datum.value, ',') + 'x'", [
      Math.min(...ratios) / 1.5,
      2 * Math.max(...ratios),
    ]),
  };
}

function logarithmic(field: string, title: string, labelExpr: string, domain: [low: number, high: number]) {
  return {
    field,
    type: 'quantitative' as const,
    title: `${title} (logarithmic)`,
    scale: { type: 'log' as const, domain, nice: false },
    axis: { labelExpr, values: ticksBetween(...domain), labelFlush: false, labelOverlap: false },
  };
}

/** The curve and its name, the textbook's point, and the place where dense and sparse are even. */
function layersOf(
  { name, colour, ratioOf, textbook, says, even, evenBeside }: Comparison,
  place: number,
  points: readonly DensityPoint[],
  encoding: Encoding,
): Layers {
  const values = points.map((point) => ({ density: point.density, ratio: ratioOf(point) }));
  const here = values.find(({ density }) => density === TEXTBOOK.density)!.ratio;
  const evenAt = crossover(points, ratioOf);
  const text = { type: 'text', color: colour, fontSize: 12 } as const;
  const hollow = {
    type: 'point',
    size: 110,
    strokeWidth: 2,
    fill: 'white',
    opacity: 1,
    color: colour,
  } as const;
  return [
    {
      data: { values },
      encoding,
      layer: [
        { mark: { type: 'line', strokeWidth: 2, color: colour } },
        { mark: { type: 'point', filled: true, size: 36, opacity: 1, color: colour } },
      ],
    },
    {
      data: { values: values.slice(0, 1) },
      encoding: { ...encoding, text: { value: name } },
      mark: { ...text, align: 'left', dx: 8, dy: place === 0 ? -10 : 16, fontWeight: 'bold' },
    },
    {
      data: { values: [{ density: TEXTBOOK.density, ratio: textbook }] },
      encoding,
      mark: { ...hollow, shape: 'diamond' },
    },
    {
      data: { values: [{ density: TEXTBOOK.density }] },
      encoding: {
        x: encoding.x,
        text: {
          value: `at ${100 * TEXTBOOK.density} %: ${formatNumber(here)}x ${says} (a textbook, ◇: ${textbook}x)`,
        },
      },
      mark: { ...text, align: 'left', dx: 10, y: 14 + 18 * place },
    },
    {
      data: { values: [{ density: evenAt, ratio: 1 }] },
      encoding,
      layer: [
        { mark: hollow },
        {
          mark: { ...text, ...evenBeside },
          encoding: { text: { value: [even, `at ${formatNumber(100 * evenAt)} %`] } },
        },
      ],
    },
  ];
}
