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
    counters.forEach((row, i) => {
      const shared = i < 7 ? bits : avalanche(bits + BigInt(i - (i % 7)) * 0x9e3779b185ebca87n);
      const step = (shared >> 32n) | 1n;
      const value = BigInt.asUintN(32, shared + BigInt(i % 7) * step);
      row[Number((value * BigInt(width)) >> 32n)]! += 1;
    });
  }
  return counters;
}

/** The end of XXH64. */
function avalanche(hash: bigint): bigint {
  const u64 = (value: bigint): bigint => BigInt.asUintN(64, value);
  let mixed = u64(hash);
  mixed = u64((mixed ^ (mixed >> 33n)) * 0xc2b2ae3d27d4eb4fn);
  mixed = u64((mixed ^ (mixed >> 29n)) * 0x165667b19e3779f9n);
  return mixed ^ (mixed >> 32n);
}
