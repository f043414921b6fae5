/**
 * What went wrong, as a stable code to branch on.
 *
 * - `INVALID_ARGUMENT`: an option or argument is of the wrong type or out of its range.
 * - `DIMENSION_MISMATCH`: a vector array's length does not fit the dimensions of the object.
 * - `INVALID_VALUE`: a vector holds NaN, an infinity, or a norm beyond what float32 scores can carry.
 * - `ZERO_VECTOR`: a vector of norm 0 where the metric needs a direction (cosine).
 * - `DUPLICATE_ID`: an id that is already present, or that stands twice in one call.
 * - `UNTRAINED`: the object must be trained or fitted before this call.
 * - `DIVERGED`: learning left the finite numbers; what was learned up to the last whole epoch is kept.
 * - `MERGE_MISMATCH`: sketches of another shape, seed or hash cannot be merged; both are named.
 * - `DISPOSED`: the object's memory was given back by `dispose()`.
 * - `MEMORY_EXHAUSTED`: linear memory cannot grow by what was asked for; nothing was lost.
 * - `SIMD_UNSUPPORTED`: the runtime accepts no tier of the kernels.
 * - `CSP_BLOCKED`: the page's Content-Security-Policy forbids compiling WebAssembly.
 * - `ALREADY_INITIALIZED`: `setup()` was called after the kernels were loaded.
 * - `WORKER_FAILED`: the worker of a thread could not be started, or has ended.
 * - `FILE_FORMAT`: the bytes are not of the format that the reader reads.
 * - `FILE_TRUNCATED`: the bytes end before what their header announces.
 * - `FILE_CORRUPT`: a checksum or a structural check failed.
 * - `FILE_VERSION`: the file was written by a newer version of the package.
 * - `FILE_DTYPE`: a tensor is of another element type than the reader needs.
 * - `FILE_CHANGED`: the file was replaced or deleted since it was opened.
 * - `NOT_FOUND`: the store holds no file of that name.
 * - `STORAGE_FULL`: the disk is full or the quota is spent; the previous version is untouched.
 * - `STORE_FAILED`: the disk, database or server under a store failed; `cause` tells how.
 * - `INFEASIBLE`: no choice satisfies what was asked; the message names what stands in the way, and what would fit.
 * - `OVERFLOW`: the result is beyond what a double can hold.
 * - `UNSUPPORTED`: the runtime or the store cannot do this; the message names what can.
 */
export type ErrorCode =
  | 'INVALID_ARGUMENT'
  | 'DIMENSION_MISMATCH'
  | 'INVALID_VALUE'
  | 'ZERO_VECTOR'
  | 'DUPLICATE_ID'
  | 'UNTRAINED'
  | 'DIVERGED'
  | 'MERGE_MISMATCH'
  | 'DISPOSED'
  | 'MEMORY_EXHAUSTED'
  | 'SIMD_UNSUPPORTED'
  | 'CSP_BLOCKED'
  | 'ALREADY_INITIALIZED'
  | 'WORKER_FAILED'
  | 'FILE_FORMAT'
  | 'FILE_TRUNCATED'
  | 'FILE_CORRUPT'
  | 'FILE_VERSION'
  | 'FILE_DTYPE'
  | 'FILE_CHANGED'
  | 'NOT_FOUND'
  | 'STORAGE_FULL'
  | 'STORE_FAILED'
  | 'INFEASIBLE'
  | 'OVERFLOW'
  | 'UNSUPPORTED';

/** What a {@link LanewiseError} carries beside its message. */
export interface ErrorDetails {
  /** What would have been accepted. */
  readonly expected?: unknown;
  /** What was given instead. */
  readonly got?: unknown;
  /** The error underneath, where another one was caught. */
  readonly cause?: unknown;
}

/**
 * The one error class of the package. The message says what happened and what to do about it; `code` is stable;
 * the object on which the call was made is as it was before the call.
 *
 * @example
 * try { index.add(vectors); } catch (error) {
 *   if (error instanceof LanewiseError && error.code === 'DUPLICATE_ID') index.add(vectors, { replace: true });
 * }
 */
export class LanewiseError extends Error {
  override readonly name = 'LanewiseError';
  readonly code: ErrorCode;
  readonly expected?: unknown;
  readonly got?: unknown;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, 'cause' in details ? { cause: details.cause } : undefined);
    this.code = code;
    if ('expected' in details) this.expected = details.expected;
    if ('got' in details) this.got = details.got;
  }
}
