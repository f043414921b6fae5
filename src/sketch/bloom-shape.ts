import { exp } from '../host/exponential.ts';

/** Bits of a block, a cache line. */
export const BLOCK_BITS = 512;
/** How many bits a key may set. */
export const SECTORS: readonly number[] = [2, 4, 8, 16];
/** Keys a block beyond which none of them reaches a rate of one half. */
const MOST_KEYS = 512;
/** Halvings of the interval: to 1e-10 keys, which the largest capacity does not tell apart. */
const STEPS = 42;

/** How a filter is laid out. */
export interface BloomShape {
  readonly blocks: number;
  /** Of a block: a key sets a bit in each. */
  readonly sectors: number;
}

/** The fewest blocks that keep a rate of false answers, `rate` in 1e-6...5, with as many keys as `capacity` added. */
export function shapeFor(capacity: number, rate: number): BloomShape {
  let [keys, sectors] = [0, 0];
  for (const candidate of SECTORS) {
    const most = mostKeys(candidate, rate);
    if (most > keys) [keys, sectors] = [most, candidate];
  }
  return { blocks: Math.ceil(capacity / keys), sectors };
}

/** Keys a block, on average, with which the rate is just kept. */
function mostKeys(sectors: number, rate: number): number {
  let [kept, missed] = [0, MOST_KEYS];
  for (let step = 0; step < STEPS; step++) {
    const middle = (kept + missed) / 2;
    if (expectedRate(sectors, middle) <= rate) kept = middle;
    else missed = middle;
  }
  return kept;
}

/**
 * The probability that a key that was never added finds all its bits set, where blocks hold `keys` keys on average. How many a
 * block holds is distributed as Poisson's, and with j of them a bit of a sector is set with the probability 1 - (1 - 1 / bits)^j,
 * which the bits of the key meet independently of each other (Putze, Sanders and Singler, section 3).
 */
export function expectedRate(sectors: number, keys: number): number {
  const free = 1 - sectors / BLOCK_BITS;
  let [probability, unset, rate] = [exp(-keys), 1, 0];
  for (let load = 0; load <= keys || probability > 1e-18; ) {
    let found = 1 - unset;
    for (let bits = sectors; bits > 1; bits >>= 1) found *= found;
    rate += probability * found;
    probability *= keys / ++load;
    unset *= free;
  }
  return rate;
}
