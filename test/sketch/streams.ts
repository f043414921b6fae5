import { Random } from 'lanewise';

const random = (seed: number, n: number): Float64Array => {
  const generator = new Random(seed);
  return Float64Array.from({ length: n }, () => generator.uniform());
};
const indexed = (n: number, value: (i: number) => number): Float64Array =>
  Float64Array.from({ length: n }, (_, i) => value(i));

/** Orders in which n values may arrive, those included that spoil sketches whose samples follow the order. */
export const ORDERS: Readonly<Record<string, (n: number, seed: number) => Float64Array>> = {
  random: (n, seed) => random(seed, n),
  ascending: (n) => indexed(n, (i) => i),
  descending: (n) => indexed(n, (i) => n - i),
  'organ pipe': (n) => indexed(n, (i) => Math.min(i, n - i)),
  zigzag: (n) => indexed(n, (i) => (i % 2 === 0 ? i : -i)),
  'all equal': (n) => indexed(n, () => 7),
  'blocks of equal values': (n) => indexed(n, (i) => ((i >> 9) * 37) % 101),
  'blocks from inside out': (n) => indexed(n, (i) => ((i >> 8) % 2 === 0 ? i : -i) + (i % 256)),
  'two values': (n, seed) => random(seed, n).map((value) => Number(value < 0.3)),
  'sorted, then reversed': (n) => indexed(n, (i) => (i < n / 2 ? i : n - i + 0.5)),
};

/** Roughly normal: four uniform numbers. */
export function normal(n: number, seed: number): Float64Array {
  const [a, b, c, d] = [0, 1, 2, 3].map((i) => random(4 * seed + i, n));
  return indexed(n, (i) => a![i]! + b![i]! + c![i]! + d![i]! - 2);
}

/** Like latencies in ms: a body and a long tail. */
export function latencies(n: number, seed: number): Float64Array {
  return random(seed, n).map((value) => 5 + 2 / (value + 1e-4));
}

/** The part of sorted values that are at most `value`. */
export function rankIn(sorted: Float64Array, value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! <= value) low = middle + 1;
    else high = middle;
  }
  return low / sorted.length;
}

/** The least of sorted values that at least `q` of them do not exceed. */
export function quantileIn(sorted: Float64Array, q: number): number {
  for (let at = Math.max(0, Math.floor(q * sorted.length) - 2); ; at++)
    if (at + 1 >= q * sorted.length) return sorted[at]!;
}

export function joined(...parts: readonly Float64Array[]): Float64Array {
  return Float64Array.from(parts.flatMap((part) => [...part]));
}
