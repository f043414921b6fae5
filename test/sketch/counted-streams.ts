import { createXXHash64 } from 'hash-wasm';
import { Random } from 'lanewise';

/** Keys of 0..distinct-1, the low ones far more often than the high ones. */
export function skewedKeys(count: number, distinct: number, seed: number): Uint32Array<ArrayBuffer> {
  const random = new Random(seed);
  return Uint32Array.from({ length: count }, () =>
    random.integer(1 + random.integer(1 + random.integer(1 + random.integer(distinct)))),
  );
}

export function countsOf<Key>(keys: Iterable<Key>): Map<Key, number> {
  const counts = new Map<Key, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}

/** The counters that the documentation of assembly/count-min.ts tells of, by arbitrary precision and another XXH64. */
export async function countersFloat64(
  keys: Iterable<number>,
  { width, depth, seed }: { readonly width: number; readonly depth: number; readonly seed: number },
): Promise<number[][]> {
  const hash = await createXXHash64(seed, 0);
  const counters = Array.from({ length: depth }, () => new Array<number>(width).fill(0));
  for (const key of keys) {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setUint32(0, key, true);
    const bits = BigInt(`0x${hash.init().update(bytes).digest('hex')}`);
    const start = bits & 0xffffffffn;
    const step = (bits >> 32n) | 1n;
    counters.forEach((row, i) => {
      const value = BigInt.asUintN(32, start + BigInt(i) * step);
      row[Number((value * BigInt(width)) >> 32n)]! += 1;
    });
  }
  return counters;
}
