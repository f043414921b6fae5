import { BLOCK_ROWS, layoutSegment, type Plane, type SegmentLayout } from './segment.ts';

/** A slot is the number of a segment and a row of it. */
export const ROW_BITS = 12;
/** Rows of a segment, at most; a cell of more goes on in another one. */
export const MOST_ROWS: number = 1 << ROW_BITS;
/** A segment that must grow grows by this factor at least, so that adding one by one copies each row a few times only. */
const GROWTH = 1.25;
/** Rows that pass at a time where they are not kept. */
export const PASSING_ROWS = 256;
/** What centroids keep beside their rows. */
export const CENTROID_PLANES: readonly Plane[] = ['codes'];

/** What a store keeps of its rows. */
export interface KeptRows {
  readonly planes: readonly Plane[];
  /** Bytes of the sketches of a block of rows. @default 0, for none */
  readonly sketchBytes?: number;
  /** Whether the float rows are kept. @default true */
  readonly keepsRows?: boolean;
}

/** The layout of a segment of a cell with room for so many rows, and for what their last block has left. */
export function layoutCell(dimensions: number, kept: KeptRows, rows: number): SegmentLayout {
  return layoutSegment({ dimensions, ...kept, rows: Math.ceil(rows / BLOCK_ROWS) * BLOCK_ROWS });
}

/** Rows that a segment of `from` rows gets room for when it must hold `needed`. */
export function grownRows(from: number, needed: number): number {
  return Math.min(MOST_ROWS, Math.max(needed, Math.ceil(GROWTH * from)));
}

/** The layout of the segment that rows pass through which are not kept. */
export function layoutPassing(dimensions: number): SegmentLayout {
  return layoutSegment({ dimensions, planes: [], rows: PASSING_ROWS });
}
