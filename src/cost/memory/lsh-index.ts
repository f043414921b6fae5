import {
  HASHED_PLANES,
  HASHED_QUERIES,
  headBitsFor,
  headBytes,
  layoutFamily,
  linkBytes,
} from '../../search/hash-layout.ts';
import { checkLshOptions } from '../../search/lsh-options.ts';
import type { MemoryUsage } from '../../search/usage.ts';
import { layoutChunk, scratchBytes } from '../../vectors/segment.ts';
import { held } from './held.ts';
import { type RowMemoryOptions, rowStore, storeUsage } from './rows.ts';

/** An `LshIndex`. */
export interface LshMemoryOptions extends Omit<RowMemoryOptions, 'metric'> {
  /** 1..512 @default 12 */
  readonly tables?: number;
  /** 1..32 @default 18 */
  readonly bits?: number;
}

/**
 * What `LshIndex.memoryUsage()` reports, bytes, equal to the byte for rows that were only added: segments of rows with 8-bit
 * codes, 8 bytes a row and table for links in whole segments, heads of at least as many buckets as rows (a power of two, at
 * most 2^bits) and the hyperplanes (src/search/hash-layout.ts).
 *
 * @throws LanewiseError `INVALID_ARGUMENT`
 */
export function lshIndex(options: LshMemoryOptions): MemoryUsage {
  const store = rowStore(options, HASHED_PLANES);
  const { layout, segments } = store;
  const { rows, dimensions, tables: wantedTables, bits: wantedBits } = options;
  const { tables, bits } = checkLshOptions({
    dimensions,
    ...(wantedTables !== undefined && { tables: wantedTables }),
    ...(wantedBits !== undefined && { bits: wantedBits }),
  });
  const family = layoutFamily(layout.lanes, tables, bits);
  const queries = layoutChunk(dimensions, HASHED_QUERIES);
  const { descriptorBytes, hyperplaneBytes, productBytes, sideBytes, queryLinkBytes } = family;
  const beside =
    held(descriptorBytes, hyperplaneBytes, productBytes, sideBytes, queryLinkBytes) +
    held(queries.bytes, scratchBytes(queries)) +
    held(headBytes(tables, headBitsFor(rows, bits))) +
    segments * held(linkBytes(layout.rowsPerSegment, tables));
  return storeUsage(store, beside);
}
