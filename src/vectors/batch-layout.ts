import type { SegmentLayout } from './segment.ts';
import { PRODUCT_BYTES, TILE_QUERIES, tileBytes } from './tile.ts';

/** Bytes of a query descriptor (assembly/query.ts draws it). */
export const QUERY_BYTES = 112;
/** Candidates that wait at a query, and bytes of a candidate or a result. */
export const CANDIDATE_ROOM = 64;
export const ENTRY_BYTES = 8;
export const CANDIDATE_BYTES = 16;

/** What the block of a batch has room for. */
export interface BatchShape {
  /** Queries. */
  readonly size: number;
  /** Results of each query. */
  readonly capacity: number;
  /** u32 of a filter. @default 0 */
  readonly filterWords?: number;
}

/** Where the parts of a batch stand, in bytes from the start of its block. */
export interface BatchLayout {
  readonly vectors: number;
  readonly codes: number;
  readonly results: number;
  readonly candidates: number;
  readonly products: number;
  readonly addresses: number;
  readonly tiles: number;
  readonly filter: number;
  /** Bytes of the codes of a query, and of a tile of queries. */
  readonly codeBytes: number;
  readonly tileBytes: number;
  readonly bytes: number;
}

/**
 * The block of a batch of queries:
 *
 * ```
 * | descriptors | vectors | codes | results | candidates | products | addresses | tiles | filter |
 * ```
 */
export function layoutBatch(
  { stride, lanes }: Pick<SegmentLayout, 'stride' | 'lanes'>,
  { size, capacity, filterWords = 0 }: BatchShape,
): BatchLayout {
  const codeBytes = 8 * Math.ceil(lanes / 2);
  const bytesOfTile = tileBytes(lanes);
  let end = 0;
  const place = (bytes: number): number => {
    const start = end;
    end += Math.ceil(bytes / 16) * 16;
    return start;
  };
  place(size * QUERY_BYTES);
  return {
    vectors: place(size * stride),
    codes: place(size * codeBytes),
    results: place(size * capacity * ENTRY_BYTES),
    candidates: place(size * CANDIDATE_ROOM * CANDIDATE_BYTES),
    products: place(PRODUCT_BYTES),
    addresses: place(size * 4),
    tiles: place(Math.ceil(size / TILE_QUERIES) * bytesOfTile),
    filter: place(4 * filterWords),
    codeBytes,
    tileBytes: bytesOfTile,
    bytes: end,
  };
}
