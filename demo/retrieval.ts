import type { FlatIndex } from 'lanewise';
import type { Collection } from './collection.ts';
import { type Latency, measureLatency } from './latency.ts';
import { type Matrix, rowOf } from './matrix.ts';
import { type Method, methodsOf } from './methods.ts';
import type { Options } from './options.ts';
import { Reference } from './reference.ts';
import { formatMegabytes, formatMilliseconds, formatNumber, renderTable } from './table.ts';

const BATCH = 64;
/** Queries over which the number of rescored rows is told. */
const NOTED_QUERIES = 256;

/** A method, measured. */
export interface Measurement {
  readonly method: Method;
  readonly latency: Latency;
  /** Queries a second in batches, where the method has them. */
  readonly batchedRate?: number;
  readonly recall: number;
}

/** The first queries, as many as there are up to `count`, row after row. */
function firstQueries({ dimensions, data }: Matrix, count: number): Float32Array {
  return data.subarray(0, count * dimensions);
}

function batchedRate({ searchBatch }: Method, queries: Matrix): number | undefined {
  if (searchBatch === undefined) return undefined;
  const batch = firstQueries(queries, BATCH);
  const { mean } = measureLatency(() => searchBatch(batch), 1);
  return (1_000 / mean) * (batch.length / queries.dimensions);
}

function meanRecall(method: Method, queries: Matrix, reference: Reference, thresholds: Float64Array): number {
  const recalls = Array.from(thresholds, (threshold, query) => {
    const vector = rowOf(queries, query);
    return reference.recall(vector, threshold, method.search(vector));
  });
  return recalls.reduce((sum, recall) => sum + recall, 0) / recalls.length;
}

function rescoredNote(index: FlatIndex, { queries }: Collection, k: number): string {
  const { rescored } = index.search(firstQueries(queries, NOTED_QUERIES), {
    k,
    exact: 'certified',
    stats: true,
  });
  if (rescored === undefined) return '';
  const ascending = rescored.slice().sort();
  const median = ascending[Math.floor(ascending.length / 2)];
  return `Certified exact scored ${formatNumber(median)} of ${formatNumber(index.size)} rows in float32 (median); `;
}

function render(measurements: readonly Measurement[], k: number, batch: number): string {
  const head = ['', 'median ms', 'p95', 'p99', 'queries/s', `in ${batch}s`, `recall@${k}`, 'bytes'];
  const rows = measurements.map(({ method, latency, batchedRate: batched, recall }) => [
    method.name,
    ...[latency.median, latency.p95, latency.p99].map(formatMilliseconds),
    formatNumber(1_000 / latency.mean),
    batched === undefined ? '-' : formatNumber(batched),
    formatNumber(recall, 4),
    formatMegabytes(method.bytes),
  ]);
  return renderTable(head, rows);
}

/** Measures every method on the same queries, prints the table, and returns the figures. */
export function compareMethods(
  index: FlatIndex,
  collection: Collection,
  options: Options,
): readonly Measurement[] {
  const { indexed, queries, queriesAre } = collection;
  const reference = new Reference(indexed, options.metric);
  const thresholds = reference.thresholds(queries, options.k);
  const measurements = methodsOf(index, indexed, options).map((method): Measurement => {
    const batched = batchedRate(method, queries);
    return {
      method,
      latency: measureLatency((turn) => method.search(rowOf(queries, turn)), queries.rows),
      ...(batched !== undefined && { batchedRate: batched }),
      recall: meanRecall(method, queries, reference, thresholds),
    };
  });
  console.log(`Top ${options.k} of ${formatNumber(indexed.rows)} rows; queries: ${queriesAre}.`);
  console.log(render(measurements, options.k, Math.min(BATCH, queries.rows)));
  console.log(
    `${rescoredNote(index, collection, options.k)}recall against a float64 loop, ${thresholds.length} queries.`,
  );
  return measurements;
}
