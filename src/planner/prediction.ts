import type { Metric } from '../vectors/metric.ts';
import type { Machine } from './machine.ts';

/** What every prediction is told. */
interface CommonRequest {
  readonly rows: number;
  /** Queries of one call. @default 1 */
  readonly batch?: number;
  readonly machine: Machine;
}

/** What is told of an index over vectors. */
export interface VectorRequest extends CommonRequest {
  readonly dimensions: number;
  /** @default 'cosine' */
  readonly metric?: Metric;
  /** @default 10 */
  readonly k?: number;
}

/** `FlatIndex`. */
export interface FlatRequest extends VectorRequest {
  readonly index: 'flat';
  readonly options?: { readonly exact?: 'certified' | 'scan' };
}

/** `IvfIndex`; what is left out is as there, except `cells`: a power of two near 4 sqrt(rows). */
export interface IvfRequest extends VectorRequest {
  readonly index: 'ivf';
  readonly options?: {
    readonly cells?: number;
    readonly probes?: number;
    readonly codes?: 'float32' | 'int8' | 'pq4' | 'bits';
    readonly rescore?: number | false;
  };
}

/** `HnswIndex`; what is left out is as there. */
export interface HnswRequest extends VectorRequest {
  readonly index: 'hnsw';
  readonly options?: { readonly m?: number; readonly efConstruction?: number; readonly ef?: number };
}

/** `LshIndex`; what is left out is as there. */
export interface LshRequest extends VectorRequest {
  readonly index: 'lsh';
  readonly options?: {
    readonly tables?: number;
    readonly bits?: number;
    readonly probesPerTable?: number;
  };
}

/** `CsrMatrix` times a dense vector, or times a batch of them. */
export interface CsrRequest extends CommonRequest {
  readonly index: 'csr';
  readonly options: { readonly columns: number; readonly nonzeros: number };
}

/** `MatrixFactorization`: `rows` are ratings, a call is an epoch, and building all of them. `batch` does not matter. */
export interface SgdRequest extends CommonRequest {
  readonly index: 'sgd';
  readonly options: {
    readonly users: number;
    readonly items: number;
    /** @default 64 */
    readonly factors?: number;
    /** @default 20 */
    readonly epochs?: number;
  };
}

/** `CountMinSketch`; `rows` are the keys that are added, and a batch is estimated. */
export interface CountMinRequest extends CommonRequest {
  readonly index: 'count-min';
  readonly options: { readonly width: number; readonly depth: number };
}

/** What is to be predicted. */
export type PredictionRequest =
  | FlatRequest
  | IvfRequest
  | HnswRequest
  | LshRequest
  | CsrRequest
  | SgdRequest
  | CountMinRequest;

/** One part of a call's time. */
export interface PredictionTerm {
  readonly name: string;
  /** Of one call, milliseconds. */
  readonly milliseconds: number;
}

/** What an index takes on a machine. */
export interface Prediction {
  /** Building it from rows that are in memory: training, adding, linking. Milliseconds. */
  readonly build: number;
  /** Half of the calls take no longer, and 99 of 100; one call answers the whole batch. Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** Queries a second of one thread, one call after the other. */
  readonly queriesPerSecond: number;
  /** What `memoryUsage().total` will say. */
  readonly bytes: number;
  /** Where the time of a call goes, the largest first. */
  readonly terms: readonly PredictionTerm[];
}
