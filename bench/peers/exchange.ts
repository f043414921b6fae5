/** A case as its data lies on disk, for every language: little-endian, row-major, no header. */
export interface Case {
  readonly name: string;
  readonly title: string;
  readonly rows: number;
  readonly dimensions: number;
  readonly metric: 'cosine' | 'ip';
  readonly k: number;
  readonly queries: number;
  /** Queries in one call. */
  readonly batch: number;
  /** Ask one query at a time. */
  readonly single: boolean;
  /** Ask a batch in one call. */
  readonly batched: boolean;
  /** Whether approximate indexes are measured, each along its curve of recall and speed. */
  readonly approximate: boolean;
  /** Paths: rows x dimensions float32, queries x dimensions float32, queries x k int32. */
  readonly files: { readonly base: string; readonly queries: string; readonly truth: string };
}

/** One line of a child's output: a method, measured. */
export interface Result {
  readonly method: string;
  readonly buildSeconds?: number;
  /** Median milliseconds of one query. */
  readonly milliseconds?: number;
  /** What 99 in 100 queries stay below, milliseconds. */
  readonly p99?: number;
  /** Queries a second in batches, by the median batch. */
  readonly batchedRate?: number;
  readonly recall?: number;
  readonly bytes?: number;
  /** Why there are no figures. */
  readonly problem?: string;
}
