import { createHash } from 'node:crypto';
import type { Random } from 'lanewise';

/** Values in eighths, -16..16: integers from a seed, with no function of Math between. */
export function eighths(random: Random, count: number): Float32Array {
  return Float32Array.from({ length: count }, () => (random.integer(257) - 128) / 8);
}

export function sha256(...arrays: readonly (Int32Array | Float32Array | Uint8Array)[]): string {
  const hash = createHash('sha256');
  for (const { buffer, byteOffset, byteLength } of arrays)
    hash.update(new Uint8Array(buffer, byteOffset, byteLength));
  return hash.digest('hex');
}
