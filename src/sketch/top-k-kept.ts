import type { Key } from './keys.ts';

/** A key that is kept, and how often it occurred: `count - error` to `count`. */
export interface Kept {
  readonly key: Key;
  readonly hash: bigint;
  readonly count: number;
  readonly error: number;
}

/** The largest count first, then the least error, then the lower hash: the order is the same wherever the keys stood. */
export function byCount(a: Kept, b: Kept): number {
  return b.count - a.count || a.error - b.error || (a.hash < b.hash ? -1 : 1);
}

/**
 * What two sketches keep, together, the largest count first. A key that one of them does not keep can have occurred there as often
 * as the least that it keeps.
 */
export function mergeKept(
  own: readonly Kept[],
  ownLeast: number,
  others: readonly Kept[],
  otherLeast: number,
): Kept[] {
  const rest = new Map(others.map((kept) => [kept.hash, kept]));
  const merged = own.map((kept) => {
    const other = rest.get(kept.hash);
    rest.delete(kept.hash);
    return plus(kept, other?.count ?? otherLeast, other?.error ?? otherLeast);
  });
  for (const kept of rest.values()) merged.push(plus(kept, ownLeast, ownLeast));
  return merged.sort(byCount);
}

function plus({ key, hash, count, error }: Kept, more: number, moreError: number): Kept {
  return { key, hash, count: count + more, error: error + moreError };
}
