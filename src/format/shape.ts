/** Whether the value counts something: an integer of at least 0 that a double holds exactly. */
export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/**
 * The number of elements of a shape, 1 for `[]`; `undefined` where an extent is no count or the product passes 2^53 - 1.
 * Multiplied from the left, as the safetensors reference reader does: a later 0 does not undo an overflow.
 */
export function elementCount(shape: readonly unknown[]): number | undefined {
  let count = 1;
  for (const extent of shape) {
    if (!isCount(extent)) return undefined;
    count *= extent;
    if (!isCount(count)) return undefined;
  }
  return count;
}
