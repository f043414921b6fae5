/**
 * The nearest-rank percentile of numbers in ascending order: the least of them that `share` of them do not exceed.
 *
 * @param share 0..1: 0.5 gives the median, 0.99 the 99th percentile
 */
export function percentile(ascending: ArrayLike<number>, share: number): number {
  return ascending[Math.max(Math.ceil(share * ascending.length) - 1, 0)]!;
}
