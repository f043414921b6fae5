import { HnswIndex, IvfIndex, LshIndex } from 'lanewise/search';
import { JavaScriptLoop } from '../../javascript-loop.ts';
import { type Collection, vectorOf } from './collection.ts';
import type { Chosen } from './searcher.ts';
import type { CurvePoint, Report } from './work/protocol.ts';

export type ApplyChoice = (chosen: Chosen | undefined) => void;

type IndexReport = Extract<Report, { kind: 'index' }>;
type Loaded = HnswIndex | IvfIndex | LshIndex;

/**
 * What the box is to search with: for an approximate index, the bytes that the worker saved, loaded on this thread, and
 * the rows added that were held out when it was measured.
 */
export function chosenFrom(
  point: CurvePoint,
  collection: Collection,
  report: IndexReport | undefined,
): Chosen | undefined {
  const title = nameOf(point);
  const { recall, method } = point;
  if (method === 'certified') return undefined;
  if (method === 'scan')
    return { title, recall, index: undefined, options: { exact: 'scan' }, rowOf: undefined };
  if (method === 'loop') {
    const loop = new JavaScriptLoop(collection, collection.metric);
    const index = {
      search: (query: Float32Array, options: Readonly<Record<string, unknown>>) =>
        loop.search(query, { k: Number(options['k']) }),
      dispose() {},
    };
    return { title, recall, index, options: {}, rowOf: undefined };
  }
  if (!report) throw new Error(`The index of ${title} is not here.`);
  const index = load(method, report.bytes);
  const vectors = new Float32Array(report.heldOut.length * collection.dimensions);
  report.heldOut.forEach((row, place) => {
    vectors.set(vectorOf(collection, row), place * collection.dimensions);
  });
  index.add(vectors);
  const rowOf = new Int32Array(report.rows.length + report.heldOut.length);
  rowOf.set(report.rows);
  rowOf.set(report.heldOut, report.rows.length);
  return { title, recall, index, options: point.effort, rowOf };
}

function load(method: string, bytes: Uint8Array): Loaded {
  if (method === 'hnsw') return HnswIndex.fromBytes(bytes);
  return method === 'lsh' ? LshIndex.fromBytes(bytes) : IvfIndex.fromBytes(bytes);
}

/** "graph (HNSW), ef 64" */
export function nameOf({ title, effort }: CurvePoint): string {
  return [title, ...Object.entries(effort).map(([option, value]) => `${wordOf(option)} ${value}`)].join(', ');
}

function wordOf(option: string): string {
  return option === 'probesPerTable' ? 'probes a table' : option;
}
