import { capabilities, type FlatIndex } from 'lanewise';
import { JavaScriptLoop } from './javascript-loop.ts';
import type { Matrix } from './matrix.ts';
import type { Options } from './options.ts';

/** Certified search reads codes of every row before anything else: of 4 bits in the relaxed tier, of 8 in the other. */
function shareOfCertified(): number {
  return capabilities().tier === 'relaxed' ? 1 / 8 : 1 / 4;
}

/** A way to answer a query. */
export interface Method {
  readonly name: string;
  /** The rows found for one query, best first. */
  readonly search: (query: Float32Array) => Int32Array;
  /** Answers many queries in one call, where the method can. */
  readonly searchBatch?: (queries: Float32Array) => void;
  /** Bytes it has to hold. */
  readonly bytes: number;
  /** Bytes of rows that a query reads at the least. */
  readonly bytesRead: number;
}

/** The methods of the table, from what one writes without a library to what lanewise answers by default. */
export function methodsOf(index: FlatIndex, rows: Matrix, { k, metric }: Options): readonly Method[] {
  const loop = new JavaScriptLoop(rows, metric);
  const { total, codes } = index.memoryUsage();
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
      bytesRead: rows.data.byteLength,
    },
    lanewise('float32 scan', 'scan', total - codes, rows.data.byteLength),
    lanewise('certified exact', 'certified', total, rows.data.byteLength * shareOfCertified()),
  ];
}
