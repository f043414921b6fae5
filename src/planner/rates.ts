import { ln } from '../host/logarithm.ts';
import type { BlockRate, Machine } from './machine.ts';

/** Bytes that the cache of the second level is taken to hold. */
const SECOND_LEVEL = 2 ** 19;
/** Bytes that a cache of the last level is taken to hold at least. */
const LAST_LEVEL = 2 ** 23;
const LINE_BYTES = 64;

/** Seconds that a machine needs for simple work, were nothing else done meanwhile. */
export class Rates {
  readonly #machine: Machine;

  constructor(machine: Machine) {
    this.#machine = machine;
  }

  get tier(): Machine['tier'] {
    return this.#machine.tier;
  }

  /** Reads bytes in order, of so many that are gone through again and again. */
  read(bytes: number, within: number): number {
    return bytes * secondsAt(this.#machine.streaming, within);
  }

  /** What reading takes beyond that, where so many bytes do not stay in the nearest cache. */
  wait(bytes: number, within: number): number {
    return Math.max(0, this.read(bytes, within) - this.read(bytes, 0));
  }

  /** Reads cache lines here and there, in so many bytes. */
  gather(lines: number, within: number): number {
    return lines * secondsAt(this.#machine.gather, within);
  }

  /** What gathering takes beyond that, where so many bytes do not stay in the cache of the second level. */
  miss(lines: number, within: number): number {
    return Math.max(0, this.gather(lines, within) - this.gather(lines, SECOND_LEVEL));
  }

  /** What reading lines takes longer where so many bytes do not stay in the last cache. */
  fetch(lines: number, within: number): number {
    const bytes = LINE_BYTES * lines;
    return Math.max(0, this.read(bytes, within) - this.read(bytes, LAST_LEVEL));
  }

  /** 8-bit multiply-adds. */
  codes(count: number): number {
    return count / this.#machine.int8;
  }

  /** float32 multiplications and additions. */
  floats(count: number): number {
    return count / this.#machine.float32;
  }

  /** Short sequences of integer work, as hashing a key is one. */
  steps(count: number): number {
    return count / this.#machine.hash;
  }

  calls(count: number): number {
    return count * this.#machine.call;
  }
}

/** Seconds of one byte or line in a block of a size: between measured sizes by the logarithm of the size. */
function secondsAt(rates: readonly BlockRate[], bytes: number): number {
  const above = rates.findIndex((rate) => rate.bytes >= bytes);
  if (above === 0) return 1 / rates[0]!.perSecond;
  if (above < 0) return 1 / rates.at(-1)!.perSecond;
  const [low, high] = [rates[above - 1]!, rates[above]!];
  const share = ln(bytes / low.bytes) / ln(high.bytes / low.bytes);
  return (1 - share) / low.perSecond + share / high.perSecond;
}
