/** Measures what efforts find, fits the curves of src/planner/effort to it, and prints both side by side. */
import { readFileSync, writeFileSync } from 'node:fs';
import { Command } from 'commander';
import { formatNumber, renderTable } from '../demo/table.ts';
import { ln } from '../src/host/logarithm.ts';
import { type EffortOptions, effortFor, estimateRecall } from '../src/planner/effort.ts';
import { fitCurve, type Sample } from './effort-fit.ts';
import { type Found, measurePoints, type Point } from './effort-points.ts';

const program = new Command('node --import tsx bench/effort.ts')
  .option('--quick', 'few rows: whether it runs, not what is found', false)
  .option('--write <file.json>', 'keeps what was measured')
  .option('--read <file.json>', 'fits what was kept, and measures nothing')
  .parse();
const { quick, write, read } = program.opts<{ quick: boolean; write?: string; read?: string }>();

/** Recalls that curves are fitted to. */
const FITTED = [0.6, 0.995] as const;
/** Some hundreds of queries cannot tell more from this. */
const NEARLY_ALL = 0.998;
const WHOLE = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] as const;
const WANTED = 0.95;

const found = read
  ? (JSON.parse(readFileSync(read, 'utf8')) as Found)
  : await measurePoints(quick, (text) => console.error(text));
if (write) writeFileSync(write, JSON.stringify(found));
printFits(found);
printEfforts(found.points);
printErrors(found.points);

function printFits({ points, angles }: Found): void {
  const fits = {
    CELLS: points.filter(isProbed).map((point) => {
      const { cells, probes } = numbers(point);
      return sampleOf(point, { reach: (probes! * cells!) / (cells! - probes!), cells: cells! });
    }),
    GRAPH: points.filter(isWalked).map((point) => {
      const { ef, m, efConstruction } = numbers(point);
      return sampleOf(point, { ef: ef!, m: m!, efConstruction: efConstruction! });
    }),
    ...Object.fromEntries(
      ['pq4', 'bits'].flatMap((codes) => {
        const sketched = points.filter((point) => point.options['codes'] === codes && isEstimated(point));
        const alone = sketched.filter(({ options }) => options['rescore'] === 1);
        return [
          [`${codes}.rescored`, sketched.map((point) => sketchedSample(point, ['rescore', 'dimensions']))],
          [`${codes}.alone`, alone.map((point) => sketchedSample(point, ['dimensions']))],
        ];
      }),
    ),
    NEARNESS: angles
      .filter(({ k }) => k > 0)
      .map(({ data, rows, dimensions, k, mean }) => ({
        group: `${data} ${rows} ${dimensions}`,
        family: `${data} ${dimensions}`,
        height: Math.PI / 2 - mean,
        logarithms: { rows: ln(rows), k: ln(k) },
      })),
  };
  const rounded = (_: string, value: unknown): unknown =>
    typeof value === 'number' ? Number(value.toFixed(3)) : value;
  const range = [heightOf(FITTED[0]), heightOf(FITTED[1])] as const;
  for (const [name, samples] of Object.entries(fits)) {
    if (samples.length === 0) continue;
    console.log(
      name,
      JSON.stringify(fitCurve(samples, /NEARNESS|alone/.test(name) ? WHOLE : range), rounded),
    );
  }
}

/** What sketches lose depends on the dimensions, so these are compared within a kind of data. */
function sketchedSample(point: Point, names: readonly string[]): Sample {
  const quantities = { ...numbers(point), dimensions: point.dimensions };
  const chosen = Object.fromEntries(names.map((name) => [name, quantities[name as 'dimensions']]));
  return { ...sampleOf(point, chosen), family: point.data };
}

/** Where few probes hold fewer than a few times k rows, the search itself takes more. */
function isProbed({ index, options, rows, k }: Point): boolean {
  const { probes, cells, codes } = options as Record<string, number>;
  return index === 'ivf' && !codes && probes! * rows > 4 * k * cells!;
}

/** Where many of all rows are scored, little depends on sketches. */
function isEstimated({ options, rows, k }: Point): boolean {
  return 10 * k * (options['rescore'] as number) < rows;
}

