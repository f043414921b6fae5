import type { FlatIndex, LongCallOptions, Searchable, TunableIndex } from 'lanewise';
import type { Matrix } from '../matrix.ts';
import type { Metric } from '../options.ts';

/** What every method is to search, and the exact index that is there already. */
export interface Subject {
  readonly rows: Matrix;
  readonly metric: Metric;
  readonly flat: FlatIndex;
  /** What building the exact index took. */
  readonly flatMilliseconds: number;
}

/** An exact way to search, ready. */
export interface Exact {
  readonly index: Searchable;
  readonly options?: Readonly<Record<string, unknown>>;
  readonly buildMilliseconds: number;
  /** Bytes of rows that a query reads at the least: what a larger collection would take grows with them. */
  readonly bytesRead: number;
}

/** An approximate index, built; its effort is yet to be tuned. */
export interface Approximate {
  readonly index: TunableIndex & Searchable & { dispose(): void; toBytes(): Uint8Array<ArrayBuffer> };
  readonly buildMilliseconds: number;
}

/** A way to search, by the name that `--method` takes. */
export interface Method {
  readonly name: string;
  /** What the table and the plot call it. */
  readonly title: string;
  readonly metrics: readonly Metric[];
  readonly build: (subject: Subject, options?: LongCallOptions) => Promise<Exact | Approximate>;
}

export const EVERY_METRIC: readonly Metric[] = ['cosine', 'ip', 'l2'];

export function isApproximate(built: Exact | Approximate): built is Approximate {
  return 'efforts' in built.index;
}
