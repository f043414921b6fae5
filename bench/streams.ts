import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { exp } from '../src/host/exponential.ts';
import { ln } from '../src/host/logarithm.ts';
import { Random } from '../src/host/random.ts';

/** `count` draws of ranks 0..distinct-1, the probability of rank r in proportion to (r + 1)^-exponent. */
export function zipfRanks(
  count: number,
  distinct: number,
  exponent: number,
  seed: number,
): Uint32Array<ArrayBuffer> {
  const sums = new Float64Array(distinct);
  let sum = 0;
  for (let rank = 0; rank < distinct; rank++) {
    sum += exp(-exponent * ln(rank + 1));
    sums[rank] = sum;
  }
  const random = new Random(seed);
  const ranks = new Uint32Array(count);
  for (let i = 0; i < count; i++) {
    const drawn = random.uniform() * sum;
    let [first, last] = [0, distinct - 1];
    while (first < last) {
      const middle = (first + last) >> 1;
      if (sums[middle]! > drawn) last = middle;
      else first = middle + 1;
    }
    ranks[i] = first;
  }
  return ranks;
}

/** The words of a text in their order, brown_words.txt of LANEWISE_DATA, or as many made up where it is not set. */
export function wordStream(): { readonly name: string; readonly words: readonly string[] } {
  const file = join(process.env['LANEWISE_DATA'] ?? '', 'brown_words.txt');
  if (process.env['LANEWISE_DATA'] && existsSync(file))
    return { name: 'brown_words.txt', words: readFileSync(file, 'utf8').trim().split(/\s+/) };
  const words = Array.from(zipfRanks(1_000_000, 50_000, 1.05, 1), (rank) => `word${rank}`);
  return { name: 'made-up words (set LANEWISE_DATA for real ones)', words };
}
