import type { Tier } from '../host/kernels.ts';

/** How fast blocks of a size are gone through. */
export interface BlockRate {
  /** Bytes of the block. */
  readonly bytes: number;
  /** What is done with it, a second. */
  readonly perSecond: number;
}

/** What one thread of a machine does, as `calibrate()` measured it there: plain data, to be saved and named. */
export interface Machine {
  readonly name: string;
  /** The day of the measurement, as YYYY-MM-DD. */
  readonly date: string;
  /** The runtime and its version: 'Node 24.1.0'. */
  readonly runtime: string;
  readonly tier: Tier;
  /** Reading in order, bytes a second, by the size of what is read; ascending. */
  readonly streaming: readonly BlockRate[];
  /** Reading cache lines here and there, lines a second, by the size of what they lie in; ascending. */
  readonly gather: readonly BlockRate[];
  /** float32 multiplications and additions in registers, FLOP/s. */
  readonly float32: number;
  /** 8-bit multiply-adds in registers, MAC/s. */
  readonly int8: number;
  /** Hashes of 8-byte keys (XXH64), keys/s. */
  readonly hash: number;
  /** Of one call into a kernel, seconds. */
  readonly call: number;
  /** 99th percentile over median of one and the same short work. */
  readonly jitter: number;
}
