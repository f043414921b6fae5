/** As assembly/space-saving.ts lays them out. */
export const HEAD_BYTES = 64;
export const ENTRY_BYTES = 24;
export const NODE_BYTES = 16;

/** Bytes of the state of a sketch of so many keys, without the keys. */
export function topKBytes(capacity: number): number {
  return HEAD_BYTES + capacity * (ENTRY_BYTES + NODE_BYTES) + 4 * placesFor(capacity);
}

/** Of the table: at most half of them are taken. */
export function placesFor(capacity: number): number {
  let places = 2;
  while (places < 2 * capacity) places *= 2;
  return places;
}

/**
 * Bytes that a key is taken to hold outside linear memory: runtimes do not tell.
 *
 * @param length of a string in UTF-16 units, of bytes in bytes
 */
export function keyBytes(kind: 'number' | 'bigint' | 'string' | 'bytes', length: number): number {
  if (kind === 'number') return 8;
  if (kind === 'bigint') return 24;
  return kind === 'string' ? 24 + 2 * length : 128 + length;
}
