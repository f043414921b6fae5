/**
 * A kind of job, and its parts: seconds that each would take, were it alone and as fast as the machine's simplest kernels.
 * What it takes beside the others is a constant of the kind (../coefficients.ts).
 */
export interface Job {
  readonly kind: string;
  readonly parts: Readonly<Record<string, number>>;
}

/** What a request comes to. */
export interface Jobs {
  readonly call: Job;
  /** Answers of one call. */
  readonly answers: number;
  readonly build: Job;
  /** How often `build` is done. @default 1 */
  readonly repeated?: number;
}
