import { BLOCK_BITS, type BloomShape } from './bloom-shape.ts';

/** Bytes of a block of a Bloom filter. */
export const BLOCK_BYTES: number = BLOCK_BITS / 8;

/** Counters of 4 bytes. */
export function countMinBytes(width: number, depth: number): number {
  return 4 * width * depth;
}

/** A byte a register. */
export function hyperLogLogBytes(precision: number): number {
  return 2 ** precision;
}

export function bloomBytes({ blocks }: Pick<BloomShape, 'blocks'>): number {
  return blocks * BLOCK_BYTES;
}

/** Minima, or the signature that follows from them: 4 bytes a hash each. */
export function signatureBytes(hashes: number): number {
  return 4 * hashes;
}
