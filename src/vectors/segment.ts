/** Rows of a block of interleaved codes (assembly/segment.ts). */
export const BLOCK_ROWS = 16;
/** Bytes of float rows in a segment, at most; codes and the rest come on top. */
const SEGMENT_BYTES = 2 << 20;
const MOST_ROWS = 8192;
const DESCRIPTOR_BYTES = 64;

/** What encodeRows wants of scratch memory beside a row of floats (assembly/encode.ts). */
const SCRATCH_BYTES = 64;
/** Bytes of float rows that pass through a chunk at a time, and rows of it, at most. */
const CHUNK_BYTES = 1 << 20;
const CHUNK_ROWS = 4096;

/** One plane of codes: where its arrays stand in a segment, in bytes from the segment's start. */
export interface PlaneLayout {
  readonly blocks: number;
  readonly scales: number;
  readonly errors: number;
  readonly corrections: number;
  /** Bytes of a block of 16 rows. */
  readonly blockBytes: number;
}

/** A plane of codes that rows may keep beside them: 8 or 4 bits a dimension. */
export type Plane = 'codes' | 'nibbles';

/** The planes of rows that are searched exactly. */
export const EXACT_PLANES: readonly Plane[] = ['codes', 'nibbles'];

/** What a segment is made of. */
export interface SegmentShape {
  readonly dimensions: number;
  readonly planes: readonly Plane[];
  /** Bytes of the sketches of a block of rows. @default 0, for none */
  readonly sketchBytes?: number;
  /** Whether float rows and their norms are kept. @default true */
  readonly keepsRows?: boolean;
  /** Rows it holds, whole blocks of sixteen. @default a power of two that makes some 2 MiB of float rows */
  readonly rows?: number;
}

/**
 * Where the arrays of a segment stand, in bytes from its start. The descriptor that the kernels read comes first.
 *
 * ```
 * | descriptor | rows | norms | ids | codes: blocks scales errors corrections | nibbles: the same | sketches |
 * ```
 * What is left out takes no bytes, and the kernels find the address 0 in its place.
 */
export interface SegmentLayout {
  readonly rowsPerSegment: number;
  /** 16-byte groups of four dimensions in a padded row. */
  readonly lanes: number;
  /** Bytes of a padded row. */
  readonly stride: number;
  readonly rows: number;
  readonly norms: number;
  readonly ids: number;
  readonly codes: PlaneLayout | undefined;
  readonly nibbles: PlaneLayout | undefined;
  /** Where the sketches stand; 0 for none. */
  readonly sketches: number;
  /** Bytes of the sketches of a block of rows. */
  readonly sketchBytes: number;
  readonly bytes: number;
}

/** The layout of segments of one shape. */
export function layoutSegment({
  dimensions,
  planes,
  sketchBytes = 0,
  keepsRows = true,
  rows = usualRows(dimensions),
}: SegmentShape): SegmentLayout {
  const lanes = Math.ceil(dimensions / 4);
  const stride = 16 * lanes;
  let end = DESCRIPTOR_BYTES;
  const place = (bytesPerRow: number): number => {
    const start = end;
    end += bytesPerRow * rows;
    return start;
  };
  const placePlane = (plane: Plane, bytesPerRow: number): PlaneLayout | undefined =>
    planes.includes(plane)
      ? {
          blocks: place(bytesPerRow),
          scales: place(4),
          errors: place(4),
          corrections: place(4),
          blockBytes: bytesPerRow * BLOCK_ROWS,
        }
      : undefined;
  return {
    rowsPerSegment: rows,
    lanes,
    stride,
    rows: keepsRows ? place(stride) : 0,
    norms: keepsRows ? place(4) : 0,
    ids: place(4),
    codes: placePlane('codes', 4 * lanes),
    nibbles: placePlane('nibbles', 4 * Math.ceil(lanes / 2)),
    sketches: sketchBytes ? place(sketchBytes / BLOCK_ROWS) : 0,
    sketchBytes,
    bytes: end,
  };
}

/** Bytes of the scratch memory of encodeRows. */
export function scratchBytes({ stride }: Pick<SegmentLayout, 'stride'>): number {
  return stride + SCRATCH_BYTES;
}

/** The layout of a segment that rows pass through, `mostRows` of them at a time at most, a multiple of sixteen. */
export function layoutChunk(dimensions: number, mostRows: number = CHUNK_ROWS): SegmentLayout {
  const fitting = Math.floor(CHUNK_BYTES / (16 * Math.ceil(dimensions / 4)) / BLOCK_ROWS);
  const rows = BLOCK_ROWS * Math.min(mostRows / BLOCK_ROWS, Math.max(1, fitting));
  return layoutSegment({ dimensions, planes: ['codes'], rows });
}

/** Rows of a segment where nothing else is asked for: a power of two, so that shift and mask split a slot. */
function usualRows(dimensions: number): number {
  const stride = 16 * Math.ceil(dimensions / 4);
  const fitting = Math.min(MOST_ROWS, Math.max(BLOCK_ROWS, Math.floor(SEGMENT_BYTES / stride)));
  return 2 ** Math.floor(Math.log2(fitting));
}

/** Bytes that the first `rows` rows take in an array of a segment, and where it stands. */
export interface SegmentArray {
  readonly offset: number;
  readonly bytesOf: (rows: number) => number;
}

/** Every array of a segment. */
export function arraysOf(layout: SegmentLayout): SegmentArray[] {
  const { rows, stride, norms, ids, codes, nibbles, sketches, sketchBytes } = layout;
  const perRow = (offset: number, bytes: number): SegmentArray => ({
    offset,
    bytesOf: (count) => bytes * count,
  });
  const perBlock = (offset: number, bytes: number): SegmentArray => ({
    offset,
    bytesOf: (count) => Math.ceil(count / BLOCK_ROWS) * bytes,
  });
  const planes = [codes, nibbles].flatMap((plane) =>
    plane
      ? [
          perBlock(plane.blocks, plane.blockBytes),
          ...[plane.scales, plane.errors, plane.corrections].map((offset) => perRow(offset, 4)),
        ]
      : [],
  );
  return [
    ...(rows ? [perRow(rows, stride), perRow(norms, 4)] : []),
    perRow(ids, 4),
    ...planes,
    ...(sketches ? [perBlock(sketches, sketchBytes)] : []),
  ];
}

/** The descriptor's words for an empty segment that starts at `address` (assembly/segment.ts draws them). */
export function describeSegment(layout: SegmentLayout, address: number): number[] {
  const { rows, norms, ids, codes, nibbles, sketches, sketchBytes } = layout;
  const at = (offset: number): number => offset && address + offset;
  const planes = [codes, nibbles].flatMap((plane) =>
    plane
      ? [plane.blocks, plane.scales, plane.errors, plane.corrections].map((offset) => address + offset)
      : [0, 0, 0, 0],
  );
  return [at(rows), at(norms), at(ids), ...planes, 0, 0, at(sketches), sketchBytes];
}

/** Words of a descriptor: the rows in use, and the next segment of the same cell. */
export const COUNT_WORD = 11;
export const NEXT_WORD = 12;
