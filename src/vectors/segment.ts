/** Rows of a block of interleaved codes (assembly/segment.ts). */
export const BLOCK_ROWS = 16;
/** Bytes of float rows in a segment, at most; codes and the rest come on top. */
const SEGMENT_BYTES = 2 << 20;
const MOST_ROWS = 8192;
const DESCRIPTOR_BYTES = 64;

/** One plane of codes: where its arrays stand in a segment, in bytes from the segment's start. */
export interface PlaneLayout {
  readonly blocks: number;
  readonly scales: number;
  readonly errors: number;
  readonly corrections: number;
  /** Bytes of a block of 16 rows. */
  readonly blockBytes: number;
}

/**
 * Where the arrays of a segment stand, in bytes from its start. The descriptor that the kernels read comes first.
 *
 * ```
 * | descriptor | rows | norms | ids | codes: blocks scales errors corrections | nibbles: the same |
 * ```
 */
export interface SegmentLayout {
  /** A power of two, so that a slot splits into segment and row by shift and mask. */
  readonly rowsPerSegment: number;
  readonly shift: number;
  /** 16-byte groups of four dimensions in a padded row. */
  readonly lanes: number;
  /** Bytes of a padded row. */
  readonly stride: number;
  readonly rows: number;
  readonly norms: number;
  readonly ids: number;
  readonly codes: PlaneLayout;
  readonly nibbles: PlaneLayout;
  readonly bytes: number;
}

/** The layout of segments of rows of `dimensions` dimensions. */
export function layoutSegment(dimensions: number): SegmentLayout {
  const lanes = Math.ceil(dimensions / 4);
  const stride = 16 * lanes;
  const fitting = Math.min(MOST_ROWS, Math.max(BLOCK_ROWS, Math.floor(SEGMENT_BYTES / stride)));
  const shift = Math.floor(Math.log2(fitting));
  const rowsPerSegment = 1 << shift;
  let end = DESCRIPTOR_BYTES;
  const place = (bytesPerRow: number): number => {
    const start = end;
    end += bytesPerRow * rowsPerSegment;
    return start;
  };
  const placePlane = (bytesPerRow: number): PlaneLayout => ({
    blocks: place(bytesPerRow),
    scales: place(4),
    errors: place(4),
    corrections: place(4),
    blockBytes: bytesPerRow * BLOCK_ROWS,
  });
  return {
    rowsPerSegment,
    shift,
    lanes,
    stride,
    rows: place(stride),
    norms: place(4),
    ids: place(4),
    codes: placePlane(4 * lanes),
    nibbles: placePlane(4 * Math.ceil(lanes / 2)),
    bytes: end,
  };
}

/** The descriptor's words for a segment that starts at `address` (assembly/segment.ts draws them). */
export function describeSegment(layout: SegmentLayout, address: number): number[] {
  const { rows, norms, ids, codes, nibbles } = layout;
  const planes = [codes, nibbles].flatMap(({ blocks, scales, errors, corrections }) => [
    blocks,
    scales,
    errors,
    corrections,
  ]);
  return [...[rows, norms, ids, ...planes].map((offset) => address + offset), 0];
}

/** Index of the word that counts a segment's rows. */
export const COUNT_WORD = 11;
