import { Random } from '../host/random.ts';

/** Bytes that are summed for a weight. */
const SUMMED = 8;
const MEAN = (SUMMED * 255) / 2;
/** An odd divisor: no weight lies half-way between two whole numbers, where rounding would favour one side. */
const DIVISOR = 13;
const LIMIT = 63;

/**
 * Normal vectors of random hyperplanes, `count x dimensions` whole numbers in -63..63, in the order of their bits.
 *
 * A weight is a sum of eight bytes about its mean (Irwin-Hall): nearly Gaussian, standard deviation 16, from integers
 * alone, so the same in every runtime. Cost: two random words a weight.
 */
export function drawHyperplanes(dimensions: number, count: number, seed: number): Int8Array {
  const random = new Random(seed);
  const weights = new Int8Array(count * dimensions);
  for (let i = 0; i < weights.length; i++) {
    const sum = sumOfBytes(random.uint32()) + sumOfBytes(random.uint32());
    weights[i] = Math.max(-LIMIT, Math.min(LIMIT, Math.round((sum - MEAN) / DIVISOR)));
  }
  return weights;
}

function sumOfBytes(word: number): number {
  return (word & 255) + ((word >>> 8) & 255) + ((word >>> 16) & 255) + (word >>> 24);
}
