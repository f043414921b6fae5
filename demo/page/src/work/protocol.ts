import type { Machine } from 'lanewise/planner';
import type { Effort, Metric } from 'lanewise/search';

/** The vectors that a job is about. */
export interface Subject {
  readonly data: Float32Array<ArrayBuffer>;
  readonly dimensions: number;
  readonly metric: Metric;
}

/** What the page asks its worker for. */
export type Job =
  | { readonly kind: 'project'; readonly subject: Subject }
  | { readonly kind: 'roofline'; readonly subject: Subject; readonly milliseconds: number }
  | { readonly kind: 'curve'; readonly subject: Subject; readonly milliseconds: number; readonly k: number }
  /** What one thread of this machine does. */
  | { readonly kind: 'calibrate' }
  /** Stops a curve; the indexes that were measured stay. */
  | { readonly kind: 'stop' }
  /** The bytes of an index that was measured. */
  | { readonly kind: 'index'; readonly method: string };

/** Where the rows lie in two dimensions, and how anything else is put among them. */
export interface Projection {
  /** x and y of each row; most lie within -1..1. */
  readonly positions: Float32Array<ArrayBuffer>;
  /** The cluster of each row, 0..9. */
  readonly clusters: Uint8Array<ArrayBuffer>;
  /** Two axes of as many numbers as a row has, scaled to the map; and the row in its middle. */
  readonly axes: Float32Array<ArrayBuffer>;
  readonly mean: Float32Array<ArrayBuffer>;
}

/** One kernel in the roofline. */
export interface KernelPoint {
  readonly name: string;
  /** What its operations are counted in, and so which roof is above it. */
  readonly unit: 'float32' | 'int8';
  /** Additions and multiplications of one call; a multiply-add is two. */
  readonly operations: number;
  /** Bytes that one call must read at the least. */
  readonly bytes: number;
  readonly milliseconds: number;
  /** How both were counted. */
  readonly arithmetic: string;
}

/** The machine's limits as the roofline draws them. */
export interface Roofs {
  /** GB/s from memory, and from the cache that holds `cacheBytes`. */
  readonly memory: number;
  readonly cache: number;
  readonly cacheBytes: number;
  /** GFLOP/s, and 10^9 8-bit operations a second. */
  readonly float32: number;
  readonly int8: number;
}

/** One way to search, measured. */
export interface CurvePoint {
  readonly method: string;
  readonly title: string;
  readonly effort: Effort;
  readonly recall: number;
  /** Queries a second, one at a time. */
  readonly rate: number;
  readonly p95: number;
  readonly isExact: boolean;
}

/** What the worker tells the page. */
export type Report =
  | { readonly kind: 'projected'; readonly projection: Projection }
  | { readonly kind: 'calibrated'; readonly machine: Machine }
  | { readonly kind: 'roofs'; readonly roofs: Roofs }
  | { readonly kind: 'kernel'; readonly point: KernelPoint }
  | { readonly kind: 'point'; readonly point: CurvePoint }
  | { readonly kind: 'progress'; readonly done: number; readonly text: string }
  | {
      readonly kind: 'index';
      readonly method: string;
      readonly bytes: Uint8Array<ArrayBuffer>;
      /** The rows of the collection that the index holds, in its order, and those that were held out as queries. */
      readonly rows: Int32Array<ArrayBuffer>;
      readonly heldOut: Int32Array<ArrayBuffer>;
    }
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly message: string };

export type Tell = (report: Report, transfer?: Transferable[]) => void;
