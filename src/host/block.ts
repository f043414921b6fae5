/** Every block starts on a cache line. */
const ALIGNMENT = 64;

/** Bytes of linear memory that a block takes of which so many are asked for: whole cache lines, one at least. */
export function blockBytes(asked: number): number {
  return Math.ceil(Math.max(asked, 1) / ALIGNMENT) * ALIGNMENT;
}
