import { type Compared, compare, type FlatIndex, type MethodReport, type SearchResult, tune } from 'lanewise';
import type { Collection } from './collection.ts';
import { type Matrix, rowOf } from './matrix.ts';
import { type Approximate, isApproximate, type Method, type Subject } from './methods/method.ts';
import { METHODS } from './methods.ts';
import type { Options } from './options.ts';
import { Reference } from './reference.ts';
import { formatMegabytes, formatMilliseconds, formatNumber, renderTable } from './table.ts';
import { UsageError } from './usage-error.ts';

/** What approximate indexes are tuned for. */
const RECALLS = [0.95, 0.99];
const BATCH = 64;
const MILLISECONDS = 500;
/** Queries over which the number of rescored rows is told. */
const NOTED_QUERIES = 256;

/** An exact method, measured: what it would take for more rows can be told. */
export interface Scan {
  readonly report: MethodReport;
  readonly bytesRead: number;
}

/** An approximate method, built. */
interface Curve extends Approximate {
  readonly title: string;
}

/** Everything that was measured. */
export interface Comparison {
  readonly scans: readonly Scan[];
  /** To be disposed of. */
  readonly curves: readonly Curve[];
  readonly truth: SearchResult;
}

/** @throws UsageError where the one method that was asked for does not know the metric */
export function chooseMethods({ method, metric }: Options): readonly Method[] {
  const chosen = METHODS.filter(({ name }) => method === undefined || name === method);
  const able = chosen.filter(({ metrics }) => metrics.includes(metric));
  if (able.length > 0) return able;
  throw new UsageError(`--method ${method} knows the metric ${chosen[0].metrics.join(', ')}: not ${metric}`);
}

function nameOf(title: string, effort: Readonly<Record<string, number>>): string {
  const parts = Object.entries(effort).map(([option, value]) => `${option} ${formatNumber(value)}`);
  return `${title}, ${parts.join(', ')}`;
}

/** One row for every recall that it is tuned for; one alone where the same effort serves both. */
async function tuned(curve: Curve, queries: Matrix, k: number): Promise<Compared[]> {
  const rows = new Map<string, Compared>();
  for (const recall of RECALLS) {
    const { effort } = await tune(curve.index, queries.data, { recall, k });
    const name = nameOf(curve.title, effort);
    rows.set(name, { name, index: curve.index, options: effort, buildMilliseconds: curve.buildMilliseconds });
  }
  return [...rows.values()];
}

function render(reports: readonly MethodReport[], k: number, batch: number): string {
  const head = [
    '',
    'median ms',
    'p95',
    'p99',
    'queries/s',
    `in ${batch}s`,
    `recall@${k}`,
    'bytes',
    'built in ms',
  ];
  const rows = reports.map((report) => [
    report.name,
    ...[report.median, report.p95, report.p99].map(formatMilliseconds),
    formatNumber(1_000 / report.mean),
    formatNumber(report.batchedRate),
    formatNumber(report.recall, 4),
    report.bytes === undefined ? '-' : formatMegabytes(report.bytes),
    report.buildMilliseconds === undefined ? '-' : formatNumber(report.buildMilliseconds),
  ]);
  return renderTable(head, rows);
}

function rescoredNote(index: FlatIndex, { queries }: Collection, k: number): string {
  const some = queries.data.subarray(0, NOTED_QUERIES * queries.dimensions);
  const { rescored = new Int32Array() } = index.search(some, { k, stats: true });
  const median = rescored.slice().sort()[Math.floor(rescored.length / 2)];
  return `Certified exact scored ${formatNumber(median)} of ${formatNumber(index.size)} rows in float32 (median)`;
}

/** Holds the answers that recall is measured by against float64, in code of its own. */
function verify(truth: SearchResult, { indexed, queries }: Collection, { metric, k }: Options): string {
  const reference = new Reference(indexed, metric);
  const thresholds = reference.thresholds(queries, k);
  const recalls = Array.from(thresholds, (threshold, query) =>
    reference.recall(rowOf(queries, query), threshold, truth.ids.subarray(query * k, (query + 1) * k)),
  );
  const mean = recalls.reduce((sum, recall) => sum + recall, 0) / recalls.length;
  return `the exact answers hold ${formatNumber(mean, 4)} of a float64 loop's, ${recalls.length} queries.`;
}

/** Measures the methods on the same queries and prints the table. */
export async function compareMethods(
  subject: Subject,
  collection: Collection,
  options: Options,
): Promise<Comparison> {
  const { queries } = collection;
  const { k } = options;
  const entries: Compared[] = [];
  const bytesRead = new Map<string, number>();
  const curves: Curve[] = [];
  for (const { title, build } of chooseMethods(options)) {
    const built = await build(subject);
    if (isApproximate(built)) {
      const curve = { title, ...built };
      curves.push(curve);
      entries.push(...(await tuned(curve, queries, k)));
    } else {
      entries.push({ name: title, ...built });
      bytesRead.set(title, built.bytesRead);
    }
  }
  const truth = subject.flat.search(queries.data, { k });
  const reports = await compare(entries, queries.data, {
    k,
    truth,
    milliseconds: MILLISECONDS,
    batch: BATCH,
  });
  console.log(`Top ${k} of ${formatNumber(subject.rows.rows)} rows; queries: ${collection.queriesAre}.`);
  console.log(render(reports, k, Math.min(BATCH, queries.rows)));
  if (curves.length > 0)
    console.log(`Approximate indexes are tuned to recalls of ${RECALLS.join(' and ')} on these queries.`);
  console.log(`${rescoredNote(subject.flat, collection, k)}; ${verify(truth, collection, options)}`);
  const scans = reports
    .filter(({ name }) => bytesRead.has(name))
    .map((report) => ({ report, bytesRead: bytesRead.get(report.name)! }));
  return { scans, curves, truth };
}
