import {
  ENTRY_BYTES,
  GRAPH_PLANES,
  layoutHead,
  layoutNode,
  MOST_LAYERS,
  MOST_M,
  POOL_BYTES,
  tableRoom,
  USUAL_M,
  upperBytes,
} from '../../search/hnsw/layout.ts';
import type { MemoryUsage } from '../../search/usage.ts';
import { checkInteger } from '../../vectors/input.ts';
import { held } from './held.ts';
import { type RowMemoryOptions, rowStore, storeUsage } from './rows.ts';

/** An `HnswIndex`; `efConstruction` takes memory while it is built alone. */
export interface HnswMemoryOptions extends RowMemoryOptions {
  /** Links that a row chooses on each layer, 2..128. @default 16 */
  readonly m?: number;
}

/**
 * What `HnswIndex.memoryUsage()` reports, bytes, for rows that were only added: segments of float rows, with as much room
 * in the graph for a node's record (8-bit codes and 16 bytes) and 2 m links (src/search/hnsw/layout.ts).
 *
 * The layers of rows are drawn at random. Their links above the bottom, in pools of 16 KiB, are those of the expectation: l
 * layers with the probability (1 - 1/m) / m^l. That is some 5 bytes a row, and off by a pool or so; all else is equal
 * to the byte where one call added the rows. Rows added one by one may hold a table of segments of twice the length, 12
 * bytes each.
 *
 * @throws LanewiseError `INVALID_ARGUMENT`
 */
export function hnswIndex(options: HnswMemoryOptions): MemoryUsage {
  const store = rowStore(options, GRAPH_PLANES);
  const { layout, segments } = store;
  const m = checkInteger('m', options.m ?? USUAL_M, 2, MOST_M);
  const { recordBytes, linkBytes } = layoutNode(options.dimensions, m);
  const table = segments > 0 ? held(ENTRY_BYTES * tableRoom(segments, 0)) : 0;
  const beside =
    held(layoutHead(layout.stride).bytes) +
    table +
    segments * held(layout.rowsPerSegment * (recordBytes + linkBytes)) +
    poolsOf(options.rows, m) * held(POOL_BYTES);
  return storeUsage(store, beside);
}

/** Pools of links above the bottom, of which each is filled with links of one layer but for what one more does not fit in. */
function poolsOf(rows: number, m: number): number {
  let nodes = rows;
  let bytes = 0;
  for (let layer = 1; layer <= MOST_LAYERS; layer++) {
    nodes /= m; // on this layer or above
    bytes += nodes * (layer < MOST_LAYERS ? 1 - 1 / m : 1) * upperBytes(layer, m);
  }
  const usual = upperBytes(1, m);
  return Math.ceil(bytes / (usual * Math.floor(POOL_BYTES / usual)));
}
