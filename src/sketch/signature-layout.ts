/** Bytes of the description of the sets, which stands first in the state. */
export const LSH_BYTES = 64;
/** Bytes of a segment of sets, unless one set takes more. */
const SEGMENT_BYTES = 1 << 18;
/** Bits of the heads of the chains at first. */
export const FIRST_HEAD_BITS = 6;
/** Bytes before a set's signature: its id, and the mark of the last query that met it. */
export const HEAD_BYTES = 16;
/** Segments that the table of segments has room for at first; it doubles. */
export const TABLE_ENTRIES = 64;

/** Bytes of a set, and the logarithm of how many a segment holds. */
export function layoutSets(
  hashes: number,
  bands: number,
): { readonly setBytes: number; readonly segmentBits: number } {
  const setBytes = HEAD_BYTES + 4 * hashes + 8 * (bands + (bands % 2));
  return { setBytes, segmentBits: Math.max(0, 31 - Math.clz32(SEGMENT_BYTES / setBytes)) };
}

/** Bytes of the state: the description, and the minima and the signature of what is asked for. */
export function lshStateBytes(hashes: number): number {
  return LSH_BYTES + 8 * hashes;
}

/** Bytes of the heads of the chains of all bands. */
export function headBytes(bands: number, headBits: number): number {
  return 4 * bands * 2 ** headBits;
}

/** Bits of heads for as many sets, no fewer than there are. */
export function headBitsFor(sets: number, least: number): number {
  let bits = least;
  while (2 ** bits < sets) bits++;
  return bits;
}
