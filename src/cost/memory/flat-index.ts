import type { MemoryUsage } from '../../search/usage.ts';
import { EXACT_PLANES } from '../../vectors/segment.ts';
import { type RowMemoryOptions, rowStore, storeUsage } from './rows.ts';

/**
 * What `FlatIndex.memoryUsage()` reports, bytes, equal to the byte for rows that were only added, however they were: segments
 * of some 2 MiB of float rows, with norms, ids, 8-bit and 4-bit codes (src/vectors/segment.ts), the last with all its room;
 * for given ids a table of 16 to 32 bytes each (src/vectors/id-map.ts).
 *
 * @throws LanewiseError `INVALID_ARGUMENT`
 * @example
 * memory.flatIndex({ rows: 50_000, dimensions: 768 }).total; // 213558464
 */
export function flatIndex(options: RowMemoryOptions): MemoryUsage {
  return storeUsage(rowStore(options, EXACT_PLANES));
}
