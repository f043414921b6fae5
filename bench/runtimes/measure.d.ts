import type { Tier } from 'lanewise';

export interface MeasureOptions {
  readonly tier?: Tier;
  /** Of each job. @default 9 */
  readonly samples?: number;
}

export interface Measures {
  /** Milliseconds a call, by the name of the job. */
  readonly times: Readonly<Record<string, number>>;
  readonly tier: Tier;
}

export function measure(npy: Uint8Array | ArrayBuffer, options?: MeasureOptions): Promise<Measures>;
