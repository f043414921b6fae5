/** How far a value is from what was expected, relative to it; of 0 absolutely. */
export function relativeError(value: number, expected: number): number {
  return Math.abs(value - expected) / (Math.abs(expected) || 1);
}
