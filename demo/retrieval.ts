import type { FlatIndex } from 'lanewise';
import type { Collection } from './collection.ts';
import { JavaScriptLoop } from './javascript-loop.ts';
import { type Latency, measureLatency } from './latency.ts';
import { type Matrix, rowOf } from './matrix.ts';
import type { Options } from './options.ts';
import { Reference } from './reference.ts';
import { formatMegabytes, formatMilliseconds, formatNumber, renderTable } from './table.ts';

const BATCH = 64;

/** A way to answer a query. */
interface Method {
  readonly name: string;
  /** The rows found for one query, best first. */
  readonly search: (query: Float32Array) => Int32Array;
  /** Answers many queries in one call, where the method can. */
  readonly searchBatch?: (queries: Float32Array) => void;
  /** Bytes it has to hold. */
  readonly bytes: number;
  /** Bytes of rows that a query has to read. */
  readonly bytesRead: number;
}

/** A method, measured. */
export interface Measurement {
  readonly method: Method;
  readonly latency: Latency;
  /** Queries a second in batches, where the method has them. */
  readonly batchedRate?: number;
  readonly recall: number;
}

function methodsOf(index: FlatIndex, { indexed }: Collection, { k, metric }: Options): readonly Method[] {
  const loop = new JavaScriptLoop(indexed, metric);
  const { total, vectors, codes } = index.memoryUsage();
  const lanewise = (name: string, exact: 'scan' | 'certified', bytes: number, bytesRead: number): Method => ({
    name,
    search: (query) => index.search(query, { k, exact }).ids,
    searchBatch: (queries) => index.search(queries, { k, exact }),
    bytes,
    bytesRead,
  });
  return [
    {
      name: 'plain JavaScript loop',
      search: (query) => loop.search(query, k),
      bytes: loop.bytes,
      bytesRead: loop.bytes,
    },
    lanewise('float32 scan', 'scan', total - codes, vectors),
    lanewise('certified exact', 'certified', total, codes),
  ];
}

function batchedRate(method: Method, { rows, dimensions, data }: Matrix): number | undefined {
  const { searchBatch } = method;
  if (searchBatch === undefined) return undefined;
  const size = Math.min(BATCH, rows);
  const batch = data.subarray(0, size * dimensions);
  return (1_000 / measureLatency(() => searchBatch(batch), 1).mean) * size;
}

function meanRecall(method: Method, queries: Matrix, reference: Reference, thresholds: Float64Array): number {
  const recalls = Array.from(thresholds, (threshold, query) => {
    const vector = rowOf(queries, query);
    return reference.recall(vector, threshold, method.search(vector));
  });
  return recalls.reduce((sum, recall) => sum + recall, 0) / recalls.length;
}

function rescoredNote(index: FlatIndex, { queries }: Collection, k: number): string {
  const { rescored } = index.search(queries.data, { k, exact: 'certified', stats: true });
  if (rescored === undefined) return '';
  const ascending = rescored.slice().sort();
  const median = ascending[Math.floor(ascending.length / 2)];
  return `Certified exact scored ${formatNumber(median)} of ${formatNumber(index.size)} rows in float32 (median); `;
}

function render(measurements: readonly Measurement[], k: number): string {
  const head = ['', 'median ms', 'p95', 'p99', 'queries/s', `in ${BATCH}s`, `recall@${k}`, 'bytes'];
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
  const measurements = methodsOf(index, collection, options).map((method): Measurement => {
    const batched = batchedRate(method, queries);
    return {
      method,
      latency: measureLatency((turn) => method.search(rowOf(queries, turn)), queries.rows),
      ...(batched !== undefined && { batchedRate: batched }),
      recall: meanRecall(method, queries, reference, thresholds),
    };
  });
  console.log(`Top ${options.k} of ${formatNumber(indexed.rows)} rows; queries: ${queriesAre}.`);
  console.log(render(measurements, options.k));
  console.log(
    `${rescoredNote(index, collection, options.k)}recall against a float64 loop, ${thresholds.length} queries.`,
  );
  return measurements;
}