/** Beams that cost more than scoring every row give way to that. */
function isWalked({ index, options, rows }: Point): boolean {
  return index === 'hnsw' && 30 * (options['ef'] as number) < rows;
}

function sampleOf(point: Point, quantities: Readonly<Record<string, number>>): Sample {
  const { data, rows, dimensions, k, recall } = point;
  const entries = Object.entries({ rows, k, ...quantities }).map(([name, value]) => [name, ln(value)]);
  return {
    group: `${data} ${rows} ${dimensions}`,
    family: `${data} ${dimensions}`,
    height: heightOf(Math.min(recall, NEARLY_ALL)),
    logarithms: Object.fromEntries(entries),
  };
}

function numbers({ options }: Point): Readonly<Record<string, number>> {
  return options as Readonly<Record<string, number>>;
}

function heightOf(recall: number): number {
  return ln(Math.max(1e-9, recall) / Math.max(1e-9, 1 - recall));
}

/** How much it takes to find enough of the best ten: measured, between the efforts that were tried, and estimated. */
function printEfforts(points: readonly Point[]): void {
  const rows = curvesOf(points.filter(({ k, options }) => k === 10 && !options['codes'])).flatMap((curve) => {
    const { index, data, rows, dimensions, k, options } = curve[0]!;
    const effort = ({ ivf: 'probes', hnsw: 'ef', lsh: 'probesPerTable' } as const)[index];
    const { [effort]: _, scored: __, ...fixed } = options;
    const measured = effortAt(curve, effort);
    if (measured === undefined) return [];
    const request = { index, rows, dimensions, k, options: fixed as EffortOptions };
    const estimated = effortFor({ ...request, recall: WANTED })?.options[effort];
    return [
      [
        `${data} ${formatNumber(rows)} x ${dimensions}`,
        JSON.stringify(fixed),
        effort,
        formatNumber(measured),
        String(estimated),
      ],
    ];
  });
  console.log(`\nFor recall@10 of ${WANTED}\n`);
  console.log(renderTable(['data', 'index', 'effort', 'measured', 'estimated'], rows, { texts: [1, 2] }));
}

/** Points of one index, apart from the effort of a search. */
function curvesOf(points: readonly Point[]): Point[][] {
  const curves = new Map<string, Point[]>();
  for (const point of points) {
    const { data, rows, dimensions, k, options } = point;
    const { probes, ef, probesPerTable, scored, ...fixed } = options;
    const key = JSON.stringify([point.index, data, rows, dimensions, k, fixed]);
    curves.set(key, [...(curves.get(key) ?? []), point]);
  }
  return [...curves.values()];
}

/** The effort that finds enough, by a straight line between logarithms; undefined where the first already did, or none. */
function effortAt(curve: readonly Point[], effort: string): number | undefined {
  const next = curve.findIndex(({ recall }) => recall >= WANTED);
  if (next < 1) return undefined;
  const [low, high] = [curve[next - 1]!, curve[next]!];
  const share = (heightOf(WANTED) - heightOf(low.recall)) / (heightOf(high.recall) - heightOf(low.recall));
  return numbers(low)[effort]! * (numbers(high)[effort]! / numbers(low)[effort]!) ** share;
}

/** What is measured less what is estimated, for each set of data. */
function printErrors(points: readonly Point[]): void {
  const errors = new Map<string, number[]>();
  for (const { index, data, rows, dimensions, k, options, recall } of points) {
    const sketched = options['codes'] ? ` ${options['codes']}` : '';
    const key = `${index}${sketched} ${data} ${formatNumber(rows)} x ${dimensions}`;
    const { scored, ...given } = options;
    const error = recall - estimateRecall({ index, rows, dimensions, k, options: given as EffortOptions });
    errors.set(key, [...(errors.get(key) ?? []), error]);
  }
  const table = [...errors].map(([key, all]) => {
    const sorted = all.toSorted((a, b) => a - b);
    const at = (share: number): string => formatNumber(sorted[Math.floor(share * (sorted.length - 1))]!, 3);
    return [key, all.length, at(0), at(0.5), at(1)];
  });
  console.log('\nRecall measured less estimated\n');
  console.log(renderTable(['index and data', 'points', 'least', 'median', 'most'], table));
}
