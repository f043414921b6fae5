import type { SegmentLayout } from '../vectors/segment.ts';

/** Bytes that an index holds. */
export interface MemoryUsage {
  readonly total: number;
  /** Float rows and their norms, in linear memory, with the room of segments that are not full. */
  readonly vectors: number;
  /** What is kept to find them: codes, cells, graphs, tables; in linear memory. */
  readonly codes: number;
  /** Ids, in linear memory and in the look-up table. */
  readonly ids: number;
}

/** Rows of an index, and the room that they take. */
export interface RowRoom {
  readonly layout: Pick<SegmentLayout, 'stride'>;
  /** Rows that segments have room for. */
  readonly capacity: number;
  /** Bytes of the look-up table of ids. */
  readonly idBytes: number;
  /** Whether float rows are kept. @default true */
  readonly keepsRows?: boolean;
}

/** The parts of `total` bytes. */
export function splitUsage(
  { layout, capacity, idBytes, keepsRows = true }: RowRoom,
  total: number,
): MemoryUsage {
  const vectors = keepsRows ? capacity * (layout.stride + 4) : 0;
  const ids = capacity * 4 + idBytes;
  return { total, vectors, codes: total - vectors - ids, ids };
}
