import { checkCount, checkPositive } from '../cost/quantity.ts';
import { LanewiseError } from '../host/errors.ts';
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
  /** Reading in order what was read so again and again before, bytes a second, by the size of what is read; ascending. */
  readonly streaming: readonly BlockRate[];
  /** Reading cache lines here and there, other ones each time, lines a second, by the size of what they lie in; ascending. */
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

/** A machine of rates that can be reckoned with. @throws LanewiseError `INVALID_ARGUMENT` */
export function checkMachine(machine: Machine): Machine {
  if (machine === null || typeof machine !== 'object') {
    const message = 'machine must be what calibrate() returned, or one of machines.';
    throw new LanewiseError('INVALID_ARGUMENT', message, { got: machine });
  }
  const { name, tier, streaming, gather, float32, int8, hash, call, jitter } = machine;
  if (tier !== 'simd' && tier !== 'relaxed') {
    const message = `machine.tier must be 'simd' or 'relaxed'; got '${String(tier)}'.`;
    throw new LanewiseError('INVALID_ARGUMENT', message, { expected: ['simd', 'relaxed'], got: tier });
  }
  if (typeof name !== 'string') {
    const message = `machine.name must be a string; got ${typeof name}.`;
    throw new LanewiseError('INVALID_ARGUMENT', message, { expected: 'string', got: name });
  }
  for (const [name, rate] of Object.entries({ float32, int8, hash, call, jitter }))
    checkPositive(`machine.${name}`, rate);
  checkRates('machine.streaming', streaming);
  checkRates('machine.gather', gather);
  return machine;
}

/** Rates are looked up block by block. */
const MOST_BLOCKS = 64;

function checkRates(name: string, rates: readonly BlockRate[]): void {
  if (!Array.isArray(rates) || rates.length === 0 || rates.length > MOST_BLOCKS) {
    const message = `${name} must hold rates for blocks of 1 to ${MOST_BLOCKS} sizes, each like { bytes: 16384, perSecond: 1e9 }.`;
    throw new LanewiseError('INVALID_ARGUMENT', message, { expected: [1, MOST_BLOCKS], got: rates });
  }
  let largest = 0;
  for (const [i, rate] of (rates as readonly BlockRate[]).entries()) {
    const bytes = checkCount(`${name}[${i}].bytes`, rate?.bytes);
    checkPositive(`${name}[${i}].perSecond`, rate.perSecond);
    if (bytes <= largest) {
      const message = `${name} must ascend by bytes; got ${bytes} after ${largest}.`;
      throw new LanewiseError('INVALID_ARGUMENT', message, { expected: largest, got: bytes });
    }
    largest = bytes;
  }
}
